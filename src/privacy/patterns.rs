//! Finding what a name stands for among any number of names and patterns, at a cost that depends
//! on the name's length only.
//!
//! Names and the literal beginnings of patterns are held in a radix tree, the literal ends of
//! patterns that begin with `*` in another; a look-up walks each once and meets every entry that
//! could match. The highest rank wins: an operator's entry over a built-in one, an exact name over a
//! pattern, a longer literal over a shorter one.

/// One piece of a pattern after its literal beginning.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Piece {
    /// `*`: any run of bytes, also an empty one.
    Any,
    /// `#`: one digit or more.
    Digits,
    /// These bytes.
    Literal(Box<[u8]>),
}

/// Whose entry it is. Later ones win.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Layer {
    /// Built into privet.
    BuiltIn,
    /// The operator's.
    Operator,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Rank {
    layer: Layer,
    exact: bool,
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
        let branch = self.branches.iter().position(|branch| *branch == first)?;
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
        let (ends, mut parsed): (Vec<Parsed<T>>, Vec<Parsed<T>>) =
            parsed.partition(|(beginning, entry)| beginning.is_empty() && has_ending(&entry.tail));
        let mut ends: Vec<Parsed<T>> = ends.into_iter().map(from_the_end).collect();
        ends.sort_by(|a, b| a.0.cmp(&b.0));
        let mut endings = node(Box::default(), &ends, 0);
        endings.turn();
        parsed.sort_by(|a, b| a.0.cmp(&b.0));
        let root = node(Box::default(), &parsed, 0);
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
            let Some(after) = rest.strip_prefix(node.label.as_ref()) else {
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
    let wildcard = |byte: &u8| matches!(byte, b'*' | b'#');
    let bytes = pattern.as_bytes();
    let start = bytes.iter().position(&wildcard).unwrap_or(bytes.len());
    let (beginning, mut rest) = bytes.split_at(start);
    let mut tail = Vec::new();
    while let Some((first, after)) = rest.split_first() {
        match first {
            b'*' => tail.push(Piece::Any),
            b'#' => tail.push(Piece::Digits),
            _ => {
                let end = rest.iter().position(&wildcard).unwrap_or(rest.len());
                let (literal, after) = rest.split_at(end);
                tail.push(Piece::Literal(literal.into()));
                rest = after;
                continue;
            }
        }
        rest = after;
    }
    let literal = bytes.iter().filter(|byte| !wildcard(byte)).count();
    let rank = Rank {
        layer,
        exact: tail.is_empty(),
        literal,
    };
    (
        beginning.to_vec(),
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

/// How far a `*` reaches where more pieces follow it; a stranger chooses the name's length.
const REACH: usize = 128;

/// Whether `tail` matches all of `text`.
fn matches(tail: &[Piece], text: &[u8]) -> bool {
    match tail {
        [] => text.is_empty(),
        [Piece::Any] => true,
        [Piece::Any, Piece::Literal(end)] => text.ends_with(end),
        [Piece::Any, Piece::Literal(middle), rest @ ..] => {
            // Names are short: a searcher would cost more than the search.
            let starts = text.windows(middle.len()).take(REACH);
            starts.enumerate().any(|(at, window)| {
                let behind = text.get(at + middle.len()..);
                window == middle.as_ref() && behind.is_some_and(|text| matches(rest, text))
            })
        }
        [Piece::Any, rest @ ..] => (0..=text.len().min(REACH))
            .any(|skip| text.get(skip..).is_some_and(|text| matches(rest, text))),
        [Piece::Digits, rest @ ..] => {
            let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
            (1..=digits.min(REACH))
                .rev()
                .any(|count| text.get(count..).is_some_and(|text| matches(rest, text)))
        }
        [Piece::Literal(literal), rest @ ..] => text
            .strip_prefix(literal.as_ref())
            .is_some_and(|text| matches(rest, text)),
    }
}

/// Whether the single `pattern` matches `name`.
pub(super) fn pattern_matches(pattern: &str, name: &[u8]) -> bool {
    let (beginning, entry) = parse(Layer::Operator, pattern, ());
    name.strip_prefix(beginning.as_slice())
        .is_some_and(|rest| matches(&entry.tail, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
            let found = table.find(name);
            let any = patterns.iter().any(|pattern| pattern_matches(pattern, name));
            prop_assert_eq!(found.is_some(), any);
            prop_assert!(found.is_none_or(|pattern| pattern_matches(pattern, name)));
        }
    }
}
