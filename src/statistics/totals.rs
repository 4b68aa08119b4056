//! All that workers counted since the start, and what is new in it.

use std::collections::BTreeMap;

use super::rows::{Hour, Key, Name, Rows, Sighting};

/// See the module. Numbers in it never fall.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) counts: BTreeMap<Key, u64>,
    pub(crate) sightings: BTreeMap<Name, Sighting>,
}

impl Totals {
    /// What is new since `before`, as numbers of `hour`.
    pub(super) fn since(&self, before: &Self, hour: Hour) -> Rows {
        let mut rows = Rows::default();
        for (key, count) in &self.counts {
            let told = before.counts.get(key).copied().unwrap_or_default();
            if let new @ 1.. = count.saturating_sub(told) {
                rows.counts.insert((hour, key.clone()), new);
            }
        }
        for (name, sighting) in &self.sightings {
            let told = before.sightings.get(name);
            let (count, set) = told.map_or((0, 0), |told| (told.count, told.set));
            if sighting.count > count {
                let new = Sighting {
                    count: sighting.count - count,
                    set: sighting.set.saturating_sub(set),
                    ..sighting.clone()
                };
                rows.sightings.insert(name.clone(), new);
            }
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_new_is_told() {
        let key = |kind: &str| Key {
            site: "a.example".to_owned(),
            vendor: "A".to_owned(),
            purpose: "analytics".to_owned(),
            kind: kind.to_owned(),
        };
        let mut before = Totals::default();
        before.counts.insert(key("sent"), 5);
        let mut after = before.clone();
        after.counts.insert(key("sent"), 7);
        after.counts.insert(key("set"), 1);
        let rows = after.since(&before, Hour(3));
        let counts: Vec<_> = rows.counts.values().copied().collect();
        assert_eq!(counts, [2, 1]);
        assert!(after.since(&after, Hour(3)).is_empty());
    }
}
