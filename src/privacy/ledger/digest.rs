//! SHA-256 digests, each made under a label, so that none can stand for one of another kind.

use std::fmt::{self, Write as _};

use aws_lc_rs::digest::{Context, SHA256};

/// 256 bits.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Digest([u8; 32]);

impl Digest {
    /// What comes before the first link.
    pub const ZERO: Self = Self([0; 32]);

    /// The digest of `label`, a line end, and `parts` one after the other. All parts but the last
    /// must be of one length each under a label, or two inputs could have one digest.
    pub fn of(label: &str, parts: &[&[u8]]) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(label.as_bytes());
        context.update(b"\n");
        for part in parts {
            context.update(part);
        }
        Self::from_slice(context.finish().as_ref()).unwrap_or_default()
    }

    /// From 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        from_hexadecimal(text).map(Self)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hexadecimal(&self.0, f)
    }
}

/// Writes bytes as lower-case hexadecimal digits.
pub(super) fn write_hexadecimal(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            f.write_char(char::from_digit(digit.into(), 16).unwrap_or('0'))?;
        }
    }
    Ok(())
}

/// Reads exactly `2 * N` hexadecimal digits, in lower case as they are written.
pub(super) fn from_hexadecimal<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_sha256_of_its_label_and_parts() {
        // printf 'a\nbc' | sha256sum
        let expected = "b4c620724d95022be9765d6f660a36f90835acab2437b5e8cd71812940b29346";
        let digest = Digest::of("a", &[b"b", b"c"]);
        assert_eq!(digest.to_string(), expected);
        assert_eq!(Digest::parse(&digest.to_string()), Some(digest));
        assert_eq!(digest, Digest::of("a", &[b"bc"]));
        assert_ne!(digest, Digest::of("a\nb", &[b"c"]));
    }

    #[test]
    fn only_whole_lower_case_digits_are_read() {
        let text = "00ff".repeat(16);
        assert!(Digest::parse(&text).is_some());
        for wrong in [
            "",
            "00",
            &text.to_uppercase(),
            &text.replace("ff", "fg"),
            &format!("{text}0"),
            &format!("{text}00"),
        ] {
            assert_eq!(Digest::parse(wrong), None, "{wrong}");
        }
    }
}
