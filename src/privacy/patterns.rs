//! Finding what a name stands for among any number of names and patterns, at a cost that depends
//! on the name's length only.
//!
//! Names and the literal beginnings of patterns are held in a radix tree, the literal ends of
//! patterns that begin with `*` in another; a look-up walks each once and meets every entry that
//! could match. The highest rank wins: an operator's entry over all others, an exact name over a
//! pattern, a built-in entry over one of a file, a longer literal over a shorter one.

use super::pattern::{Piece, matches, pieces};

/// Whose entry it is. Later ones win.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Layer {
    /// Of the file of that number: what is built in is better known.
    File(u16),
    /// Built into privet.
    BuiltIn,
    /// The operator's.
    Operator,
}

/// Which of two entries that match wins: the higher one.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Rank {
    is_operators: bool,
    exact: bool,
    layer: Layer,
    literal: usize,
}

#[derive(Clone, Debug)]
struct Entry<T> {
    rank: Rank,
    tail: Box<[Piece]>,
    value: T,
}

#[derive(Clone, Debug)]
struct Node<T> {
    /// The bytes on the way to this node from its parent.
    label: Box<[u8]>,
    entries: Box<[Entry<T>]>,
    /// First bytes of the children's labels, in the order of `children`.
    branches: Box<[u8]>,
    children: Box<[Self]>,
}

impl<T> Node<T> {
    /// Takes the highest of this node's entries that match `rest`, if it is above `best`.
    fn better<'a>(&'a self, rest: &[u8], best: &mut Option<&'a Entry<T>>) {
        for entry in &self.entries {
            if best.is_none_or(|best| entry.rank > best.rank) && matches(&entry.tail, rest) {
                *best = Some(entry);
            }
        }
    }

    /// Lets labels be read forwards where the tree was made of reversed ones.
    fn turn(&mut self) {
        self.label.reverse();
        self.children.iter_mut().for_each(Self::turn);
    }

    fn child(&self, first: u8) -> Option<&Self> {
        // Few branches are looked through faster than a search begins.
        let branch = if self.branches.len() <= 8 {
            self.branches.iter().position(|branch| *branch == first)?
        } else {
            memchr::memchr(first, &self.branches)?
        };
        self.children.get(branch)
    }
}

/// The tree, made once from all patterns.
#[derive(Clone, Debug)]
pub(super) struct PatternTable<T> {
    root: Node<T>,
    /// For each first byte of a name the root's child; only the root has many.
    first: Box<[Option<u8>]>,
    /// The tree of ends, read from the last byte to the first.
    endings: Node<T>,
}

/// Patterns to be compiled: the literal beginning, with its entry.
type Parsed<T> = (Vec<u8>, Entry<T>);

impl<T: Copy> PatternTable<T> {
    /// Compiles `patterns`. Of two entries alike in rank and pattern the first one wins.
    pub(super) fn new<'a>(patterns: impl IntoIterator<Item = (Layer, &'a str, T)>) -> Self {
        let parsed = patterns
            .into_iter()
            .map(|(layer, pattern, value)| parse(layer, pattern, value));
        let (ends, parsed): (Vec<Parsed<T>>, Vec<Parsed<T>>) =
            parsed.partition(|(beginning, entry)| beginning.is_empty() && has_ending(&entry.tail));
        let root = tree(parsed);
        let mut endings = tree(ends.into_iter().map(from_the_end).collect());
        endings.turn();
        let child = |byte: u8| root.branches.iter().position(|branch| *branch == byte);
        let first = (0..=u8::MAX)
            .map(|byte| child(byte).and_then(|child| u8::try_from(child).ok()))
            .collect();
        Self {
            root,
            first,
            endings,
        }
    }

    /// Whether there is nothing to find.
    pub(super) fn is_empty(&self) -> bool {
        self.root.entries.is_empty()
            && self.root.children.is_empty()
            && self.endings.children.is_empty()
    }

    /// What `name` stands for.
    pub(super) fn find(&self, name: &[u8]) -> Option<T> {
        let mut best: Option<&Entry<T>> = None;
        self.root.better(name, &mut best);
        let first = name
            .first()
            .and_then(|first| self.first.get(usize::from(*first)));
        let mut next = first.and_then(|child| self.root.children.get(usize::from((*child)?)));
        let mut rest = name;
        while let Some(node) = next {
            // The first byte led here.
            let after = match node.label.as_ref() {
                [_] => rest.get(1..),
                label => rest.strip_prefix(label),
            };
            let Some(after) = after else {
                break;
            };
            rest = after;
            node.better(rest, &mut best);
            next = rest.first().and_then(|first| node.child(*first));
        }
        let mut rest = name;
        let mut next = name.last().and_then(|last| self.endings.child(*last));
        while let Some(node) = next {
            let Some(before) = rest.strip_suffix(node.label.as_ref()) else {
                break;
            };
            rest = before;
            node.better(rest, &mut best);
            next = rest.last().and_then(|last| node.child(*last));
        }
        best.map(|entry| entry.value)
    }
}

