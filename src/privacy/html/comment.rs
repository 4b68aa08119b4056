//! Finds the end of a comment (13.2.5.43 to 13.2.5.52; XML 1.0, 2.5).

use memchr::{memchr, memchr2};

use super::rewriter::Syntax;

/// How far the end of a comment is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Comment {
    /// Right behind `<!--`.
    #[default]
    Start,
    /// `<!---`
    StartDash,
    Inside,
    Dash,
    DashDash,
    /// `--!`
    Bang,
}

/// Where reading a comment stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Behind the comment.
    End(usize),
    /// At a `<` in it, asked for by `stop_at_tags`.
    LessThan(usize),
}

impl Comment {
    /// Reads on from `at`; None when all is read. A `<` is stopped at when asked for.
    pub(super) fn read(
        &mut self,
        input: &[u8],
        mut at: usize,
        syntax: Syntax,
        stop_at_tags: bool,
    ) -> Option<Stop> {
        loop {
            if *self == Self::Inside {
                let rest = input.get(at..)?;
                at += if stop_at_tags {
                    memchr2(b'-', b'<', rest)?
                } else {
                    memchr(b'-', rest)?
                };
            }
            let byte = *input.get(at)?;
            if byte == b'<' && stop_at_tags {
                *self = Self::Inside;
                return Some(Stop::LessThan(at));
            }
            at += 1;
            if byte == b'>' && self.ends(syntax) {
                return Some(Stop::End(at));
            }
            *self = self.after(byte);
        }
    }

    /// Whether `>` ends it here.
    const fn ends(self, syntax: Syntax) -> bool {
        match self {
            Self::Start | Self::StartDash | Self::Bang => matches!(syntax, Syntax::Html),
            Self::DashDash => true,
            Self::Inside | Self::Dash => false,
        }
    }

    /// What brings a reader to here.
    pub(super) const fn opening(self) -> &'static [u8] {
        match self {
            Self::Start => b"<!--",
            Self::StartDash => b"<!---",
            Self::Inside => b"<!-- ",
            Self::Dash => b"<!-- -",
            Self::DashDash => b"<!-- --",
            Self::Bang => b"<!-- --!",
        }
    }

    const fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Start, b'-') => Self::StartDash,
            (Self::StartDash | Self::Dash | Self::DashDash, b'-') => Self::DashDash,
            (Self::Inside | Self::Bang, b'-') => Self::Dash,
            (Self::DashDash, b'!') => Self::Bang,
            _ => Self::Inside,
        }
    }
}
