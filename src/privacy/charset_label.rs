//! The character encoding that a page of HTML declares in itself: the prescan of its first 1024
//! bytes (HTML §13.2.3.2).

use memchr::memmem;

/// How much of a page is looked at, bytes.
pub const PRESCANNED: usize = 1024;

/// The label that the first `meta` element with one gives in `page`, of which only the first
/// [`PRESCANNED`] bytes count.
pub fn declared_charset(page: &[u8]) -> Option<Vec<u8>> {
    let page = page.get(..PRESCANNED).unwrap_or(page);
    if !holds_meta(page) {
        return None;
    }
    let mut rest = Scanner(page);
    while let Some(place) = memchr::memchr(b'<', rest.0) {
        rest.skip(place);
        if rest.0.starts_with(b"<!--") {
            // `<!-->` ends at once.
            rest.skip(2);
            let end = memmem::find(rest.0, b"-->")?;
            rest.skip(end + 3);
        } else if rest.starts_element(b"<meta") {
            rest.skip(5);
            if let Some(label) = rest.meta() {
                return Some(label);
            }
        } else if matches!(rest.0, [b'<', b'a'..=b'z' | b'A'..=b'Z', ..] | [b'<', b'/', b'a'..=b'z' | b'A'..=b'Z', ..])
        {
            let name = rest
                .0
                .iter()
                .position(|byte| is_space(*byte) || *byte == b'>')?;
            rest.skip(name);
            while rest.attribute().is_some() {}
        } else if matches!(rest.0, [b'<', b'!' | b'/' | b'?', ..]) {
            rest.skip(memchr::memchr(b'>', rest.0)?);
        } else {
            rest.skip(1);
        }
    }
    None
}

/// Whether a `meta` may begin anywhere; many pages say in their fields all that it could say.
fn holds_meta(page: &[u8]) -> bool {
    memchr::memchr2_iter(b'm', b'M', page).any(|at| {
        let name = page.get(at..at + 4);
        name.is_some_and(|name| name.eq_ignore_ascii_case(b"meta"))
    })
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

/// What is left of the page.
struct Scanner<'a>(&'a [u8]);

impl<'a> Scanner<'a> {
    fn skip(&mut self, count: usize) {
        self.0 = self.0.get(count..).unwrap_or_default();
    }

    fn skip_while(&mut self, skipped: impl Fn(u8) -> bool) {
        let end = self.0.iter().position(|byte| !skipped(*byte));
        self.skip(end.unwrap_or(self.0.len()));
    }

    fn take_until(&mut self, ends: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.0.iter().position(|byte| ends(*byte));
        let (taken, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest;
        taken
    }

    fn starts_element(&self, tag: &[u8]) -> bool {
        self.0
            .split_at_checked(tag.len())
            .is_some_and(|(start, rest)| {
                let ends = rest
                    .first()
                    .is_some_and(|byte| is_space(*byte) || *byte == b'/');
                start.eq_ignore_ascii_case(tag) && ends
            })
    }

    /// The next attribute: name and value. `None` at the end of the tag.
    fn attribute(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        self.skip_while(|byte| is_space(byte) || byte == b'/');
        if matches!(self.0, [] | [b'>', ..]) {
            return None;
        }
        let first = self.0;
        self.skip(1);
        let rest = self.take_until(|byte| is_space(byte) || matches!(byte, b'=' | b'/' | b'>'));
        let name = first.get(..=rest.len()).unwrap_or_default();
        self.skip_while(is_space);
        let [b'=', ..] = self.0 else {
            return Some((name, b""));
        };
        self.skip(1);
        self.skip_while(is_space);
        let value = match self.0 {
            [quote @ (b'"' | b'\''), ..] => {
                self.skip(1);
                let value = self.take_until(|byte| byte == *quote);
                self.skip(1);
                value
            }
            _ => self.take_until(|byte| is_space(byte) || byte == b'>'),
        };
        Some((name, value))
    }

    /// The label of a `meta` element whose attributes follow.
    fn meta(&mut self) -> Option<Vec<u8>> {
        let (mut is_pragma, mut label, mut needs_pragma) = (false, None, false);
        while let Some((name, value)) = self.attribute() {
            let is = |known: &[u8]| name.eq_ignore_ascii_case(known);
            if is(b"http-equiv") {
                is_pragma |= value.eq_ignore_ascii_case(b"content-type");
            } else if is(b"charset") {
                (label, needs_pragma) = (Some(value.trim_ascii()), false);
            } else if is(b"content") && label.is_none() {
                label = label_in(value);
                needs_pragma = label.is_some();
            }
        }
        label
            .filter(|_| is_pragma || !needs_pragma)
            .map(<[u8]>::to_vec)
    }
}

/// The label in a value such as `text/html; charset=x` (HTML §2.5.6).
fn label_in(value: &[u8]) -> Option<&[u8]> {
    let lower = value.to_ascii_lowercase();
    let mut after = 0;
    while let Some(place) = memmem::find(lower.get(after..)?, b"charset") {
        after += place + b"charset".len();
        let mut rest = Scanner(value.get(after..)?);
        rest.skip_while(is_space);
        if let [b'=', ..] = rest.0 {
            rest.skip(1);
            rest.skip_while(is_space);
            return match rest.0 {
                [quote @ (b'"' | b'\''), ..] => {
                    rest.skip(1);
                    let end = memchr::memchr(*quote, rest.0)?;
                    rest.0.get(..end)
                }
                _ => Some(rest.take_until(|byte| is_space(byte) || byte == b';')),
            };
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_meta_with_a_label_declares_it() {
        for (page, expected) in [
            ("<meta charset=ISO-2022-JP>", Some("ISO-2022-JP")),
            (
                "<!doctype html><html lang=ja><META CHARSET = 'x' >",
                Some("x"),
            ),
            ("<meta name=a content=b><meta charset=\" y \">", Some("y")),
            (
                "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=z\">",
                Some("z"),
            ),
            (
                "<meta content='text/html; charset = \"z\"; a' http-equiv=content-type>",
                Some("z"),
            ),
            ("<meta content=\"text/html; charset=z\">", None),
            ("<!-- <meta charset=a> --><meta charset=b>", Some("b")),
            ("<!--><meta charset=b>", Some("b")),
            ("<p title='<meta charset=a>'><meta/charset=b>", Some("b")),
            ("<metal charset=a>", None),
            ("<? <meta charset=a><meta charset=b>", Some("b")),
            ("", None),
            ("<", None),
        ] {
            let label = declared_charset(page.as_bytes());
            let label = label.map(|label| String::from_utf8(label).expect("text"));
            assert_eq!(label.as_deref(), expected, "{page}");
        }
        let late = [" ".repeat(PRESCANNED), "<meta charset=a>".into()].concat();
        assert_eq!(declared_charset(late.as_bytes()), None);
    }
}
