//! `privet config`, and the file that is missing.

use crate::program::{DEMO, Folder};

const FULL: &str = r#"
mode = "observe"
[client_ip]
trusted_proxies = ["198.51.100.0/24"]
method = "pseudonym"
[cookies]
keep = ["sid", "cart_*"]
[log]
access = "access.log"
[[site]]
hosts = ["www.example.com", "*.example.org"]
upstream = ["http://secret-host:8000", "https://10.11.12.13"]
[site.consent]
default = ["necessary", "functional"]
[[site]]
hosts = ["*"]
upstream = "demo"
mode = "enforce"
[[vendor]]
name = "Example Metrics"
purpose = "analytics"
cookies = [{ name = "_xm_*", max_lifetime = "30 days" }]
"#;

#[test]
fn what_config_prints_passes_check_and_prints_the_same_again() {
    for text in [DEMO, FULL] {
        let folder = Folder::with(text);
        let first = folder.fine(&["config"]);
        folder.write("again.toml", &first);
        assert_eq!(folder.fine(&["config", "-c", "again.toml"]), first);
        let promises = folder.fine(&["check"]);
        let again = folder.fine(&["check", "--config", "again.toml"]);
        assert_eq!(again.replace("again.toml", "proxy.toml"), promises);
    }
}

#[test]
fn what_is_anonymised_names_no_proxy_and_no_upstream() {
    let folder = Folder::with(FULL);
    let plain = folder.fine(&["config"]);
    let masked = folder.fine(&["config", "--anonymise"]);
    for secret in ["198.51.100", "secret-host", "10.11.12.13"] {
        assert!(plain.contains(secret), "{plain}");
        assert!(!masked.contains(secret), "{masked}");
    }
    assert!(masked.contains("cart_*"), "{masked}");
    folder.write("masked.toml", &masked);
    folder.fine(&["check", "-c", "masked.toml"]);
}

#[test]
fn a_missing_file_is_named_and_the_way_without_one_too() {
    let folder = Folder::new();
    for arguments in [
        &[][..],
        &["run"],
        &["check"],
        &["config"],
        &["explain", "https://example.com/"],
    ] {
        let said = folder.run(arguments);
        assert_eq!(
            (said.code, said.out.as_str()),
            (Some(2), ""),
            "{arguments:?}"
        );
        assert!(
            said.err.starts_with("proxy.toml: "),
            "{arguments:?}: {}",
            said.err
        );
        assert!(said.err.contains("privet run --upstream"), "{}", said.err);
    }
    let said = folder.run(&["vendors", "--config", "other.toml"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.starts_with("other.toml: "), "{}", said.err);
}
