//! Names and paths as patterns: what may identify somebody is left out of them.
//!
//! A website may put an identifier into a cookie's name or a page's path. What looks personal to the
//! log shows as `…`, digits as `#` and runs of hexadecimal digits as `*`, as in the catalogue's patterns.

use crate::log::{is_personal, shown_path};

/// The longest pattern kept, in bytes.
const LONGEST: usize = 80;
/// Letters and digits from which on a run of hexadecimal digits may be an identifier.
const HEXADECIMAL: usize = 8;

/// The pattern of a cookie's name.
pub(crate) fn name_pattern(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    let pattern = collapsed(&name);
    // Names such as `_ga_G1H2J3` are the website's; an e-mail address never is.
    if is_personal(pattern.as_bytes()) || name.contains('@') {
        return "…".to_owned();
    }
    pattern
}

/// The pattern of a page's path.
pub(crate) fn path_pattern(path: &str) -> String {
    collapsed(&shown_path(path))
}

fn collapsed(text: &str) -> String {
    let mut pattern = String::new();
    let is_word = |character: char| character.is_ascii_alphanumeric();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|other| is_word(other) != is_word(first));
        let (piece, after) = rest
            .split_at_checked(end.unwrap_or(rest.len()))
            .unwrap_or((rest, ""));
        if is_word(first) {
            word(piece, &mut pattern);
        } else {
            pattern.push_str(piece);
        }
        if pattern.len() > LONGEST {
            pattern.truncate(pattern.floor_char_boundary(LONGEST));
            pattern.push('…');
            break;
        }
        rest = after;
    }
    pattern
}

/// One run of letters and digits.
fn word(word: &str, pattern: &mut String) {
    let is_hexadecimal = word.len() >= HEXADECIMAL
        && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && word.bytes().any(|byte| byte.is_ascii_digit())
        && word.bytes().any(|byte| byte.is_ascii_alphabetic());
    if is_hexadecimal {
        pattern.push('*');
        return;
    }
    let mut in_digits = false;
    for character in word.chars() {
        if !character.is_ascii_digit() {
            pattern.push(character);
        } else if !in_digits {
            pattern.push('#');
        }
        in_digits = character.is_ascii_digit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_no_identifier() {
        for (name, expected) in [
            ("sid", "sid"),
            ("cart_123456", "cart_#"),
            ("wp_a1b2c3d4e5f60718_x", "wp_*_x"),
            ("jane@example.org", "…"),
            ("facade", "facade"),
        ] {
            assert_eq!(name_pattern(name.as_bytes()), expected, "{name}");
        }
        assert!(name_pattern(&b"ab-".repeat(200)).len() < 100);
    }

    #[test]
    fn paths_keep_no_identifier() {
        for (path, expected) in [
            ("/", "/"),
            ("/order/20261124/lines?id=3", "/order/#/lines"),
            ("/u/jane@example.org/", "/u/…/"),
        ] {
            assert_eq!(path_pattern(path), expected, "{path}");
        }
    }
}
