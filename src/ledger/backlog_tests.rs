//! What waits is read again after whatever happened to the file.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]

use std::{fs, sync::Arc};

use super::*;
use crate::privacy::ledger::Timestamp;

fn pending(number: u64) -> Pending {
    let statement = Statement::Erasure {
        time: Timestamp(0),
        numbers: vec![number],
    };
    Pending {
        sealed: Sealed::new(Salt::new([7; 32]), statement),
        rendering: Some(Arc::new(Rendering::new("the same for all".to_owned()))),
    }
}

fn waiting(backlog: &mut Backlog) -> Vec<Sealed> {
    let mut found = Vec::new();
    let kept: Result<u64, io::Error> = backlog.drain(|waiting| {
        found.extend(waiting.iter().map(|pending| pending.sealed.clone()));
        Err(io::ErrorKind::Other.into())
    });
    assert!(kept.is_err(), "what is not taken stays");
    found
}

#[test]
fn what_waits_survives_and_is_handed_over_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("backlog");
    let batch = [pending(1), pending(2)];
    Backlog::open(&path)
        .expect("opened")
        .append(&batch)
        .expect("written");
    let mut backlog = Backlog::open(&path).expect("opened");
    assert_eq!(backlog.len(), 2);
    backlog.append(&[pending(3)]).expect("written");
    let sealed: Vec<Sealed> = [1, 2, 3].map(|number| pending(number).sealed).into();
    assert_eq!(waiting(&mut backlog), sealed);
    let text = fs::read(&path).expect("bytes");
    let shown = memchr::memmem::find_iter(&text, "the same for all").count();
    assert_eq!(shown, 1, "once for all");
    let taken = backlog.drain(|waiting| {
        assert!(waiting[0].rendering.is_some());
        Ok::<(), io::Error>(())
    });
    assert_eq!(taken.expect("taken"), 3);
    assert_eq!(
        (backlog.len(), fs::metadata(&path).expect("a file").len()),
        (0, 0)
    );
}

#[test]
fn a_file_that_ends_anywhere_holds_the_whole_frames_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("backlog");
    let mut backlog = Backlog::open(&path).expect("opened");
    backlog.append(&[pending(1)]).expect("written");
    let first = fs::metadata(&path).expect("a file").len();
    backlog.append(&[pending(2)]).expect("written");
    let whole = fs::read(&path).expect("bytes");
    for end in 0..whole.len() {
        fs::write(&path, &whole[..end]).expect("written");
        let mut backlog = Backlog::open(&path).expect("opened");
        let expected = u64::from(end as u64 >= first);
        assert_eq!(backlog.len(), expected, "cut off at {end}");
        backlog.append(&[pending(9)]).expect("written");
        let found = waiting(&mut backlog);
        assert_eq!(found.len() as u64, expected + 1, "cut off at {end}");
        assert_eq!(found.last(), Some(&pending(9).sealed));
    }
}

#[test]
fn damage_ends_the_file_and_a_full_one_takes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("backlog");
    let mut backlog = Backlog::open(&path).expect("opened");
    backlog.append(&[pending(1), pending(2)]).expect("written");
    let mut bytes = fs::read(&path).expect("bytes");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&path, &bytes).expect("written");
    assert_eq!(Backlog::open(&path).expect("opened").len(), 1);
    let large = Pending {
        rendering: Some(Arc::new(Rendering::new("x".repeat(LIMIT as usize)))),
        ..pending(3)
    };
    let refused = backlog.append(&[large]).expect_err("full");
    assert_eq!(refused.kind(), io::ErrorKind::QuotaExceeded);
    assert_eq!(waiting(&mut backlog), [pending(1).sealed]);
}