fn parse<T>(layer: Layer, pattern: &str, value: T) -> Parsed<T> {
    let mut tail = pieces(pattern);
    let beginning = match tail.first() {
        Some(Piece::Literal(_)) => tail.remove(0),
        _ => Piece::Literal(Box::default()),
    };
    let length = |piece: &Piece| match piece {
        Piece::Literal(literal) => literal.len(),
        Piece::Any | Piece::Digits => 0,
    };
    let rank = Rank {
        is_operators: layer == Layer::Operator,
        exact: tail.is_empty(),
        layer,
        literal: length(&beginning) + tail.iter().map(length).sum::<usize>(),
    };
    let beginning = match beginning {
        Piece::Literal(literal) => literal.into_vec(),
        Piece::Any | Piece::Digits => Vec::new(),
    };
    (
        beginning,
        Entry {
            rank,
            tail: tail.into(),
            value,
        },
    )
}

/// Whether a pattern that begins with a wildcard begins with `*` and ends with a literal.
fn has_ending(tail: &[Piece]) -> bool {
    matches!(tail, [Piece::Any, .., Piece::Literal(_)])
}

/// The pattern as the tree of ends holds it: by its end from the last byte to the first, and the
/// rest of it before.
fn from_the_end<T>((_, mut entry): Parsed<T>) -> Parsed<T> {
    let mut pieces = entry.tail.into_vec();
    let mut end = match pieces.pop() {
        Some(Piece::Literal(end)) => end.into_vec(),
        _ => Vec::new(),
    };
    end.reverse();
    entry.tail = pieces.into();
    (end, entry)
}

fn tree<T: Copy>(mut parsed: Vec<Parsed<T>>) -> Node<T> {
    parsed.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.rank.cmp(&a.1.rank)));
    node(Box::default(), &winners(parsed), 0)
}

/// Leaves out entries of the same pattern as one before them, which they can't win against. `parsed`
/// is sorted by literal beginning, then from the highest rank to the lowest.
fn winners<T>(parsed: Vec<Parsed<T>>) -> Vec<Parsed<T>> {
    let mut winners: Vec<Parsed<T>> = Vec::with_capacity(parsed.len());
    let mut group = 0;
    for (literal, entry) in parsed {
        if winners.last().is_none_or(|last| last.0 != literal) {
            group = winners.len();
        }
        let rivals = winners.get(group..).unwrap_or_default();
        if rivals.iter().all(|(_, rival)| rival.tail != entry.tail) {
            winners.push((literal, entry));
        }
    }
    winners
}

/// The node for `parsed` (sorted), all of which begin with the same `depth` bytes.
fn node<T: Copy>(label: Box<[u8]>, parsed: &[Parsed<T>], depth: usize) -> Node<T> {
    let here = parsed
        .iter()
        .take_while(|(literal, _)| literal.len() == depth)
        .count();
    let (here, mut below) = parsed.split_at(here);
    let mut branches = Vec::new();
    let mut children = Vec::new();
    while let Some((first, _)) = below.first() {
        let branch = first.get(depth).copied();
        let size = below
            .iter()
            .take_while(|(literal, _)| literal.get(depth).copied() == branch)
            .count();
        let (group, others) = below.split_at(size);
        let shared = shared_length(group);
        branches.extend(branch);
        children.push(node(
            first.get(depth..shared).unwrap_or_default().into(),
            group,
            shared,
        ));
        below = others;
    }
    Node {
        label,
        entries: here.iter().map(|(_, entry)| entry.clone()).collect(),
        branches: branches.into(),
        children: children.into(),
    }
}

/// How many first bytes a sorted group shares: as many as its first and last one do.
fn shared_length<T>(group: &[Parsed<T>]) -> usize {
    match (group.first(), group.last()) {
        (Some((first, _)), Some((last, _))) => {
            first.iter().zip(last).take_while(|(a, b)| a == b).count()
        }
        _ => 0,
    }
}

