//! What the privacy of one request costs: the cookies of a usual visitor, whose they are, what was
//! consented to, and the whole of a request and a response.
//!
//! `cargo bench --bench privacy`. The cookie filter is to stay below 1 µs, a classification below
//! 50 ns.

use std::{hint::black_box, path::Path, sync::Arc};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use http::{HeaderName, Method, header, uri::PathAndQuery};
use privet::{
    config,
    privacy::{
        BUILT_IN_CATALOGUE, Catalogue, ClientAddr, ClientRequest, Consent, Content, CookieDecision,
        Evictions, FieldLines, FieldValue, Policy, Purpose, ResponseContext, Vendor,
        minimise_request, minimise_response,
    },
};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 24 November 2026, in seconds since 1970.
const NOW: i64 = 1_795_478_400;
/// Fourteen cookies of a visitor who was never asked; nine of them are trackers'.
const COOKIES: &str = "sid=0123456789abcdef0123456789abcdef; theme=dark; lang=nl-NL; cart=7f3a1c; \
    csrf=Zm9vYmFy; _ga=GA1.2.1234567890.1700000000; _gid=GA1.2.987654321.1700000001; \
    _ga_AB12CD34EF=GS1.1.1700000000.1.1.1700000100.0.0.0; _fbp=fb.1.1700000000000.1234567890; \
    _hjSessionUser_123456=eyJpZCI6ImFiYyJ9; _hjSession_123456=eyJpZCI6ImRlZiJ9; \
    _vwo_uuid=D0123456789ABCDEF; __adroll_fpc=0123456789abcdef-1700000000; \
    _gcl_au=1.1.1234567890.1700000000";
const CHOICE: &str =
    "privet_consent=policy=1&time=1795470000&granted=analytics&refused=functional.marketing.media";

/// The rules of a site whose `[cookies]` hold `cookies`, everything else by default.
fn policy(cookies: &str) -> Policy {
    let text = format!(
        "[cookies]\n{cookies}\n[[site]]\nhosts = [\"www.example.com\"]\nupstream = \"demo\"\n"
    );
    let loaded = config::parse(&text, Path::new("proxy.toml"), &|_| None).expect("a configuration");
    let site = loaded
        .config
        .sites
        .into_iter()
        .next()
        .expect("the one site");
    let built_in = config::vendors_from_catalogue(BUILT_IN_CATALOGUE).expect("a sound catalogue");
    Policy::new(
        site.policy_rules(),
        Some(FieldValue::from_static("max-age=63072000")),
        Arc::new(Catalogue::new(built_in, Vec::new())),
    )
}

fn fields(lines: &[(&'static str, &'static str)]) -> FieldLines {
    lines
        .iter()
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                FieldValue::from_static(value),
            )
        })
        .collect()
}

/// What Chrome sends for a page.
fn chrome() -> FieldLines {
    fields(&[
        ("host", "www.example.com"),
        (
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/142.0.0.0 Safari/537.36",
        ),
        (
            "accept",
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
        ),
        ("accept-encoding", "gzip, deflate, br, zstd"),
        ("accept-language", "en-GB,en;q=0.9,nl;q=0.8"),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
        ("upgrade-insecure-requests", "1"),
        ("referer", "https://www.example.com/shop?page=2"),
        ("cookie", COOKIES),
    ])
}

/// What of a request does not change from one to the next.
struct Scene {
    target: PathAndQuery,
    authority: FieldValue,
    forwarded_for: FieldValue,
    request_id: FieldValue,
}

impl Scene {
    fn new() -> Self {
        Self {
            target: PathAndQuery::from_static("/shop?page=3"),
            authority: FieldValue::from_static("www.example.com"),
            forwarded_for: FieldValue::from_static("203.0.113.0"),
            request_id: FieldValue::from_static("0123456789abcdef0123456789abcdef"),
        }
    }

    fn request(&self, fields: FieldLines) -> ClientRequest<'_> {
        ClientRequest {
            method: &Method::GET,
            target: &self.target,
            authority: &self.authority,
            host: "www.example.com",
            fields,
            content: Content::None,
            upgrade: None,
            client: ClientAddr::from(std::net::Ipv4Addr::new(203, 0, 113, 7)),
            forwarded_for: Some(&self.forwarded_for),
            request_id: &self.request_id,
        }
    }
}

fn requests(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("request");
    let keeps = policy("evict = false");
    let evicts = policy("");
    let cookies = fields(&[("cookie", COOKIES)]);
    for (name, policy, fields) in [
        ("no cookies", &keeps, FieldLines::default()),
        ("cookies", &keeps, cookies.clone()),
        ("cookies, evicted", &evicts, cookies),
        ("whole", &evicts, chrome()),
    ] {
        let scene = Scene::new();
        let minimise = |fields: FieldLines| {
            let cookies = CookieDecision::new(&fields, "www.example.com", policy, NOW);
            let request = minimise_request(scene.request(fields), policy, &cookies);
            (request, cookies)
        };
        let (_, cookies) = minimise(fields.clone());
        let trackers = if fields.contains(&header::COOKIE) {
            9
        } else {
            0
        };
        assert_eq!(cookies.stripped.len(), trackers, "{name}");
        group.bench_function(name, |bench| {
            bench.iter_batched(|| fields.clone(), minimise, BatchSize::SmallInput)
        });
    }
}

