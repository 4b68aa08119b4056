//! What is wrong with a configuration, in the words and the form that an operator reads.
//!
//! `FILE:LINE:COL: KEY.PATH: what is wrong`, the source line with a caret, what is allowed, the
//! nearest name. What is shown of a file goes to terminals and logs: control characters and
//! direction overrides are replaced, long lines are cut, and a line that holds a password is not
//! shown.

use std::fmt;

/// Everything that is wrong with a configuration, in the order of its files; warnings too.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Report {
    /// The mistakes, at least one of them an error.
    pub mistakes: Vec<Mistake>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.mistakes.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            mistake.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Report {}

/// One mistake.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mistake {
    /// Whether the configuration can be used all the same.
    pub severity: Severity,
    /// The file as the operator named it; empty for a mistake on the command line.
    pub file: String,
    /// Where in the file; none if the file as a whole is meant.
    pub position: Option<Position>,
    /// The key, such as `site[0].cookies.unknown`, or the flag; empty where the file is no TOML.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// What is allowed, such as `one of: "lax", "strict"`.
    pub expected: Option<String>,
    /// What was probably meant, as it should be written.
    pub nearest: Option<String>,
}

/// Whether a configuration with the mistake can be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Severity {
    /// It can't.
    Error,
    /// It can, and the operator should know.
    Warning,
}

/// A place in a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How many characters are meant, on this line.
    pub width: usize,
    /// The line, fit to be shown; `None` if it holds a password.
    pub text: Option<String>,
}

/// Characters of a line that are shown; beyond, no reader counts them.
const SHOWN_LINE: usize = 160;

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}:", shown(&self.file))?;
            if let Some(position) = &self.position {
                write!(f, "{}:{}:", position.line, position.column)?;
            }
            f.write_str(" ")?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        if self.severity == Severity::Warning {
            f.write_str("warning: ")?;
        }
        writeln!(f, "{}", self.message)?;
        if let Some(position) = &self.position {
            position.fmt(f)?;
        }
        if let Some(expected) = &self.expected {
            writeln!(f, "  expected {expected}")?;
        }
        if let Some(nearest) = &self.nearest {
            writeln!(f, "  did you mean {nearest}?")?;
        }
        Ok(())
    }
}

/// The line, and a caret line under it.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(text) = &self.text else {
            return Ok(());
        };
        writeln!(
            f,
            "    {}",
            text.chars().take(SHOWN_LINE).collect::<String>()
        )?;
        if self.column > SHOWN_LINE {
            return Ok(());
        }
        // Tabs stay tabs, so that the caret stands under its character at any tab width.
        let lead: String = text
            .chars()
            .take(self.column.saturating_sub(1))
            .map(|character| if character == '\t' { '\t' } else { ' ' })
            .collect();
        let room = SHOWN_LINE.saturating_sub(self.column) + 1;
        writeln!(f, "    {lead}{}", "^".repeat(self.width.clamp(1, room)))
    }
}

/// `text` with each character that could command a terminal or reorder the line replaced by one
/// that can't, and passwords masked; as many characters as before, tabs kept.
pub(super) fn shown(text: &str) -> String {
    let replace = |character: char| {
        let reorders = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let breaks = matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}');
        let commands = character.is_control() && character != '\t';
        if reorders || breaks || commands {
            '\u{fffd}'
        } else {
            character
        }
    };
    mask_passwords(text).chars().map(replace).collect()
}

/// What stands before a password in a URL's query.
const PASSWORD: &str = "password=";

/// `text` with the user and password of each URL masked, as long as before; a password among its
/// parameters too.
fn mask_passwords(text: &str) -> String {
    let mut parts = text.split("://");
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        masked.push_str("://");
        let end = part.find(['"', '\'', ' ', '\t']).unwrap_or(part.len());
        let (authority, rest) = part.split_at_checked(end).unwrap_or((part, ""));
        match authority.rsplit_once('@') {
            Some((secret, host)) => {
                masked.extend(secret.chars().map(|_| '*'));
                masked.push('@');
                masked.push_str(host);
            }
            None => masked.push_str(authority),
        }
        masked.push_str(rest);
    }
    mask_parameters(&masked)
}

