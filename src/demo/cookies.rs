//! The cookies that every page of the demonstration sets, and those that came back.
//!
//! Names, values and lifetimes are those that the vendors' own tags write, at their longest, and
//! the attributes are as careless as on many websites (no `Secure`, no `SameSite`, ten years):
//! what the gateway upgrades, caps and strips can be seen. Every value is invented and constant.

use super::cart::Cart;

const MINUTE: u32 = 60;
const DAY: u32 = 24 * 60 * MINUTE;

/// Whose cookie it is, as a visitor would say it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Owner {
    /// The shop's.
    Shop,
    /// Another company's.
    Tracker,
}

/// How long a cookie asks to be kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Lifetime {
    /// Until the browser closes.
    Session,
    /// `Max-Age`, in seconds.
    Seconds(u32),
    /// `Expires`, as older scripts write it.
    Expires(&'static str),
}

use Lifetime::{Expires, Seconds, Session};
use Owner::{Shop, Tracker};

/// A cookie: owner, name, value, lifetime, further attributes.
type Set = (Owner, &'static str, &'static str, Lifetime, &'static str);

/// All but `cart`, whose value depends on the visitor.
const COOKIES: [Set; 28] = [
    (
        Shop,
        "sid",
        "s%3A9fK2vQe7Lr0wXbT4.mZ81uYc5Hn",
        Session,
        "; HttpOnly",
    ),
    (Shop, "csrf", "c7b1e09a54d24f6d8f3a", Session, ""),
    (Shop, "lang", "en", Seconds(365 * DAY), ""),
    (Shop, "theme", "auto", Seconds(365 * DAY), ""),
    // Google Analytics
    (
        Tracker,
        "_ga",
        "GA1.1.1034872196.1795478400",
        Seconds(730 * DAY),
        "",
    ),
    (
        Tracker,
        "_gid",
        "GA1.1.558120943.1795478400",
        Seconds(DAY),
        "",
    ),
    (
        Tracker,
        "_ga_7QK2M9XW4T",
        "GS2.1.s1795478400$o1$g1$t1795478461$j59$l0$h0",
        Seconds(730 * DAY),
        "",
    ),
    // Google Ads
    (
        Tracker,
        "_gcl_au",
        "1.1.1987654321.1795478400",
        Seconds(90 * DAY),
        "",
    ),
    // Hotjar
    (
        Tracker,
        "_hjSessionUser_3141592",
        "eyJpZCI6IjVmMGM3ZTIxLTk0YTMtNTNkYiIsImNyZWF0ZWQiOjE3OTU0Nzg0MDAwMDB9",
        Seconds(365 * DAY),
        "; SameSite=None; Secure",
    ),
    (
        Tracker,
        "_hjSession_3141592",
        "eyJpZCI6ImI4ZDYyZjQ0LTNlMTEtNGM5MCIsImMiOjE3OTU0Nzg0MDAwMDB9",
        Seconds(30 * MINUTE),
        "; SameSite=None; Secure",
    ),
    // VWO
    (
        Tracker,
        "_vwo_uuid",
        "D4C1A7F09B3E52686FA1C09D7E35B2F48",
        Expires("Sun, 24 Nov 2036 00:00:00 GMT"),
        "",
    ),
    (
        Tracker,
        "_vwo_uuid_v2",
        "D4C1A7F09B3E52686FA1C09D7E35B2F48|7d3f0b9ce1a24865f20c94bb1d67ae53",
        Seconds(366 * DAY),
        "",
    ),
    (Tracker, "_vis_opt_s", "1%7C", Seconds(100 * DAY), ""),
    // AdRoll
    (
        Tracker,
        "__adroll_fpc",
        "2b8f6c1d9e0a47358c64f1b7a093d52e-1795478400000",
        Seconds(365 * DAY),
        "",
    ),
    (
        Tracker,
        "__ar_v4",
        "QX7LN2VZJ5BHTM4RC6WKSD%3A20261124%3A1%7CY3PFA8GUE9OIX1%3A20261124%3A1",
        Seconds(365 * DAY),
        "",
    ),
    // Facebook
    (
        Tracker,
        "_fbp",
        "fb.1.1795478400123.748219305",
        Seconds(90 * DAY),
        "; SameSite=Lax",
    ),
    // LinkedIn
    (
        Tracker,
        "li_fat_id",
        "3e9a1c72-60bd-4f18-9d25-a8c4417be0f6",
        Seconds(30 * DAY),
        "",
    ),
    (
        Tracker,
        "bcookie",
        "\"v=2&81f0c4d7-2b96-4ae3-8c15-f07d3ba9e642\"",
        Seconds(365 * DAY),
        "; SameSite=None; Secure",
    ),
    (
        Tracker,
        "UserMatchHistory",
        "AQJ4xkW0v1TnPAAAAZr7Qm2Hc9dLs5eYbGfU3oRiKzVw8MtXpB",
        Seconds(30 * DAY),
        "; SameSite=None; Secure",
    ),
    // YouTube
    (
        Tracker,
        "VISITOR_INFO1_LIVE",
        "h7Rk2XwPq9E",
        Seconds(180 * DAY),
        "; HttpOnly; Secure; SameSite=None",
    ),
    (
        Tracker,
        "YSC",
        "Zt4mVb0LsQy",
        Session,
        "; HttpOnly; Secure; SameSite=None",
    ),
    // TikTok
    (
        Tracker,
        "_ttp",
        "01KAV5J9M3XQ7TZC8R2WN4GDBE_.tt.1",
        Seconds(390 * DAY),
        "",
    ),
    // Microsoft
    (
        Tracker,
        "_uetsid",
        "5c2e9d10c8f411f1a0b7d3e6425f98ab",
        Seconds(DAY),
        "",
    ),
    (
        Tracker,
        "_uetvid",
        "5c2ec420c8f411f19e1cb5d07a83f264",
        Seconds(390 * DAY),
        "",
    ),
    (
        Tracker,
        "_clck",
        "1m7qz4x%5E2%5Eg1d%5E0%5E2154",
        Seconds(365 * DAY),
        "",
    ),
    (
        Tracker,
        "_clsk",
        "9v3kd8%5E1795478400512%5E1%5E1%5Es.clarity.ms%2Fcollect",
        Seconds(DAY),
        "",
    ),
    // Pinterest
    (
        Tracker,
        "_pin_unauth",
        "dWlkPVptUTNOalZrTldVdE1EWTFPUzAwTlRZMUxXSXpZ",
        Seconds(365 * DAY),
        "",
    ),
    (
        Tracker,
        "_derived_epik",
        "dj0yJnU9SzJwVEhfN2ZOUjlXMUxzWHZCcUVjNW1kT1lBM2dJaTg",
        Seconds(365 * DAY),
        "",
    ),
];

/// One `Set-Cookie` value for each cookie, the shop's own first.
pub(super) fn set_by_every_page(cart: &Cart) -> impl Iterator<Item = String> {
    let others = COOKIES
        .iter()
        .map(|(_, name, value, lifetime, attributes)| {
            let lifetime = match lifetime {
                Session => String::new(),
                Seconds(seconds) => format!("; Max-Age={seconds}"),
                Expires(date) => format!("; Expires={date}"),
            };
            format!("{name}={value}; Path=/{lifetime}{attributes}")
        });
    std::iter::once(cart.set_cookie()).chain(others)
}

/// How many cookies a page sets: all, and those of other companies.
pub(super) fn counts() -> (usize, usize) {
    let others = COOKIES.iter().filter(|set| set.0 == Tracker).count();
    (COOKIES.len() + 1, others)
}

/// The name and value of each cookie pair, in order (RFC 6265 §4.2.1); a pair without `=` is a name.
pub(super) fn pairs(cookie_fields: &[String]) -> impl Iterator<Item = (&str, &str)> {
    cookie_fields
        .iter()
        .flat_map(|field| field.split(';'))
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (name.trim(), value.trim()))
        .filter(|(name, value)| !name.is_empty() || !value.is_empty())
}

