//! Reads what the IAB's strings are made of: bits, from left to right, six to each character of
//! base64url (RFC 4648 §5, without padding).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// What a step of reading gives; else in what way the string is malformed or void.
pub(super) type Read<T> = Result<T, &'static str>;

/// Said of a string that claims more than it has.
pub(super) const CUT_OFF: &str = "is cut off";

/// Bytes behind the last, so that eight can be read wherever one is.
const PADDING: usize = 8;

/// See the module.
pub(super) struct Bits {
    bytes: Vec<u8>,
    /// How many bits there are.
    length: usize,
    /// How many have been read.
    at: usize,
}

impl Bits {
    /// The bits of `text`.
    pub(super) fn of(text: &[u8]) -> Read<Self> {
        if text.is_empty() {
            return Err("has a part that is empty");
        }
        let (fours, rest) = text.split_at(text.len() - text.len() % 4);
        let mut last = *b"AAAA";
        for (character, own) in last.iter_mut().zip(rest) {
            *character = *own;
        }
        let mut bytes = Vec::with_capacity(text.len() + PADDING);
        let is_read = URL_SAFE_NO_PAD.decode_vec(fours, &mut bytes).is_ok()
            && URL_SAFE_NO_PAD.decode_vec(last, &mut bytes).is_ok();
        if !is_read {
            return Err("is not base64url");
        }
        bytes.extend([0; PADDING]);
        Ok(Self {
            bytes,
            length: text.len() * 6,
            at: 0,
        })
    }

    /// How many bits are left.
    pub(super) fn left(&self) -> usize {
        self.length - self.at
    }

    /// Moves over `count` bits.
    pub(super) fn skip(&mut self, count: usize) -> Read<()> {
        if count > self.left() {
            return Err(CUT_OFF);
        }
        self.at += count;
        Ok(())
    }

    /// The next `count` bits, 1 to 32, as a number.
    pub(super) fn number(&mut self, count: u32) -> Read<u32> {
        let (byte, bit) = (self.at / 8, self.at % 8);
        self.skip(usize::try_from(count).unwrap_or(usize::MAX))?;
        let eight = self.bytes.get(byte..).and_then(|rest| rest.first_chunk());
        let eight = u64::from_be_bytes(*eight.ok_or(CUT_OFF)?) << bit;
        let number = eight.checked_shr(64 - count).unwrap_or(0);
        u32::try_from(number).map_err(|_| CUT_OFF)
    }

    /// The next `count` bits, at most 64, at the left of a word.
    pub(super) fn word(&mut self, count: usize) -> Read<u64> {
        let left = self.half(count.min(32))?;
        Ok(left << 32 | self.half(count.saturating_sub(32).min(32))?)
    }

    fn half(&mut self, count: usize) -> Read<u64> {
        match u32::try_from(count) {
            Ok(0) | Err(_) => Ok(0),
            Ok(count) => Ok(u64::from(self.number(count)?) << (32 - count)),
        }
    }

    /// The next bit.
    pub(super) fn flag(&mut self) -> Read<bool> {
        Ok(self.number(1)? == 1)
    }

    /// The next 16 bits: the id of a vendor.
    pub(super) fn vendor(&mut self) -> Read<u16> {
        u16::try_from(self.number(16)?).map_err(|_| CUT_OFF)
    }

    /// Checks that nothing follows but the zeros that fill the last byte or group.
    pub(super) fn end(mut self) -> Read<()> {
        while self.left() > 0 {
            let count = u32::try_from(self.left()).map_or(32, |left| left.min(32));
            if self.number(count)? != 0 {
                return Err("has more behind its end");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_read_from_left_to_right_and_never_beyond_the_end() {
        // D is 000011, B is 000001, _ is 111111.
        let mut bits = Bits::of(b"DB_").expect("base64url");
        assert_eq!(bits.number(6), Ok(3));
        assert_eq!(bits.flag(), Ok(false));
        assert_eq!(bits.number(8), Ok(0b0000_1111));
        assert_eq!(bits.left(), 3);
        assert_eq!(bits.number(4), Err(CUT_OFF));
        assert_eq!(bits.number(3), Ok(7));
        assert_eq!((bits.left(), bits.flag()), (0, Err(CUT_OFF)));
        let mut bits = Bits::of(b"A_______").expect("base64url");
        bits.skip(7).expect("enough");
        assert_eq!(bits.number(32), Ok(u32::MAX));
        for (text, expected) in [
            ("AAAA", Ok(())),
            ("B", Err("has more behind its end")),
            ("AAAAAAAAAAAAAB", Err("has more behind its end")),
        ] {
            let bits = Bits::of(text.as_bytes()).expect("base64url");
            assert_eq!(bits.end(), expected, "{text}");
        }
    }

    #[test]
    fn only_base64url_without_padding_is_read() {
        for text in ["", "AA==", "A+", "A/", "A.A", "A A", "\u{e9}"] {
            assert!(Bits::of(text.as_bytes()).is_err(), "{text}");
        }
    }
}
