//! `privet check`: every mistake, or what is promised and what is not.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::program::{DEMO, Folder, section, unwrapped};

const BROKEN: &str = r#"mod = "enforce"
[listen]
https = ["0.0.0.0"]
[client_ip]
ipv4_prefix = 40
[cookies]
same_site = "laxx"
[third_parties]
gates = true
[[site]]
hosts = ["www.example.com"]
upstream = "ftp://x"
"#;

#[test]
fn every_mistake_is_reported_at_once_by_check_and_run_alike() {
    let folder = Folder::with(BROKEN);
    let check = folder.run(&["check"]);
    let run = folder.run(&["run"]);
    let plain = folder.run(&[]);
    for said in [&check, &run, &plain] {
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
        assert_eq!(said.err, check.err);
    }
    for expected in [
        "proxy.toml:1:1: mod: unknown key",
        "proxy.toml:3:10: listen.https[0]: ",
        "proxy.toml:5:15: client_ip.ipv4_prefix: ",
        "proxy.toml:7:13: cookies.same_site: ",
        "did you mean \"lax\"?",
        "third_parties.gates: unknown key",
        "proxy.toml:12:12: site[0].upstream: ",
    ] {
        assert!(check.err.contains(expected), "{expected}: {}", check.err);
    }
}

#[test]
fn the_defaults_promise_what_they_do_and_name_what_they_do_not() {
    let folder = Folder::with(DEMO);
    let said = folder.run(&["check"]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    assert!(said.out.starts_with("proxy.toml: no mistakes.\n"));
    let (promised, open) = said.out.split_once("\nNot covered\n").expect("both parts");
    let (promised, open) = (unwrapped(promised), unwrapped(open));
    for expected in [
        "TLS 1.2 or 1.3 only, on 0.0.0.0:8443",
        "redirected to https, port 8443",
        "https only for 730 days (HSTS)",
        "No proxy is trusted",
        "first 24 bits of an IPv4 address and the first 48 of an IPv6",
        "vendors' cookies pass only for necessary, in either direction; cookies that no vendor claims pass",
        "Sec-GPC: 1 refuses marketing, against an older yes too",
        "DNT: 1 refuses analytics and marketing, unless",
        "Secure and SameSite=Lax where the website says none",
        "nor than 400 days",
        "are expired there",
        "vendors are inert until the visitor consents; embeds give way to a placeholder",
        "only with consent to every purpose",
        "under another name, by path, query or server, are answered by privet",
        "Click identifiers in URLs",
        "to standard output in JSON",
        "127.0.0.1:9180 only",
    ] {
        assert!(promised.contains(expected), "{expected}: {promised}");
    }
    for expected in [
        "self-signed",
        "no banner",
        "Third parties that no vendor claims",
        "Scripts that load scripts",
        "scripts set in the browser",
        "Choices in a consent platform",
    ] {
        assert!(open.contains(expected), "{expected}: {open}");
    }
    for absent in [
        "not encrypted",
        "421",
        "observe",
        "HSTS is off",
        "set again",
        "Clear-Site-Data",
    ] {
        assert!(!said.out.contains(absent), "{absent}: {}", said.out);
    }
}

#[test]
fn other_rules_make_other_promises() {
    let folder = Folder::with(
        r#"
[listen]
http = []
[tls]
min_version = "1.3"
hsts = "off"
[client_ip]
trusted_proxies = ["10.0.0.0/8"]
method = "pseudonym"
pseudonym_rotation = "12 hours"
[consent]
signals = ["dnt", "privet"]
gpc = []
default = ["necessary", "functional"]
clear_site_data = ["cache", "storage"]
[cookies]
cap_script_set = true
unknown = "session"
secure = false
same_site = "leave"
keep = ["sid"]
keep_same_site = ["pay"]
evict = false
[log]
access = "off"
[admin]
listen = "off"
[[site]]
hosts = ["www.example.com"]
upstream = ["http://web-1", "http://127.0.0.1:3000"]
"#,
    );
    let (promised, open) = parts(&folder);
    for expected in [
        "TLS 1.3 only",
        "There is no plain listener",
        "refused (421)",
        "x-forwarded-for or forwarded where 10.0.0.0/8 says it",
        "pseudonym instead of the address, another for each of them and new every 12 hours",
        "only for necessary and functional",
        "live no longer than the browser's session",
        "Necessary whatever the vendors are: sid.",
        "DNT: 1 refuses analytics and marketing, whatever was chosen on /.privet/.",
        "scripts set are set again once a day, with the life that their vendor promises",
        "clear its cache and storage of the website (Clear-Site-Data)",
        "No access log is written.",
        "http://web-1:80 and http://127.0.0.1:3000, in turn",
    ] {
        assert!(promised.contains(expected), "{expected}: {promised}");
    }
    for absent in ["Sec-GPC", "Secure", "SameSite", "HSTS", "expired"] {
        assert!(!promised.contains(absent), "{absent}: {promised}");
    }
    for expected in [
        "HSTS is off",
        "The way to http://web-1:80: it is not encrypted.",
        "Attributes of pay",
        "evict is false",
        "cookies.secure is false",
        "Consent to functional: granted before anybody was asked",
        "Sec-GPC refuses nothing",
        "admin.listen is \"off\"",
    ] {
        assert!(open.contains(expected), "{expected}: {open}");
    }
}

#[test]
fn sites_that_differ_are_told_apart_and_observing_promises_nothing_of_cookies() {
    let folder = Folder::with(
        r#"
[[site]]
hosts = ["a.example"]
upstream = "demo"
[[site]]
hosts = ["b.example"]
upstream = "demo"
mode = "observe"
[site.client_ip]
method = "remove"
[[site]]
hosts = ["c.example"]
upstream = "demo"
"#,
    );
    let out = folder.fine(&["check"]);
    let first = unwrapped(section(&out, "Promised for a.example; c.example"));
    assert!(
        first.contains("first 24 bits") && first.contains("expired"),
        "{first}"
    );
    let second = unwrapped(section(&out, "Promised for b.example"));
    assert!(second.contains("no client address at all"), "{second}");
    assert!(!second.contains("ookies"), "{second}");
    let open = unwrapped(section(&out, "Not covered"));
    assert!(
        open.contains("b.example: Cookies and pages: mode is \"observe\""),
        "{open}"
    );
}

#[test]
fn certificates_are_counted_and_hosts_without_one_are_named() {
    let folder = with_certificate(
        &["www.example.com"],
        "www.example.com\", \"shop.example.com",
    );
    let (promised, open) = parts(&folder);
    assert!(
        promised.contains("1 certificate from files is chosen"),
        "{promised}"
    );
    assert!(open.contains("none covers shop.example.com"), "{open}");
    assert!(!open.contains("self-signed"), "{open}");

    let folder = with_certificate(&["www.example.com"], "www.example.com");
    let (_, open) = parts(&folder);
    assert!(!open.contains("Certificates"), "{open}");
}

#[test]
fn a_key_that_all_may_read_is_a_warning_and_no_mistake() {
    let folder = with_certificate(&["www.example.com"], "www.example.com");
    let key = folder.path().join("key.pem");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("changed");
    let said = folder.run(&["check"]);
    assert_eq!(said.code, Some(0));
    assert!(
        said.err.contains("tls.certificate[0].key: warning: "),
        "{}",
        said.err
    );
    assert!(said.out.contains("no mistakes"), "{}", said.out);
}

fn parts(folder: &Folder) -> (String, String) {
    let out = folder.fine(&["check"]);
    let (promised, open) = out.split_once("\nNot covered\n").expect("both parts");
    (unwrapped(promised), unwrapped(open))
}

fn with_certificate(names: &[&str], hosts: &str) -> Folder {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
    let folder = Folder::with(&format!(
        "[[tls.certificate]]\ncert = \"cert.pem\"\nkey = \"key.pem\"\n\
         [[site]]\nhosts = [\"{hosts}\"]\nupstream = \"demo\"\n"
    ));
    folder.write("cert.pem", &made.cert.pem());
    folder.write("key.pem", &made.signing_key.serialize_pem());
    let key = folder.path().join("key.pem");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("changed");
    folder
}
