//! A running gateway, and the commands that ask it.

use std::{
    fs::{self, File},
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, ExitStatus},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::program::{Folder, unwrapped};

/// Long enough for a machine that is busy with something else.
const PATIENCE: Duration = Duration::from_secs(60);

/// privet, serving in a folder; killed when dropped.
struct Gateway {
    folder: Folder,
    child: Child,
    http: SocketAddr,
    admin: SocketAddr,
}

/// Ports that were free a moment ago: for https, http and admin.
fn addresses() -> [SocketAddr; 3] {
    let sockets = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    sockets.map(|socket| socket.local_addr().expect("its address"))
}

fn configuration([https, http, admin]: [SocketAddr; 3], public_port: u16) -> String {
    format!(
        "[listen]\nhttps = [\"{https}\"]\nhttp = [\"{http}\"]\npublic_https_port = {public_port}\n\
         [admin]\nlisten = \"{admin}\"\n\
         [[site]]\nhosts = [\"*\"]\nupstream = \"demo\"\n"
    )
}

impl Gateway {
    /// One that is ready. Another program may take a port before it does: then others are tried.
    fn start(
        configuration: impl Fn([SocketAddr; 3]) -> String,
        arguments: impl Fn([SocketAddr; 3]) -> Vec<String>,
    ) -> Self {
        for _ in 0..5 {
            let chosen = addresses();
            let folder = Folder::new();
            let text = configuration(chosen);
            if !text.is_empty() {
                folder.write("proxy.toml", &text);
            }
            let arguments = arguments(chosen);
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let file = |name: &str| File::create(folder.path().join(name)).expect("a file");
            let child = folder
                .command(&arguments)
                .stdout(file("out"))
                .stderr(file("err"))
                .spawn()
                .expect("privet runs");
            let [_, http, admin] = chosen;
            let mut gateway = Self {
                folder,
                child,
                http,
                admin,
            };
            if gateway.gets_ready() {
                return gateway;
            }
        }
        panic!("no free ports");
    }

    fn with_file() -> Self {
        Self::start(|chosen| configuration(chosen, 1111), |_| vec![])
    }

    /// Waits until it greets; false if it ended instead.
    fn gets_ready(&mut self) -> bool {
        let deadline = Instant::now() + PATIENCE;
        while !self.err().contains("Ctrl-C") {
            if self.child.try_wait().expect("known").is_some() {
                let err = self.err();
                assert!(err.contains("can't listen on"), "{err}");
                return false;
            }
            assert!(Instant::now() < deadline, "not ready: {}", self.err());
            thread::sleep(Duration::from_millis(10));
        }
        true
    }

    fn err(&self) -> String {
        fs::read_to_string(self.folder.path().join("err")).expect("a file")
    }

    /// Where a plain request is sent to.
    fn location(&self) -> String {
        let mut stream = TcpStream::connect(self.http).expect("connected");
        stream.set_read_timeout(Some(PATIENCE)).expect("set");
        stream
            .write_all(b"GET /x HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
            .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        let line = answer
            .lines()
            .find_map(|line| line.strip_prefix("location: "));
        line.unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).expect("an id")).expect("not 0");
        kill_process(pid, signal).expect("sent");
    }

    fn ends(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("known") {
                return status;
            }
            assert!(Instant::now() < deadline, "does not end: {}", self.err());
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_running_gateway_greets_is_healthy_reloads_and_ends() {
    let mut gateway = Gateway::with_file();
    let greeting = gateway.err();
    for expected in [
        "/.privet/",
        "self-signed",
        "bundled demonstration website",
        "SIGHUP",
    ] {
        assert!(greeting.contains(expected), "{expected}: {greeting}");
    }
    assert!(!greeting.contains('\u{1b}'), "{greeting}");
    let out = fs::read_to_string(gateway.folder.path().join("out")).expect("a file");
    assert_eq!(out, "", "standard output is the access log's");
    assert_eq!(gateway.folder.fine(&["healthcheck"]), "ready\n");

    assert_eq!(gateway.location(), "https://www.example.com:1111/x");
    let text = fs::read_to_string(gateway.folder.path().join("proxy.toml")).expect("a file");
    gateway
        .folder
        .write("proxy.toml", &text.replace("1111", "2222"));
    assert_eq!(gateway.folder.fine(&["reload"]), "reloaded\n");
    assert_eq!(gateway.location(), "https://www.example.com:2222/x");

    gateway.signal(Signal::TERM);
    assert_eq!(gateway.ends().code(), Some(0));
    let said = gateway.folder.run(&["healthcheck"]);
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
    assert!(
        said.err
            .starts_with("privet: no answer from a running privet at 127.0.0.1:"),
        "{said:?}"
    );
    assert_eq!(said.err.lines().count(), 1);
}

#[test]
fn a_broken_configuration_is_refused_with_its_reasons_and_the_old_one_still_serves() {
    let gateway = Gateway::with_file();
    let text = fs::read_to_string(gateway.folder.path().join("proxy.toml")).expect("a file");
    let broken = text.replace("1111", "3333") + "mode = \"enforced\"\nodd = 1\n";
    gateway.folder.write("proxy.toml", &broken);
    let said = gateway.folder.run(&["reload"]);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{said:?}");
    for expected in [
        "nothing changed",
        "site[0].odd: unknown key",
        "did you mean \"enforce\"?",
    ] {
        assert!(said.err.contains(expected), "{expected}: {}", said.err);
    }
    assert_eq!(gateway.location(), "https://www.example.com:1111/x");
    // It goes on with what it has, so it is healthy, and can be asked whatever the file has become.
    for broken in [
        broken,
        format!("odd = 1\n{text}"),
        format!("{text}\nodd = [\n"),
    ] {
        gateway.folder.write("proxy.toml", &broken);
        assert_eq!(gateway.folder.fine(&["healthcheck"]), "ready\n", "{broken}");
        let said = gateway.folder.run(&["reload"]);
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.err.contains("nothing changed"), "{}", said.err);
    }
}

