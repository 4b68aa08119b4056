//! The name under which a visitor's choices are recorded.
//!
//! It is random and says nothing of the visitor. It stands in their cookie `privet_consent` and in the
//! ledger: whoever knows it may read and erase the records, so 128 bits keep it from being guessed,
//! and it is neither logged nor passed to the website.

use std::fmt;

use super::digest::{from_hexadecimal, write_hexadecimal};

/// See the module.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct ConsentId([u8; 16]);

impl ConsentId {
    /// From random bytes.
    pub fn new(random: [u8; 16]) -> Self {
        Self(random)
    }

    /// Reads 32 hexadecimal digits in lower case.
    pub fn parse(text: &str) -> Option<Self> {
        from_hexadecimal(text).map(Self)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for ConsentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hexadecimal(&self.0, f)
    }
}

/// Says nothing: what is logged by accident must not open anybody's records.
impl fmt::Debug for ConsentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConsentId(..)")
    }
}