fn mask_parameters(text: &str) -> String {
    let mut parts = text.split(PASSWORD);
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        masked.push_str(PASSWORD);
        let end = part.find(['&', '"', '\'', ' ', '\t']).unwrap_or(part.len());
        let (secret, rest) = part.split_at_checked(end).unwrap_or((part, ""));
        masked.extend(secret.chars().map(|_| '*'));
        masked.push_str(rest);
    }
    masked
}

/// `value` in quotes, fit to be shown in a message.
pub(super) fn quoted(value: &str) -> String {
    let mut text: String = shown(value).chars().take(SHOWN_LINE).collect();
    if text.len() < value.len() && value.chars().nth(SHOWN_LINE).is_some() {
        text.push('…');
    }
    format!("\"{text}\"")
}

/// The one of `names` that `written` was probably meant to be.
pub(super) fn nearest<'n>(
    written: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    // A name three times as long as any key is no misspelling, and the distance is quadratic.
    if written.len() > 64 {
        return None;
    }
    let written = written.to_lowercase().replace('-', "_");
    // "warning" is further from "warn" than a slip, and means it all the same.
    let begins = |name: &str| name.len() > 2 && written.starts_with(name);
    names
        .into_iter()
        .map(|name| {
            let comparable = name.to_lowercase().replace('-', "_");
            (strsim::damerau_levenshtein(&written, &comparable), name)
        })
        .filter(|(distance, name)| {
            *distance <= name.chars().count().div_ceil(3).min(4) || begins(name)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_shown_with_its_line_what_is_allowed_and_the_nearest_name() {
        let mistake = Mistake {
            severity: Severity::Error,
            file: "proxy.toml".to_owned(),
            position: Some(Position {
                line: 4,
                column: 12,
                width: 5,
                text: Some("\tunknown = \"kep\"".to_owned()),
            }),
            key: "site[0].cookies.unknown".to_owned(),
            message: "\"kep\" is not a choice".to_owned(),
            expected: Some("one of: \"keep\", \"strip\"".to_owned()),
            nearest: Some("\"keep\"".to_owned()),
        };
        let expected = "proxy.toml:4:12: site[0].cookies.unknown: \"kep\" is not a choice\n    \
            \tunknown = \"kep\"\n    \t          ^^^^^\n  \
            expected one of: \"keep\", \"strip\"\n  did you mean \"keep\"?\n";
        assert_eq!(mistake.to_string(), expected);
        let warning = Mistake {
            severity: Severity::Warning,
            position: None,
            ..mistake
        };
        assert!(
            warning
                .to_string()
                .starts_with("proxy.toml: site[0].cookies.unknown: warning: \"kep\"")
        );
    }

    #[test]
    fn what_could_command_a_terminal_is_not_shown() {
        assert_eq!(
            shown("a\u{1b}[2J\u{202e}b\tc\r"),
            "a\u{fffd}[2J\u{fffd}b\tc\u{fffd}"
        );
        assert_eq!(
            shown("db = \"pg://me:p/w@db/x\" # a@b"),
            "db = \"pg://******@db/x\" # a@b"
        );
        assert_eq!(quoted(&"x".repeat(500)).chars().count(), SHOWN_LINE + 3);
    }

    #[test]
    fn the_nearest_name_is_one_that_a_slip_could_have_made() {
        for (written, expected) in [
            ("mod", Some("mode")),
            ("lisen", Some("listen")),
            ("client-ip", Some("client_ip")),
            ("CONSENT", Some("consent")),
            ("modes", Some("mode")),
            ("firewall", None),
            ("", None),
        ] {
            let names = ["mode", "listen", "client_ip", "consent"];
            assert_eq!(nearest(written, names), expected, "{written}");
        }
    }
}
