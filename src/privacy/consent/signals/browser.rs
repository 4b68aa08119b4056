//! What the browser itself says, by `Sec-GPC` and `DNT`, and the choice that it stores for privet.

use http::{HeaderName, header};
use memchr::memmem;

use super::super::{
    super::{cookies::pairs, field_lines::FieldLines, ledger::ConsentId},
    choice::{CONSENT_COOKIE, Choice, id_of},
    policy::ConsentPolicy,
};

const SEC_GPC: HeaderName = HeaderName::from_static("sec-gpc");

/// The stored choice, and whether some `privet_consent` cookie could not be read.
///
/// Of several cookies of that name (a browser sends one for each path and domain) only what all
/// of them grant is granted.
pub(in crate::privacy::consent) fn stored_choice(
    fields: &FieldLines,
    policy: &ConsentPolicy,
    now: i64,
) -> (Option<Choice>, bool) {
    let mut stored: Option<Choice> = None;
    let mut unreadable = false;
    let lines = fields.get_all(&header::COOKIE);
    // Most requests hold none; that is found out without splitting the field.
    let lines =
        lines.filter(|line| memmem::find(line.as_bytes(), CONSENT_COOKIE.as_bytes()).is_some());
    for pair in lines.flat_map(|line| pairs(line.as_bytes())) {
        if pair.name != CONSENT_COOKIE.as_bytes() {
            continue;
        }
        match Choice::read(pair.value, policy.rules(), policy.catalogue(), now) {
            Some(choice) => {
                stored = Some(match stored {
                    Some(other) => other.agreeing_with(&choice),
                    None => choice,
                });
            }
            None => unreadable = true,
        }
    }
    (stored, unreadable)
}

/// Under which name this browser's choices are recorded, whether or not the last one still holds;
/// `None` where cookies tell different ones.
pub fn consent_id(fields: &FieldLines) -> Option<ConsentId> {
    let lines = fields.get_all(&header::COOKIE);
    let pairs = lines.flat_map(|line| pairs(line.as_bytes()));
    let mut ids = pairs
        .filter(|pair| pair.name == CONSENT_COOKIE.as_bytes())
        .filter_map(|pair| id_of(pair.value));
    let first = ids.next()?;
    ids.all(|id| id == first).then_some(first)
}

/// Global Privacy Control: exactly `1`, however many lines a proxy joined; other values mean nothing.
pub(in crate::privacy) fn global_privacy_control(fields: &FieldLines) -> bool {
    fields
        .get_all(&SEC_GPC)
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
        .any(|value| value.trim_ascii() == b"1")
}

/// Do Not Track: `1` objects. `0` is no consent.
pub(in crate::privacy) fn do_not_track(fields: &FieldLines) -> bool {
    fields.get_all(&header::DNT).any(|value| value == "1")
}
