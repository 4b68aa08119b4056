//! A ledger that can't be kept is told of before anybody chooses, by `check` and at the start.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::program::{DEMO, Folder, unwrapped};

fn with_store(store: &str) -> String {
    format!(
        "{DEMO}[ledger]\nstore = \"{store}\"\n[admin]\nlisten = \"off\"\n[listen]\nhttps = [\"127.0.0.1:0\"]\nhttp = []\n"
    )
}

#[test]
fn check_says_where_records_go_and_for_how_long() {
    let folder = Folder::with(&with_store("sqlite:records.db"));
    let text = unwrapped(&folder.fine(&["check"]));
    assert!(
        text.contains("records.db before it is answered, for 1825 days"),
        "{text}"
    );
    assert!(
        !folder.path().join("records.db").exists(),
        "check makes nothing"
    );
    folder.write(
        "proxy.toml",
        &with_store("postgres://u:hunter2@db.example/privet?sslmode=require"),
    );
    let text = unwrapped(&folder.fine(&["check"]));
    assert!(
        text.contains("postgres://db.example/privet") && !text.contains("hunter2"),
        "{text}"
    );
    let text = folder.fine(&["config"]);
    assert!(
        text.contains("postgres://db.example/privet") && !text.contains("hunter2"),
        "{text}"
    );
    folder.write("proxy.toml", &with_store("postgres://u@db.example/privet"));
    let text = unwrapped(&folder.fine(&["check"]));
    assert!(
        text.contains("The way to the database of consent records: it is not encrypted"),
        "{text}"
    );
    folder.write("proxy.toml", &with_store("off"));
    let text = unwrapped(&folder.fine(&["check"]));
    assert!(
        text.contains("a choice is in the visitor's browser only"),
        "{text}"
    );
}

#[test]
fn a_store_that_cannot_be_written_is_an_error_of_check_and_start() {
    let folder = Folder::with(&with_store("sqlite:records.db"));
    let expect = |what: &str, commands: &[&str]| {
        for command in commands {
            let said = folder.run(&[command]);
            assert!(
                said.code.is_some_and(|code| code > 0),
                "{command}: {said:?}"
            );
            assert!(
                said.err.contains("(ledger.store)") && said.err.contains(what),
                "{command}: {said:?}"
            );
        }
    };
    folder.write(
        "records.db",
        "This is no database, and long enough to be told from one: no magic here.",
    );
    expect("not a database", &["check", "run"]);
    fs::remove_file(folder.path().join("records.db")).expect("removed");
    let other = rusqlite::Connection::open(folder.path().join("records.db")).expect("made");
    other
        .execute_batch("CREATE TABLE theirs (a)")
        .expect("made");
    expect("another program", &["check", "run"]);
    drop(other);
    fs::remove_file(folder.path().join("records.db")).expect("removed");
    // Nothing is read-only to root.
    if !rustix::process::geteuid().is_root() {
        let mode = |mode| fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode));
        mode(0o500).expect("set");
        expect("ermission denied", &["check", "run"]);
        mode(0o700).expect("set");
    }
}

#[test]
fn commands_make_no_ledger_where_there_is_none() {
    let folder = Folder::with(&with_store("sqlite:records.db"));
    for arguments in [&["ledger", "export"][..], &["ledger", "prune"]] {
        let said = folder.run(arguments);
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(said.err.contains("there is no ledger at"), "{said:?}");
    }
    assert!(!folder.path().join("records.db").exists());
}