/// Whose cookie a name that arrived is; what the shop never heard of counts as its own.
pub(super) fn owner(name: &str) -> Owner {
    COOKIES
        .iter()
        .find(|set| set.1 == name)
        .map_or(Shop, |set| set.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cookie_is_set_once_with_a_path() {
        let all: Vec<String> = set_by_every_page(&Cart::default()).collect();
        assert_eq!(all.len(), counts().0);
        let mut names: Vec<&str> = all.iter().filter_map(|set| set.split('=').next()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all.len());
        for set in &all {
            assert!(set.contains("; Path=/"), "{set}");
            assert!(http::HeaderValue::from_str(set).is_ok(), "{set}");
        }
    }

    #[test]
    fn pairs_are_told_apart_by_semicolons_of_every_field() {
        let fields = ["a=1; b=2=3;; ".to_owned(), "c; =d".to_owned()];
        assert_eq!(
            pairs(&fields).collect::<Vec<_>>(),
            [("a", "1"), ("b", "2=3"), ("c", ""), ("", "d")]
        );
    }

    #[test]
    fn an_unknown_cookie_is_not_called_a_tracker() {
        for (name, expected) in [
            ("_ga", Tracker),
            ("sid", Shop),
            ("cart", Shop),
            ("_gallery", Shop),
        ] {
            assert_eq!(owner(name), expected, "{name}");
        }
    }
}
