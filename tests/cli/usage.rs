//! Usage, help, and what comes later.

use crate::program::{DEMO, Folder};

#[test]
fn help_and_version_are_no_mistakes() {
    let folder = Folder::new();
    let help = folder.fine(&["--help"]);
    for command in [
        "run",
        "check",
        "reload",
        "explain",
        "healthcheck",
        "config",
        "vendors",
        "declaration",
        "ledger",
    ] {
        assert!(
            help.contains(&format!("\n  {command} ")),
            "{command}: {help}"
        );
        let own = folder.fine(&[command, "--help"]);
        assert!(own.contains("Usage: privet"), "{own}");
    }
    let version = folder.fine(&["--version"]);
    assert_eq!(version, format!("privet {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_usage_ends_with_2_and_says_so_on_standard_error() {
    let folder = Folder::with(DEMO);
    for arguments in [
        &["serve"][..],
        &["--upstream", "http://127.0.0.1:3000"],
        &["run", "--https", "127.0.0.1:1"],
        &[
            "run",
            "--config",
            "proxy.toml",
            "--upstream",
            "http://127.0.0.1:3000",
        ],
        &[
            "-c",
            "proxy.toml",
            "run",
            "--upstream",
            "http://127.0.0.1:3000",
        ],
        &["explain"],
        &["explain", "ftp://example.com/"],
        &["explain", "https://example.com/", "--peer", "nobody"],
        &["explain", "https://example.com/", "--header", "no colon"],
        &[
            "explain",
            "https://example.com/",
            "--header",
            "X: a\r\nY: b",
        ],
        &["explain", "https://example.com/", "--consent", "analitics"],
        &["healthcheck", "--admin", "localhost"],
        &["ledger", "erase"],
        &["ledger", "erase", "--all"],
        &["ledger", "verify"],
    ] {
        let said = folder.run(arguments);
        assert_eq!(said.code, Some(2), "{arguments:?}: {said:?}");
        assert_eq!(said.out, "", "{arguments:?}");
        assert!(said.err.starts_with("error: "), "{arguments:?}: {said:?}");
    }
}

#[test]
fn what_comes_later_is_refused() {
    let folder = Folder::with(DEMO);
    for arguments in [&["declaration"][..], &["declaration", "--format", "html"]] {
        let said = folder.run(arguments);
        assert_eq!(said.code, Some(2), "{arguments:?}: {said:?}");
        let expected = format!("privet {}: not supported yet\n", arguments[0]);
        assert_eq!((said.out.as_str(), said.err), ("", expected));
    }
}
