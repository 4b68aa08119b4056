//! What of a target and a referer may stand in the log.
//!
//! Query values show as `name=…` unless the operator lists the name (`log.query`); pieces of the path
//! that look personal as `…`; of the referer only its origin (RFC 6454 §6.1) is left. Works on
//! bytes as they came, splits only at ASCII delimiters, and hands out pieces: it allocates nothing.

use super::personal::{Decoded, holds_address, is_harmless, is_personal};

/// Beyond this a target is not read: the log shows less than that anyway.
const LONGEST_TARGET: usize = 4096;
/// The longest parameter name shown.
const LONGEST_NAME: usize = 64;
/// The longest host name (RFC 1035 §2.3.4).
const LONGEST_HOST: usize = 253;

/// What is shown of a text, in order.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Piece<'a> {
    /// Bytes as they came.
    Shown(&'a [u8]),
    /// Something that isn't shown.
    Hidden,
}

/// Methods in use (RFC 9110 §9, RFC 5789, WebDAV); a stranger can write anything in their place.
const METHODS: &[&str] = &[
    "-",
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "CONNECT",
    "OPTIONS",
    "TRACE",
    "PATCH",
    "COPY",
    "LOCK",
    "MKCOL",
    "MOVE",
    "PROPFIND",
    "PROPPATCH",
    "PURGE",
    "REPORT",
    "SEARCH",
    "UNLOCK",
];

/// The method, or `other` for one that nobody knows.
pub(super) fn method(method: &str) -> &str {
    if METHODS.contains(&method) {
        method
    } else {
        "other"
    }
}

/// Shows a path with its query. `shown` are the parameters whose values may be seen.
pub(super) fn target<'a>(target: &'a [u8], shown: &[String], show: &mut impl FnMut(Piece<'a>)) {
    let (read, is_cut) = within_reason(target);
    let end = memchr::memchr2(b'?', b'#', read).unwrap_or(read.len());
    let (path, rest) = read.split_at_checked(end).unwrap_or_default();
    self::path(path, show);
    match rest.split_first() {
        Some((b'?', parameters)) => {
            show(Piece::Shown(b"?"));
            query(parameters, shown, show);
        }
        Some(_) => {
            show(Piece::Shown(b"#"));
            show(Piece::Hidden);
        }
        None => {}
    }
    if is_cut {
        show(Piece::Hidden);
    }
}

/// A path as the log shows it, without its query.
pub(crate) fn shown_path(path: &str) -> String {
    let mut shown = Vec::new();
    let path = path.split(['?', '#']).next().unwrap_or_default();
    target(path.as_bytes(), &[], &mut |piece| match piece {
        Piece::Shown(bytes) => shown.extend_from_slice(bytes),
        Piece::Hidden => shown.extend_from_slice("…".as_bytes()),
    });
    String::from_utf8_lossy(&shown).into_owned()
}

/// The part of a target that is read; it ends where a piece ends, since half an e-mail address does
/// not look like one.
fn within_reason(target: &[u8]) -> (&[u8], bool) {
    let Some(start) = target
        .get(..LONGEST_TARGET)
        .filter(|_| target.len() > LONGEST_TARGET)
    else {
        return (target, false);
    };
    let end = memchr::memrchr3(b'/', b'?', b'&', start).map_or(0, |at| at + 1);
    (start.get(..end).unwrap_or_default(), true)
}

fn path<'a>(path: &'a [u8], show: &mut impl FnMut(Piece<'a>)) {
    let mut from = 0;
    let mut start = 0;
    for segment in path.split(|byte| *byte == b'/') {
        let end = start + segment.len();
        let visible = visible_length(segment);
        if visible < segment.len() {
            show(Piece::Shown(
                path.get(from..start + visible).unwrap_or_default(),
            ));
            show(Piece::Hidden);
            from = end;
        }
        start = end + 1;
    }
    if let Some(rest) = path.get(from..)
        && !rest.is_empty()
    {
        show(Piece::Shown(rest));
    }
}

/// How much of a path segment may be seen. Parameters hide in paths too: `page;jsessionid=…`,
/// `key=…`, or a whole URL that is percent-encoded.
fn visible_length(segment: &[u8]) -> usize {
    let head = memchr::memchr2(b';', b'=', segment).map_or(segment.len(), |at| at + 1);
    let name = segment.get(..head).unwrap_or_default();
    if is_harmless(name) {
        return head;
    }
    let name = name
        .strip_suffix(b";")
        .or_else(|| name.strip_suffix(b"="))
        .unwrap_or(name);
    let is_visible = Decoded::new(name).is_some_and(|name| {
        let holds_query = |byte: &u8| matches!(byte, b'?' | b'=' | b'&' | b';' | b'#');
        !name.bytes().iter().any(holds_query) && !is_personal(name.bytes())
    });
    if is_visible { head } else { 0 }
}

