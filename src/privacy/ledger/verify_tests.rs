//! Exports of a small ledger, whole and tampered with.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]

use super::super::{
    chain::{Link, Salt, Sealed},
    csv::{COLUMNS, CsvColumns, csv_row},
    date::Timestamp,
    json::{entry_from_json, entry_to_json},
    statement::tests::record,
};
use super::*;

/// An export as it is read.
#[derive(Clone, Debug)]
struct Export {
    entries: Vec<(Entry, Digest)>,
    claims: Claims,
}

impl Export {
    /// Of a ledger with one record an hour, two days long.
    fn new() -> Self {
        let mut export = Self {
            entries: Vec::new(),
            claims: Claims {
                selection: Selection::All,
                head: (0, Digest::ZERO),
                roots: None,
            },
        };
        for hour in 0..40 {
            export.append(Statement::Consent(Box::new(record(hour))));
        }
        export
    }

    fn append(&mut self, statement: Statement) {
        let head = self.head();
        let today = Day::of(statement.time());
        let number = u8::try_from(head.number % 256).unwrap_or(0);
        let sealed = Sealed::new(Salt::new([number; 32]), statement);
        let link = head.next(today, sealed.commitment);
        self.entries.push((Entry::new(link, sealed), link.digest()));
        self.claim();
    }

    fn head(&self) -> Head {
        self.entries
            .last()
            .map_or(Head::START, |(entry, _)| entry.link.head())
    }

    fn claim(&mut self) {
        self.claims.head = (self.head().number, self.head().link);
    }

    fn erase(&mut self, number: u64) {
        for (entry, _) in &mut self.entries {
            if entry.link.number == number {
                entry.opened = None;
            }
        }
    }

    fn verify(&self, noted: Option<Digest>) -> Result<Verdict, Fault> {
        let mut verifier = Verifier::new(noted);
        for (entry, claimed) in &self.entries {
            verifier.entry(entry, *claimed)?;
        }
        verifier.finish(&self.claims)
    }

    fn link(&self, index: usize) -> Link {
        self.entries[index].0.link
    }
}

const NOW: Timestamp = Timestamp(1_795_800_000);

#[test]
fn a_whole_export_is_proven() {
    let export = Export::new();
    let verdict = export.verify(None).expect("whole");
    assert_eq!(
        (verdict.entries, verdict.consents, verdict.erased),
        (40, 40, 0)
    );
    assert_eq!((verdict.numbers, verdict.days), (Some((1, 40)), 3));
    assert_eq!(verdict.head, export.head().link);
    let noted = export.link(9).digest();
    assert_eq!(export.verify(Some(noted)).expect("whole").root, Some(10));
}

#[test]
fn an_empty_ledger_is_whole() {
    let mut export = Export::new();
    export.entries.clear();
    assert_eq!(
        export.verify(None),
        Err(Fault::End(0)),
        "it claims to hold 40"
    );
    export.claim();
    assert_eq!(export.verify(None).expect("whole").numbers, None);
}

#[test]
fn whatever_is_altered_is_found() {
    let whole = Export::new();
    type Tamper = fn(&mut Export);
    let tampered: [(&str, Tamper, Fault); 13] = [
        (
            "one left out",
            |export| drop(export.entries.remove(6)),
            Fault::Order {
                expected: 7,
                found: 8,
            },
        ),
        (
            "one doubled",
            |export| {
                let again = export.entries[6].clone();
                export.entries.insert(6, again);
            },
            Fault::Order {
                expected: 8,
                found: 7,
            },
        ),
        (
            "two exchanged",
            |export| export.entries.swap(3, 4),
            Fault::Order {
                expected: 4,
                found: 5,
            },
        ),
        (
            "the end cut off",
            |export| export.entries.truncate(30),
            Fault::End(30),
        ),
        (
            "the beginning cut off",
            |export| drop(export.entries.drain(..5)),
            Fault::Beginning(6),
        ),
        (
            "a yes made of a no",
            |export| {
                if let Some(opened) = &mut export.entries[2].0.opened
                    && let Statement::Consent(record) = &mut opened.statement
                {
                    record.granted = record.refused;
                }
            },
            Fault::Content(3),
        ),
        (
            "a record committed to anew",
            |export| {
                let sealed =
                    Sealed::new(Salt::new([0; 32]), Statement::Consent(Box::new(record(99))));
                let link = Link {
                    commitment: sealed.commitment,
                    ..export.link(2)
                };
                let claimed = export.entries[2].1;
                export.entries[2] = (Entry::new(link, sealed), claimed);
            },
            Fault::Link(3),
        ),
        (
            "and its link too",
            |export| {
                let sealed =
                    Sealed::new(Salt::new([0; 32]), Statement::Consent(Box::new(record(1))));
                let link = Link {
                    commitment: sealed.commitment,
                    ..export.link(2)
                };
                export.entries[2] = (Entry::new(link, sealed), link.digest());
            },
            Fault::Previous(4),
        ),
        (
            "numbers exchanged",
            |export| {
                export.entries.swap(3, 4);
                export.entries[3].0.link.number = 4;
                export.entries[4].0.link.number = 5;
            },
            Fault::Previous(4),
        ),
        (
            "another day",
            |export| export.entries[20].0.link.day.0 += 1,
            Fault::Link(21),
        ),
        (
            "an earlier day",
            |export| export.entries[20].0.link.day.0 -= 9,
            Fault::Day(21),
        ),
        (
            "a content hidden",
            |export| export.erase(5),
            Fault::Missing(5),
        ),
        (
            "another head",
            |export| export.claims.head.1 = Digest::ZERO,
            Fault::End(40),
        ),
    ];
    for (what, tamper, expected) in tampered {
        let mut export = whole.clone();
        tamper(&mut export);
        assert_eq!(export.verify(None), Err(expected), "{what}");
    }
}

