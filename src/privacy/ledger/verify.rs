//! Whether an export is whole and unaltered, told from nothing but itself, and from a root that was
//! noted elsewhere if there is one.
//!
//! Without such a root a chain that was made anew from its beginning can't be told from a true one;
//! with it, everything up to that root is proven.

use std::{collections::BTreeSet, fmt};

use super::{
    chain::{Entry, Head},
    date::Day,
    digest::Digest,
    statement::Statement,
};

/// Which entries an export holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Selection {
    /// All that the ledger has.
    All,
    /// Those written since that day.
    Since(Day),
    /// Those of one visitor.
    Visitor,
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Since(day) => write!(f, "since {day}"),
            Self::Visitor => f.write_str("visitor"),
        }
    }
}

impl Selection {
    /// Reads what was written.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "all" => Some(Self::All),
            "visitor" => Some(Self::Visitor),
            _ => Some(Self::Since(Day::parse(text.strip_prefix("since ")?)?)),
        }
    }
}

/// What an export says of itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Claims {
    /// What was selected.
    pub selection: Selection,
    /// The last entry's number and link when it was made; number 0 for none.
    pub head: (u64, Digest),
    /// The last link of each day, if it lists them.
    pub roots: Option<Vec<(Day, Digest)>>,
}

/// Why an export is no proof. Each names the entry at which it shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// The number after this one is another: entries are missing, doubled or in another order.
    Order {
        /// The number expected.
        expected: u64,
        /// The number found.
        found: u64,
    },
    /// The day is before that of the entry before it.
    Day(u64),
    /// The link before it is another.
    Previous(u64),
    /// Its link is not what it must be.
    Link(u64),
    /// What it says is not what was committed to.
    Content(u64),
    /// It says to be made after it was written.
    Time(u64),
    /// What it says is missing, and no later entry says that it was erased.
    Missing(u64),
    /// It begins here, and no entry says that what came before was pruned.
    Beginning(u64),
    /// It ends here, and not where it says that it ends.
    End(u64),
    /// A day's root is not the last link of that day.
    Root(Day),
    /// No link of it is the root that was noted elsewhere.
    Unknown,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order { expected, found } => write!(
                f,
                "entry {found} stands where {expected} must: entries are missing, doubled or in another order"
            ),
            Self::Day(number) => write!(f, "entry {number} is dated before the one before it"),
            Self::Previous(number) => write!(f, "entry {number} does not follow the one before it"),
            Self::Link(number) => write!(f, "entry {number} was altered: its link is another"),
            Self::Content(number) => {
                write!(
                    f,
                    "entry {number} was altered: it is not what was committed to"
                )
            }
            Self::Time(number) => write!(f, "entry {number} is dated after it was written"),
            Self::Missing(number) => write!(
                f,
                "entry {number} says nothing, and no entry says that it was erased"
            ),
            Self::Beginning(number) => write!(
                f,
                "it begins with entry {number}, and no entry says that those before it were pruned"
            ),
            Self::End(number) => write!(
                f,
                "it ends with entry {number}, not where the ledger ended when it was made: its end is missing"
            ),
            Self::Root(day) => write!(f, "the root of {day} is not the last link of that day"),
            Self::Unknown => f.write_str("the root given is none of its links"),
        }
    }
}

/// What is proven.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Verdict {
    /// Entries.
    pub entries: u64,
    /// Choices of visitors among them.
    pub consents: u64,
    /// Those whose content was erased.
    pub erased: u64,
    /// The first and the last number.
    pub numbers: Option<(u64, u64)>,
    /// The last link.
    pub head: Digest,
    /// How many days they cover, each with a root.
    pub days: u64,
    /// The entry whose link is the root that was noted elsewhere.
    pub root: Option<u64>,
}

/// Takes entry after entry, in the order of the export.
#[derive(Debug)]
pub struct Verifier {
    noted: Option<Digest>,
    /// Where an entry does not follow the one before it, as in a selection.
    gap: Option<Fault>,
    first: Option<(u64, Digest)>,
    last: Option<Head>,
    roots: Vec<(Day, Digest)>,
    missing: BTreeSet<u64>,
    erased: BTreeSet<u64>,
    pruned: Vec<(u64, Digest)>,
    verdict: Verdict,
}

