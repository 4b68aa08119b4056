//! `Set-Cookie` as bytes: what name it sets, and its attributes brought up to the operator's rules.
//!
//! RFC 6265bis §5.6. Only what must change is touched: name, value, unknown attributes, their
//! order and spelling stay. Lifetimes are capped in place; `Secure` and `SameSite` are added at
//! the end where they are missing. The additions never break a `__Host-` or `__Secure-` cookie
//! (§4.1.3): both demand `Secure`, and neither cares for `SameSite`.

use bytes::Bytes;

use super::{
    super::rules::SameSiteDefault,
    lifetime::{Edit, Lifetime, lifetime_edit},
    pairs::trim,
};
use crate::privacy::field_value::FieldValue;

/// The attributes that a cookie must have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Upgrade {
    pub(crate) secure: bool,
    pub(crate) same_site: SameSiteDefault,
    pub(crate) lifetime: Lifetime,
}

/// The name under which what a `Set-Cookie` line sets comes back; empty for a nameless cookie.
///
/// Of a nameless cookie a browser sends the value alone (RFC 6265bis §5.8.3), so `=a=1` comes back
/// as `a=1`.
pub fn cookie_name(line: &[u8]) -> &[u8] {
    let pair = trim(line.split(|byte| *byte == b';').next().unwrap_or_default());
    let pair = pair.strip_prefix(b"=").unwrap_or(pair);
    match memchr::memchr(b'=', pair) {
        Some(equals) => trim(pair.get(..equals).unwrap_or_default()),
        None => &[],
    }
}

/// The line with `upgrade` applied; `None` if it is as it should be already.
///
/// `now` is in seconds since 1970.
pub(crate) fn upgraded(line: &FieldValue, upgrade: Upgrade, now: i64) -> Option<FieldValue> {
    let mut pieces = line.as_bytes().split(|byte| *byte == b';');
    let pair = pieces.next().unwrap_or_default();
    let mut out = Vec::with_capacity(line.len() + 32);
    out.extend_from_slice(pair);
    let (mut secure, mut same_site, mut changed) = (false, false, false);
    for piece in pieces {
        let (name, value) = attribute(piece);
        if name.eq_ignore_ascii_case(b"secure") {
            secure = true;
        } else if name.eq_ignore_ascii_case(b"samesite") {
            same_site = true;
        } else if let Some(edit) = lifetime_edit(name, value, upgrade.lifetime, now) {
            changed = true;
            if let Edit::Replace(text) = edit {
                out.extend_from_slice(b"; ");
                out.extend_from_slice(name);
                out.push(b'=');
                out.extend_from_slice(text.as_bytes());
            }
            continue;
        }
        out.push(b';');
        out.extend_from_slice(piece);
    }
    if upgrade.secure && !secure {
        changed = true;
        out.extend_from_slice(b"; Secure");
    }
    let added = if same_site {
        ""
    } else {
        same_site_attribute(upgrade.same_site)
    };
    out.extend_from_slice(added.as_bytes());
    if !changed && added.is_empty() {
        return None;
    }
    FieldValue::from_shared(Bytes::from(out)).ok()
}

/// The attribute as it stands behind others; empty for [`SameSiteDefault::Leave`].
pub(super) fn same_site_attribute(default: SameSiteDefault) -> &'static str {
    match default {
        SameSiteDefault::Lax => "; SameSite=Lax",
        SameSiteDefault::Strict => "; SameSite=Strict",
        SameSiteDefault::None => "; SameSite=None",
        SameSiteDefault::Leave => "",
    }
}

