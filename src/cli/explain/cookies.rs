//! What becomes of each cookie, of the request and of the website's answer.

use http::header;

use super::why;
use crate::{
    cli::layout::Text,
    privacy::{
        CAPPED_COOKIE, CONSENT_COOKIE, FieldValue, Policy, Verdict, cookie_name, request_pairs,
    },
    serve::{Answer, Rehearsed},
};

const TO_CHANGE: &str = "(cookies.keep lets one pass always; [[vendor]] says whose it is.)";

/// A cookie's name as text.
pub(super) fn shown_name(name: &[u8]) -> String {
    if name.is_empty() {
        "(no name)".to_owned()
    } else {
        String::from_utf8_lossy(name).into_owned()
    }
}

/// The cookies that the browser sends.
pub(super) fn of_request(text: &mut Text, rehearsed: &Rehearsed, policy: &Policy) {
    let consent = &rehearsed.cookies.consent;
    let rows: Vec<[String; 4]> = request_pairs(&rehearsed.fields)
        .map(|pair| {
            let verdict = policy.verdict(pair.name, consent);
            let what = match verdict {
                Verdict::Stripped(_) if !policy.enforces() => "would be stripped",
                Verdict::Stripped(_) if is_expired(pair.name, rehearsed) => "stripped, expired",
                Verdict::Stripped(_) => "stripped",
                _ if pair.name == CAPPED_COOKIE.as_bytes() && policy.enforces() => "stays here",
                _ if is_set_again(pair.name, rehearsed) => "passes, set again",
                Verdict::Kept(_) | Verdict::KeptForSession => "passes",
            };
            let [why, who] = why::cookie(pair.name, policy, consent, verdict);
            [shown_name(pair.name), what.to_owned(), why, who]
        })
        .collect();
    if !rows.is_empty() {
        text.title("Cookies of the request");
        text.rows(&rows);
        text.note(TO_CHANGE);
    }
}

fn is_expired(name: &[u8], rehearsed: &Rehearsed) -> bool {
    let mut lines = rehearsed.cookies.evictions.lines().iter();
    matches!(rehearsed.answer, Answer::Website(_))
        && lines.any(|line| cookie_name(line.as_bytes()) == name)
}

/// Whether the answer gives the cookie a new life, behind what expires its other forms.
fn is_set_again(name: &[u8], rehearsed: &Rehearsed) -> bool {
    let Answer::Website(answer) = &rehearsed.answer else {
        return false;
    };
    let names = |line: &FieldValue| cookie_name(line.as_bytes()) == name;
    let set = answer.set_cookies.iter().any(|(line, _)| names(line));
    !set && answer.fields.get_all(&header::SET_COOKIE).any(names) && !is_expired(name, rehearsed)
}

/// The cookies that the website sets.
pub(super) fn of_answer(
    text: &mut Text,
    set_cookies: &[(FieldValue, Option<FieldValue>)],
    rehearsed: &Rehearsed,
    policy: &Policy,
) {
    let rows: Vec<[String; 4]> = set_cookies
        .iter()
        .map(|(before, after)| answered(before, after.as_ref(), rehearsed, policy))
        .collect();
    if !rows.is_empty() {
        text.title("Cookies of the website's answer");
        text.rows(&rows);
        text.note(TO_CHANGE);
    }
}

fn answered(
    before: &FieldValue,
    after: Option<&FieldValue>,
    rehearsed: &Rehearsed,
    policy: &Policy,
) -> [String; 4] {
    let name = cookie_name(before.as_bytes());
    let verdict = policy.verdict(name, &rehearsed.cookies.consent);
    let [mut why, mut who] = why::cookie(name, policy, &rehearsed.cookies.consent, verdict);
    let what = match (after, verdict) {
        (None, _) if name == CONSENT_COOKIE.as_bytes() => {
            why = "not a choice".to_owned();
            who = "only the visitor gives consent".to_owned();
            "dropped"
        }
        (None, _) if name == CAPPED_COOKIE.as_bytes() => {
            who = "only privet sets it".to_owned();
            "dropped"
        }
        (None, _) => "dropped",
        (Some(_), Verdict::Stripped(_)) => "would be dropped",
        (Some(after), _) if after == before => "passes",
        (Some(after), _) => {
            who = format!("{who}; {}", changes(before, after));
            "upgraded"
        }
    };
    [shown_name(name), what.to_owned(), why, who]
}

/// Which attributes an upgrade changed.
fn changes(before: &FieldValue, after: &FieldValue) -> String {
    let attributes = |line: &FieldValue| -> Vec<String> {
        String::from_utf8_lossy(line.as_bytes())
            .split(';')
            .skip(1)
            .map(|attribute| attribute.trim().to_owned())
            .collect()
    };
    let (before, after) = (attributes(before), attributes(after));
    let only = |these: &[String], others: &[String], sign: &str| -> Vec<String> {
        let missing = these.iter().filter(|item| !others.contains(item));
        missing.map(|item| format!("{sign}{item}")).collect()
    };
    let mut changes = only(&before, &after, "-");
    changes.extend(only(&after, &before, "+"));
    changes.join(" ")
}