#[test]
fn a_chain_made_anew_is_found_by_a_root_that_was_noted() {
    let whole = Export::new();
    let noted = whole.link(25).digest();
    let mut forged = whole.clone();
    forged.entries.truncate(10);
    for hour in 50..80 {
        forged.append(Statement::Consent(Box::new(record(hour))));
    }
    assert!(forged.verify(None).is_ok(), "nothing in itself tells");
    assert_eq!(forged.verify(Some(noted)), Err(Fault::Unknown));
    let mut shorter = whole;
    shorter.entries.truncate(20);
    shorter.claim();
    assert!(shorter.verify(None).is_ok());
    assert_eq!(shorter.verify(Some(noted)), Err(Fault::Unknown));
}

#[test]
fn erasing_keeps_the_chain_and_is_signed_off() {
    let mut export = Export::new();
    let noted = export.head().link;
    export.erase(5);
    export.erase(7);
    export.append(Statement::Erasure {
        time: NOW,
        numbers: vec![5, 7],
    });
    let verdict = export.verify(Some(noted)).expect("whole");
    assert_eq!(
        (verdict.entries, verdict.consents, verdict.erased),
        (41, 38, 2)
    );
    export.erase(8);
    assert_eq!(export.verify(None), Err(Fault::Missing(8)));
}

#[test]
fn pruning_takes_a_prefix_and_is_signed_off() {
    let mut export = Export::new();
    let last = export.link(9);
    export.append(Statement::Pruning {
        time: NOW,
        through: 10,
        link: last.digest(),
    });
    export.entries.drain(..10);
    let verdict = export.verify(None).expect("whole");
    assert_eq!(verdict.numbers, Some((11, 41)));
    export.entries.remove(0);
    assert_eq!(export.verify(None), Err(Fault::Beginning(12)));
}

#[test]
fn roots_are_the_last_links_of_their_days() {
    let mut export = Export::new();
    let mut roots: Vec<(Day, Digest)> = Vec::new();
    for (entry, link) in &export.entries {
        roots.retain(|(day, _)| *day != entry.link.day);
        roots.push((entry.link.day, *link));
    }
    assert_eq!(roots.len(), 3);
    export.claims.roots = Some(roots);
    assert!(export.verify(None).is_ok());
    let wrong = export.link(0).digest();
    if let Some(roots) = &mut export.claims.roots {
        roots[1].1 = wrong;
    }
    assert!(matches!(export.verify(None), Err(Fault::Root(_))));
}

#[test]
fn a_part_of_the_ledger_is_proven_to_be_just_that() {
    let whole = Export::new();
    let mut since = whole.clone();
    since.claims.selection = Selection::Since(since.link(20).day);
    since.entries.drain(..20);
    assert_eq!(since.verify(None).expect("whole").numbers, Some((21, 40)));
    let mut visitor = whole;
    visitor.claims.selection = Selection::Visitor;
    visitor.entries = [3, 9, 10]
        .map(|index| visitor.entries[index].clone())
        .to_vec();
    assert_eq!(visitor.verify(None).expect("genuine").entries, 3);
    visitor.entries.swap(0, 1);
    assert!(matches!(visitor.verify(None), Err(Fault::Order { .. })));
}

#[test]
fn exports_are_read_as_they_were_written() {
    let mut export = Export::new();
    export.erase(3);
    if let Some(opened) = &mut export.entries[5].0.opened
        && let Statement::Consent(record) = &mut opened.statement
    {
        record.host = "=cmd()'\",x".into();
    }
    export.append(Statement::Erasure {
        time: NOW,
        numbers: vec![3, 12],
    });
    export.append(Statement::Pruning {
        time: NOW,
        through: 2,
        link: Digest::ZERO,
    });
    let columns = CsvColumns::new(&COLUMNS).expect("all columns");
    for (entry, link) in &export.entries {
        let json = entry_to_json(entry).to_string();
        let json = serde_json::from_str(&json).expect("JSON");
        assert_eq!(entry_from_json(&json), Some((entry.clone(), *link)));
        let row = csv_row(entry, &export.claims);
        let cells: Vec<String> = split(row.trim_end());
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let expected = (entry.clone(), *link, export.claims.clone());
        assert_eq!(columns.read(&cells), Some(expected), "{row}");
    }
    assert!(csv_row(&export.entries[5].0, &export.claims).contains("\"'=cmd()'\"\",x\""));
}

/// Cells of one line of CSV.
fn split(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut inside = false;
    for piece in line.split_inclusive(['"', ',']) {
        let (text, end) = piece.split_at(piece.len() - 1);
        let cell = cells.last_mut().expect("a cell");
        match end {
            "\"" => {
                cell.push_str(text);
                // A quote that opens again was a doubled one.
                if !inside && !cell.is_empty() {
                    cell.push('"');
                }
                inside = !inside;
            }
            "," if !inside => {
                cell.push_str(text);
                cells.push(String::new());
            }
            _ => cell.push_str(piece),
        }
    }
    cells
}
