//! `proxy.toml` through the public interface: each mistake with its place, all of them at once;
//! what is read and what is written back.
//!
//! The mistakes are data: `tests/data/config-mistakes.txt` holds, for each, a name, the file and
//! the whole report. `PRIVET_WRITE_REPORTS=1` writes what is reported now, to be read in a diff.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed test may panic"
)]

use std::{collections::HashSet, fs, path::Path, time::Duration};

use privet::{
    config::{
        Config, Loaded, Report, for_upstream,
        options::{AccessLog, HostPattern, Server, Upstream},
        parse, to_toml, vendors_from_catalogue,
    },
    privacy::{AddressMethod, Mode, Purpose, Purposes, SameSiteDefault},
};

const MISTAKES: &str = "tests/data/config-mistakes.txt";
const SITE: &str = "[[site]]\nhosts = [\"*\"]\nupstream = \"demo\"\n";

fn environment(name: &str) -> Option<String> {
    match name {
        "VERSION" => Some("2026-11".to_owned()),
        "SECRET" => Some("hunter 2".to_owned()),
        _ => None,
    }
}

fn read(text: &str) -> Result<Loaded, Report> {
    parse(text, Path::new("proxy.toml"), &environment)
}

fn config(text: &str) -> Config {
    read(text)
        .unwrap_or_else(|report| panic!("{report}"))
        .config
}

/// The errors or, where there are none, the warnings.
fn report(text: &str) -> String {
    let mistakes = match read(text) {
        Ok(loaded) => loaded.warnings,
        Err(report) => report.mistakes,
    };
    Report { mistakes }.to_string()
}

#[test]
fn each_mistake_is_reported_with_its_place_what_is_allowed_and_the_nearest_name() {
    let data = fs::read_to_string(MISTAKES).unwrap();
    let mut now = String::new();
    let mut names = HashSet::new();
    for case in data.split("=== ").skip(1) {
        let (name, rest) = case.split_once('\n').unwrap();
        let (text, expected) = rest.split_once("---\n").unwrap();
        let found = report(&text.replace("@site\n", SITE));
        assert!(names.insert(name), "two cases are named {name:?}");
        if std::env::var_os("PRIVET_WRITE_REPORTS").is_none() {
            assert_eq!(found.trim_end(), expected.trim_end(), "{name}");
            assert_ne!(found, "", "{name}");
        }
        now.push_str(&format!("=== {name}\n{text}---\n{found}\n"));
    }
    assert!(names.len() >= 70);
    if std::env::var_os("PRIVET_WRITE_REPORTS").is_some() {
        fs::write(MISTAKES, now.trim_end().to_owned() + "\n").unwrap();
    }
}

#[test]
fn no_password_and_no_value_of_the_environment_is_shown() {
    for text in [
        "[[site]]\nhosts = [\"*\"]\nupstream = \"http://me:hunter2@web\"\n",
        "[[site]]\nhosts = [\"*\"]\nupstream = [\"me:hunter2@web:80\"]\n",
        "[ledger]\nstore = \"postgres://me:hunter2@db:x/privet\"\n",
        "ledger = { store = \"mysql://me:hunter2@db/privet\", stor = 1 }\n",
        "[ledger]\nstore = \"postgres://db:x/privet?password=hunter2&a=1\"\n",
        "[consent]\npolicy_version = \"${SECRET}\"\n",
        "[[site]]\nhosts = [\"${SECRET}\"]\nupstream = \"${SECRET}\"\n",
    ] {
        let report = report(text);
        assert!(!report.contains("hunter"), "{report}");
        assert_ne!(report, "");
    }
}

