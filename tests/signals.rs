//! Signals, sent to the program while a website keeps a visitor waiting: what ends it and when.

use std::{
    fs,
    io::Read,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

/// Far longer than anything here takes, far shorter than `drain_timeout`.
const PATIENCE: Duration = Duration::from_secs(60);

/// A gateway with one request in progress, which never gets an answer.
struct Gateway {
    process: Child,
    visitor: Child,
    address: SocketAddr,
    /// The website's end of that request.
    _waiting: TcpStream,
    _folder: tempfile::TempDir,
}

impl Gateway {
    fn start() -> Self {
        let website = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let origin = website.local_addr().expect("its address");
        let address = free_address();
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("proxy.toml");
        let config = format!(
            "[listen]\nhttps = [\"{address}\"]\nhttp = []\n[limits]\ndrain_timeout = \"1 hour\"\nfirst_byte_timeout = \"1 hour\"\n\
             [log]\naccess = \"off\"\n[admin]\nlisten = \"off\"\n\
             [[site]]\nhosts = [\"*\"]\nupstream = \"http://{origin}\"\n"
        );
        fs::write(&file, config).expect("a configuration");
        let process = Command::new(env!("CARGO_BIN_EXE_privet"))
            .args(["run".as_ref(), "--config".as_ref(), file.as_os_str()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program");
        until("it listens", || TcpStream::connect(address).is_ok());
        let visitor = Command::new("curl")
            .args(["--silent", "--insecure", &format!("https://{address}/")])
            .stdout(Stdio::null())
            .spawn()
            .expect("curl");
        let (mut waiting, _) = website.accept().expect("the request's connection");
        let mut first = [0];
        waiting.read_exact(&mut first).expect("the request");
        Self {
            process,
            visitor,
            address,
            _waiting: waiting,
            _folder: folder,
        }
    }

    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.process.id()).expect("a process id");
        kill_process(Pid::from_raw(id).expect("a process id"), signal).expect("a signal");
    }

    fn has_ended(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().expect("its state")
    }

    fn ends_well(&mut self) {
        until("it ends", || self.has_ended().is_some());
        let status = self.has_ended().expect("its state");
        assert_eq!(status.code(), Some(0), "{status}");
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        for process in [&mut self.process, &mut self.visitor] {
            // They may have ended by themselves.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address")
}

#[test]
fn sigquit_ends_at_once() {
    let mut gateway = Gateway::start();
    gateway.signal(Signal::QUIT);
    gateway.ends_well();
}

#[test]
fn one_sigterm_waits_for_running_requests_and_a_second_does_not() {
    for (first, second) in [(Signal::TERM, Signal::TERM), (Signal::INT, Signal::QUIT)] {
        let mut gateway = Gateway::start();
        gateway.signal(first);
        let address = gateway.address;
        until("it accepts nobody", || TcpStream::connect(address).is_err());
        assert_eq!(gateway.has_ended(), None, "a request still runs");
        gateway.signal(second);
        gateway.ends_well();
    }
}

#[test]
fn sigusr1_and_sigusr2_end_nothing() {
    let mut gateway = Gateway::start();
    gateway.signal(Signal::USR1);
    gateway.signal(Signal::USR2);
    // Delivered by now: this one comes after them and is noticed.
    gateway.signal(Signal::TERM);
    let address = gateway.address;
    until("it drains", || TcpStream::connect(address).is_err());
    assert_eq!(
        gateway.has_ended(),
        None,
        "it was not the signals that ended it"
    );
}
