//! A message's field section (RFC 9110 §5) as a list of lines in the order in which they came.
//!
//! A request has a dozen lines, each looked at once or twice on its way: a list is walked faster
//! than a map is built, keeps the order of all lines, and nobody's choice of names makes it slow.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::field_value::FieldValue;

/// See the module. Its `Debug` shows names only: values hold cookies and credentials.
#[derive(Clone, Default)]
pub struct FieldLines(Vec<(HeaderName, FieldValue)>);

impl FieldLines {
    /// No lines yet, with room for so many.
    pub fn with_capacity(lines: usize) -> Self {
        Self(Vec::with_capacity(lines))
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of the first line of that name.
    pub fn get<N: ?Sized>(&self, name: &N) -> Option<&FieldValue>
    where
        HeaderName: PartialEq<N>,
    {
        let mut lines = self.0.iter();
        lines.find(|(line, _)| line == name).map(|(_, value)| value)
    }

    /// The values of all lines of that name, in order.
    pub fn get_all<'a, N: ?Sized>(&'a self, name: &'a N) -> impl Iterator<Item = &'a FieldValue>
    where
        HeaderName: PartialEq<N>,
    {
        let lines = self.0.iter().filter(move |(line, _)| line == name);
        lines.map(|(_, value)| value)
    }

    /// Whether there is a line of that name.
    pub fn contains<N: ?Sized>(&self, name: &N) -> bool
    where
        HeaderName: PartialEq<N>,
    {
        self.get(name).is_some()
    }

    /// All lines, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&HeaderName, &FieldValue)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// Adds a line at the end.
    pub fn push(&mut self, name: HeaderName, value: FieldValue) {
        self.0.push((name, value));
    }

    /// Makes `value` the only one of that name.
    pub fn set(&mut self, name: HeaderName, value: FieldValue) {
        self.remove(&name);
        self.push(name, value);
    }

    /// Removes all lines of that name.
    pub fn remove(&mut self, name: &HeaderName) {
        self.0.retain(|(line, _)| line != name);
    }

    /// Keeps the lines for which `keep` says so; it may change their values.
    pub fn retain(&mut self, mut keep: impl FnMut(&HeaderName, &mut FieldValue) -> bool) {
        self.0.retain_mut(|(name, value)| keep(name, value));
    }
}

impl fmt::Debug for FieldLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

impl IntoIterator for FieldLines {
    type Item = (HeaderName, FieldValue);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<(HeaderName, FieldValue)> for FieldLines {
    fn from_iter<I: IntoIterator<Item = (HeaderName, FieldValue)>>(lines: I) -> Self {
        Self(lines.into_iter().collect())
    }
}

impl From<HeaderMap> for FieldLines {
    fn from(fields: HeaderMap) -> Self {
        let mut lines = Self::with_capacity(fields.len());
        for (name, value) in fields {
            // Further lines of a name come without it.
            let name = name.or_else(|| lines.0.last().map(|(name, _)| name.clone()));
            lines
                .0
                .extend(name.map(|name| (name, FieldValue::from(&value))));
        }
        lines
    }
}

impl From<FieldLines> for HeaderMap {
    fn from(lines: FieldLines) -> Self {
        // Whoever wants a map adds to it.
        let mut fields = Self::with_capacity(lines.len() + 4);
        for (name, value) in lines {
            // What a field line can hold, the map can too.
            if let Ok(value) = HeaderValue::try_from(value) {
                fields.append(name, value);
            }
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use http::header;

    use super::*;

    #[test]
    fn lines_survive_the_way_through_a_map() {
        let value = FieldValue::from_static;
        let lines: FieldLines = [
            (header::COOKIE, value("a=1")),
            (header::ACCEPT, value("*/*")),
            (header::COOKIE, value("b=2")),
        ]
        .into_iter()
        .collect();
        let lines = FieldLines::from(HeaderMap::from(lines));
        let cookies: Vec<_> = lines.get_all(&header::COOKIE).collect();
        assert_eq!(cookies, ["a=1", "b=2"]);
        assert_eq!(lines.get("accept"), Some(&value("*/*")));
        assert_eq!(lines.len(), 3);
        assert_eq!(format!("{lines:?}"), "[\"cookie\", \"cookie\", \"accept\"]");
    }
}
