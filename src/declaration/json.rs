//! The declaration as JSON, a stable schema for programs.
//!
//! `{"format":"privet-declaration-1","site":"www.example.com","since":"2026-11-01","privacy_centre":
//! "/.privet/","purposes":[{"purpose":"analytics","parties":[{"vendor":"Hotjar","country":"MT","transfer":
//! "within the EEA","policy":"https://…","cookies":[{"name":"_hjSession_*","lifetime_seconds":1800}]}]}],
//! "unknown_cookies":["x_#"]}`. `vendor` is `null` for the website itself, `site` for one of any host;
//! `lifetime_seconds` is 0 until the browser closes and `null` where nobody bounds it. Names are patterns:
//! `*` for any characters, `#` for digits. Keys may be added, and none is removed or changes its meaning.

use serde_json::{Value, json};

use super::model::{Declaration, Party};

/// The whole declaration.
pub(crate) fn json(declaration: &Declaration) -> String {
    let purposes = declaration.purposes.iter().map(|(purpose, parties)| {
        json!({
            "purpose": purpose.name(),
            "parties": parties.iter().map(party).collect::<Vec<_>>(),
        })
    });
    let written = json!({
        "format": "privet-declaration-1",
        "site": declaration.site,
        "since": declaration.since,
        "privacy_centre": "/.privet/",
        "purposes": purposes.collect::<Vec<_>>(),
        "unknown_cookies": declaration.unknown,
    });
    format!("{written:#}\n")
}

fn party(party: &Party) -> Value {
    let cookies = party.cookies.iter().map(|cookie| {
        let seconds = cookie.lifetime.map(|lifetime| lifetime.as_secs());
        json!({"name": cookie.name, "lifetime_seconds": seconds})
    });
    json!({
        "vendor": party.name,
        "country": party.country,
        "transfer": party.transfer,
        "policy": party.policy,
        "cookies": cookies.collect::<Vec<_>>(),
    })
}
