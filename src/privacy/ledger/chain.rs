//! The chain: each link covers the one before it and a commitment to what an entry says.

use std::fmt;

use super::{
    date::Day,
    digest::{Digest, from_hexadecimal, write_hexadecimal},
    statement::Statement,
};

const COMMITMENT: &str = "privet ledger commitment 1";
const LINK: &str = "privet ledger link 1";

/// Random bytes that keep a commitment from being guessed once its record is gone.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// From random bytes.
    pub fn new(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// From 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        from_hexadecimal(text).map(Self)
    }
}

impl fmt::Display for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hexadecimal(&self.0, f)
    }
}

/// Says nothing, so that no log keeps what erasure deletes.
impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(..)")
    }
}

/// A statement before it has its place in the chain.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sealed {
    /// The salt.
    pub salt: Salt,
    /// The statement.
    pub statement: Statement,
    /// The commitment to both.
    pub commitment: Digest,
}

impl Sealed {
    /// Commits to `statement`.
    pub fn new(salt: Salt, statement: Statement) -> Self {
        let commitment = commitment(&salt, &statement.to_canonical());
        Self {
            salt,
            statement,
            commitment,
        }
    }
}

fn commitment(salt: &Salt, canonical: &[u8]) -> Digest {
    Digest::of(COMMITMENT, &[&salt.0, canonical])
}

/// The end of a chain, or of a part of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Head {
    /// The last entry's number; 0 for none.
    pub number: u64,
    /// The day on which it was written.
    pub day: Day,
    /// Its link.
    pub link: Digest,
}

impl Head {
    /// Before the first entry.
    pub const START: Self = Self {
        number: 0,
        day: Day(i32::MIN),
        link: Digest::ZERO,
    };

    /// The link that follows, for a commitment written on `today`. A clock that was set back
    /// doesn't take the chain back.
    pub fn next(&self, today: Day, commitment: Digest) -> Link {
        Link {
            number: self.number + 1,
            day: self.day.max(today),
            previous: self.link,
            commitment,
        }
    }
}

/// What stays of an entry for as long as the chain reaches back to it; nothing of a person.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Link {
    /// Its place, from 1.
    pub number: u64,
    /// When it was written.
    pub day: Day,
    /// The link before it.
    pub previous: Digest,
    /// The commitment to what the entry says.
    pub commitment: Digest,
}

impl Link {
    /// The digest that covers this entry and all before it.
    pub fn digest(&self) -> Digest {
        let (number, day) = (self.number.to_be_bytes(), self.day.0.to_be_bytes());
        let (previous, commitment) = (self.previous.as_bytes(), self.commitment.as_bytes());
        Digest::of(LINK, &[&number, &day, previous, commitment])
    }

    /// The chain up to here.
    pub fn head(&self) -> Head {
        Head {
            number: self.number,
            day: self.day,
            link: self.digest(),
        }
    }
}

/// An entry: its link, and what it says if that was not erased.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// Its link.
    pub link: Link,
    /// What it says.
    pub opened: Option<Opened>,
}

/// What opens a commitment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Opened {
    /// The salt.
    pub salt: Salt,
    /// The statement.
    pub statement: Statement,
}

impl Opened {
    /// Whether `commitment` is to this.
    pub fn opens(&self, commitment: Digest) -> bool {
        self::commitment(&self.salt, &self.statement.to_canonical()) == commitment
    }
}

impl Entry {
    /// A statement in its place.
    pub fn new(link: Link, sealed: Sealed) -> Self {
        Self {
            link,
            opened: Some(Opened {
                salt: sealed.salt,
                statement: sealed.statement,
            }),
        }
    }
}
