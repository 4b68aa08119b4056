//! The real binary, with ports of its own and everything it says.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::PathBuf,
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::Instant,
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use socket2::{Domain, Socket, Type};
use tempfile::TempDir;

use super::{Origin, PATIENCE, eventually};

/// A port that nobody else gets while this lives. It is bound and never listens, so that the
/// gateway, which sets `SO_REUSEADDR` as this does, can still listen on it.
#[derive(Debug)]
pub(crate) struct Port {
    pub(crate) address: SocketAddr,
    _socket: Socket,
}

impl Port {
    pub(crate) fn reserve() -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket.set_reuse_address(true).expect("SO_REUSEADDR");
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        socket.bind(&any.into()).expect("a free port");
        let address = socket.local_addr().expect("an address");
        Self {
            address: address.as_socket().expect("an IP address"),
            _socket: socket,
        }
    }
}

/// Lines of an output, as they come.
#[derive(Debug, Default)]
struct Lines {
    lines: Mutex<Vec<String>>,
    changed: Condvar,
}

impl Lines {
    fn follow(stream: impl Read + Send + 'static) -> Arc<Self> {
        let lines = Arc::new(Self::default());
        let into = Arc::clone(&lines);
        thread::spawn(move || {
            let mut reader = BufReader::new(stream);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line).unwrap_or(0) > 0 {
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                into.lines.lock().expect("lines").push(text);
                into.changed.notify_all();
                line.clear();
            }
        });
        lines
    }

    fn wait<T>(&self, what: &str, mut found: impl FnMut(&[String]) -> Option<T>) -> T {
        let begun = Instant::now();
        let mut lines = self.lines.lock().expect("lines");
        loop {
            if let Some(found) = found(&lines) {
                return found;
            }
            let left = PATIENCE.saturating_sub(begun.elapsed());
            assert!(!left.is_zero(), "waited in vain: {what}; have: {lines:#?}");
            (lines, _) = self.changed.wait_timeout(lines, left).expect("lines");
        }
    }
}

/// A running privet; it ends with this.
#[derive(Debug)]
pub(crate) struct Gateway {
    child: Child,
    https: Port,
    http: Port,
    admin: Port,
    /// There until another one takes it over.
    folder: Option<TempDir>,
    stdout: Arc<Lines>,
    stderr: Arc<Lines>,
    /// Open, so that writing to it waits rather than fails.
    _unread: Option<ChildStdout>,
}

impl Gateway {
    /// Starts with a configuration, in which `{https}`, `{http}` and `{admin}` stand for the
    /// addresses; where it has no `[listen]` or `[admin]`, they are added.
    pub(crate) fn start(config: &str) -> Self {
        Self::start_with(config, &[])
    }

    /// The same, with environment variables.
    pub(crate) fn start_with(config: &str, environment: &[(&str, &str)]) -> Self {
        Self::spawn(config, environment, true)
    }

    /// The same, and nobody ever reads its stdout.
    pub(crate) fn start_unread(config: &str) -> Self {
        Self::spawn(config, &[], false)
    }

    fn spawn(config: &str, environment: &[(&str, &str)], read: bool) -> Self {
        let ports = [Port::reserve(), Port::reserve(), Port::reserve()];
        let folder = tempfile::tempdir().expect("a folder");
        let [https, http, admin] = &ports;
        let path = folder.path().join("proxy.toml");
        fs::write(&path, fill(config, https, http, admin)).expect("written");
        Self::run(folder, ports, environment, read)
    }

