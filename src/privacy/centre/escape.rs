//! Text made safe for HTML, as content and inside a double-quoted attribute.
//!
//! Cookie names, paths and field values come from strangers; a name such as `<script>` must show
//! as these letters. It does not make a URL safe: whoever writes an `href` checks the scheme.

use std::fmt::{self, Write as _};

/// Displays text with everything that means something to an HTML parser escaped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                // Parse errors in HTML, and a way to hide what follows in a terminal.
                control if control.is_control() && !matches!(control, '\n' | '\t') => {
                    f.write_char(char::REPLACEMENT_CHARACTER)?;
                }
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_escapes_from_text_or_attribute() {
        for (text, expected) in [
            ("_ga", "_ga"),
            ("<b>", "&lt;b&gt;"),
            (
                "\"><img src=x onerror='a'>",
                "&quot;&gt;&lt;img src=x onerror=&#39;a&#39;&gt;",
            ),
            ("a&amp;b", "a&amp;amp;b"),
            ("a\0b\u{1b}[2J", "a\u{fffd}b\u{fffd}[2J"),
            ("zażółć 🔔", "zażółć 🔔"),
        ] {
            assert_eq!(Escaped(text).to_string(), expected, "{text:?}");
        }
    }
}