#[test]
fn a_reload_reads_lists_of_cookies_again() {
    let gateway = Gateway::with_file();
    let text = fs::read_to_string(gateway.folder.path().join("proxy.toml")).expect("a file");
    let files = format!("{text}\n[catalogue]\nfiles = [\"cookies.csv\"]\n");
    gateway.folder.write("proxy.toml", &files);
    let list = "Platform,Category,Cookie / Data Key name,Retention period,Wildcard match\n\
        Corner Chat,Functional,corner,1 day,0\n";
    gateway.folder.write("cookies.csv", list);
    assert_eq!(gateway.folder.fine(&["reload"]), "reloaded\n");
    let broken = list.replace(",0\n", ",no\n");
    gateway.folder.write("cookies.csv", &broken);
    let said = gateway.folder.run(&["reload"]);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{said:?}");
    let expected = "cookies.csv:2:37: Wildcard match: \"no\" is neither";
    assert!(said.err.contains(expected), "{}", said.err);
    gateway.folder.write("cookies.csv", list);
    assert_eq!(gateway.folder.fine(&["reload"]), "reloaded\n");
}

#[test]
fn a_port_that_is_taken_is_one_line_and_exit_code_1() {
    let gateway = Gateway::with_file();
    let said = gateway.folder.run(&["run"]);
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    assert!(
        said.err.starts_with("privet: can't listen on 127.0.0.1:"),
        "{}",
        said.err
    );
}

#[test]
fn one_upstream_needs_no_file() {
    let mut gateway = Gateway::start(
        |_| String::new(),
        |[https, http, admin]| {
            let flags = ["--https", "--http", "--admin"].into_iter();
            let addresses = [https, http, admin].map(|address| address.to_string());
            let flags = flags
                .zip(addresses)
                .flat_map(|(flag, address)| [flag.to_owned(), address]);
            let run = ["run", "--upstream", "http://127.0.0.1:9"].map(str::to_owned);
            run.into_iter().chain(flags).collect()
        },
    );
    assert!(
        gateway.err().contains("any host  http://127.0.0.1:9 "),
        "{}",
        gateway.err()
    );
    assert!(gateway.location().starts_with("https://www.example.com:"));
    let admin = gateway.admin.to_string();
    assert_eq!(
        gateway.folder.fine(&["reload", "--admin", &admin]),
        "reloaded\n"
    );
    gateway.signal(Signal::INT);
    assert_eq!(gateway.ends().code(), Some(0));
}

#[test]
fn mistakes_in_the_flags_are_named_by_their_flag() {
    let folder = Folder::new();
    let upstream = ["run", "--upstream", "http://127.0.0.1:9"];
    for (arguments, expected) in [
        (&["run", "--upstream", "ftp://x"][..], "--upstream: "),
        (
            &[&upstream[..], &["--https", "nowhere"]].concat(),
            "--https: ",
        ),
        (&[&upstream[..], &["--admin", "9180"]].concat(), "--admin: "),
    ] {
        let said = folder.run(arguments);
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{said:?}");
        assert!(said.err.starts_with(expected), "{}", said.err);
    }
}

#[test]
fn hosts_that_no_certificate_covers_are_named_in_the_greeting() {
    let names = vec!["www.example.com".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
    let files = Folder::new();
    files.write("cert.pem", &made.cert.pem());
    files.write("key.pem", &made.signing_key.serialize_pem());
    let folder = files.path().display();
    let gateway = Gateway::start(
        |chosen| {
            configuration(chosen, 443).replace("\"*\"", "\"www.example.com\", \"b.example.com\"")
                + &format!(
                    "[[tls.certificate]]\ncert = \"{folder}/cert.pem\"\nkey = \"{folder}/key.pem\"\n"
                )
        },
        |_| vec!["run".to_owned()],
    );
    let greeting = unwrapped(&gateway.err());
    assert!(
        greeting.contains("Warning: no certificate covers b.example.com:"),
        "{greeting}"
    );
    assert!(
        greeting.contains("https://www.example.com/ where to look"),
        "{greeting}"
    );
    assert!(!greeting.contains("self-signed"), "{greeting}");
}

#[test]
fn without_an_admin_listener_nobody_is_asked() {
    let folder =
        Folder::with("[admin]\nlisten = \"off\"\n[[site]]\nhosts = [\"*\"]\nupstream = \"demo\"\n");
    for command in ["reload", "healthcheck"] {
        let said = folder.run(&[command]);
        assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{said:?}");
        assert!(said.err.contains("admin.listen is \"off\""), "{}", said.err);
    }
}

#[test]
fn the_admin_listener_can_be_named_instead_of_a_file() {
    let gateway = Gateway::with_file();
    let elsewhere = Folder::new();
    let admin = gateway.admin.to_string();
    assert_eq!(
        elsewhere.fine(&["healthcheck", "--admin", &admin]),
        "ready\n"
    );
    assert_eq!(elsewhere.fine(&["reload", "--admin", &admin]), "reloaded\n");
}
