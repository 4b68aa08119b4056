//! A small WebDriver client (W3C WebDriver, Level 2) over a plain connection, for chromedriver.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};

/// Starting a browser and loading a page on a busy machine; longer than chromedriver's own limits.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running chromedriver; it ends with this.
#[derive(Debug)]
pub(crate) struct Driver {
    child: Child,
    address: SocketAddr,
}

impl Driver {
    /// Starts one on a port that it chooses itself. Whatever it writes, it writes to `folder`.
    pub(crate) fn start(folder: &Path) -> Self {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .env("HOME", folder)
            .env("TMPDIR", folder)
            // The browsers that it starts are in its group, and end with it.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("chromedriver is needed (Debian: chromium-driver): {error}")
            });
        let mut output = BufReader::new(child.stdout.take().expect("stdout"));
        let mut said = String::new();
        let port = loop {
            let begin = said.len();
            let length = output.read_line(&mut said).expect("text");
            assert!(length > 0, "chromedriver does not start:\n{said}");
            let port = said[begin..].trim_end().trim_end_matches('.');
            if let Some((_, port)) = port.split_once("successfully on port ") {
                break port.parse().expect("a port");
            }
        };
        // It must never wait for somebody to read what it says.
        thread::spawn(move || io::copy(&mut output, &mut io::sink()));
        Self {
            child,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        }
    }

    /// Sends a command: its value, or the error's code and message.
    pub(crate) fn call(
        &self,
        method: &str,
        path: &str,
        parameters: &Value,
    ) -> Result<Value, String> {
        let answer = self
            .exchange(method, path, parameters)
            .map_err(|error| format!("no answer from chromedriver: {error}"))?;
        let value = &answer["value"];
        match value["error"].as_str() {
            None => Ok(value.clone()),
            Some(code) => Err(format!("{code}: {}", value["message"])),
        }
    }

    fn exchange(&self, method: &str, path: &str, parameters: &Value) -> io::Result<Value> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let content = match method {
            "POST" => parameters.to_string(),
            _ => String::new(),
        };
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{content}",
            self.address,
            content.len(),
        )?;
        let mut input = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            if input.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        let mut content = vec![0; length];
        input.read_exact(&mut content)?;
        serde_json::from_slice(&content).map_err(io::Error::other)
    }

    /// Begins a session with those capabilities: its id.
    pub(crate) fn begin(&self, capabilities: &Value) -> String {
        let parameters = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let session = self
            .call("POST", "/session", &parameters)
            .unwrap_or_else(|error| panic!("Chromium is needed (Debian: chromium): {error}"));
        session["sessionId"].as_str().expect("an id").to_owned()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let _ = group.map(|group| kill_process_group(group, Signal::KILL));
        let _ = self.child.wait();
    }
}
