//! The consent platforms that are known: a new one is a file beside this one and a line here.

use super::{super::super::purpose::Purposes, answers::Outcome, jar::Cookies, onetrust};

/// A consent platform, by its place in the table.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct PlatformId(u8);

struct Platform {
    /// As `consent.signals` names it.
    name: &'static str,
    /// Patterns of its cookies' names; the operator may rename the first.
    cookies: &'static [&'static str],
    decode: fn(&Cookies<'_>) -> Outcome,
    /// What one of its groups is for, unless the operator says otherwise.
    purposes: fn(&str) -> Purposes,
}

/// In the order in which they are asked by default.
const PLATFORMS: &[Platform] = &[Platform {
    name: "onetrust",
    cookies: onetrust::COOKIES,
    decode: onetrust::decode,
    purposes: onetrust::purposes,
}];

impl PlatformId {
    /// Every platform, in the order in which they are asked by default.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..).take(PLATFORMS.len()).map(Self)
    }

    /// The platform of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|platform| platform.name() == name)
    }

    fn get(self) -> Option<&'static Platform> {
        PLATFORMS.get(usize::from(self.0))
    }

    /// The name in `consent.signals`.
    pub fn name(self) -> &'static str {
        self.get().map_or("", |platform| platform.name)
    }

    /// Patterns of its cookies' names; the operator may rename the first.
    pub fn cookies(self) -> &'static [&'static str] {
        self.get().map_or(&[], |platform| platform.cookies)
    }

    /// Reads its cookies.
    pub(super) fn decode(self, cookies: &Cookies<'_>) -> Outcome {
        self.get()
            .map_or(Outcome::Absent, |platform| (platform.decode)(cookies))
    }

    /// What one of its groups is for, unless the operator says otherwise.
    pub(super) fn purposes(self, group: &str) -> Purposes {
        self.get()
            .map_or(Purposes::NONE, |platform| (platform.purposes)(group))
    }
}

#[cfg(test)]
pub(super) mod testing {
    //! What tests of the platforms share.

    use http::{HeaderValue, header};

    use super::*;
    use crate::privacy::{
        catalogue::Catalogue,
        consent::signals::{Jar, Mapping, Reading},
        field_lines::FieldLines,
        patterns::{Layer, PatternTable},
        purpose::Purpose,
        rules::PlatformRules,
    };

    /// When all of it happens.
    const NOW: i64 = 1_795_460_000;

    /// What the platform `name` makes of a `Cookie` field.
    pub(in crate::privacy::consent::signals) fn outcome(name: &str, cookies: &str) -> Outcome {
        let platform = PlatformId::from_name(name).expect("a platform");
        let mut fields = FieldLines::default();
        fields.push(
            header::COOKIE,
            HeaderValue::from_str(cookies).expect("a value"),
        );
        let names = platform
            .cookies()
            .iter()
            .map(|name| (Layer::BuiltIn, *name, ()));
        let names = PatternTable::new(names);
        Jar::of(&fields, &names).read(platform, None, NOW)
    }

    /// What that means, by the platform's defaults; `None` for no answer.
    pub(in crate::privacy::consent::signals) fn reading(
        name: &str,
        cookies: &str,
        catalogue: &Catalogue,
    ) -> Option<Reading> {
        let platform = PlatformId::from_name(name).expect("a platform");
        match outcome(name, cookies) {
            Outcome::Answered(answers) => {
                let rules = PlatformRules::new(platform);
                Some(Mapping::new(&rules, catalogue).apply(&answers, catalogue))
            }
            _ => None,
        }
    }

    /// The purposes that are granted, by the platform's defaults; `None` for no answer.
    pub(in crate::privacy::consent::signals) fn granted(
        name: &str,
        cookies: &str,
    ) -> Option<String> {
        let reading = reading(name, cookies, &Catalogue::new(Vec::new(), Vec::new()))?;
        let names = reading.granted.iter().map(Purpose::name);
        Some(names.collect::<Vec<_>>().join(","))
    }
}