#[test]
fn a_file_without_a_word_too_many_gets_every_default() {
    let config = config(SITE);
    assert_eq!(config.listen.https, ["0.0.0.0:8443".parse().unwrap()]);
    assert_eq!(config.listen.http, ["0.0.0.0:8080".parse().unwrap()]);
    assert_eq!(config.listen.public_https_port, 8443);
    assert_eq!(config.admin, Some("127.0.0.1:9180".parse().unwrap()));
    assert_eq!(
        config.tls.hsts.unwrap().max_age,
        Duration::from_secs(730 * 86_400)
    );
    assert_eq!(config.client_ip.trusted_proxies, []);
    assert_eq!(config.client_ip.headers, ["x-forwarded-for", "forwarded"]);
    assert_eq!(config.limits.header_size, 32 * 1024);
    assert_eq!(config.log.access, AccessLog::Stdout);
    let site = &config.sites[0];
    assert_eq!(
        (site.mode, &site.upstream),
        (Mode::Enforce, &Upstream::Demo)
    );
    assert_eq!(
        (site.address.ipv4_prefix, site.address.ipv6_prefix),
        (24, 48)
    );
    assert_eq!(site.consent.default, Purposes::NECESSARY);
    assert_eq!(site.consent.signals.len(), 26);
    assert!(site.consent.platforms.is_empty());
    assert!(
        site.headers
            .hide
            .contains(&http::HeaderName::from_static("x-aspnetmvc-version"))
    );
}

/// The contract's example without what is of later work.
const EXAMPLE: &str = r#"
mode = "enforce"

[listen]
https = ["0.0.0.0:8443"]
http  = ["0.0.0.0:8080"]
public_https_port = 443
proxy_protocol = false

[tls]
min_version = "1.2"
hsts = { max_age = "730 days", include_subdomains = false, preload = false }

[client_ip]
trusted_proxies = ["10.0.0.0/8"]
headers     = ["X-Forwarded-For", "Forwarded"]
method      = "truncate"
ipv4_prefix = 24
ipv6_prefix = 48
pseudonym_rotation = "24 hours"

[consent]
signals = ["privet", "gpc", "dnt"]
default = ["necessary"]
gpc     = ["marketing"]
dnt     = ["analytics", "marketing"]
policy_version = "2026-11"
lifetime = "180 days"
banner  = true

[cookies]
unknown   = "keep"
secure    = true
same_site = "lax"
keep_same_site = []
max_lifetime = "400 days"
keep  = ["sid", "cart_*"]
evict = true

[headers]
referrer_policy    = "strict-origin-when-cross-origin"
permissions_policy = "browsing-topics=()"
hide = ["Server", "X-Powered-By"]

[limits]
[log]
level  = "info"
access = "stdout"
format = "json"
query  = []
retention = "30 days"
[ledger]
store = "off"
retention = "5 years"
[admin]
listen = "127.0.0.1:9180"

[[site]]
hosts    = ["www.example.com", "*.example.org"]
upstream = ["http://10.0.0.5:8000", "http://10.0.0.6:8000"]
[site.consent]
default = ["necessary", "functional"]

[[vendor]]
name    = "Example Metrics"
purpose = "analytics"
country = "NL"
iab_vendor = 1234
cookies = [{ name = "_xm_*", max_lifetime = "30 days" }]
hosts   = ["metrics.example.net", "*.xm-cdn.example"]
paths   = ["/stats/xm/*"]
policy  = "https://metrics.example.net/privacy"
"#;

#[test]
fn the_documented_example_is_read_without_a_word() {
    let Loaded { config, warnings } = read(EXAMPLE).unwrap();
    assert_eq!(warnings, []);
    let site = &config.sites[0];
    let below = HostPattern::Subdomains("example.org".to_owned());
    assert_eq!(
        site.hosts,
        [HostPattern::Exact("www.example.com".to_owned()), below]
    );
    let server = |host: &str| Server {
        tls: false,
        host: host.to_owned(),
        port: 8000,
    };
    assert_eq!(
        site.upstream,
        Upstream::Servers(vec![server("10.0.0.5"), server("10.0.0.6")])
    );
    assert_eq!(
        site.consent.default,
        Purposes::NECESSARY.with(Purpose::Functional)
    );
    assert_eq!(site.consent.policy_version, "2026-11");
    assert_eq!(site.cookies.keep, ["sid", "cart_*"]);
    assert_eq!(config.vendors[0].iab_vendor, Some(1234));
    assert_eq!(
        config.vendors[0].cookies[0].max_lifetime,
        Some(Duration::from_secs(30 * 86_400))
    );
    assert_eq!(config.listen.public_https_port, 443);
}

/// Two sites that differ in everything.
const UNUSUAL: &str = include_str!("data/unusual.toml");

#[test]
fn what_is_written_is_read_as_the_same_configuration() {
    for text in [SITE, EXAMPLE, UNUSUAL] {
        let config = config(text);
        let written = to_toml(&config, false);
        assert_eq!(self::config(&written), config, "{written}");
    }
}

