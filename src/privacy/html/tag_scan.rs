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
        loop {
            let at = match self.at {
                At::Quoted(quote) => self.quoted(tag, quote),
                At::TagName | At::Name | At::Unquoted => self.word(tag),
                At::BeforeName | At::AfterName | At::BeforeValue | At::Slash => {
                    let Some(byte) = tag.get(self.position) else {
                        return Scanned::Unfinished;
                    };
                    if *byte == b'>' {
                        return self.finish();
                    }
                    Some(self.between(*byte))
                }
            };
            match at {
                Some(at) => self.at = at,
                None => return Scanned::Unfinished,
            }
            if self.attributes.len() > MOST_ATTRIBUTES {
                return Scanned::TooMany;
            }
        }
    }

    /// The `>` that ends the tag is at the position.
    fn finish(&mut self) -> Scanned {
        match self.at {
            At::Slash => self.is_self_closing = true,
            At::BeforeValue => self.value(self.position, self.position, false),
            _ => {}
        }
        Scanned::Whole(self.position + 1)
    }

    /// A byte that isn't in a name or value, and not `>`.
    fn between(&mut self, byte: u8) -> At {
        let (at, is_taken) = match (self.at, byte) {
            (At::Slash, b'/') => (At::Slash, true),
            (At::Slash, _) => (At::BeforeName, false),
            (at, _) if is_space(byte) => (at, true),
            (At::BeforeValue, b'"' | b'\'') => (At::Quoted(byte), true),
            (At::BeforeValue, _) => (At::Unquoted, false),
            (_, b'/') => (At::Slash, true),
            (At::AfterName, b'=') => (At::BeforeValue, true),
            _ => (At::Name, true),
        };
        self.begin = self.position;
        self.position += usize::from(is_taken);
        if let At::Quoted(_) = at {
            self.begin = self.position;
        }
        at
    }

    /// The rest of a name or an unquoted value.
    fn word(&mut self, tag: &[u8]) -> Option<At> {
        let ends = match self.at {
            At::Unquoted => SPACE | 1 << b'>',
            At::Name => SPACE | 1 << b'/' | 1 << b'>' | 1 << b'=',
            _ => SPACE | 1 << b'/' | 1 << b'>',
        };
        let rest = tag.get(self.position..).unwrap_or_default();
        let Some(length) = rest.iter().position(|byte| is_one_of(*byte, ends)) else {
            self.position = tag.len();
            return None;
        };
        self.position += length;
        Some(match self.at {
            At::Unquoted => {
                self.value(self.begin, self.position, false);
                At::BeforeName
            }
            At::Name => {
                self.attributes.push(Span {
                    name: (offset(self.begin), offset(self.position)),
                    value: None,
                    is_quoted: false,
                });
                At::AfterName
            }
            _ => {
                self.name_end = self.position;
                At::BeforeName
            }
        })
    }

    fn quoted(&mut self, tag: &[u8], quote: u8) -> Option<At> {
        let rest = tag.get(self.position..).unwrap_or_default();
        let Some(length) = memchr(quote, rest) else {
            self.position = tag.len();
            return None;
        };
        self.value(self.begin, self.position + length, true);
        self.position += length + 1;
        Some(At::BeforeName)
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
