//! Reading a small form (`application/x-www-form-urlencoded`, URL Standard §5.1).

use std::future::poll_fn;

use http::header;

use crate::{
    privacy::FieldValue,
    serve::{exchange::Scene, refusal::Refusal},
    upstream::{BoxContent, ExchangeError},
};

/// A privacy choice is a few hundred bytes; a list of all vendors some thousand.
const FORM_LIMIT: usize = 32 * 1024;

/// The fields of a form, in order.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads the whole content, which is refused beyond a bound.
    pub(super) async fn read(
        scene: &Scene<'_>,
        content: Option<BoxContent>,
    ) -> Result<Self, Refusal> {
        let media_type = scene.request.fields.get(&header::CONTENT_TYPE);
        if !media_type.is_none_or(is_form) {
            return Err(Refusal::Form);
        }
        Ok(Self::parse(&whole(content, FORM_LIMIT).await?))
    }

    fn parse(bytes: &[u8]) -> Self {
        let pairs = bytes
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| {
                    let mut parts = pair.splitn(2, |byte| *byte == b'=');
                    let mut next = || decoded(parts.next().unwrap_or_default());
                    (next(), next())
                })
                .collect(),
        )
    }

    /// The first value of that name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Every value of that name.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.as_str())
    }
}

/// Whether a media type is that of forms, whatever its parameters.
fn is_form(media_type: &FieldValue) -> bool {
    let mut parts = media_type.as_bytes().split(|byte| *byte == b';');
    let essence = parts.next().unwrap_or_default().trim_ascii();
    essence.eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
}

/// The whole content, refused beyond `limit` bytes.
pub(super) async fn whole(content: Option<BoxContent>, limit: usize) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    if let Some(mut content) = content {
        while let Some(frame) = poll_fn(|cx| content.as_mut().poll_frame(cx)).await {
            let frame =
                frame.map_err(|failure| Refusal::Exchange(ExchangeError::Content(failure)))?;
            bytes.extend_from_slice(frame.data_ref().map_or(&[][..], AsRef::as_ref));
            if bytes.len() > limit {
                return Err(Refusal::ContentTooLarge);
            }
        }
    }
    Ok(bytes)
}

/// `+` as a space, percent-encoding undone, ill-formed UTF-8 replaced.
pub(super) fn decoded(text: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, beyond @ ..]) => match hexadecimal(*high, *low) {
                Some(byte) => {
                    bytes.push(byte);
                    rest = beyond;
                }
                None => bytes.push(b'%'),
            },
            _ => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The byte that two hexadecimal digits name.
pub(super) fn hexadecimal(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    Some(digit(high)? << 4 | digit(low)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_as_browsers_send_them() {
        let form = Form::parse(
            b"choice=save&purpose=analytics&purpose=media&return_to=%2Fa%3Fb%3D1+2&x&%zz=%",
        );
        assert_eq!(form.get("choice"), Some("save"));
        assert_eq!(
            form.all("purpose").collect::<Vec<_>>(),
            ["analytics", "media"]
        );
        assert_eq!(form.get("return_to"), Some("/a?b=1 2"));
        assert_eq!(form.get("x"), Some(""));
        assert_eq!(form.get("%zz"), Some("%"));
        assert_eq!(form.get("none"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
            let pairs = bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
            proptest::prop_assert_eq!(Form::parse(&bytes).0.len(), pairs.count());
        }
    }
}