/// The rank of `pattern` if it matches `name`.
pub(super) fn match_rank(layer: Layer, pattern: &str, name: &[u8]) -> Option<Rank> {
    let (beginning, entry) = parse(layer, pattern, ());
    name.strip_prefix(beginning.as_slice())
        .is_some_and(|rest| matches(&entry.tail, rest))
        .then_some(entry.rank)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::privacy::pattern::exactly;

    #[test]
    fn the_most_specific_entry_wins() {
        use Layer::{BuiltIn, Operator};
        let table = PatternTable::new([
            (BuiltIn, "_ga", 1),
            (BuiltIn, "_ga_*", 2),
            (BuiltIn, "_gat_gtag_UA_#_#", 3),
            (BuiltIn, "_gat", 4),
            (BuiltIn, "AMCV_*AdobeOrg", 5),
            (BuiltIn, "*-euconsent-v2", 6),
            (BuiltIn, "_hjSession_#", 7),
            (BuiltIn, "_hj*", 8),
            (Operator, "_hjS*", 9),
            (BuiltIn, "_lr_*", 10),
            (BuiltIn, "_lr_uf_*", 11),
        ]);
        for (name, expected) in [
            ("_ga", Some(1)),
            ("_ga_AB12", Some(2)),
            ("_ga_", Some(2)),
            ("_gallery", None),
            ("_gat", Some(4)),
            ("_gate", None),
            ("_gat_gtag_UA_12_3", Some(3)),
            ("_gat_gtag_UA_12_x", None),
            ("_gat_gtag_UA__3", None),
            ("AMCV_123%40AdobeOrg", Some(5)),
            ("AMCV_123", None),
            ("dm-euconsent-v2", Some(6)),
            ("_hjSession_5", Some(9)),
            ("_hjid", Some(8)),
            ("_lr_uf_a", Some(11)),
            ("_lr_env", Some(10)),
            ("_g", None),
            ("", None),
        ] {
            assert_eq!(table.find(name.as_bytes()), expected, "{name}");
        }
    }

    #[test]
    fn the_operators_entry_wins_over_all_an_exact_name_over_a_pattern_and_what_is_built_in_over_a_files()
     {
        use Layer::{BuiltIn, File, Operator};
        let table = PatternTable::new([
            (BuiltIn, "a", 1),
            (BuiltIn, "built", 2),
            (File(0), "a", 3),
            (File(1), "a", 4),
            (File(1), "a", 5),
            (File(0), "b*", 6),
            (BuiltIn, "o", 7),
            (File(9), "o", 8),
            (Operator, "o*", 9),
            (File(0), "f", 10),
            (File(1), "f", 11),
            (File(1), "cart_x", 12),
            (BuiltIn, "cart*", 13),
        ]);
        for (name, expected) in [
            ("a", 1),
            ("built", 2),
            ("bus", 6),
            ("o", 9),
            ("f", 11),
            ("cart_x", 12),
            ("cart_y", 13),
        ] {
            assert_eq!(table.find(name.as_bytes()), Some(expected), "{name}");
        }
    }

    #[test]
    fn what_is_escaped_stands_for_itself() {
        let table = PatternTable::new(
            [r"a\*", r"b\#*", r"c\\", r"d\e", r"f\"]
                .map(|pattern| (Layer::BuiltIn, pattern, pattern)),
        );
        for (name, expected) in [
            ("a*", Some(r"a\*")),
            ("ab", None),
            (r"a\*", None),
            ("b#1", Some(r"b\#*")),
            ("b1", None),
            (r"c\", Some(r"c\\")),
            (r"d\e", Some(r"d\e")),
            (r"f\", Some(r"f\")),
        ] {
            assert_eq!(table.find(name.as_bytes()), expected, "{name}");
        }
        for name in ["sid", "a*", "#", r"\", r"\*", r"x\#y*", "é"] {
            let pattern = exactly(name);
            assert!(
                match_rank(Layer::BuiltIn, &pattern, name.as_bytes()).is_some(),
                "{pattern}"
            );
            assert!(match_rank(Layer::BuiltIn, &pattern, name.as_bytes()).is_some());
        }
    }

    proptest! {
        #[test]
        fn the_tree_finds_what_trying_each_pattern_finds(
            patterns in proptest::collection::vec("[ab_*#1]{1,6}", 0..20),
            name in "[ab_1]{0,8}",
        ) {
            let table = PatternTable::new(
                patterns.iter().map(|pattern| (Layer::BuiltIn, pattern.as_str(), pattern.as_str())),
            );
            let name = name.as_bytes();
            let pattern_matches =
                |pattern: &str| match_rank(Layer::BuiltIn, pattern, name).is_some();
            let found = table.find(name);
            let any = patterns.iter().any(|pattern| pattern_matches(pattern));
            prop_assert_eq!(found.is_some(), any);
            prop_assert!(found.is_none_or(pattern_matches));
        }
    }
}