fn query<'a>(query: &'a [u8], shown: &[String], show: &mut impl FnMut(Piece<'a>)) {
    for (count, parameter) in query.split(|byte| *byte == b'&').enumerate() {
        if count > 0 {
            show(Piece::Shown(b"&"));
        }
        let Some(length) = memchr::memchr(b'=', parameter) else {
            // What stands alone may be a name or a value.
            if !parameter.is_empty() {
                show(Piece::Hidden);
            }
            continue;
        };
        let name = parameter.get(..length).unwrap_or_default();
        let value = parameter.get(length + 1..).unwrap_or_default();
        match parameter.get(..=length).filter(|_| is_name(name)) {
            Some(name) => show(Piece::Shown(name)),
            None => {
                show(Piece::Hidden);
                show(Piece::Shown(b"="));
            }
        }
        if shown.iter().any(|shown| shown.as_bytes() == name) && may_be_shown(value) {
            show(Piece::Shown(value));
        } else {
            show(Piece::Hidden);
        }
    }
}

/// Whether a parameter's name is one that a website would choose.
fn is_name(name: &[u8]) -> bool {
    if name.len() > LONGEST_NAME {
        return false;
    }
    let is_usual = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.:~$![]*".contains(byte);
    if is_harmless(name) {
        return name.iter().all(is_usual);
    }
    Decoded::new(name)
        .is_some_and(|name| name.bytes().iter().all(is_usual) && !is_personal(name.bytes()))
}

/// Whether a value that the operator wants to see is no address of a visitor.
fn may_be_shown(value: &[u8]) -> bool {
    Decoded::new(value).is_some_and(|value| {
        let is_address = value.bytes().split(|byte| *byte == b'+').any(holds_address);
        // An IPv4 address may be written as one number, too.
        let is_number =
            (8..=10).contains(&value.bytes().len()) && value.bytes().iter().all(u8::is_ascii_digit);
        !is_address && !is_number
    })
}

/// Shows a referer's origin. Returns whether it has one that can be named.
pub(super) fn origin<'a>(referer: &'a [u8], show: &mut impl FnMut(Piece<'a>)) -> bool {
    let Some(scheme) = memchr::memmem::find(referer.get(..16).unwrap_or(referer), b"://") else {
        return false;
    };
    let (scheme, rest) = referer.split_at_checked(scheme + 3).unwrap_or_default();
    if ![
        &b"https://"[..],
        b"http://",
        b"android-app://",
        b"ios-app://",
    ]
    .contains(&scheme)
    {
        return false;
    }
    let is_end = |byte: &u8| matches!(byte, b'/' | b'?' | b'#' | b'\\');
    let authority = rest.split(is_end).next().unwrap_or_default();
    let start = memchr::memrchr(b'@', authority).map_or(0, |at| at + 1);
    let host = authority.get(start..).unwrap_or_default();
    show(Piece::Shown(scheme));
    if is_host(host) {
        show(Piece::Shown(host));
    } else {
        show(Piece::Hidden);
    }
    true
}

