//! Visitors of a website, and what the operator is told of them.

use serde_json::Value;

use crate::gateway::{Client, Gateway, Origin, Response};

pub(crate) const HOST: &str = "www.example.com";

/// A website that answers every request with `hello` and those field lines.
pub(crate) fn website(lines: &[&str]) -> Origin {
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    let answer = format!("HTTP/1.1 200 OK\r\n{lines}Content-Length: 5\r\n\r\nhello");
    Origin::answering(move |_| answer.clone())
}

/// A request with those field lines, and its response.
pub(crate) fn visit(gateway: &Gateway, target: &str, lines: &[&str]) -> Response {
    ask(gateway, "GET", target, lines, "")
}

/// A browser's page load.
pub(crate) fn load(gateway: &Gateway, target: &str, lines: &[&str]) {
    let lines = [&["Sec-Fetch-Dest: document"], lines].concat();
    assert_eq!(visit(gateway, target, &lines).status, 200);
}

/// Sends a choice; returns the cookie pair that stores it.
pub(crate) fn choose(gateway: &Gateway, form: &str) -> String {
    let lines = [
        "Sec-Fetch-Site: same-origin",
        "Content-Type: application/x-www-form-urlencoded",
    ];
    let response = ask(gateway, "POST", "/.privet/consent", &lines, form);
    let lines = response.head.all("set-cookie");
    let line = lines
        .iter()
        .find(|line| line.starts_with("privet_consent="));
    let pair = line.and_then(|line| line.split(';').next());
    pair.expect("a choice").to_owned()
}

fn ask(gateway: &Gateway, method: &str, target: &str, lines: &[&str], body: &str) -> Response {
    let mut text = format!("{method} {target} HTTP/1.1\r\nHost: {HOST}\r\n");
    for line in lines {
        text.push_str(&format!("{line}\r\n"));
    }
    if !body.is_empty() {
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    let mut client = Client::connect(gateway.https());
    client.send(format!("{text}\r\n{body}").into_bytes());
    client.response(method)
}

/// `/report.json`.
pub(crate) fn report(gateway: &Gateway) -> Value {
    let (status, text) = gateway.ask_admin("GET", "/report.json");
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).expect("JSON")
}
