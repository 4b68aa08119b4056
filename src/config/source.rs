//! The files of a configuration, and places in them.
//!
//! A value carries its [`Place`] all the way to `resolve`, so that a mistake found late is still
//! shown at its line and column. Columns count characters, not bytes: an editor's column.

use std::{
    fs::File,
    io::{self, Read},
    ops::Range,
    path::{Path, PathBuf},
};

use super::mistake::{Position, shown};

/// A range of bytes in one of the files.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Place {
    /// Which file, in the order in which they were read.
    pub(super) file: usize,
    /// First byte.
    pub(super) start: usize,
    /// Byte after the last.
    pub(super) end: usize,
}

impl Place {
    pub(super) fn new(file: usize, range: &Range<usize>) -> Self {
        Self {
            file,
            start: range.start,
            end: range.end,
        }
    }

    /// Whether the places share a byte, or touch.
    pub(super) fn touches(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.end && other.start <= self.end
    }
}

/// One file's text.
#[derive(Debug)]
pub(super) struct Source {
    /// As the operator named it.
    pub(super) name: String,
    /// What relative paths in it start from.
    pub(super) folder: PathBuf,
    /// What it says.
    pub(super) text: String,
}

/// All files that were read.
#[derive(Debug, Default)]
pub(super) struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file; returns its number.
    pub(super) fn add(&mut self, name: &Path, text: String) -> usize {
        let folder = name.parent().map(Path::to_owned).unwrap_or_default();
        self.files.push(Source {
            name: name.display().to_string(),
            folder,
            text,
        });
        self.files.len() - 1
    }

    /// The number that the next file will have.
    pub(super) fn next(&self) -> usize {
        self.files.len()
    }

    pub(super) fn get(&self, file: usize) -> Option<&Source> {
        self.files.get(file)
    }

    /// The folder of the file that `place` is in.
    pub(super) fn folder(&self, place: Place) -> &Path {
        self.get(place.file)
            .map_or_else(|| Path::new(""), |source| source.folder.as_path())
    }

    /// `FILE:LINE` of `place`.
    pub(super) fn line_name(&self, place: Place) -> String {
        let name = self
            .get(place.file)
            .map(|source| shown(&source.name))
            .unwrap_or_default();
        let line = self
            .position(place, true)
            .map_or(0, |position| position.line);
        format!("{name}:{line}")
    }

    /// Line and column of `place`; with `conceal`, without the line itself.
    pub(super) fn position(&self, place: Place, conceal: bool) -> Option<Position> {
        let text = &self.get(place.file)?.text;
        let start = text.floor_char_boundary(place.start);
        let (before, rest) = text.split_at_checked(start)?;
        let line_start = before.rfind('\n').map_or(0, |index| index + 1);
        let lead = before.get(line_start..)?;
        let rest = rest.split('\n').next()?.trim_end_matches('\r');
        let meant = rest.floor_char_boundary(place.end.saturating_sub(start).min(rest.len()));
        Some(Position {
            line: before.matches('\n').count() + 1,
            column: lead.chars().count() + 1,
            width: rest.get(..meant)?.chars().count().max(1),
            text: (!conceal).then(|| shown(&format!("{lead}{rest}"))),
        })
    }
}

/// Largest configuration file. Beyond is no configuration, and `/dev/zero` never ends.
const FILE_LIMIT: u64 = 16 * 1024 * 1024;

/// What is in the file at `path`.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(FILE_LIMIT + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_LIMIT {
        return Err(io::Error::other("larger than 16 MiB"));
    }
    Ok(bytes)
}

/// Why a file can't be read, in an operator's words.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        _ => error.to_string(),
    }
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
    fn columns_count_characters() {
        let mut sources = Sources::default();
        let text = "a = 1\r\nname = \"é\" # x\r\n";
        let file = sources.add(Path::new("sites/a.toml"), text.to_owned());
        let place = |part: &str| {
            let start = text.find(part).unwrap();
            Place {
                file,
                start,
                end: start + part.len(),
            }
        };
        let position = sources.position(place("# x"), false).unwrap();
        assert_eq!((position.line, position.column, position.width), (2, 12, 3));
        assert_eq!(position.text.unwrap(), "name = \"é\" # x");
        let end = Place {
            file,
            start: 500,
            end: 600,
        };
        let position = sources.position(end, false).unwrap();
        assert_eq!((position.line, position.column), (3, 1));
        assert_eq!(sources.folder(end), Path::new("sites"));
    }
}
