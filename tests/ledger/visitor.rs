//! Visitors who choose, with the cookie that they then have.

use crate::gateway::{Client, Gateway, Response};

pub(crate) const HOST: &str = "www.example.com";

/// A connection of a browser that keeps `privet_consent`.
pub(crate) struct Visitor {
    client: Client,
    pub(crate) cookie: Option<String>,
}

impl Visitor {
    pub(crate) fn new(gateway: &Gateway) -> Self {
        Self {
            client: Client::connect(gateway.https()),
            cookie: None,
        }
    }

    /// A request, its answer, and the cookie stored.
    pub(crate) fn ask(&mut self, method: &str, target: &str, form: &str) -> Response {
        let mut text = format!("{method} {target} HTTP/1.1\r\nHost: {HOST}\r\n");
        if let Some(cookie) = &self.cookie {
            text.push_str(&format!("Cookie: {cookie}\r\n"));
        }
        if method == "POST" {
            text.push_str(&format!(
                "Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                 Content-Length: {}\r\n",
                form.len()
            ));
        }
        self.client.send(format!("{text}\r\n{form}").into_bytes());
        let response = self.client.response(method);
        let lines = response.head.all("set-cookie");
        let line = lines
            .into_iter()
            .find(|line| line.starts_with("privet_consent="));
        if let Some(line) = line {
            let pair = line.split(';').next().expect("a pair");
            self.cookie = (!line.contains("Max-Age=0")).then(|| pair.to_owned());
        }
        response
    }

    /// Sends a choice, which is to be taken.
    pub(crate) fn choose(&mut self, form: &str) {
        let response = self.ask("POST", "/.privet/consent", form);
        assert_eq!(response.status, 303, "{form}");
    }

    /// The id in the cookie.
    pub(crate) fn id(&self) -> Option<String> {
        let (_, id) = self.cookie.as_ref()?.split_once("&id=")?;
        Some(id.to_owned())
    }

    /// What the privacy centre's form would send besides the choice.
    pub(crate) fn hidden(&mut self) -> String {
        let page = self.ask("GET", "/.privet/", "").text();
        let names = ["source", "shown"];
        let value = |name: &str| {
            let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
            let (value, _) = rest.split_once('"')?;
            Some(format!("&{name}={value}"))
        };
        names.into_iter().filter_map(value).collect()
    }
}
