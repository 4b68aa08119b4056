//! curl, as people type it.

use std::{
    ffi::OsStr,
    fs,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::world::World;

/// What curl got.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u64,
    /// `1.1`, `2`.
    pub(crate) version: String,
    /// Of the last response.
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) content: Vec<u8>,
    /// All that curl knows.
    pub(crate) facts: Value,
}

impl Answer {
    /// The values of a field, by its lower-case name.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let lines = self.fields.iter().filter(|(key, _)| key == name);
        lines.map(|(_, value)| value.as_str()).collect()
    }

    /// The one value of a field, or nothing.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let all = self.all(name);
        assert!(all.len() <= 1, "{name} came more than once: {all:?}");
        all.first().copied()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.content).into_owned()
    }
}

impl World {
    /// Asks for `url` with those options.
    pub(crate) fn curl<O: AsRef<OsStr>>(&self, url: &str, options: &[O]) -> Answer {
        self.try_curl(url, options)
            .unwrap_or_else(|error| panic!("curl {url}: {error}"))
    }

    /// The same; what curl said if it failed.
    pub(crate) fn try_curl<O: AsRef<OsStr>>(
        &self,
        url: &str,
        options: &[O],
    ) -> Result<Answer, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let (head, content) = (folder.path().join("head"), folder.path().join("content"));
        let port = self.gateway.https().port();
        let output = Command::new("curl")
            // No ~/.curlrc, no proxy: the same everywhere.
            .args([
                "-q",
                "--noproxy",
                "*",
                "-sS",
                "--max-time",
                "60",
                "-w",
                "%{json}",
            ])
            .args(["--resolve", &format!("www.example.com:{port}:127.0.0.1")])
            .arg("--cacert")
            .arg(self.certificate())
            .arg("-D")
            .arg(&head)
            .arg("-o")
            .arg(&content)
            .args(options)
            .arg(url)
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("curl is needed (Debian: curl): {error}"));
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        // One object for each transfer, and the last is the one that was asked for.
        let facts = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>();
        let facts = facts.last().expect("an object").expect("JSON");
        Ok(Answer {
            status: facts["http_code"].as_u64().expect("a status"),
            version: facts["http_version"].as_str().expect("text").to_owned(),
            fields: fields(&fs::read_to_string(head).expect("text")),
            // There is no file where nothing came.
            content: fs::read(content).unwrap_or_default(),
            facts,
        })
    }
}

fn fields(heads: &str) -> Vec<(String, String)> {
    let heads = heads.trim_end().replace("\r\n", "\n");
    let last = heads.rsplit("\n\n").next().unwrap_or_default();
    let lines = last.lines().filter_map(|line| line.split_once(':'));
    lines
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect()
}
