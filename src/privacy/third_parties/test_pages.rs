//! What the tests of the gate share: vendors, a policy, and pages in pieces.

use std::{rc::Rc, sync::Arc, time::Duration};

use super::*;
use crate::privacy::{
    catalogue::Catalogue,
    consent::PlatformId,
    cookies::CookieDecision,
    field_lines::FieldLines,
    html::Syntax,
    policy::{Policy, Stripped},
    purpose::{Purpose, Purposes},
    rules::{
        AddressMethod, AddressRule, ConsentRules, CookieRules, HeaderRules, Mode, PolicyRules,
        SameSiteDefault, Signal, UnknownCookies, Vendor, VendorMarks,
    },
};

fn vendor(name: &str, purpose: Purpose, hosts: &[&str], snippets: &[&str]) -> Vendor {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Vendor {
        name: name.to_owned(),
        purpose,
        country: None,
        iab_vendor: None,
        cookies: Vec::new(),
        hosts: owned(hosts),
        paths: Vec::new(),
        policy: None,
        marks: VendorMarks {
            snippets: owned(snippets),
            tag_manager: name == "Tags",
            disguises: if name == "Heat" {
                vec!["*/collect.js?tid=H-*".to_owned()]
            } else {
                Vec::new()
            },
            ..VendorMarks::default()
        },
    }
}

fn vendors() -> Vec<Vendor> {
    let hosts = ["*.social.example", "social.example"];
    let pixel = [
        "www.social.example/tr*",
        "connect.social.example/*events.js",
    ];
    let tags = ["www.tags.example/gtm.js*", "www.tags.example/ns.html*"];
    let tube = ["www.tube.example/embed/*", "*.tubeimg.example"];
    vec![
        vendor(
            "Heat",
            Purpose::Analytics,
            &["*.heat.example"],
            &["_heat=*static.heat.example"],
        ),
        vendor(
            "Social pixel",
            Purpose::Marketing,
            &pixel,
            &["connect.social.example/*events.js"],
        ),
        vendor("Social posts", Purpose::Media, &hosts, &[]),
        vendor("Tube", Purpose::Media, &tube, &[]),
        vendor("Tags", Purpose::Marketing, &tags, &["tags.example/gtm.js"]),
        vendor("Fonts", Purpose::Functional, &["*.fonts.example"], &[]),
        vendor(
            "Platform",
            Purpose::Necessary,
            &["app.usercentrics.eu"],
            &[],
        ),
    ]
}

/// A policy by which these purposes are granted before any choice.
pub(super) fn policy(granted: &[Purpose], third_parties: ThirdPartyRules) -> Policy {
    let own = vendor("Own", Purpose::Analytics, &["stats.example.com"], &[]);
    let day = Duration::from_secs(86_400);
    let mirror = PlatformId::from_name("mirror").expect("a platform");
    let rules = PolicyRules {
        hosts: vec!["www.example.com".to_owned(), "*.example.com".to_owned()],
        mode: Mode::Enforce,
        address: AddressRule {
            method: AddressMethod::Truncate,
            ipv4_prefix: 24,
            ipv6_prefix: 48,
            pseudonym_rotation: day,
        },
        consent: ConsentRules {
            signals: vec![Signal::Privet, Signal::Platform(mirror)],
            platforms: Vec::new(),
            default: granted
                .iter()
                .copied()
                .fold(Purposes::NECESSARY, Purposes::with),
            gpc: Purposes::NONE,
            dnt: Purposes::NONE,
            policy_version: "1".to_owned(),
            lifetime: day,
            banner: false,
            clear_site_data: Vec::new(),
        },
        cookies: CookieRules {
            unknown: UnknownCookies::Keep,
            secure: true,
            same_site: SameSiteDefault::Lax,
            keep_same_site: Vec::new(),
            max_lifetime: day,
            keep: Vec::new(),
            evict: true,
            cap_script_set: false,
        },
        headers: HeaderRules {
            referrer_policy: None,
            permissions_policy: None,
            hide: Vec::new(),
        },
        third_parties,
    };
    Policy::new(rules, None, Arc::new(Catalogue::new(vendors(), vec![own])))
}

/// A page of www.example.com for that policy's first visit.
pub(super) fn context(policy: &Policy) -> PageContext {
    let fields = FieldLines::default();
    PageContext {
        host: "www.example.com".into(),
        base: "https://www.example.com/shop/".into(),
        cookies: Rc::new(CookieDecision::new(&fields, "www.example.com", policy, 0)),
        syntax: Syntax::Html,
        memory: 64 * 1024,
        nonce: None,
        frame_names: "f".into(),
        is_document: false,
        applies: true,
    }
}

/// The page, gated, and whose elements were; read whole, in two pieces parted at each place, and byte
/// by byte, with the same outcome.
pub(super) fn gated(policy: &Policy, context: &PageContext, page: &str) -> (String, Vec<Stripped>) {
    let (whole, told) = gate_page(policy, context.clone(), page.as_bytes()).expect("readable");
    let in_pieces = |pieces: &[&[u8]]| {
        let mut gate = PageGate::new(context.clone());
        let mut out = Vec::new();
        for piece in pieces {
            gate.write(policy, piece, &mut out).expect("readable");
        }
        gate.end(policy, &mut out).expect("readable");
        assert!(!gate.is_changed() || out != page.as_bytes());
        (out, gate.gated().to_vec())
    };
    for at in 0..=page.len() {
        let (first, second) = page.as_bytes().split_at(at);
        assert_eq!(
            in_pieces(&[first, second]),
            (whole.clone(), told.clone()),
            "split at {at}"
        );
    }
    let bytes: Vec<&[u8]> = page.as_bytes().chunks(1).collect();
    assert_eq!(
        in_pieces(&bytes),
        (whole.clone(), told.clone()),
        "byte by byte"
    );
    (String::from_utf8(whole).expect("text"), told)
}
