//! What is in a `data:` URL (RFC 2397, and the "data: URL processor" of Fetch §6), which browsers render or
//! run like anything that they fetch.

use std::borrow::Cow;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::host::decoded;
use crate::privacy::html::Syntax;

/// What a browser takes the content for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Page(Syntax),
    Script,
    Style,
    /// Something that fetches nothing.
    Other,
}

/// Whatever padding there is, browsers decode it.
const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A `data:` URL.
#[derive(Clone, Copy, Debug)]
pub(super) struct DataUrl<'a> {
    pub(super) kind: Kind,
    body: &'a [u8],
    is_base64: bool,
    /// It says that it is in UTF-16 or ISO-2022-JP.
    is_recoded: bool,
}

impl<'a> DataUrl<'a> {
    /// Reads what stands behind `data:`; `None` if no browser can.
    pub(super) fn read(text: &'a [u8]) -> Option<Self> {
        let comma = memchr::memchr(b',', text)?;
        let (head, body) = text.split_at_checked(comma)?;
        let head = head.trim_ascii().to_ascii_lowercase();
        let mut parts = head.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
        Some(Self {
            kind: kind(parts.next().unwrap_or_default()),
            body: body.get(1..)?,
            is_base64: parts.next_back() == Some(b"base64"),
            is_recoded: [
                "utf-16",
                "ucs-2",
                "unicode",
                "utf16",
                "iso-10646",
                "2022-jp",
                "2022jp",
            ]
            .iter()
            .any(|label| memchr::memmem::find(&head, label.as_bytes()).is_some()),
        })
    }

    /// Whether browsers read the content in an encoding whose markup is not ASCII. Nobody writes such a URL but to
    /// hide something in it.
    pub(super) fn is_disguised(self) -> bool {
        let content = self.content();
        let is_marked = content.starts_with(b"\xff\xfe") || content.starts_with(b"\xfe\xff");
        is_marked || self.is_recoded
    }

    /// The content, decoded; nothing if no browser can decode it.
    pub(super) fn content(self) -> Cow<'a, [u8]> {
        let body = decoded(self.body);
        if !self.is_base64 {
            return body;
        }
        let digits = body.iter().copied();
        let digits: Vec<u8> = digits.filter(|byte| !byte.is_ascii_whitespace()).collect();
        Cow::Owned(FORGIVING.decode(digits).unwrap_or_default())
    }
}

fn kind(essence: &[u8]) -> Kind {
    let ends = |end: &[u8]| essence.ends_with(end);
    if ends(b"/html") {
        Kind::Page(Syntax::Html)
    } else if ends(b"xml") {
        Kind::Page(Syntax::Xml)
    } else if ends(b"/css") {
        Kind::Style
    } else if ends(b"script") || memchr::memmem::find(essence, b"javascript").is_some() {
        Kind::Script
    } else {
        Kind::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_decoded_as_browsers_do() {
        for (text, expected) in [
            (
                "text/html,<b>%3Ci%3e",
                Some((Kind::Page(Syntax::Html), "<b><i>")),
            ),
            (
                "Text/HTML;charset=utf-8;base64,PGI+",
                Some((Kind::Page(Syntax::Html), "<b>")),
            ),
            ("text/css; BASE64 ,YQ", Some((Kind::Style, "a"))),
            (
                "text/javascript;base64,Z2%38o KQ",
                Some((Kind::Script, "go()")),
            ),
            (
                "image/svg+xml,%3Csvg/>",
                Some((Kind::Page(Syntax::Xml), "<svg/>")),
            ),
            (",a,b", Some((Kind::Other, "a,b"))),
            ("base64,YQ==", Some((Kind::Other, "YQ=="))),
            ("text/css;base64,Y", Some((Kind::Style, ""))),
            ("text/css", None),
        ] {
            let found = DataUrl::read(text.as_bytes()).map(|url| {
                let content = String::from_utf8_lossy(&url.content()).into_owned();
                (url.kind, content)
            });
            let expected = expected.map(|(kind, text)| (kind, text.to_owned()));
            assert_eq!(found, expected, "{text}");
        }
    }
}
