//! One pattern of cookie names or paths.
//!
//! `*` stands for any run of bytes and `#` for one digit or more; after a `\` they and `\` itself
//! stand for themselves.

/// One piece of a pattern.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Piece {
    /// `*`: any run of bytes, also an empty one.
    Any,
    /// `#`: one digit or more.
    Digits,
    /// These bytes.
    Literal(Box<[u8]>),
}

/// The pieces of `pattern`; no two literals in a row.
pub(super) fn pieces(pattern: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut literal = Vec::new();
    let mut bytes = pattern.bytes().peekable();
    while let Some(byte) = bytes.next() {
        let wildcard = match byte {
            b'*' => Piece::Any,
            b'#' => Piece::Digits,
            b'\\' => {
                let escaped = bytes.next_if(|next| matches!(next, b'*' | b'#' | b'\\'));
                literal.push(escaped.unwrap_or(byte));
                continue;
            }
            _ => {
                literal.push(byte);
                continue;
            }
        };
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal).into()));
        }
        pieces.push(wildcard);
    }
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal.into()));
    }
    pieces
}

/// A pattern that matches `name` and nothing else.
pub(crate) fn exactly(name: &str) -> String {
    let mut pattern = String::with_capacity(name.len());
    for character in name.chars() {
        if matches!(character, '*' | '#' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

/// How far a `*` reaches where more pieces follow it; a stranger chooses the name's length.
const REACH: usize = 128;

/// Whether `tail` matches all of `text`.
pub(super) fn matches(tail: &[Piece], text: &[u8]) -> bool {
    match tail {
        [] => text.is_empty(),
        [Piece::Any] => true,
        [Piece::Any, Piece::Literal(end)] => text.ends_with(end),
        [Piece::Any, Piece::Literal(middle), rest @ ..] => {
            // Names are short: a searcher would cost more than the search.
            let starts = text.windows(middle.len()).take(REACH).enumerate();
            let mut found = starts.filter(|(_, window)| *window == middle.as_ref());
            let fits = |(at, _)| {
                let behind = text.get(at + middle.len()..);
                behind.is_some_and(|text| matches(rest, text))
            };
            match rest.first() {
                // What fits behind a later one fits behind the first one too.
                Some(Piece::Any) => found.next().is_some_and(fits),
                _ => found.any(fits),
            }
        }
        [Piece::Any, rest @ ..] => (0..=text.len().min(REACH))
            .any(|skip| text.get(skip..).is_some_and(|text| matches(rest, text))),
        [Piece::Digits, rest @ ..] => {
            let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
            (1..=digits.min(REACH))
                .rev()
                .any(|count| text.get(count..).is_some_and(|text| matches(rest, text)))
        }
        [Piece::Literal(literal), rest @ ..] => text
            .strip_prefix(literal.as_ref())
            .is_some_and(|text| matches(rest, text)),
    }
}
