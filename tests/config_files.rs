//! `proxy.toml` and the files around it: included ones, certificates and keys, none at all.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use privet::config::{
    Report, Severity, load,
    options::{AccessLog, HostPattern},
    parse,
};

fn environment(_: &str) -> Option<String> {
    None
}

#[test]
fn a_file_that_is_not_there_or_not_text_is_a_report_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("proxy.toml");
    let report = load(&path, &environment).unwrap_err().to_string();
    assert!(
        report.contains("proxy.toml: can't be read: there is no such file"),
        "{report}"
    );
    assert!(report.contains("privet run --upstream URL"), "{report}");
    fs::write(&path, b"mode = \"enforce\"\nx = \"\xff\"\n").unwrap();
    let report = load(&path, &environment).unwrap_err().to_string();
    assert!(
        report.contains("proxy.toml:2:6: not TOML: not UTF-8"),
        "{report}"
    );
}

#[test]
fn included_files_are_merged() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    fs::create_dir(folder.path().join("sites")).unwrap();
    write(
        "proxy.toml",
        "include = [\"sites/*.toml\", \"none/*.toml\"]\n[log]\nlevel = \"warn\"\n",
    );
    write(
        "sites/b.toml",
        "[[site]]\nhosts = [\"b.example\"]\nupstream = \"demo\"\n",
    );
    write(
        "sites/a.toml",
        "[log]\naccess = \"a.log\"\n[[site]]\nhosts = [\"a.example\"]\nupstream = \"demo\"\n",
    );
    write("sites/.hidden.toml", "mode = 1\n");
    let path = folder.path().join("proxy.toml");
    let config = load(&path, &environment).unwrap().config;
    let hosts: Vec<_> = config
        .sites
        .iter()
        .flat_map(|site| site.hosts.clone())
        .collect();
    let exact = |name: &str| HostPattern::Exact(name.to_owned());
    assert_eq!(hosts, [exact("a.example"), exact("b.example")]);
    // A relative path starts from the file that names it.
    assert_eq!(
        config.log.access,
        AccessLog::File(folder.path().join("sites/a.log"))
    );

    write(
        "sites/c.toml",
        "mode = \"observe\"\n[log]\nlevel = \"info\"\n[[site]]\nhosts = [\"a.example\"]\nupstream = \"dem\"\n",
    );
    let report = load(&path, &environment).unwrap_err().to_string();
    for expected in [
        "sites/c.toml:3:1: log.level: is set in ",
        "proxy.toml:3 already",
        "sites/c.toml:5:10: site[2].hosts[0]: is a host of site[0] already",
        "sites/c.toml:6:12: site[2].upstream: \"dem\" has no scheme",
    ] {
        assert!(report.contains(expected), "{expected}: {report}");
    }
    write(
        "sites/c.toml",
        "include = [\"../proxy.toml\", \"a.toml\"]\n",
    );
    let report = load(&path, &environment).unwrap_err().to_string();
    assert!(
        report.contains("sites/c.toml:1:12: include[0]: "),
        "{report}"
    );
    assert!(report.contains("proxy.toml\" includes itself"), "{report}");
    assert!(report.contains("a.toml\" is included twice"), "{report}");
}

/// Writes `name`.pem and `name`.key for `hosts`.
fn certificate(folder: &Path, name: &str, hosts: &[&str], expired: bool) {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = rcgen::CertificateParams::new(hosts).unwrap();
    if expired {
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2021, 2, 3);
    }
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    fs::write(folder.join(format!("{name}.pem")), certificate.pem()).unwrap();
    let path = folder.join(format!("{name}.key"));
    fs::write(&path, key.serialize_pem()).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Certificate, key, the worst of what is reported, and a part of the report.
const CERTIFICATES: &[(&str, &str, Option<Severity>, &str)] = &[
    ("good.pem", "good.key", None, ""),
    (
        "old.pem",
        "old.key",
        Some(Severity::Warning),
        "cert: warning: \"FOLDER/old.pem\" expired on 2021-02-03",
    ),
    (
        "other.pem",
        "other.key",
        Some(Severity::Warning),
        "cert: warning: \"FOLDER/other.pem\" is for no site's host",
    ),
    (
        "open.pem",
        "open.key",
        Some(Severity::Warning),
        "key: warning: \"FOLDER/open.key\" is open to others than its owner (mode 0644)",
    ),
    (
        "good.pem",
        "open.key",
        Some(Severity::Error),
        "key: is not the key of the certificate",
    ),
    (
        "good.key",
        "good.key",
        Some(Severity::Error),
        "cert: \"FOLDER/good.key\" holds no certificate",
    ),
    (
        "good.pem",
        "good.pem",
        Some(Severity::Error),
        "key: \"FOLDER/good.pem\" holds no private key",
    ),
    (
        "empty.pem",
        "good.key",
        Some(Severity::Error),
        "cert: \"FOLDER/empty.pem\" holds no certificate",
    ),
    (
        "broken.pem",
        "good.key",
        Some(Severity::Error),
        "cert: \"FOLDER/broken.pem\" is not PEM",
    ),
    (
        "none.pem",
        "good.key",
        Some(Severity::Error),
        "cert: \"FOLDER/none.pem\" can't be read: there is no such file",
    ),
    (
        "good.pem",
        ".",
        Some(Severity::Error),
        "key: \"FOLDER\" can't be read: it is a directory",
    ),
];

#[test]
fn certificates_are_checked_before_they_are_needed() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    certificate(folder.path(), "good", &["www.example.com"], false);
    certificate(folder.path(), "old", &["*.example.com"], true);
    certificate(folder.path(), "other", &["other.example"], false);
    certificate(folder.path(), "open", &["www.example.com"], false);
    fs::set_permissions(at("open.key"), fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(at("empty.pem"), "").unwrap();
    fs::write(
        at("broken.pem"),
        "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
    )
    .unwrap();
    for &(cert, key, severity, expected) in CERTIFICATES {
        let text = format!(
            "[[tls.certificate]]\ncert = \"{cert}\"\nkey = \"{key}\"\n[[site]]\nhosts = [\"www.example.com\"]\nupstream = \"demo\"\n"
        );
        let result = parse(&text, &at("proxy.toml"), &environment);
        let mistakes = match result {
            Ok(loaded) => loaded.warnings,
            Err(report) => report.mistakes,
        };
        let worst = mistakes
            .iter()
            .map(|mistake| mistake.severity)
            .min_by_key(|severity| *severity as u8);
        let report = Report { mistakes }
            .to_string()
            .replace(&folder.path().display().to_string(), "FOLDER");
        assert_eq!(worst, severity, "{cert} {key}: {report}");
        assert!(report.contains(expected), "{cert} {key}: {report}");
    }
}
