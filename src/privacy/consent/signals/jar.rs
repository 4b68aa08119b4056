//! A request's consent cookies: those by which some platform is read, all others left out.

use super::{
    super::super::{cookies::request_pairs, field_lines::FieldLines, patterns::PatternTable},
    answers::Outcome,
    platform::PlatformId,
};

/// Name and value of a cookie.
type Pair<'a> = (&'a [u8], &'a [u8]);

/// See the module. In the order in which they were sent.
pub(in crate::privacy::consent) struct Jar<'a>(Vec<Pair<'a>>);

impl<'a> Jar<'a> {
    /// The cookies of `fields` whose name `names` knows.
    pub(in crate::privacy::consent) fn of(
        fields: &'a FieldLines,
        names: &PatternTable<()>,
    ) -> Self {
        let pairs = request_pairs(fields).filter(|pair| names.find(pair.name).is_some());
        Self(pairs.map(|pair| (pair.name, pair.value)).collect())
    }

    /// Whether there is no consent cookie at all.
    pub(in crate::privacy::consent) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the platform's cookies say, where the website calls its main cookie `name`. `now` is in
    /// seconds since 1970.
    pub(in crate::privacy::consent) fn read(
        &self,
        platform: PlatformId,
        name: Option<&str>,
        now: i64,
    ) -> Outcome {
        let renamed = platform.cookies().first().copied().zip(name);
        platform.decode(&Cookies {
            all: &self.0,
            renamed,
            now,
        })
    }
}

/// A jar as one platform reads it.
pub(super) struct Cookies<'a> {
    all: &'a [Pair<'a>],
    /// The platform's own name for its main cookie, and the website's.
    renamed: Option<(&'static str, &'a str)>,
    now: i64,
}

impl<'a> Cookies<'a> {
    /// Seconds since 1970.
    pub(super) fn now(&self) -> i64 {
        self.now
    }

    /// The values of the cookie `name`, one for each time it was sent.
    pub(super) fn values(&self, name: &'static str) -> impl Iterator<Item = &'a [u8]> {
        let name = match self.renamed {
            Some((main, renamed)) if main == name => renamed,
            _ => name,
        };
        let named = self.all.iter();
        let named = named.filter(move |(other, _)| *other == name.as_bytes());
        named.map(|(_, value)| *value)
    }

    /// The values of the cookie that is called as `main` is on this website, with `ending` after it.
    pub(super) fn values_beside(
        &self,
        main: &'static str,
        ending: &'static str,
    ) -> impl Iterator<Item = &'a [u8]> {
        let main = match self.renamed {
            Some((own, renamed)) if own == main => renamed,
            _ => main,
        };
        let named = self.all.iter();
        let named = named
            .filter(move |(name, _)| name.strip_prefix(main.as_bytes()) == Some(ending.as_bytes()));
        named.map(|(_, value)| *value)
    }

    /// Whether the cookie `name` was sent.
    pub(super) fn has(&self, name: &'static str) -> bool {
        self.values(name).next().is_some()
    }

    /// The cookies whose name begins with `prefix`: what follows it, and the value. Where the
    /// main cookie is `prefix*` and the website calls it otherwise, that one, with nothing behind.
    pub(super) fn beginning_with(&self, prefix: &'static str) -> impl Iterator<Item = Pair<'a>> {
        let renamed = self.renamed;
        let renamed = renamed.filter(|(main, _)| main.strip_suffix('*') == Some(prefix));
        self.all
            .iter()
            .filter_map(move |(name, value)| match renamed {
                Some((_, own)) => (*name == own.as_bytes()).then_some((&[][..], *value)),
                None => Some((name.strip_prefix(prefix.as_bytes())?, *value)),
            })
    }

    /// The cookies whose name ends with `ending`: what precedes it, and the value.
    pub(super) fn ending_with(&self, ending: &'static str) -> impl Iterator<Item = Pair<'a>> {
        let all = self.all.iter();
        all.filter_map(|(name, value)| Some((name.strip_suffix(ending.as_bytes())?, *value)))
    }
}