/// Whether `host`, perhaps with a port, is a name and not an address. A name whose last label is a
/// number is an address to browsers (WHATWG URL, "ends in a number checker").
fn is_host(host: &[u8]) -> bool {
    let name = match memchr::memrchr(b':', host) {
        Some(colon) => {
            let (name, port) = host.split_at_checked(colon).unwrap_or_default();
            let digits = port.get(1..).unwrap_or_default();
            if digits.len() > 5 || !digits.iter().all(u8::is_ascii_digit) {
                return false;
            }
            name
        }
        None => host,
    };
    let is_usual = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_".contains(byte);
    let name = name.strip_suffix(b".").unwrap_or(name);
    let last = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    (1..=LONGEST_HOST).contains(&name.len())
        && name.iter().all(is_usual)
        && last.first().is_some_and(u8::is_ascii_alphabetic)
        && (is_harmless(name) || !is_personal(name))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed test may panic")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn join(pieces: &[Piece<'_>]) -> String {
        let text = pieces.iter().map(|piece| match piece {
            Piece::Shown(bytes) => String::from_utf8_lossy(bytes),
            Piece::Hidden => "…".into(),
        });
        text.collect()
    }

    fn shown(text: &[u8], names: &[&str]) -> String {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut pieces = Vec::new();
        target(text, &names, &mut |piece| pieces.push(piece));
        join(&pieces)
    }

    fn shown_origin(referer: &str) -> Option<String> {
        let mut pieces = Vec::new();
        origin(referer.as_bytes(), &mut |piece| pieces.push(piece)).then(|| join(&pieces))
    }

    #[test]
    fn values_and_personal_pieces_are_left_out() {
        for (target, expected) in [
            ("/", "/"),
            ("*", "*"),
            ("", ""),
            ("/shop/item/42", "/shop/item/42"),
            ("/search?q=jane+doe&page=2", "/search?q=…&page=…"),
            ("/search?", "/search?"),
            ("/search?jane", "/search?…"),
            ("/s?a=1&&b=&=x", "/s?a=…&&b=…&=…"),
            ("/s?a=1;token=2", "/s?a=…"),
            ("/s?a=b=c", "/s?a=…"),
            ("/s?filter%5Bcolour%5D=red", "/s?filter%5Bcolour%5D=…"),
            ("/s?jane%40example.com=1", "/s?…=…"),
            ("/s?203.0.113.7=1", "/s?…=…"),
            ("/s?jane+doe=1", "/s?…=…"),
            ("/u/jane@example.com/edit", "/u/…/edit"),
            ("/ip/203.0.113.7", "/ip/…"),
            ("/ip/2001%3Adb8%3A%3A7/", "/ip/…/"),
            ("/page;jsessionid=ABC123/x", "/page;…/x"),
            ("/user=jane/x", "/user=…/x"),
            ("/a#jane", "/a#…"),
            ("/r/https%3A%2F%2Fother%2F%3Fcode%3Dabc", "/r/…"),
            ("http://jane:secret@example.com/x", "http://…/x"),
            ("//a//b", "//a//b"),
        ] {
            assert_eq!(shown(target.as_bytes(), &[]), expected, "{target}");
        }
    }

    #[test]
    fn listed_values_are_shown_unless_they_are_addresses() {
        for (target, expected) in [
            ("/s?page=2&q=x", "/s?page=2&q=…"),
            ("/s?page=203.0.113.7", "/s?page=…"),
            ("/s?page=203%2E0.113.7", "/s?page=…"),
            ("/s?page=2001%3Adb8%3A%3A7", "/s?page=…"),
            ("/s?page=3405803783", "/s?page=…"),
            ("/s?Page=2", "/s?Page=…"),
        ] {
            assert_eq!(shown(target.as_bytes(), &["page"]), expected, "{target}");
        }
    }

    #[test]
    fn a_long_target_is_cut_where_a_piece_ends() {
        let long = format!("/{}jane@example.com", "a/".repeat(2042));
        let cut = shown(long.as_bytes(), &[]);
        assert!(cut.ends_with("a/…") && !cut.contains("jane"), "{cut}");
        assert_eq!(shown(&[b'a'; 9000], &[]), "…");
    }

    #[test]
    fn of_a_referer_only_the_origin_is_left() {
        for (referer, expected) in [
            (
                "https://www.example.com/secret?q=1#x",
                Some("https://www.example.com"),
            ),
            (
                "https://example.com:8443/",
                Some("https://example.com:8443"),
            ),
            (
                "http://jane:secret@example.com/",
                Some("http://example.com"),
            ),
            ("https://203.0.113.7/", Some("https://…")),
            ("https://[2001:db8::7]:8443/", Some("https://…")),
            ("https://3405803783/", Some("https://…")),
            ("https://0xcb.0x0.0x71.0x7/", Some("https://…")),
            ("https://ip-203-0-113-7.example.net/", Some("https://…")),
            ("https://203.0.113.7.example.net/", Some("https://…")),
            ("https://jane%40example.com/", Some("https://…")),
            ("https:///", Some("https://…")),
            ("https://example.com:jane/", Some("https://…")),
            (
                "android-app://com.example.reader/",
                Some("android-app://com.example.reader"),
            ),
            ("data:text/html,jane", None),
            ("/local?x", None),
            ("", None),
        ] {
            assert_eq!(shown_origin(referer).as_deref(), expected, "{referer}");
        }
    }

    proptest! {
        #[test]
        fn no_value_is_ever_shown(value in "[a-z]{6,12}", name in "[a-z]{1,5}", junk in "[^&?#]{0,8}") {
            let target = format!("/x?{junk}&{name}={value}&{junk}{value}");
            prop_assert!(!shown(target.as_bytes(), &[]).contains(&value), "{target}");
        }

        #[test]
        fn hostile_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            shown(&bytes, &["a"]);
            origin(&bytes, &mut |_| {});
        }
    }
}
