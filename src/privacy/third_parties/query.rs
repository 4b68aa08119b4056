//! The parameters of a URL's query as servers read them, each with the bytes that it was written
//! in.

use std::borrow::Cow;

use super::host::decoded;

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
        decoded(self.value.as_bytes())
    }
}

/// The parameters of `query`, in order. Only `&` stands between them (WHATWG URL §5.1).
pub(super) fn parameters(query: &str) -> impl Iterator<Item = Parameter<'_>> {
    query.split('&').map(|written| {
        let (name, value) = written.split_once('=').unwrap_or((written, ""));
        Parameter {
            written,
            name: decoded(name.as_bytes()),
            value,
        }
    })
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
                    decoded(parameter.value.as_bytes()).into_owned(),
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
