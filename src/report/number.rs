//! Numbers as the report shows them.

use std::fmt;

use serde_json::Value;

/// Numbers below this may be about one person and are not told.
pub(super) const LEAST: u64 = 10;

/// A number of the report: grouped by thousands, `<10` for small ones.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Number(pub(super) u64);

impl Number {
    /// Whether it is too small to be told.
    pub(super) const fn is_hidden(self) -> bool {
        self.0 > 0 && self.0 < LEAST
    }

    /// The number, or `"<10"`.
    pub(super) fn json(self) -> Value {
        if self.is_hidden() {
            Value::from("<10")
        } else {
            Value::from(self.0)
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_hidden() {
            return f.write_str("&lt;10");
        }
        let digits = self.0.to_string();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                // A thin space that lines don't break at.
                f.write_str("\u{202f}")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_are_not_told() {
        for (number, expected) in [
            (0, "0"),
            (1, "&lt;10"),
            (9, "&lt;10"),
            (10, "10"),
            (1_234_567, "1\u{202f}234\u{202f}567"),
        ] {
            assert_eq!(Number(number).to_string(), expected);
        }
    }
}
