//! What somebody answered on a consent platform, in the platform's own words.

use std::borrow::Cow;

use super::iab::TcString;

/// What came of reading a platform's cookies.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// The browser sent none of them.
    Absent,
    /// They are there, but nobody has answered yet; why this is so.
    Unanswered(&'static str),
    /// They are malformed, cut off, too long or void; in what way. Counts as no answer.
    Unreadable(&'static str),
    /// Somebody answered.
    Answered(Answers),
}

/// See the module.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Answers {
    /// One for each group or service that is spoken of.
    pub list: Vec<Answer>,
    /// Whether the platform lists what was granted only, so that what is not listed was refused.
    pub unlisted_refused: bool,
    /// What a TC string says of single vendors.
    pub(super) vendors: Option<Box<TcString>>,
}

/// An answer for one group or service.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// Its name, as the platform spells it.
    pub name: Cow<'static, str>,
    /// Yes or no.
    pub granted: bool,
}

impl Answers {
    /// Adds an answer.
    pub(super) fn push(&mut self, name: impl Into<Cow<'static, str>>, granted: bool) {
        let name = name.into();
        self.list.push(Answer { name, granted });
    }

    /// What is left where a browser holds two answers: only what both grant.
    fn agreeing_with(mut self, other: &Self) -> Self {
        let grants = |answers: &Self, name: &str| {
            let mut named = answers.list.iter().filter(|answer| answer.name == name);
            named.next().is_some_and(|answer| answer.granted) && named.all(|answer| answer.granted)
        };
        for answer in &mut self.list {
            answer.granted &= grants(other, &answer.name);
        }
        for answer in &other.list {
            if !self.list.iter().any(|own| own.name == answer.name) {
                self.push(answer.name.clone(), false);
            }
        }
        self.unlisted_refused |= other.unlisted_refused;
        self.vendors = match (self.vendors, &other.vendors) {
            (None, None) => None,
            // An answer without a TC string grants nothing of what one speaks of.
            (Some(own), None) => Some(Box::new(own.agreeing_with(&TcString::default()))),
            (None, Some(_)) => Some(Box::default()),
            (Some(own), Some(other)) => Some(Box::new(own.agreeing_with(other))),
        };
        self
    }
}

impl FromIterator<(Cow<'static, str>, bool)> for Answers {
    fn from_iter<I: IntoIterator<Item = (Cow<'static, str>, bool)>>(answers: I) -> Self {
        let mut all = Self::default();
        for (name, granted) in answers {
            all.push(name, granted);
        }
        all
    }
}

impl Outcome {
    /// What the values of one cookie say together.
    ///
    /// A browser sends one for each path and domain that it was set for. Of several only what all
    /// that can be read grant is granted.
    pub(super) fn of_each<'a>(
        values: impl Iterator<Item = &'a [u8]>,
        decode: impl Fn(&'a [u8]) -> Self,
    ) -> Self {
        let mut values = values.peekable();
        let mut seen = 0;
        let of_each = std::iter::from_fn(|| {
            seen += 1;
            values.next_if(|_| seen <= MOST)
        });
        let all = of_each
            .map(|value| {
                if value.len() > LONGEST {
                    Self::Unreadable("is longer than any browser's cookie")
                } else {
                    decode(value)
                }
            })
            .fold(Self::Absent, Self::with);
        match values.peek() {
            None => all,
            Some(_) => Self::Unreadable("is there more often than any browser would send it"),
        }
    }

    /// This and another value's.
    pub(super) fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Answered(one), Self::Answered(other)) => {
                Self::Answered(one.agreeing_with(&other))
            }
            (answered @ Self::Answered(_), _) | (_, answered @ Self::Answered(_)) => answered,
            (unreadable @ Self::Unreadable(_), _) | (_, unreadable @ Self::Unreadable(_)) => {
                unreadable
            }
            (Self::Absent, other) => other,
            (unanswered, _) => unanswered,
        }
    }
}

/// Cookies of one name: there is one for each path and domain.
const MOST: usize = 16;
/// What browsers take for one cookie, bytes (RFC 6265bis §5.6).
const LONGEST: usize = 4096;