/// The built-in vendors, and nine times as many others with as many cookies.
fn tenfold() -> Vec<Vendor> {
    let built_in = config::vendors_from_catalogue(BUILT_IN_CATALOGUE).expect("a sound catalogue");
    let copies = (1..10).flat_map(|copy| {
        built_in.iter().cloned().map(move |mut vendor| {
            vendor.name = format!("{} {copy}", vendor.name);
            for cookie in &mut vendor.cookies {
                cookie.name = format!("{copy}{}", cookie.name);
            }
            vendor
        })
    });
    built_in.iter().cloned().chain(copies).collect()
}

fn classification(bench: &mut Criterion) {
    let names: Vec<&[u8]> = COOKIES
        .split("; ")
        .filter_map(|pair| pair.split('=').next())
        .map(str::as_bytes)
        .collect();
    let policy = policy("");
    let large = Catalogue::new(tenfold(), Vec::new());
    let mut group = bench.benchmark_group("classification");
    group.throughput(Throughput::Elements(names.len() as u64));
    for (name, catalogue) in [
        ("fourteen cookies", policy.catalogue()),
        ("fourteen cookies, ten times the catalogue", &large),
    ] {
        group.bench_function(name, |bench| {
            bench.iter(|| {
                let claims = names.iter().map(|name| catalogue.cookie(black_box(name)));
                claims.flatten().count()
            })
        });
    }
}

fn consent(bench: &mut Criterion) {
    let policy = policy("");
    let mut group = bench.benchmark_group("consent");
    let chosen: &'static str = format!("{COOKIES}; {CHOICE}").leak();
    for (name, fields) in [
        ("never asked", chrome()),
        (
            "chosen",
            fields(&[("cookie", chosen), ("user-agent", "x"), ("accept", "*/*")]),
        ),
        (
            "chosen, then Sec-GPC",
            fields(&[("cookie", chosen), ("sec-gpc", "1")]),
        ),
    ] {
        group.bench_function(name, |bench| {
            bench.iter(|| Consent::read(black_box(&fields), policy.consent(), NOW))
        });
    }
}

/// Consent platforms' cookies, beside fourteen others: TC strings that the IAB's library wrote.
fn signals(bench: &mut Criterion) {
    const ROWS: &str = include_str!("../tests/vectors/iab.tsv");
    let policy = policy("");
    let mut group = bench.benchmark_group("signals");
    for note in [
        "a thousand vendors, bit field",
        "a thousand vendors, ranges",
    ] {
        let row = ROWS.lines().find(|row| row.ends_with(note));
        let cookie = row.and_then(|row| row.split('\t').nth(1)).expect("a row");
        let cookies: &'static str = format!("{COOKIES}; {cookie}").leak();
        let fields = fields(&[("cookie", cookies)]);
        let read = || Consent::read(black_box(&fields), policy.consent(), NOW);
        assert!(read().granted().contains(Purpose::Marketing), "{note}");
        group.bench_function(note, |bench| bench.iter(read));
    }
}

fn responses(bench: &mut Criterion) {
    let policy = policy("");
    let consent = Consent::read(&FieldLines::default(), policy.consent(), NOW);
    let context = ResponseContext {
        vendor: None,
        policy: &policy,
        consent: &consent,
        authority: "www.example.com",
        origin: "http://10.0.0.5:8000",
        now: NOW,
    };
    let plain = fields(&[
        ("server", "nginx"),
        ("date", "Tue, 24 Nov 2026 00:00:00 GMT"),
        ("content-type", "text/html"),
        ("content-length", "10240"),
        ("connection", "keep-alive"),
    ]);
    let mut setting = plain.clone();
    for line in [
        "sid=abc; Path=/; HttpOnly",
        "_ga=GA1.2.3.4; Path=/; Max-Age=63072000",
        "_fbp=fb.1.2.3; Path=/",
        "theme=dark; Path=/; SameSite=Lax",
    ] {
        setting.push(header::SET_COOKIE, FieldValue::from_static(line));
    }
    let mut group = bench.benchmark_group("response");
    for (name, fields, trackers) in [("plain", plain, 0), ("four cookies set", setting, 2)] {
        let stripped = minimise_response(&mut fields.clone(), &context, &Evictions::default());
        assert_eq!(stripped.len(), trackers, "{name}");
        group.bench_function(name, |bench| {
            bench.iter_batched_ref(
                || fields.clone(),
                |fields| minimise_response(fields, &context, &Evictions::default()),
                BatchSize::SmallInput,
            )
        });
    }
}

criterion_group!(
    benches,
    requests,
    classification,
    consent,
    signals,
    responses
);
criterion_main!(benches);
