//! Who is contacted by which page without consent, with consent to other purposes, with consent
//! to just what it takes, and once consent comes.
//!
//! The pages are those of `tests/data/pages`; `tests/data/pages.tsv` says whom each contacts.

use std::collections::BTreeSet;

use privet::privacy::BUILT_IN_CATALOGUE;

use super::{
    site::{self, BARE, BEHIND},
    visitor::{Claim, PURPOSES, Visit, Visitor, claims},
};

/// Pages whose vendors write into the document while it is parsed: that can't be done later.
const WRITING: [&str; 2] = ["floodlight", "vwo-sync"];

/// Pages that made something of what stands in for a vendor: only a new page can make it again.
const MAKING: [&str; 1] = ["vimeo-embed"];

/// What is wrong with a visit on which nobody should have been contacted.
fn noise(page: &str, visit: &Visit) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut say = |what: String| wrong.push(format!("{page}: {what}"));
    for contact in &visit.contacts {
        say(format!("contacts {contact}"));
    }
    let asked = visit.hosts();
    for name in &visit.names {
        if !asked.contains(name.as_str()) {
            say(format!("shakes hands with {name}"));
        }
    }
    for name in &visit.cookies {
        say(format!("has the cookie {name}"));
    }
    wrong.extend(damage(page, visit));
    wrong
}

/// What does not work on a page.
fn damage(page: &str, visit: &Visit) -> Vec<String> {
    let errors = visit.errors.iter();
    let mut wrong: Vec<String> = errors.map(|error| format!("{page}: {error}")).collect();
    if !visit.hidden.is_empty() {
        wrong.push(format!("{page}: can't be seen: {}", visit.hidden));
    }
    wrong
}

/// What one visit led to and the other did not.
fn difference(page: &str, bare: &Visit, behind: &Visit) -> Vec<String> {
    let (without, with) = (bare.sorted(), behind.sorted());
    let lost = without.iter().filter(|it| !with.contains(it));
    let lost = lost.map(|it| format!("{page}: lost {it}"));
    let new = with.iter().filter(|it| !without.contains(it));
    let new = new.map(|it| format!("{page}: new {it}"));
    let mut wrong: Vec<String> = lost.chain(new).collect();
    if wrong.is_empty() && without.len() != with.len() {
        wrong.push(format!(
            "{page}: {} contacts, not {}",
            with.len(),
            without.len()
        ));
    }
    if bare.cookies != behind.cookies {
        let (without, with) = (&bare.cookies, &behind.cookies);
        wrong.push(format!("{page}: has the cookies {with:?}, not {without:?}"));
    }
    wrong
}

fn assert_none(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{}\n{} in all",
        wrong.join("\n"),
        wrong.len()
    );
}

/// The purposes that a page's vendors need.
fn needed(claims: &[Claim]) -> Vec<&'static str> {
    let needed = |purpose: &&str| claims.iter().any(|claim| claim.purposes.contains(purpose));
    PURPOSES.into_iter().filter(needed).collect()
}

#[test]
fn every_vendor_of_the_pages_is_in_the_catalogue() {
    let claims = claims();
    for claim in claims.values().flatten() {
        let name = format!("name    = \"{}\"\n", claim.vendor);
        assert!(BUILT_IN_CATALOGUE.contains(&name), "{name}");
    }
}

#[test]
fn without_consent_nobody_is_contacted_and_every_page_works() {
    let visitor = Visitor::arrive("");
    let pages = site::pages().into_iter();
    let wrong: Vec<String> = pages
        .flat_map(|page| noise(&page, &visitor.visit(BEHIND, &page)))
        .collect();
    assert_none(&wrong);
}

#[test]
fn consent_to_all_other_purposes_makes_nobody_be_contacted() {
    let visitor = Visitor::arrive("");
    let mut wrong = Vec::new();
    for (page, claims) in claims() {
        let needed = needed(&claims);
        let others = PURPOSES.into_iter();
        let others: Vec<&str> = others.filter(|it| !needed.contains(it)).collect();
        if !others.is_empty() {
            visitor.grant(&others);
            let vendors: Vec<&str> = claims.iter().map(|claim| claim.vendor).collect();
            let title = format!("{page} ({})", vendors.join(", "));
            wrong.extend(noise(&title, &visitor.visit(BEHIND, &page)));
        }
    }
    assert_none(&wrong);
}

#[test]
fn consent_to_what_it_takes_gives_each_vendor_what_it_gets_without_privet() {
    let visitor = Visitor::arrive("");
    let mut wrong = Vec::new();
    for (page, claims) in claims() {
        visitor.start_afresh();
        let bare = visitor.visit(BARE, &page);
        let claimed: BTreeSet<&str> = claims.iter().flat_map(|it| it.hosts.clone()).collect();
        assert_eq!(bare.hosts(), claimed, "{page}: the stand-ins see them");
        assert_none(&damage(&page, &bare));

        visitor.start_afresh();
        visitor.grant(&needed(&claims));
        let behind = visitor.visit_for(BEHIND, &page, bare.contacts.len());
        wrong.extend(damage(&page, &behind));
        wrong.extend(difference(&page, &bare, &behind));
    }
    assert_none(&wrong);
}

#[test]
fn consent_given_on_the_page_brings_every_vendor_to_life() {
    let visitor = Visitor::arrive("");
    let mut wrong = Vec::new();
    for (page, claims) in claims() {
        visitor.start_afresh();
        visitor.visit(BEHIND, &page);
        visitor.browser.run("window.same = true");
        let after = visitor.choose_on_the_page("accept-all");
        wrong.extend(damage(&page, &after));
        let claimed = claims.iter().flat_map(|claim| claim.hosts.clone());
        let claimed: BTreeSet<&str> = claimed.collect();
        let comes_later = WRITING.contains(&page.as_str());
        if !comes_later && after.hosts() != claimed {
            wrong.push(format!(
                "{page}: contacts {:?}, not {claimed:?}",
                after.hosts()
            ));
        }
        let is_same = visitor.browser.run("return window.same") == true;
        if !is_same && !MAKING.contains(&page.as_str()) {
            wrong.push(format!("{page}: was loaded anew"));
        }
    }
    assert_none(&wrong);
}

#[test]
fn each_purpose_alone_brings_its_own_vendors_of_a_page_with_many() {
    let visitor = Visitor::arrive("");
    let page = "many-vendors";
    let claims = &claims()[page];
    for purpose in PURPOSES {
        visitor.start_afresh();
        visitor.grant(&[purpose]);
        let visit = visitor.visit(BEHIND, page);
        assert_none(&damage(page, &visit));
        let granted = claims.iter().filter(|claim| claim.purposes == [purpose]);
        let expected: BTreeSet<&str> = granted.flat_map(|claim| claim.hosts.clone()).collect();
        assert_eq!(visit.hosts(), expected, "{purpose}");
    }
}

#[test]
fn without_scripts_nobody_is_contacted() {
    let visitor = Visitor::arrive("");
    visitor.switch_scripts_off();
    visitor.load(BARE, "facebook-pixel");
    let seen = visitor.world.contacts();
    assert!(!seen.is_empty(), "what stands in noscript is seen");
    let mut wrong = Vec::new();
    for page in site::pages() {
        visitor.load(BEHIND, &page);
        let contacts = visitor.world.contacts().into_iter();
        wrong.extend(contacts.map(|contact| format!("{page}: contacts {contact}")));
    }
    assert_none(&wrong);
}
