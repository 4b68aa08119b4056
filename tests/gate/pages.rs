//! No page that privet lets through makes a browser contact a refused vendor, however the page is
//! written, and nothing else of it is lost.

use proptest::{
    prelude::*,
    sample::select,
    test_runner::{Config, TestCaseError, TestRunner},
};

use crate::{
    gate::{contacts, harmless},
    in_process::Gate,
    nasty::{AROUND, BETWEEN, ELEMENTS, MIXED, QUOTES, SPELLINGS, element, nested},
    oracle::Fetch,
};

/// Whether a value can do without quotes.
fn can_be_bare(spelling: &str) -> bool {
    !spelling.contains([' ', '\t', '\n', '\r', '"', '\'', '=', '<', '>', '`', '\x0C'])
}

/// Every element with every spelling, and what a page of it is.
fn every_element() -> Vec<String> {
    let mut pages = Vec::new();
    for spelling in SPELLINGS {
        for template in ELEMENTS {
            for quote in QUOTES {
                if !quote.is_empty() || can_be_bare(spelling) {
                    pages.push(element(template, spelling, quote));
                }
            }
        }
        let fits = can_be_bare(spelling) && !spelling.contains('\\');
        for template in MIXED.iter().filter(|_| fits) {
            pages.push(element(template, spelling, ""));
        }
    }
    pages
}

fn list(fetches: &[Fetch]) -> Vec<String> {
    let lines = fetches.iter().map(|it| format!("{}: {}", it.place, it.url));
    lines.collect()
}

/// What is wrong with what came out for `page`.
fn leaks(page: &str, out: &str) -> Option<String> {
    let left = contacts(out);
    (!left.is_empty()).then(|| format!("in:  {page:?}\nout: {out:?}\nstill: {:?}\n", list(&left)))
}

fn assert_none(wrong: &[String]) {
    let shown = wrong.iter().take(40).map(String::as_str);
    let shown: Vec<&str> = shown.collect();
    assert!(
        wrong.is_empty(),
        "{}\n{} in all",
        shown.join("\n"),
        wrong.len()
    );
}

#[test]
fn every_element_is_inert_in_every_spelling() {
    let gate = Gate::new("");
    let mut wrong = Vec::new();
    let (mut seen, mut all) = (0, 0);
    for page in every_element() {
        all += 1;
        seen += usize::from(!contacts(&page).is_empty());
        let page = format!("<!doctype html><title>t</title><p>a</p>{page}<p>b</p>");
        wrong.extend(leaks(&page, &gate.html(&page)));
    }
    assert!(seen * 10 > all * 9, "the oracle sees {seen} of {all}");
    assert_none(&wrong);
}

#[test]
fn every_element_is_inert_in_every_pair_of_surroundings() {
    let gate = Gate::new("");
    let mut wrong = Vec::new();
    let image = "<img src='//metrics.example/x'>";
    let script = "<script src=//metrics.example/x></script>";
    let style = "<style>@import '//metrics.example/x'</style>";
    for (inner, behind) in [(image, script), (script, style), (style, image)] {
        for page in nested(inner, behind) {
            wrong.extend(leaks(&page, &gate.html(&page)));
        }
    }
    assert_none(&wrong);
}

#[test]
fn styles_longer_than_the_memory_are_gated_to_their_end() {
    let gate = Gate::new("");
    let font = format!("url(data:font/woff2;base64,{})", "d09G".repeat(50_000));
    let vendors = "url(//metrics.example/x)";
    let mut wrong = Vec::new();
    for (open, close) in [
        ("<style>", "</style>"),
        ("<svg><style>&lt;", "</style></svg>"),
    ] {
        for style in [
            format!(
                "{}@font-face{{src:{font},{vendors}}}",
                "a{b:c}".repeat(30_000)
            ),
            format!("/*{}*/@import '//metrics.example/x';", "x".repeat(100_000)),
            format!("a{{b:{vendors}}}").repeat(10_000),
        ] {
            let page = format!("<!doctype html>{open}{style}{close}");
            let out = gate.html(&page);
            if !contacts(&out).is_empty() {
                wrong.push(format!("{open} {:.80}", style));
            }
            let in_pieces = gate.pass(page.as_bytes().chunks(4000));
            assert!(in_pieces == out.as_bytes(), "{open} in pieces");
        }
    }
    assert_none(&wrong);
}

