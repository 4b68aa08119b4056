//! Text for a terminal: aligned rows, wrapped sentences. No colours, so that it reads the same in
//! a file.

use std::fmt::Write as _;

/// Columns of a terminal.
const WIDTH: usize = 88;
/// The last column of rows is at least so wide, however wide those before it are.
const NARROWEST: usize = 40;

/// A text in the making.
#[derive(Debug, Default)]
pub(super) struct Text(String);

// Writing to a string can't fail.
impl Text {
    /// The text.
    pub(super) fn into_string(self) -> String {
        self.0
    }

    /// A line as it is.
    pub(super) fn line(&mut self, line: &str) {
        let _ = writeln!(self.0, "{line}");
    }

    /// An empty line and a title.
    pub(super) fn title(&mut self, title: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.line(title);
    }

    /// A sentence with a dash before it, wrapped.
    pub(super) fn item(&mut self, sentence: &str) {
        self.wrapped("  - ", sentence);
    }

    /// A sentence, wrapped, indented by two.
    pub(super) fn note(&mut self, sentence: &str) {
        self.wrapped("  ", sentence);
    }

    fn wrapped(&mut self, lead: &str, text: &str) {
        let indent = lead.chars().count();
        let mut lead = lead.to_owned();
        for line in wrap(text, WIDTH.saturating_sub(indent)) {
            let _ = writeln!(self.0, "{lead}{line}");
            lead = " ".repeat(indent);
        }
    }

    /// Rows of cells, columns aligned, the last one wrapped, indented by two.
    pub(super) fn rows<const N: usize>(&mut self, rows: &[[String; N]]) {
        let mut widths = [0; N];
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        for row in rows {
            let mut lead = String::from("  ");
            let Some((last, before)) = row.split_last() else {
                continue;
            };
            for (cell, width) in before.iter().zip(widths) {
                let _ = write!(lead, "{cell:<width$}  ");
            }
            if last.is_empty() {
                let _ = writeln!(self.0, "{}", lead.trim_end());
                continue;
            }
            let room = WIDTH.saturating_sub(lead.chars().count()).max(NARROWEST);
            let blank = " ".repeat(lead.chars().count());
            for line in wrap(last, room) {
                let _ = writeln!(self.0, "{lead}{line}");
                lead.clone_from(&blank);
            }
        }
    }
}

/// Lines of at most `width` characters; a longer word has its own.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let length = line.chars().count() + 1 + word.chars().count();
        if !line.is_empty() && length > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// "a", "a and b", "a, b and c".
pub(super) fn listed<T: AsRef<str>>(items: &[T], conjunction: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [before @ .., last] => {
            let before: Vec<&str> = before.iter().map(AsRef::as_ref).collect();
            format!("{} {conjunction} {}", before.join(", "), last.as_ref())
        }
    }
}

/// `count` things, with the plural by `s`.
pub(super) fn counted(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_aligned_and_their_last_cell_is_wrapped() {
        let mut text = Text::default();
        let long = "word ".repeat(20);
        text.rows(&[
            ["é".to_owned(), long.trim_end().to_owned()],
            ["longer".to_owned(), "x".to_owned()],
            ["alone".to_owned(), String::new()],
        ]);
        let text = text.into_string();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH));
        let [first, second, others @ ..] = lines.as_slice() else {
            panic!("too few lines: {text}");
        };
        assert!(first.starts_with("  é       word"), "{text}");
        assert!(second.starts_with("          word"), "{text}");
        assert_eq!(others, ["  longer  x", "  alone"]);
    }

    #[test]
    fn lists_read_as_sentences_do() {
        assert_eq!(listed(&["a", "b", "c"], "and"), "a, b and c");
        assert_eq!(listed(&["a"], "and"), "a");
        assert_eq!(counted(1, "vendor"), "1 vendor");
        assert_eq!(counted(2, "vendor"), "2 vendors");
    }
}