fn attribute(piece: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b'=', piece) {
        Some(equals) => {
            let (name, value) = piece.split_at(equals);
            (trim(name), trim(value.get(1..).unwrap_or_default()))
        }
        None => (trim(piece), &[]),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 784_111_777; // Sun, 06 Nov 1994 08:49:37 GMT

    fn upgrade(lifetime: Lifetime) -> Upgrade {
        Upgrade {
            secure: true,
            same_site: SameSiteDefault::Lax,
            lifetime,
        }
    }

    #[test]
    fn attributes_are_upgraded_and_nothing_else_is_touched() {
        let day = Lifetime::AtMost(86_400);
        for (line, lifetime, expected) in [
            ("a=1", day, "a=1; Secure; SameSite=Lax"),
            (
                "a=1; Secure; SameSite=None",
                day,
                "a=1; Secure; SameSite=None",
            ),
            (
                "a=1;secure;  SAMESITE=strict",
                day,
                "a=1;secure;  SAMESITE=strict",
            ),
            (
                "a=\"x, y\"; Path=/; Priority=High; foo=bar; Partitioned; Secure",
                day,
                "a=\"x, y\"; Path=/; Priority=High; foo=bar; Partitioned; Secure; SameSite=Lax",
            ),
            (
                "a=1; Max-Age=60; Secure; SameSite=Lax",
                day,
                "a=1; Max-Age=60; Secure; SameSite=Lax",
            ),
            (
                "a=1; max-age = 99999; Secure; SameSite=Lax",
                day,
                "a=1; max-age=86400; Secure; SameSite=Lax",
            ),
            (
                "a=1; Expires=Sun, 06 Nov 2044 08:49:37 GMT; Path=/; Secure; SameSite=Lax",
                day,
                "a=1; Expires=Mon, 07 Nov 1994 08:49:37 GMT; Path=/; Secure; SameSite=Lax",
            ),
            (
                "a=1; Max-Age=99999999999999999999; Max-Age=9999999; Secure; SameSite=Lax",
                day,
                "a=1; Max-Age=86400; Max-Age=86400; Secure; SameSite=Lax",
            ),
            (
                "a=1; Max-Age=x; Secure; SameSite=Lax",
                day,
                "a=1; Max-Age=x; Secure; SameSite=Lax",
            ),
            (
                "a=1; Max-Age=60; Expires=Sun, 06 Nov 2044 08:49:37 GMT; HttpOnly",
                Lifetime::Session,
                "a=1; HttpOnly; Secure; SameSite=Lax",
            ),
            (
                "a=; Max-Age=0",
                Lifetime::Session,
                "a=; Max-Age=0; Secure; SameSite=Lax",
            ),
            (
                "__Host-sid=1; Path=/; Secure",
                day,
                "__Host-sid=1; Path=/; Secure; SameSite=Lax",
            ),
        ] {
            let value = FieldValue::try_from(line).expect("a value");
            let got = upgraded(&value, upgrade(lifetime), NOW).unwrap_or(value);
            assert_eq!(got.to_str().expect("text"), expected, "{line}");
        }
    }

    #[test]
    fn names_are_read_as_browsers_read_them() {
        for (line, expected) in [
            ("a=1; b=2", "a"),
            (" a = 1", "a"),
            ("=v", ""),
            ("=a=1", "a"),
            (" = a =1", "a"),
            ("v", ""),
            ("a;b=1", ""),
            ("", ""),
        ] {
            assert_eq!(cookie_name(line.as_bytes()), expected.as_bytes(), "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_line_keeps_its_pair_and_its_unknown_attributes(
            line in prop::collection::vec(any::<u8>(), 0..80), lifetime: Option<u32>, now: u32,
        ) {
            let _ = cookie_name(&line);
            let lifetime = lifetime.map_or(Lifetime::Session, Lifetime::AtMost);
            let Ok(value) = FieldValue::from_bytes(&line) else {
                return Ok(());
            };
            let got = upgraded(&value, upgrade(lifetime), now.into()).unwrap_or(value);
            let pieces = |line: &[u8]| -> Vec<Vec<u8>> {
                let pieces = line.split(|byte| *byte == b';').enumerate();
                let kept = pieces.filter(|(number, piece)| {
                    let name = attribute(piece).0;
                    *number == 0
                        || !(name.eq_ignore_ascii_case(b"max-age") || name.eq_ignore_ascii_case(b"expires"))
                });
                kept.map(|(_, piece)| piece.to_vec()).collect()
            };
            prop_assert!(pieces(got.as_bytes()).starts_with(&pieces(&line)));
        }

        #[test]
        fn the_pair_survives_whatever_it_holds(
            pair in "[ -:<-~]{0,40}", rest in "(;[ -~]{0,20}){0,4}",
        ) {
            let line = format!("{pair}{rest}");
            let value = FieldValue::try_from(line.as_str()).expect("a value");
            let got = upgraded(&value, upgrade(Lifetime::AtMost(60)), NOW).unwrap_or(value);
            let got_pair = got.as_bytes().split(|byte| *byte == b';').next().expect("a pair");
            prop_assert_eq!(got_pair, pair.as_bytes());
            prop_assert!(upgraded(&got, upgrade(Lifetime::AtMost(60)), NOW).is_none());
        }
    }
}
