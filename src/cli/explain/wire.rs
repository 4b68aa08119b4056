//! What travels on: the fields that the website receives, and those that privet gives the browser.

use http::{HeaderName, header};

use super::{cookies::shown_name, show::Told, why};
use crate::{
    cli::layout::Text,
    privacy::{FieldLines, FieldValue, OriginRequest, Policy, cookie_name, pairs, removal},
    serve::Rehearsed,
};

/// The fields that do not reach the website, and why.
pub(super) fn removed(text: &mut Text, rehearsed: &Rehearsed) {
    let mut rows: Vec<[String; 2]> = Vec::new();
    for (name, value) in rehearsed.fields.iter() {
        let reason = removal(name, value.as_bytes(), &rehearsed.fields, rehearsed.client);
        if let Some(reason) = reason {
            let row = [name.to_string(), why::removal(reason).to_owned()];
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
    }
    if !rows.is_empty() {
        text.title("Fields removed from the request");
        text.rows(&rows);
    }
}

/// The parameters that are taken from the URL, and whose they are.
pub(super) fn click_identifiers(
    text: &mut Text,
    told: &Told<'_>,
    rehearsed: &Rehearsed,
    policy: &Policy,
) {
    let consent = &rehearsed.cookies.consent;
    let found = policy.click_identifiers(&told.arguments.url.target, consent);
    let rows: Vec<[String; 4]> = found
        .into_iter()
        .map(|(vendor, parameter)| {
            let name = parameter.split('=').next().unwrap_or_default();
            let known = policy.catalogue().vendor(vendor);
            let taken = if policy.enforces() {
                "taken off"
            } else {
                "would be taken off"
            };
            let whose = known.map_or(String::new(), |vendor| vendor.name.clone());
            let why = why::permission(vendor, policy, consent);
            [name.to_owned(), taken.to_owned(), why, whose]
        })
        .collect();
    if !rows.is_empty() {
        text.title("Click identifiers in the URL");
        text.rows(&rows);
        text.note("(third_parties.strip_click_identifiers)");
    }
}

/// The request as the website gets it.
pub(super) fn website_receives(text: &mut Text, origin: &OriginRequest) {
    text.title("The website receives");
    text.note(&format!("{} {}", origin.method(), origin.target()));
    for (name, value) in origin.fields().iter() {
        text.note(&format!("{name}: {}", shown_value(name, value)));
    }
}

/// A field's value without what is the visitor's secret.
fn shown_value(name: &HeaderName, value: &FieldValue) -> String {
    match *name {
        header::COOKIE => {
            let masked = pairs(value.as_bytes()).map(|pair| format!("{}=…", shown_name(pair.name)));
            masked.collect::<Vec<_>>().join("; ")
        }
        header::SET_COOKIE => shown_line(value),
        header::AUTHORIZATION => "…".to_owned(),
        _ => String::from_utf8_lossy(value.as_bytes()).into_owned(),
    }
}

/// A `Set-Cookie` line without the cookie's value.
fn shown_line(line: &FieldValue) -> String {
    let name = shown_name(cookie_name(line.as_bytes()));
    let line = String::from_utf8_lossy(line.as_bytes());
    let (pair, attributes) = line.split_once(';').unwrap_or((&line, ""));
    let value = match pair.split_once('=') {
        Some((_, value)) if value.trim().is_empty() => "",
        _ => "…",
    };
    let semicolon = if attributes.is_empty() { "" } else { ";" };
    format!("{name}={value}{semicolon}{attributes}")
}

/// The fields that privet adds to the answer or has a say in.
pub(super) fn visitor_receives(text: &mut Text, fields: &FieldLines) {
    text.title("The browser receives, with the other fields of the answer");
    let own = [
        header::SET_COOKIE,
        header::CACHE_CONTROL,
        header::STRICT_TRANSPORT_SECURITY,
        header::REFERRER_POLICY,
        HeaderName::from_static("permissions-policy"),
    ];
    for (name, value) in fields.iter().filter(|(name, _)| own.contains(name)) {
        text.note(&format!("{name}: {}", shown_value(name, value)));
    }
}