#[test]
fn a_site_inherits_what_it_does_not_say() {
    let config = config(UNUSUAL);
    let (first, second) = (&config.sites[0], &config.sites[1]);
    assert_eq!((first.mode, second.mode), (Mode::Observe, Mode::Enforce));
    assert_eq!(first.address.method, AddressMethod::Pseudonym);
    assert_eq!(second.address.method, AddressMethod::Remove);
    assert_eq!(second.address.pseudonym_rotation, Duration::from_secs(5400));
    assert_eq!(second.consent.policy_version, "2026-11");
    assert!(!second.consent.banner && second.consent.gpc.is_empty());
    let platforms = &second.consent.platforms;
    let onetrust = platforms
        .iter()
        .find(|rules| rules.platform.name() == "onetrust")
        .unwrap();
    assert_eq!(onetrust.cookie.as_deref(), Some("MyConsent"));
    assert_eq!(onetrust.categories.len(), 1, "a table is one value");
    assert_eq!(onetrust.vendors.len(), 2);
    assert_eq!(platforms.len(), 2);
    assert_eq!(second.cookies.same_site, SameSiteDefault::Strict);
    assert!(second.cookies.cap_script_set && !first.cookies.cap_script_set);
    assert_eq!(first.consent.clear_site_data.len(), 2);
    assert_eq!(second.consent.clear_site_data, []);
    assert_eq!(second.headers.referrer_policy, None);
    assert_eq!(config.log.query, ["page", "${x"]);
}

#[test]
fn what_is_shown_to_others_names_no_proxy_and_no_upstream() {
    let written = to_toml(&config(UNUSUAL), true);
    for secret in ["10.0.0.0", "2001:db8::1/", "web", "2001:db8::5"] {
        assert!(!written.contains(secret), "{secret}: {written}");
    }
    let masked = config(&written);
    assert_eq!(masked.client_ip.trusted_proxies.len(), 2);
    assert_eq!(to_toml(&masked, true), written);
}

#[test]
fn one_upstream_on_the_command_line_needs_no_file() {
    let Loaded { config, warnings } =
        for_upstream("http://10.0.0.5:8000", Some("127.0.0.1:0"), None, None).unwrap();
    assert_eq!(warnings, []);
    assert_eq!(config.sites[0].hosts, [HostPattern::Any]);
    assert_eq!(config.listen.https, ["127.0.0.1:0".parse().unwrap()]);
    assert_eq!(
        for_upstream("demo", None, None, None).unwrap().config.sites[0].upstream,
        Upstream::Demo
    );
    let report = for_upstream("ftp://x", Some("8443"), Some("0.0.0.0:9180"), None)
        .unwrap_err()
        .to_string();
    for expected in [
        "--https: \"8443\" has no address\n  expected an IP address",
        "--http: \"0.0.0.0:9180\" is taken by admin.listen",
        "--upstream: \"ftp://x\" has a scheme",
    ] {
        assert!(report.contains(expected), "{report}");
    }
    assert!(!report.contains("site"), "{report}");
}

#[test]
fn a_catalogue_holds_vendors_and_nothing_else() {
    let text =
        "[[vendor]]\nname = \"X\"\npurpose = \"marketing\"\ncookies = [{ name = \"_x_#\" }]\n";
    let vendors = vendors_from_catalogue(text).unwrap();
    assert_eq!(
        (vendors[0].name.as_str(), vendors[0].purpose),
        ("X", Purpose::Marketing)
    );
    let report = vendors_from_catalogue(&format!("mode = \"enforce\"\n{text}{text}")).unwrap_err();
    assert_eq!(report.mistakes.len(), 2, "{report}");
}

#[test]
fn a_hostile_file_ends_in_a_report() {
    for text in [
        "[".repeat(100_000),
        "a = ".to_owned() + &"[".repeat(100_000),
        "\u{0}".to_owned(),
        "a.".repeat(50_000),
    ] {
        assert!(read(&text).is_err());
    }
}

#[test]
fn a_file_that_breaks_off_anywhere_is_read_or_reported() {
    for (index, _) in UNUSUAL.char_indices() {
        if let Err(report) = read(&UNUSUAL[..index]) {
            assert_ne!(report.mistakes, [], "{index}");
        }
    }
}
