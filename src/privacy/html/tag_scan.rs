//! Finds the end of a tag and its attributes (13.2.5.6 to 13.2.5.40), one byte after the other, and
//! goes on where it stopped when the rest of the tag comes.

use memchr::memchr;

/// More attributes than a tag that anybody wrote.
const MOST_ATTRIBUTES: usize = 1000;

/// Where one attribute is, in bytes from the tag's `<`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) name: (u32, u32),
    /// Without quotes. None: no `=`.
    pub(super) value: Option<(u32, u32)>,
    pub(super) is_quoted: bool,
}

#[derive(Clone, Copy, Debug, Default)]
enum At {
    #[default]
    TagName,
    BeforeName,
    Name,
    AfterName,
    BeforeValue,
    Quoted(u8),
    Unquoted,
    Slash,
}

impl At {
    /// How much of `rest` belongs to the name or value being read; None if all of it.
    fn length(self, rest: &[u8]) -> Option<usize> {
        let ends = match self {
            Self::Quoted(quote) => return memchr(quote, rest),
            Self::Unquoted => SPACE | 1 << b'>',
            Self::Name => SPACE | 1 << b'/' | 1 << b'>' | 1 << b'=',
            _ => SPACE | 1 << b'/' | 1 << b'>',
        };
        rest.iter().position(|byte| is_one_of(*byte, ends))
    }
}

/// How a scan ended for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scanned {
    /// The tag is that long.
    Whole(usize),
    Unfinished,
    /// More attributes than are kept.
    TooMany,
}

/// One tag on its way in.
#[derive(Debug, Default)]
pub(super) struct TagScan {
    at: At,
    position: usize,
    /// Where the name, or value, begins that is being read.
    begin: usize,
    pub(super) is_end: bool,
    pub(super) name_end: usize,
    pub(super) is_self_closing: bool,
    pub(super) attributes: Vec<Span>,
}

impl TagScan {
    /// Begins a tag: `<` or `</` and the first letter are there.
    pub(super) fn begin(&mut self, is_end: bool) {
        self.at = At::TagName;
        self.position = if is_end { 3 } else { 2 };
        self.is_end = is_end;
        self.is_self_closing = false;
        self.attributes.clear();
    }

    /// Reads on. `tag` begins with the tag's `<` and holds all that was there before.
    pub(super) fn scan(&mut self, tag: &[u8]) -> Scanned {
        let Self {
            mut at,
            mut position,
            mut begin,
            ..
        } = *self;
        let scanned = loop {
            if let At::TagName | At::Name | At::Unquoted | At::Quoted(_) = at {
                let rest = tag.get(position..).unwrap_or_default();
                let Some(length) = at.length(rest) else {
                    position = tag.len();
                    break Scanned::Unfinished;
                };
                position += length;
                if !self.keep(at, begin, position) {
                    break Scanned::TooMany;
                }
                position += usize::from(matches!(at, At::Quoted(_)));
                at = if let At::Name = at {
                    At::AfterName
                } else {
                    At::BeforeName
                };
            }
            let Some(&byte) = tag.get(position) else {
                break Scanned::Unfinished;
            };
            if byte == b'>' {
                match at {
                    At::Slash => self.is_self_closing = true,
                    At::BeforeValue => self.value(position, position, false),
                    _ => {}
                }
                break Scanned::Whole(position + 1);
            }
            begin = position;
            (at, position) = match (at, byte) {
                (At::Slash, b'/') => (At::Slash, position + 1),
                (At::Slash, _) => (At::BeforeName, position),
                _ if is_space(byte) => (at, position + 1),
                (At::BeforeValue, b'"' | b'\'') => {
                    begin += 1;
                    (At::Quoted(byte), position + 1)
                }
                (At::BeforeValue, _) => (At::Unquoted, position),
                (_, b'/') => (At::Slash, position + 1),
                (At::AfterName, b'=') => (At::BeforeValue, position + 1),
                _ => (At::Name, position + 1),
            };
        };
        (self.at, self.position, self.begin) = (at, position, begin);
        scanned
    }

    /// Notes a name or value that ended; false if there are too many.
    fn keep(&mut self, at: At, begin: usize, end: usize) -> bool {
        match at {
            At::Quoted(_) => self.value(begin, end, true),
            At::Unquoted => self.value(begin, end, false),
            At::Name => self.attributes.push(Span {
                name: (offset(begin), offset(end)),
                value: None,
                is_quoted: false,
            }),
            _ => self.name_end = end,
        }
        self.attributes.len() <= MOST_ATTRIBUTES
    }

    fn value(&mut self, begin: usize, end: usize, is_quoted: bool) {
        if let Some(attribute) = self.attributes.last_mut() {
            attribute.value = Some((offset(begin), offset(end)));
            attribute.is_quoted = is_quoted;
        }
    }
}

/// A tag is shorter than the limit of its rewriter, which is far below 4 GiB.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

const SPACE: u64 = 1 << b' ' | 1 << b'\t' | 1 << b'\n' | 1 << b'\x0c' | 1 << b'\r';

const fn is_one_of(byte: u8, set: u64) -> bool {
    byte < 64 && set >> byte & 1 == 1
}

/// White space of HTML, and the carriage return that becomes a newline.
pub(super) const fn is_space(byte: u8) -> bool {
    is_one_of(byte, SPACE)
}

/// What may follow a name in a tag.
pub(super) const fn ends_tag_name(byte: u8) -> bool {
    is_one_of(byte, SPACE | 1 << b'/' | 1 << b'>')
}

/// What may follow the name of an attribute.
pub(super) const fn ends_attribute_name(byte: u8) -> bool {
    is_one_of(byte, SPACE | 1 << b'/' | 1 << b'>' | 1 << b'=')
}