impl Verifier {
    /// `noted` is a root that was kept elsewhere.
    pub fn new(noted: Option<Digest>) -> Self {
        Self {
            noted,
            gap: None,
            first: None,
            last: None,
            roots: Vec::new(),
            missing: BTreeSet::new(),
            erased: BTreeSet::new(),
            pruned: Vec::new(),
            verdict: Verdict::default(),
        }
    }

    /// The next entry, and the link that the export says it has.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn entry(&mut self, entry: &Entry, claimed: Digest) -> Result<(), Fault> {
        let link = &entry.link;
        let number = link.number;
        let before = self.last;
        if let Some(before) = before {
            let expected = before.number.saturating_add(1);
            if number != expected {
                let found = number;
                let gap = self.gap.get_or_insert(Fault::Order { expected, found });
                if number < expected {
                    return Err(*gap);
                }
            }
            if link.day < before.day {
                return Err(Fault::Day(number));
            }
            if number == expected && link.previous != before.link {
                return Err(Fault::Previous(number));
            }
        } else if number == 0 || (number == 1 && link.previous != Digest::ZERO) {
            return Err(Fault::Previous(number));
        }
        let head = link.head();
        if head.link != claimed {
            return Err(Fault::Link(number));
        }
        self.content(entry)?;
        if before.is_some_and(|before| before.day == head.day) {
            self.roots.pop();
        }
        self.roots.push((head.day, head.link));
        if self.noted == Some(head.link) {
            self.verdict.root = Some(number);
        }
        self.first.get_or_insert((number, link.previous));
        self.last = Some(head);
        self.verdict.entries += 1;
        Ok(())
    }

    fn content(&mut self, entry: &Entry) -> Result<(), Fault> {
        let number = entry.link.number;
        let Some(opened) = &entry.opened else {
            self.missing.insert(number);
            return Ok(());
        };
        if !opened.opens(entry.link.commitment) {
            return Err(Fault::Content(number));
        }
        if Day::of(opened.statement.time()) > entry.link.day {
            return Err(Fault::Time(number));
        }
        match &opened.statement {
            Statement::Consent(_) => self.verdict.consents += 1,
            Statement::Erasure { numbers, .. } => self.erased.extend(numbers),
            Statement::Pruning { through, link, .. } => self.pruned.push((*through, *link)),
        }
        Ok(())
    }

    /// After the last entry.
    ///
    /// # Errors
    /// What is wrong with the whole.
    pub fn finish(mut self, claims: &Claims) -> Result<Verdict, Fault> {
        let last = self.last.unwrap_or(Head::START);
        if claims.selection == Selection::All
            && let Some((number, previous)) = self.first.filter(|(number, _)| *number > 1)
            && !self.pruned.contains(&(number - 1, previous))
        {
            return Err(Fault::Beginning(number));
        }
        if claims.selection != Selection::Visitor {
            if let Some(gap) = self.gap {
                return Err(gap);
            }
            // Nothing may have been written since the day that was asked for.
            let is_empty = self.last.is_none() && claims.selection != Selection::All;
            if !is_empty && claims.head != (last.number, last.link) {
                return Err(Fault::End(last.number));
            }
            if let Some(roots) = &claims.roots {
                let wrong = self
                    .roots
                    .iter()
                    .zip(roots)
                    .find(|(ours, theirs)| ours != theirs);
                if let Some(((day, _), _)) = wrong {
                    return Err(Fault::Root(*day));
                }
                if roots.len() != self.roots.len() {
                    return Err(Fault::Root(last.day));
                }
            }
        }
        if let Some(number) = self.missing.difference(&self.erased).next() {
            return Err(Fault::Missing(*number));
        }
        if self.noted.is_some() && self.verdict.root.is_none() {
            return Err(Fault::Unknown);
        }
        self.verdict.erased = self.missing.len() as u64;
        self.verdict.numbers = self.first.map(|(first, _)| (first, last.number));
        self.verdict.head = last.link;
        self.verdict.days = self.roots.len() as u64;
        Ok(self.verdict)
    }
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
