//! How long a cookie lives, and what of its lines says so: `Max-Age` and `Expires` (RFC 6265bis
//! §5.6.1, §5.6.2), each as often as it stands there, since browsers differ in which one counts.

use super::date;

/// What becomes of a cookie's lifetime.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Lifetime {
    /// No longer than so many seconds from now.
    AtMost(u32),
    /// No longer than the browser's session.
    Session,
}

/// What becomes of an attribute.
#[derive(Debug)]
pub(super) enum Edit {
    Remove,
    Replace(String),
}

/// What to do about an attribute that gives the cookie a life; `None` to leave it.
///
/// Browsers are more lenient than RFC 6265bis, each in its own way. What all of them read alike is
/// capped in place. What the RFC has them ignore, and some might not, goes, unless it is surely no
/// longer than it may be: whoever keeps to the RFC sees the same cookie.
pub(super) fn lifetime_edit(
    name: &[u8],
    value: &[u8],
    lifetime: Lifetime,
    now: i64,
) -> Option<Edit> {
    let is_max_age = name.eq_ignore_ascii_case(b"max-age");
    if !is_max_age && !name.eq_ignore_ascii_case(b"expires") {
        return None;
    }
    let (left, plain) = if is_max_age {
        match max_age(value) {
            Some(left) => (left, true),
            None => (odd_max_age(value)?, false),
        }
    } else {
        match date::parse(value) {
            Some(moment) => (moment.saturating_sub(now), date::is_plain(value)),
            // Five digits are the fewest in which a day, a year and an hour can be told.
            None if value.iter().filter(|byte| byte.is_ascii_digit()).count() < 5 => return None,
            None => return Some(Edit::Remove),
        }
    };
    let is_date = !is_max_age;
    match lifetime {
        // A cookie that is being deleted keeps its date: without one it would live on.
        Lifetime::Session if left > 0 => Some(Edit::Remove),
        Lifetime::AtMost(most) if left > i64::from(most) => Some(match (is_date, plain) {
            (false, true) => Edit::Replace(most.to_string()),
            (false, false) => Edit::Remove,
            (true, _) => Edit::Replace(date::imf_fixdate(now.saturating_add(most.into()))),
        }),
        // Written so that nobody reads another date.
        _ if is_date && !plain => Some(Edit::Replace(date::imf_fixdate(now.saturating_add(left)))),
        Lifetime::Session | Lifetime::AtMost(_) => None,
    }
}

/// RFC 6265bis §5.6.2: digits, or `-` and digits; anything else is to be ignored.
fn max_age(value: &[u8]) -> Option<i64> {
    let (negative, digits) = match value {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(if negative { -1 } else { whole(digits) })
}

/// What a lenient browser might take a malformed `Max-Age` for: Chromium takes `+9`, others take
/// the digits at the beginning of `9x`, or take quotes off. `None` where there is no number to take.
fn odd_max_age(value: &[u8]) -> Option<i64> {
    let is_around = |byte: &u8| matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'+');
    let start = value.iter().position(|byte| !is_around(byte))?;
    let number = value.get(start..).unwrap_or_default();
    let count = number
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (digits, rest) = number.split_at_checked(count)?;
    if digits.is_empty() {
        return None;
    }
    // `1e9` and `0x7fffffff` are numbers to somebody.
    let more = !rest.iter().all(is_around);
    Some(if more { i64::MAX } else { whole(digits) })
}

