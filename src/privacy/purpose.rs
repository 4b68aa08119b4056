//! The closed set of purposes that a visitor can consent to, and sets of them as bits.
//!
//! GDPR Art. 5(1)(b) and ePrivacy Art. 5(3): storage on the visitor's device needs a purpose and,
//! unless it is strictly necessary, consent to that purpose. The set is closed so that a decision
//! on the hot path is one bit test.

use std::fmt;

/// What a cookie, script or embed is for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Purpose {
    /// Serves what the visitor asked for: sign-in, cart, language, security. Needs no consent.
    Necessary,
    /// Conveniences of third parties: chat, remembered players.
    Functional,
    /// Audience measurement.
    Analytics,
    /// Advertising and the profiles behind it.
    Marketing,
    /// Embedded video, maps and social content.
    Media,
}

impl Purpose {
    /// What third parties are taken to be for that no vendor claims.
    pub(in crate::privacy) const UNKNOWN_HOSTS: Self = Self::Marketing;

    /// Every purpose, in the order in which they are shown.
    pub const ALL: [Self; 5] = [
        Self::Necessary,
        Self::Functional,
        Self::Analytics,
        Self::Marketing,
        Self::Media,
    ];

    /// The name used in the configuration, in `X-Privet-Consent` and in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Necessary => "necessary",
            Self::Functional => "functional",
            Self::Analytics => "analytics",
            Self::Marketing => "marketing",
            Self::Media => "media",
        }
    }

    /// The purpose of that name, exactly as the configuration spells it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of purposes.
#[derive(Clone, Copy, Default, Eq, Hash, PartialEq)]
pub struct Purposes(u8);

impl Purposes {
    /// No purpose at all.
    pub const NONE: Self = Self(0);
    /// What needs no consent.
    pub const NECESSARY: Self = Self(1 << Purpose::Necessary as u8);
    /// Every purpose.
    pub const ALL: Self = Self(0b1_1111);

    /// Whether the set holds `purpose`.
    pub const fn contains(self, purpose: Purpose) -> bool {
        self.0 & (1 << purpose as u8) != 0
    }

    /// The set with `purpose` added.
    #[must_use]
    pub const fn with(self, purpose: Purpose) -> Self {
        Self(self.0 | 1 << purpose as u8)
    }

    /// What is in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in this set and not in `other`.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether nothing is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The purposes of the set, in the order in which they are shown.
    pub fn iter(self) -> impl Iterator<Item = Purpose> {
        Purpose::ALL
            .into_iter()
            .filter(move |purpose| self.contains(*purpose))
    }
}

impl FromIterator<Purpose> for Purposes {
    fn from_iter<I: IntoIterator<Item = Purpose>>(purposes: I) -> Self {
        purposes.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for Purposes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.iter().map(Purpose::name))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_combine_as_sets_do() {
        let both = Purposes::NECESSARY.with(Purpose::Media);
        assert!(both.contains(Purpose::Media) && !both.contains(Purpose::Marketing));
        assert_eq!(
            both.difference(Purposes::NECESSARY)
                .iter()
                .collect::<Vec<_>>(),
            [Purpose::Media]
        );
        assert_eq!(
            Purpose::ALL.into_iter().collect::<Purposes>(),
            Purposes::ALL
        );
        assert_eq!(Purposes::ALL.intersection(both), both);
    }

    #[test]
    fn every_name_leads_back_to_its_purpose() {
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::from_name(purpose.name()), Some(purpose));
        }
        assert_eq!(Purpose::from_name("Marketing"), None);
    }
}