    /// Runs privet in `folder`, with the configuration there.
    fn run(folder: TempDir, ports: [Port; 3], environment: &[(&str, &str)], read: bool) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_privet"))
            .args(["run", "--config"])
            .arg(folder.path().join("proxy.toml"))
            .env_remove("RUST_LOG")
            .envs(environment.iter().copied())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("privet starts");
        let mut unread = child.stdout.take();
        let stdout = match unread.take_if(|_| read) {
            Some(stdout) => Lines::follow(stdout),
            None => Arc::default(),
        };
        let stderr = Lines::follow(child.stderr.take().expect("stderr"));
        let [https, http, admin] = ports;
        let mut gateway = Self {
            child,
            https,
            http,
            admin,
            folder: Some(folder),
            stdout,
            stderr,
            _unread: unread,
        };
        gateway.wait_until_it_serves();
        gateway
    }

    /// Another one in the same folder, once this has ended.
    pub(crate) fn restart(mut self) -> Self {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let folder = self.folder.take().expect("a folder");
        let ports = [Port::reserve(), Port::reserve(), Port::reserve()];
        let path = folder.path().join("proxy.toml");
        let mut text = fs::read_to_string(&path).expect("written");
        for (old, new) in [&self.https, &self.http, &self.admin]
            .into_iter()
            .zip(&ports)
        {
            text = text.replace(&old.address.to_string(), &new.address.to_string());
        }
        fs::write(&path, text).expect("written");
        Self::run(folder, ports, &[], true)
    }

    /// In front of one website for every host, `more` configuration behind it.
    pub(crate) fn before(origin: &Origin, more: &str) -> Self {
        Self::start(&format!("{}\n{more}\n", site(&[&origin.url()])))
    }

    fn wait_until_it_serves(&mut self) {
        // To ask the admin listener counts nowhere as a visitor.
        let text = fs::read_to_string(self.config_path()).expect("written");
        let admin = self.admin.address;
        let is_administered = text.contains(&admin.to_string());
        eventually("the gateway serves", || {
            if let Some(status) = self.child.try_wait().expect("status") {
                // What it said may still be on its way through the pipe.
                thread::sleep(std::time::Duration::from_millis(200));
                panic!("privet ended with {status}:\n{}", self.stderr());
            }
            if is_administered {
                let answer = self.try_ask_admin("GET", "/readyz").ok()?;
                answer.starts_with("HTTP/1.1 200 ").then_some(())
            } else {
                TcpStream::connect(self.https.address).ok().map(drop)
            }
        });
    }

    /// Writes another configuration, for a reload.
    pub(crate) fn rewrite(&self, config: &str) {
        let text = fill(config, &self.https, &self.http, &self.admin);
        fs::write(self.config_path(), text).expect("written");
    }

    /// The configuration file.
    pub(crate) fn config_path(&self) -> PathBuf {
        self.folder().join("proxy.toml")
    }

    /// Its working directory.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.as_ref().expect("a folder").path()
    }

    pub(crate) fn https(&self) -> SocketAddr {
        self.https.address
    }

    pub(crate) fn http(&self) -> SocketAddr {
        self.http.address
    }

    pub(crate) fn admin(&self) -> SocketAddr {
        self.admin.address
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a pid"), signal).expect("the gateway runs");
    }

    /// Waits until it has ended.
    pub(crate) fn wait_exit(&mut self) -> ExitStatus {
        eventually("the gateway ends", || {
            self.child.try_wait().expect("status")
        })
    }

    /// Everything on stderr so far.
    pub(crate) fn stderr(&self) -> String {
        self.stderr.lines.lock().expect("lines").join("\n")
    }

    /// Everything on stdout so far.
    pub(crate) fn stdout(&self) -> String {
        self.stdout.lines.lock().expect("lines").join("\n")
    }

    /// Waits for a line on stderr that contains `text`.
    pub(crate) fn wait_stderr(&self, text: &str) -> String {
        self.stderr.wait(text, |lines| {
            lines.iter().find(|line| line.contains(text)).cloned()
        })
    }

    /// The access log so far.
    pub(crate) fn access_log(&self) -> Vec<Value> {
        entries(&self.stdout.lines.lock().expect("lines"))
    }

    /// Waits until the access log has so many entries.
    pub(crate) fn wait_log_lines(&self, count: usize) -> Vec<Value> {
        self.stdout.wait("lines of the access log", |lines| {
            Some(entries(lines)).filter(|entries| entries.len() >= count)
        })
    }

    /// Waits for an entry of the access log.
    pub(crate) fn wait_log(&self, what: &str, mut is_it: impl FnMut(&Value) -> bool) -> Value {
        self.stdout.wait(what, |lines| {
            entries(lines).into_iter().find(|entry| is_it(entry))
        })
    }

    /// The whole of `/metrics`.
    pub(crate) fn metrics(&self) -> String {
        self.ask_admin("GET", "/metrics").1
    }

    /// One series by its full name, labels included; 0 if it is not there.
    pub(crate) fn metric(&self, series: &str) -> f64 {
        let metrics = self.metrics();
        let line = metrics.lines().find_map(|line| {
            line.strip_prefix(series)
                .and_then(|rest| rest.strip_prefix(' '))
        });
        line.map_or(0.0, |value| value.parse().expect("a number"))
    }

    /// A request to the admin listener: status and text.
    pub(crate) fn ask_admin(&self, method: &str, path: &str) -> (u16, String) {
        let answer = self.try_ask_admin(method, path);
        let answer = answer.expect("the admin listener answers");
        let (head, text) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        (status.expect("a status"), text.to_owned())
    }

    fn try_ask_admin(&self, method: &str, path: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect(self.admin.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let host = self.admin.address;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    /// A number of `/proc/PID/status`, such as `VmRSS` in KiB.
    pub(crate) fn proc_status(&self, name: &str) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(path).expect("the gateway runs");
        let line = status.lines().find(|line| line.starts_with(name));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number.and_then(|number| number.parse().ok()).expect(name)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            let _ = writeln!(io::stderr(), "privet said:\n{}", self.stderr());
        }
    }
}

/// A website for every host, behind those servers.
pub(crate) fn site(upstreams: &[&str]) -> String {
    format!("[[site]]\nhosts = [\"*\"]\nupstream = {upstreams:?}\n")
}

fn fill(config: &str, https: &Port, http: &Port, admin: &Port) -> String {
    let mut config = config.to_owned();
    // Behind, because top-level keys must come before the first table.
    if !config.contains("[listen]") {
        config.push_str("\n[listen]\nhttps = [\"{https}\"]\nhttp = [\"{http}\"]\n");
    }
    if !config.contains("[admin]") {
        config.push_str("\n[admin]\nlisten = \"{admin}\"\n");
    }
    config
        .replace("{https}", &https.address.to_string())
        .replace("{http}", &http.address.to_string())
        .replace("{admin}", &admin.address.to_string())
}

fn entries(lines: &[String]) -> Vec<Value> {
    let objects = lines.iter().filter(|line| line.starts_with('{'));
    objects
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}
