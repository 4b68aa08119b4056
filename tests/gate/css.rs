//! The URLs in CSS that a browser would fetch, read by CSS Syntax Level 3 as far as that takes.

/// Every URL of `url()`, `src()`, `image-set()`, `image()` and `@import` in a style sheet, a
/// declaration list or a value.
pub(crate) fn urls(text: &str) -> Vec<String> {
    let mut reader = Reader {
        rest: text.chars().collect(),
        at: 0,
    };
    let mut urls = Vec::new();
    // For each open parenthesis whether a string in it is a URL.
    let mut open = Vec::new();
    let mut is_import = false;
    while let Some(character) = reader.peek(0) {
        match character {
            '/' if reader.peek(1) == Some('*') => reader.comment(),
            '"' | '\'' => {
                let string = reader.string();
                if is_import || open.last() == Some(&true) {
                    urls.push(string);
                }
                is_import = false;
            }
            '(' => {
                open.push(false);
                reader.at += 1;
            }
            ')' => {
                open.pop();
                reader.at += 1;
            }
            '@' => {
                reader.at += 1;
                is_import = reader.name().eq_ignore_ascii_case("import");
            }
            ';' | '{' | '}' => {
                is_import = false;
                reader.at += 1;
            }
            _ if reader.begins_name() => {
                let name = reader.name().to_ascii_lowercase();
                if reader.peek(0) == Some('(') {
                    reader.at += 1;
                    let name = name
                        .trim_start_matches("-webkit-")
                        .trim_start_matches("-moz-");
                    match name {
                        "url" | "url-prefix" => match reader.unquoted_url() {
                            Some(url) => urls.push(url),
                            None => open.push(true),
                        },
                        "src" | "image-set" | "image" => open.push(true),
                        _ => open.push(false),
                    }
                }
            }
            _ => reader.at += 1,
        }
    }
    urls
}

struct Reader {
    rest: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.rest.get(self.at + ahead).copied()
    }

    fn comment(&mut self) {
        self.at += 2;
        while self.peek(0).is_some() && !(self.peek(0) == Some('*') && self.peek(1) == Some('/')) {
            self.at += 1;
        }
        self.at += 2;
    }

    fn begins_name(&self) -> bool {
        match self.peek(0) {
            Some('\\') => self.peek(1).is_some_and(|next| next != '\n'),
            Some(character) => is_name(character),
            None => false,
        }
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while self.begins_name() {
            name.push(self.character());
        }
        name
    }

    /// The next character, or the one that an escape stands for.
    fn character(&mut self) -> char {
        let character = self.peek(0).unwrap_or_default();
        self.at += 1;
        if character != '\\' {
            return character;
        }
        let mut digits = String::new();
        while digits.len() < 6 {
            match self.peek(0) {
                Some(digit) if digit.is_ascii_hexdigit() => digits.push(digit),
                _ => break,
            }
            self.at += 1;
        }
        if digits.is_empty() {
            let escaped = self.peek(0).unwrap_or('\u{FFFD}');
            self.at += 1;
            return escaped;
        }
        if self.peek(0) == Some('\r') && self.peek(1) == Some('\n') {
            self.at += 1;
        }
        if self.peek(0).is_some_and(is_space) {
            self.at += 1;
        }
        let code = u32::from_str_radix(&digits, 16).unwrap_or_default();
        char::from_u32(code)
            .filter(|it| *it != '\0')
            .unwrap_or('\u{FFFD}')
    }

    fn string(&mut self) -> String {
        let quote = self.peek(0).unwrap_or_default();
        self.at += 1;
        let mut string = String::new();
        while let Some(character) = self.peek(0) {
            match character {
                _ if character == quote => {
                    self.at += 1;
                    break;
                }
                '\n' => break,
                '\\' if self.peek(1) == Some('\n') => self.at += 2,
                '\\' if self.peek(1).is_none() => self.at += 1,
                _ => string.push(self.character()),
            }
        }
        string
    }

    /// What stands in `url(` without quotes; nothing if quotes follow.
    fn unquoted_url(&mut self) -> Option<String> {
        let begin = self.at;
        while self.peek(0).is_some_and(is_space) {
            self.at += 1;
        }
        if matches!(self.peek(0), Some('"' | '\'')) {
            self.at = begin;
            return None;
        }
        let mut url = String::new();
        while let Some(character) = self.peek(0) {
            if character == ')' {
                self.at += 1;
                break;
            }
            url.push(self.character());
        }
        Some(url.trim_end_matches(is_space).to_owned())
    }
}

fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-_".contains(character) || !character.is_ascii()
}

fn is_space(character: char) -> bool {
    " \t\n\r\x0C".contains(character)
}

#[test]
fn the_urls_of_styles_are_found() {
    for (text, expected) in [
        (
            "a { b: url(https://x/1) url( 'https://x/2' ) }",
            vec!["https://x/1", "https://x/2"],
        ),
        (
            "@import 'https://x/1'; @import url(\"https://x/2\") screen;",
            vec!["https://x/1", "https://x/2"],
        ),
        (
            "/* url(no) */ b: 'url(no)'; c: \\75 rl(https://x)",
            vec!["https://x"],
        ),
        (
            "d: image-set('https://x/1' 1x, url(https://x/2) 2x)",
            vec!["https://x/1", "https://x/2"],
        ),
        ("e: url(\\68 ttps://x", vec!["https://x"]),
        (
            "@namespace 'https://no'; f: attr(url) URL(//x)",
            vec!["//x"],
        ),
    ] {
        assert_eq!(urls(text), expected, "{text}");
    }
}
