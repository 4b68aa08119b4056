//! Broken pages in a real browser: what an HTML parser of others finds in `tests/gate`, Chromium's
//! own must find too.

use std::{collections::BTreeSet, sync::LazyLock};

use super::{
    nasty::nested,
    site::{BARE, BEHIND},
    visitor::Visitor,
};

/// A vendor of these tests.
const VENDOR: &str = "[[vendor]]\nname = \"Metrics\"\npurpose = \"analytics\"\n\
    hosts = [\"metrics.example\"]\n";

static PAGES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let image = "<img src='//metrics.example/x'>";
    let script = "<script src=//metrics.example/x></script>";
    let pages = [nested(image, script), nested(script, image)].concat();
    // Enough of them for every surrounding to meet some of the others.
    pages.into_iter().step_by(23).collect()
});

/// How many are shown at a time.
const AT_ONCE: usize = 48;

/// The page `broken/N`, or `broken/` with frames that show those from N on.
pub(super) fn answer(name: &str) -> Option<Vec<u8>> {
    let name = name.strip_prefix("broken/")?;
    if let Some(first) = name.strip_prefix("from/") {
        let first: usize = first.parse().ok()?;
        let frames = (first..PAGES.len()).take(AT_ONCE);
        let frames = frames.map(|number| format!("<iframe src=/broken/{number}></iframe>"));
        let frames: String = frames.collect();
        return Some(format!("<!doctype html>{frames}<p id=end>end").into_bytes());
    }
    let page = PAGES.get(name.parse::<usize>().ok()?)?;
    Some(page.clone().into_bytes())
}

/// The pages from `first` on by which the vendor is contacted.
fn contacting(visitor: &Visitor, host: &str, first: usize) -> BTreeSet<String> {
    let visit = visitor.visit(host, &format!("broken/from/{first}"));
    visit.contacts.into_iter().map(|it| it.referer).collect()
}

#[test]
fn no_broken_page_makes_chromium_contact_a_vendor() {
    let visitor = Visitor::arrive(VENDOR);
    let bare = contacting(&visitor, BARE, 0);
    assert!(bare.len() * 3 > AT_ONCE, "the stand-ins see {}", bare.len());
    // Nothing of that is under way when the other pages come.
    visitor.settle();
    let all = (0..PAGES.len()).step_by(AT_ONCE);
    let behind = all.flat_map(|first| contacting(&visitor, BEHIND, first));
    let behind: BTreeSet<String> = behind.collect();
    let shown = behind.iter().map(|address| {
        let number = address
            .rsplit('/')
            .next()
            .and_then(|it| it.parse::<usize>().ok());
        format!(
            "{address}: {:?}",
            number.and_then(|number| PAGES.get(number))
        )
    });
    let shown: Vec<String> = shown.collect();
    assert!(
        shown.is_empty(),
        "{}\n{} in all",
        shown.join("\n"),
        shown.len()
    );
}
