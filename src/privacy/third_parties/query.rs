//! The parameters of a URL's query as servers read them, each with the bytes that it was written
//! in.

use std::borrow::Cow;

/// One parameter.
#[derive(Debug)]
pub(super) struct Parameter<'a> {
    /// As it was written.
    pub(super) written: &'a str,
    /// Percent-decoded once.
    pub(super) name: Cow<'a, [u8]>,
    value: &'a str,
}

impl Parameter<'_> {
    /// Percent-decoded once; empty where there is none.
    pub(super) fn value(&self) -> Cow<'_, [u8]> {
        decoded(self.value)
    }
}

/// The parameters of `query`, in order. Only `&` stands between them (WHATWG URL §5.1).
pub(super) fn parameters(query: &str) -> impl Iterator<Item = Parameter<'_>> {
    query.split('&').map(|written| {
        let (name, value) = written.split_once('=').unwrap_or((written, ""));
        Parameter {
            written,
            name: decoded(name),
            value,
        }
    })
}

/// `text` percent-decoded once; what is no escape stands for itself (WHATWG URL §1.3).
fn decoded(text: &str) -> Cow<'_, [u8]> {
    if !text.contains('%') {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let escaped = match after {
            [high, low, ..] if *byte == b'%' => digit(*high).zip(digit(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                bytes.push(high << 4 | low);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    Cow::Owned(bytes)
}

fn digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_decoded_once() {
        let found: Vec<_> = parameters("a=b=c&%61%2562=%3D%&x&=&%zz=%4")
            .map(|parameter| {
                (
                    parameter.name.into_owned(),
                    decoded(parameter.value).into_owned(),
                )
            })
            .collect();
        let expected = [
            ("a", "b=c"),
            ("a%62", "=%"),
            ("x", ""),
            ("", ""),
            ("%zz", "%4"),
        ];
        let expected = expected.map(|(name, value)| (name.into(), value.into()));
        assert_eq!(found, expected);
    }
}