#[test]
fn a_loader_is_found_anywhere_in_a_script_of_any_length() {
    let gate = Gate::new("");
    let loader = "(function(w,d,s,l,i){w[l]=w[l]||[];w[l].push({'gtm.start':new Date().getTime(),\
        event:'gtm.js'});var f=d.getElementsByTagName(s)[0],j=d.createElement(s),\
        dl=l!='dataLayer'?'&l='+l:'';j.async=true;j.src='https://www.googletagmanager.com/gtm.js?id='+i+dl;\
        f.parentNode.insertBefore(j,f);})(window,document,'script','dataLayer','GTM-X');";
    let code = "var a = 'b'; ".repeat(12_000);
    for at in [0, 1000, 49_000, 65_400, 65_536, 80_000, 150_000] {
        let (before, behind) = code.split_at(at / 13 * 13);
        for (open, close) in [
            ("<script>", "</script>"),
            ("<svg><script>", "</script></svg>"),
        ] {
            let page = format!("{open}{before}{loader}{behind}{close}<p>b");
            let out = gate.html(&page);
            let is_inert = out.contains("<script type=\"text/plain\" data-privet-vendor=");
            assert!(is_inert, "at {at} in {open}");
            let is_whole = out.contains(loader);
            let is_ended = out.contains("-->\n@") || out.contains("--&gt;\n@");
            assert_ne!(is_whole, is_ended, "at {at} in {open}");
            assert_eq!(
                out.contains("data-privet-reload"),
                is_ended,
                "at {at} in {open}"
            );
            let in_pieces = gate.pass(page.as_bytes().chunks(3000));
            assert!(in_pieces == out.as_bytes(), "at {at} in pieces");
        }
    }
    let page = format!("<script>{code}</script>");
    assert!(gate.html(&page) == page);
}

#[test]
fn what_belongs_to_no_vendor_is_still_fetched() {
    let gate = Gate::new("");
    let mut wrong = Vec::new();
    for template in ELEMENTS.iter().chain(MIXED) {
        let own = element(template, "https://cdn.other.example/own.js?a=1&amp;b=2", "");
        let own = format!("<!doctype html><title>t</title><p>a</p>{own}<p>b</p>");
        let out = gate.html(&own);
        if out != own {
            wrong.push(format!("in:  {own:?}\nout: {out:?}"));
        }
        // A vendor beside it changes nothing of it.
        let both = own.replace("<p>a</p>", "<p><script src=//metrics.example></script></p>");
        let out = gate.html(&both);
        if harmless(&out) != harmless(&both) {
            let (before, after) = (list(&harmless(&both)), list(&harmless(&out)));
            wrong.push(format!(
                "in:  {both:?}\nout: {out:?}\n{before:?}\n{after:?}"
            ));
        }
    }
    assert_none(&wrong);
}

/// Pages that are nested and broken at random.
fn pages() -> impl Strategy<Value = String> {
    let spelling = || select(SPELLINGS);
    let quote = select(QUOTES.as_slice());
    let simple = (select(ELEMENTS), spelling(), quote)
        .prop_map(|(template, spelling, quote)| element(template, spelling, quote));
    let mixed = (select(MIXED), spelling())
        .prop_map(|(template, spelling)| element(template, spelling, ""));
    let around = select(AROUND);
    let piece = prop_oneof![
        3 => simple,
        1 => mixed,
        3 => around.clone().prop_map(|(open, _)| open.to_owned()),
        2 => around.prop_map(|(_, close)| close.to_owned()),
        2 => select(BETWEEN).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 1..12).prop_map(|pieces| pieces.concat())
}

fn check(granted: &str, cases: u32, check: impl Fn(&Gate, &str) -> Result<(), TestCaseError>) {
    let gate = Gate::new(granted);
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&pages(), |page| check(&gate, &page));
    assert!(outcome.is_ok(), "{}", outcome.expect_err("a failure"));
}

#[test]
fn no_page_however_broken_makes_a_browser_contact_a_vendor() {
    check("", 2000, |gate, page| {
        let out = gate.html(page);
        match leaks(page, &out) {
            Some(leak) => Err(TestCaseError::fail(leak)),
            None => Ok(()),
        }
    });
}

#[test]
fn a_page_comes_out_the_same_however_it_comes_in() {
    check("", 200, |gate, page| {
        let page = page.as_bytes();
        let whole = gate.pass([page]).escape_ascii().to_string();
        let bytes = gate.pass(page.chunks(1)).escape_ascii().to_string();
        prop_assert_eq!(&bytes, &whole, "byte by byte");
        for at in 1..page.len() {
            let (first, second) = page.split_at(at);
            let parted = gate.pass([first, second]).escape_ascii().to_string();
            prop_assert_eq!(&parted, &whole, "parted at {}", at);
        }
        Ok(())
    });
}

#[test]
fn with_consent_a_page_comes_out_as_it_is_read() {
    // The gate changes nothing; the rewriter makes plain what browsers might read differently, above all
    // in pictures, formulas and pages of frames.
    check("analytics.media", 200, |gate, page| {
        let has = |name: &str| page.to_ascii_lowercase().contains(name);
        prop_assume!(!["<svg", "<math", "<frameset"].into_iter().any(has));
        let out = gate.html(page);
        prop_assert_eq!(list(&contacts(&out)), list(&contacts(page)));
        Ok(())
    });
}
