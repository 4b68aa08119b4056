//! `privet declaration`: only who is really there, in three forms.

use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::{
    STORE,
    gateway::{Gateway, process::site},
    traffic::{load, report, website},
};

const VENDOR: &str = "[[vendor]]\nname = \"House Metrics\"\npurpose = \"analytics\"\ncountry = \"NL\"\n\
                      cookies = [{ name = \"_house\", max_lifetime = \"900 days\" }]\n\
                      policy = \"https://house.example/privacy\"\n";

/// What the command says: exit code, standard output, standard error.
fn declaration(gateway: &Gateway, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_privet"))
        .arg("--config")
        .arg(gateway.config_path())
        .arg("declaration")
        .args(arguments)
        .stdin(Stdio::null())
        .current_dir(gateway.folder())
        .output()
        .expect("privet runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (status.code(), text(stdout), text(stderr))
}

fn json(gateway: &Gateway) -> Value {
    let (code, out, err) = declaration(gateway, &["--format", "json"]);
    assert_eq!(code, Some(0), "{err}");
    serde_json::from_str(&out).expect("JSON")
}

/// The declared vendors.
fn vendors(declaration: &Value) -> Vec<&str> {
    let purposes = declaration["purposes"].as_array().expect("a list").iter();
    let parties = purposes.flat_map(|purpose| purpose["parties"].as_array().expect("a list"));
    parties
        .filter_map(|party| party["vendor"].as_str())
        .collect()
}

fn only_who_is_there_is_declared(store: &str, basis: &str) {
    let origin = website(&[
        "Set-Cookie: _hjid=1; Max-Age=60",
        "Set-Cookie: mystery-7781=x",
    ]);
    let gateway = Gateway::start(&format!("{}{store}{VENDOR}", site(&[&origin.url()])));
    load(&gateway, "/", &["Cookie: _ga=1; forged=1"]);
    report(&gateway);
    let declared = json(&gateway);
    // One visitor who sends a cookie's name is no proof that the website uses it.
    assert_eq!(
        vendors(&declared),
        ["Hotjar", "House Metrics"],
        "{declared:#}"
    );
    assert_eq!(
        declared["unknown_cookies"],
        serde_json::json!(["mystery-#"])
    );
    let (_, html, err) = declaration(&gateway, &[]);
    assert!(err.contains(basis) && err.contains("since 20"), "{err}");
    assert!(err.contains("1 cookie claimed by nobody"), "{err}");
    for expected in [
        "<h3>Measuring visits</h3>",
        "<code>_house</code>: 400 days",
        "href=\"https://house.example/privacy\"",
        "Netherlands<br>within the EEA",
        "<code>mystery-#</code>",
        "<code>privet_consent</code>",
    ] {
        assert!(html.contains(expected), "{expected}: {html}");
    }
    assert!(!html.contains("style=") && !html.contains("<script"));
    let (_, markdown, _) = declaration(&gateway, &["--format", "markdown"]);
    assert!(
        markdown.contains("| House Metrics ([privacy policy]("),
        "{markdown}"
    );
    for _ in 0..9 {
        load(&gateway, "/", &["Cookie: _ga=1"]);
    }
    report(&gateway);
    assert!(vendors(&json(&gateway)).contains(&"Google Analytics"));
}

#[test]
fn with_a_store_only_who_is_there_is_declared() {
    only_who_is_there_is_declared(STORE, "the ledger's store");
}

#[test]
fn without_a_store_the_running_gateway_is_asked() {
    only_who_is_there_is_declared("[ledger]\nstore = \"off\"\n", "the running gateway");
}

#[test]
fn of_several_websites_one_must_be_named() {
    let origin = website(&[]);
    let sites = format!(
        "[[site]]\nhosts = [\"a.example\"]\nupstream = [{url:?}]\n\
         [[site]]\nhosts = [\"b.example\", \"*.b.example\"]\nupstream = [{url:?}]\n",
        url = origin.url()
    );
    let gateway = Gateway::start(&format!("{sites}{STORE}"));
    let (code, out, err) = declaration(&gateway, &[]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("a.example, b.example"), "{err}");
    let (code, out, _) = declaration(&gateway, &["--site", "www.b.example"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("services of b.example"), "{out}");
    let (code, _, err) = declaration(&gateway, &["--site", "c.example"]);
    assert_eq!(code, Some(2), "{err}");
}
