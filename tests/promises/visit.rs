//! Requests as visitors send them, websites that set cookies, and choices as browsers store them.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::gateway::{Client, Origin, Response};

/// The host that requests are for if they name no other.
pub(crate) const HOST: &str = "www.example.com";

/// A request's bytes; each character is one byte. `Host` is added unless `lines` hold one.
pub(crate) fn message(method: &str, target: &str, lines: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("{method} {target} HTTP/1.1\r\n");
    if !lines.iter().any(|(name, _)| *name == "Host") {
        text.push_str(&format!("Host: {HOST}\r\n"));
    }
    for (name, value) in lines {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        text.push_str(&format!("Content-Length: {}\r\n", body.chars().count()));
    }
    text.push_str("\r\n");
    text.push_str(body);
    text.chars().map(|char| char as u8).collect()
}

impl Client {
    /// A `GET` with those field lines, and its response.
    pub(crate) fn visit(&mut self, target: &str, lines: &[(&str, &str)]) -> Response {
        self.ask("GET", target, lines, "")
    }

    /// Any request, and its response.
    pub(crate) fn ask(
        &mut self,
        method: &str,
        target: &str,
        lines: &[(&str, &str)],
        body: &str,
    ) -> Response {
        self.send(message(method, target, lines, body));
        self.response(method)
    }

    /// Sends a form to `/.privet/consent`.
    pub(crate) fn choose(&mut self, form: &str, lines: &[(&str, &str)]) -> Response {
        let mut all = vec![("Content-Type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(lines);
        self.ask("POST", "/.privet/consent", &all, form)
    }
}

/// A website that answers every request with `hello` and those field lines.
pub(crate) fn website(lines: &[&str]) -> Origin {
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    let answer = format!("HTTP/1.1 200 OK\r\n{lines}Content-Length: 5\r\n\r\nhello");
    Origin::answering(move |_| answer.clone())
}

/// What the website got of a field in its last request.
pub(crate) fn last(origin: &Origin, name: &str) -> Vec<String> {
    let requests = origin.requests();
    let request = requests.last().expect("a request");
    let values = request.head.all(name);
    values.into_iter().map(str::to_owned).collect()
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after");
    i64::try_from(since.as_secs()).expect("not that far")
}

/// The pair `privet_consent=…` of somebody who granted and refused that, some seconds ago.
pub(crate) fn choice(granted: &str, refused: &str, ago: i64) -> String {
    let time = now() - ago;
    format!("privet_consent=policy=1&time={time}&granted={granted}&refused={refused}")
}

/// The pair that a response's `Set-Cookie` line stores under `name`.
pub(crate) fn stored(response: &Response, name: &str) -> Option<String> {
    let begin = format!("{name}=");
    let lines = response.head.all("set-cookie");
    let line = lines.into_iter().find(|line| line.starts_with(&begin))?;
    line.split(';').next().map(str::to_owned)
}
