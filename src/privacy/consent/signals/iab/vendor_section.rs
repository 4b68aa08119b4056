//! Sets of vendors as TC strings hold them: a bit for each, or ranges of their ids.

use super::bits::{Bits, CUT_OFF, Read};

/// Bits of the shortest range: whether it is one, and the only id.
const SHORTEST_RANGE: usize = 17;

/// Ids from the first to the second, both included.
pub(super) type Range = (u16, u16);

/// A set of vendors. The first bit of the first word, from the left, is vendor 1.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Vendors(Box<[u64]>);

impl Vendors {
    /// Reads a set: the highest id, which form it has, and that.
    pub(super) fn read(bits: &mut Bits) -> Read<Self> {
        let highest = bits.vendor()?;
        if bits.flag()? {
            let ranges = ranges(bits)?;
            if ranges.iter().any(|(_, last)| *last > highest) {
                return Err("names a vendor above its highest");
            }
            Ok(Self::of_ranges(ranges))
        } else {
            Self::bit_field(bits, highest.into())
        }
    }

    fn bit_field(bits: &mut Bits, vendors: usize) -> Read<Self> {
        if vendors > bits.left() {
            return Err(CUT_OFF);
        }
        let words = (0..vendors).step_by(64);
        let words = words.map(|at| bits.word((vendors - at).min(64)));
        words.collect::<Read<_>>().map(Self)
    }

    /// The vendors of `ranges`; however those overlap, no bit is set twice.
    pub(super) fn of_ranges(mut ranges: Vec<Range>) -> Self {
        if !ranges.is_sorted() {
            ranges.sort_unstable();
        }
        let highest = ranges.iter().map(|(_, last)| *last).max();
        let mut words = vec![0; usize::from(highest.unwrap_or(0)).div_ceil(64)];
        let mut next = 0;
        for (first, last) in ranges {
            let (from, to) = (next.max(usize::from(first) - 1), usize::from(last));
            if from < to {
                set(&mut words, from, to);
                next = to;
            }
        }
        Self(words.into())
    }

    /// Whether `vendor` is among them.
    pub(super) fn contains(&self, vendor: u16) -> bool {
        let Some(bit) = usize::from(vendor).checked_sub(1) else {
            return false;
        };
        let word = self.0.get(bit / 64);
        word.is_some_and(|word| word << (bit % 64) >> 63 == 1)
    }

    /// Leaves only those that `other` holds too.
    pub(super) fn intersect(&mut self, other: &Self) {
        let mut others = other.0.iter();
        for word in &mut self.0 {
            *word &= others.next().copied().unwrap_or(0);
        }
    }
}

/// Sets the bits from `from` up to, but not including, `to`.
fn set(words: &mut [u64], from: usize, to: usize) {
    let (first, last) = (from / 64, (to - 1) / 64);
    let Some(words) = words.get_mut(first..=last) else {
        return;
    };
    let (head, tail) = (u64::MAX >> (from % 64), u64::MAX << (63 - (to - 1) % 64));
    match words {
        [] => {}
        [only] => *only |= head & tail,
        [start, between @ .., end] => {
            *start |= head;
            between.fill(u64::MAX);
            *end |= tail;
        }
    }
}

/// Reads how many ranges there are, and those.
pub(super) fn ranges(bits: &mut Bits) -> Read<Vec<Range>> {
    let count = usize::try_from(bits.number(12)?).unwrap_or(usize::MAX);
    if count.saturating_mul(SHORTEST_RANGE) > bits.left() {
        return Err(CUT_OFF);
    }
    let mut ranges = Vec::with_capacity(count);
    for _ in 0..count {
        let is_range = bits.flag()?;
        let first = bits.vendor()?;
        let last = if is_range { bits.vendor()? } else { first };
        if first == 0 || last < first {
            return Err("has a range of vendors that is none");
        }
        ranges.push((first, last));
    }
    Ok(ranges)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn held(vendors: &Vendors) -> BTreeSet<u16> {
        (0..=u16::MAX)
            .filter(|vendor| vendors.contains(*vendor))
            .collect()
    }

    proptest! {
        #[test]
        fn ranges_hold_what_they_say_in_any_order(
            ranges in prop::collection::vec((1..2000u16, 0..200u16), 0..20)
        ) {
            let ranges: Vec<Range> = ranges.into_iter().map(|(first, more)| (first, first + more)).collect();
            let expected: BTreeSet<u16> = ranges.iter().flat_map(|(first, last)| *first..=*last).collect();
            prop_assert_eq!(held(&Vendors::of_ranges(ranges)), expected);
        }
    }

    #[test]
    fn the_highest_vendor_fits() {
        let all = Vendors::of_ranges(vec![(1, u16::MAX)]);
        assert_eq!(held(&all).len(), 65_535);
        let mut one = Vendors::of_ranges(vec![(u16::MAX, u16::MAX), (64, 65)]);
        assert_eq!(held(&one), BTreeSet::from([64, 65, u16::MAX]));
        one.intersect(&Vendors::of_ranges(vec![(65, 70)]));
        assert_eq!(held(&one), BTreeSet::from([65]));
        assert_eq!(held(&Vendors::default()), BTreeSet::new());
    }
}