fn whole(digits: &[u8]) -> i64 {
    digits.iter().fold(0_i64, |number, digit| {
        number
            .saturating_mul(10)
            .saturating_add(i64::from(digit.saturating_sub(b'0')))
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::set_cookie::{Upgrade, upgraded},
        *,
    };
    use crate::privacy::{field_value::FieldValue, rules::SameSiteDefault};

    const NOW: i64 = 784_111_777; // Sun, 06 Nov 1994 08:49:37 GMT

    /// What is left of attributes that stand among others.
    fn attributes(given: &str, lifetime: Lifetime) -> String {
        let upgrade = Upgrade {
            secure: true,
            same_site: SameSiteDefault::Lax,
            lifetime,
        };
        let line = format!("a=1; Secure;{given}; SameSite=Lax");
        let line = FieldValue::try_from(line).expect("a value");
        let got = upgraded(&line, upgrade, NOW).unwrap_or(line);
        let text = got.to_str().expect("text").to_owned();
        let rest = text.strip_prefix("a=1; Secure").expect("before it");
        let rest = rest.strip_suffix("; SameSite=Lax").expect("behind it");
        rest.trim_start_matches([';', ' ']).to_owned()
    }

    #[test]
    fn no_spelling_of_a_lifetime_outlives_the_promise_in_any_browser() {
        const DAY: &str = "Mon, 07 Nov 1994 08:49:37 GMT";
        const FAR: &str = "Sun, 06 Nov 2044 08:49:37 GMT";
        for (given, expected) in [
            // One of two is over, or both, in any order and case.
            ("Max-Age=60; Expires={FAR}", "Max-Age=60; Expires={DAY}"),
            (
                "Expires=Sun, 06 Nov 1994 09:00:00 GMT; Max-Age=86401",
                "Expires=Sun, 06 Nov 1994 09:00:00 GMT; Max-Age=86400",
            ),
            (
                "EXPIRES={FAR}; mAx-AgE=999999",
                "EXPIRES={DAY}; mAx-AgE=86400",
            ),
            ("Max-Age=60; Max-Age=999999", "Max-Age=60; Max-Age=86400"),
            ("Max-Age=999999; Max-Age=60", "Max-Age=86400; Max-Age=60"),
            (
                "Expires={FAR}; Expires={FAR}",
                "Expires={DAY}; Expires={DAY}",
            ),
            ("Max-Age=86400", "Max-Age=86400"),
            ("Max-Age=-1", "Max-Age=-1"),
            ("Max-Age=0", "Max-Age=0"),
            ("Max-Age=0000000000000000000000086401", "Max-Age=86400"),
            (" \tMax-Age\t =\t 999999 ", "Max-Age=86400"),
            // No lifetime: the session's.
            ("Max-Age", "Max-Age"),
            ("Max-Age=", "Max-Age="),
            ("Expires", "Expires"),
            ("Expires=0", "Expires=0"),
            ("Expires=-1", "Expires=-1"),
            ("Max-Age=-", "Max-Age=-"),
            ("Max-Age=forever", "Max-Age=forever"),
            ("Max Age=999999", "Max Age=999999"),
            // RFC 6265bis ignores these, and not every browser does.
            ("Max-Age=+999999", ""),
            ("Max-Age=+60", "Max-Age=+60"),
            ("Max-Age=\"999999\"", ""),
            ("Max-Age=\"60\"", "Max-Age=\"60\""),
            ("Max-Age=999999x", ""),
            ("Max-Age=99 99999", ""),
            ("Max-Age=1e9", ""),
            ("Max-Age=0x7fffffff", ""),
            ("Max-Age=+99999999999999999999999", ""),
            ("Max-Age=60; Max-Age=+999999", "Max-Age=60"),
            ("Expires=2044-11-06T08:49:37Z", ""),
            ("Expires=06 Nov 20444 08:49:37 GMT", ""),
            ("Expires=06 Nov 2044 08:49 GMT", ""),
            ("Expires=06 Nov 2044 23:59:60 GMT", ""),
            ("Expires=06 Nov 2044 08:49:371", ""),
            ("Expires=11/06/2044 08:49:37 PM", ""),
            ("Expires=31 Nov 2044 08:49:37 GMT", ""),
            ("Expires=06 Nov 1600 08:49:37 GMT", ""),
            // The RFC reads these, and not every browser reads the same.
            (
                "Expires=06 Nov 1994xx 2044 08:49:37",
                "Expires=Sun, 06 Nov 1994 08:49:37 GMT",
            ),
            ("Expires=06th Nov 2044 08:49:37", "Expires={DAY}"),
            (
                "Expires=06 Nov 1994 09:00:00 PST",
                "Expires=Sun, 06 Nov 1994 09:00:00 GMT",
            ),
            // As they are meant to be, in each of their forms.
            (
                "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            ),
            (
                "Expires=Thu, 01-Jan-1970 00:00:01 GMT",
                "Expires=Thu, 01-Jan-1970 00:00:01 GMT",
            ),
            (
                "Expires=Thursday, 01-Jan-70 00:00:00 GMT",
                "Expires=Thursday, 01-Jan-70 00:00:00 GMT",
            ),
            ("Expires=Sunday, 06-Nov-44 08:49:37 GMT", "Expires={DAY}"),
            ("Expires=Sun Nov  6 08:49:37 2044", "Expires={DAY}"),
            ("Expires=\"Sun, 06 Nov 2044 08:49:37 GMT\"", "Expires={DAY}"),
        ] {
            let filled = |text: &str| text.replace("{FAR}", FAR).replace("{DAY}", DAY);
            let got = attributes(&filled(given), Lifetime::AtMost(86_400));
            assert_eq!(got, filled(expected), "{given}");
        }
    }

    #[test]
    fn a_cookie_for_the_session_keeps_only_what_deletes_it() {
        for (given, expected) in [
            ("Max-Age=+60", ""),
            ("Max-Age=60x", ""),
            ("Max-Age=+0", "Max-Age=+0"),
            ("Expires=06 Nov 2044 08:49 GMT", ""),
            (
                "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            ),
        ] {
            assert_eq!(attributes(given, Lifetime::Session), expected, "{given}");
        }
    }
}
