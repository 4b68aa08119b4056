//! A PostgreSQL of a test's own, on a socket in a folder of its own.

use std::{
    fs,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;

use crate::gateway::{eventually, process::Port};

/// A running server; it ends with this.
pub(crate) struct Cluster {
    folder: TempDir,
    server: Option<Child>,
    /// Where it takes encrypted connections, if it does.
    tls: Option<Port>,
}

impl Cluster {
    /// Makes and starts one.
    pub(crate) fn start() -> Self {
        Self::make(None)
    }

    /// One that takes encrypted connections too, with a certificate for `localhost` of its own.
    pub(crate) fn start_with_tls() -> Self {
        Self::make(Some(Port::reserve()))
    }

    fn make(tls: Option<Port>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        if let Some((user, group)) = account() {
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group)).expect("given");
        }
        let made = program("initdb")
            .args(["--auth=trust", "--username=privet", "--no-sync", "-D"])
            .arg(folder.path().join("data"))
            .stdout(Stdio::null())
            .status();
        assert!(made.expect("initdb runs").success());
        let mut cluster = Self {
            folder,
            server: None,
            tls,
        };
        if cluster.tls.is_some() {
            cluster.write_certificate();
        }
        cluster.resume();
        cluster
    }

    /// Its URL.
    pub(crate) fn url(&self) -> String {
        let path = self.folder.path().display().to_string();
        let port = self.tls.as_ref().map_or(5432, |port| port.address.port());
        format!(
            "postgres://privet@{}:{port}/postgres",
            path.replace('/', "%2F")
        )
    }

    /// Its URL for encrypted connections.
    pub(crate) fn tls_url(&self) -> String {
        let port = self.tls.as_ref().expect("encrypted").address.port();
        format!("postgres://privet@localhost:{port}/postgres?sslmode=verify-full")
    }

    /// The file of the certificate, which is its own authority.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.path().join("server.crt")
    }

    fn write_certificate(&self) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]);
        let made = made.expect("a certificate");
        let key = self.folder.path().join("server.key");
        for (path, text) in [
            (self.certificate(), made.cert.pem()),
            (key, made.signing_key.serialize_pem()),
        ] {
            fs::write(&path, text).expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
            if let Some((user, group)) = account() {
                std::os::unix::fs::chown(&path, Some(user), Some(group)).expect("given");
            }
        }
    }

    fn tls_options(&self) -> Vec<String> {
        let Some(port) = &self.tls else {
            return Vec::new();
        };
        let folder = self.folder.path().display();
        [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={}", port.address.port()),
            "ssl=on".to_owned(),
            format!("ssl_cert_file={folder}/server.crt"),
            format!("ssl_key_file={folder}/server.key"),
        ]
        .into_iter()
        .flat_map(|option| ["-c".to_owned(), option])
        .collect()
    }

    /// Starts the server, again after [`Self::interrupt`].
    pub(crate) fn resume(&mut self) {
        let server = program("postgres")
            .arg("-D")
            .arg(self.folder.path().join("data"))
            .arg("-k")
            .arg(self.folder.path())
            .args(["-F", "-c", "listen_addresses="])
            .args(self.tls_options())
            .stderr(Stdio::null())
            .spawn();
        self.server = Some(server.expect("postgres runs"));
        eventually("the database takes connections", || {
            self.execute("SELECT 1").ok()
        });
    }

    /// Ends the server at once, and every connection with it.
    pub(crate) fn interrupt(&mut self) {
        if let Some(mut server) = self.server.take() {
            let pid = i32::try_from(server.id()).ok().and_then(Pid::from_raw);
            let _ = kill_process(pid.expect("a pid"), Signal::QUIT);
            let _ = server.wait();
        }
    }

    /// Runs statements.
    pub(crate) fn execute(&self, sql: &str) -> Result<(), tokio_postgres::Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.expect("a runtime").block_on(async {
            let (client, connection) =
                tokio_postgres::connect(&self.url(), tokio_postgres::NoTls).await?;
            tokio::spawn(connection);
            client.batch_execute(sql).await
        })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.interrupt();
    }
}

/// A program of the newest PostgreSQL here, to be run by somebody whom it suffers: not root.
fn program(name: &str) -> Command {
    let mut command = Command::new(folder().join(name));
    if let Some((user, group)) = account() {
        command.uid(user).gid(group);
    }
    command.current_dir("/").stdin(Stdio::null());
    command
}

fn folder() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed");
    let versions = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    let number =
        |path: &Path| -> Option<u32> { path.parent()?.file_name()?.to_str()?.parse().ok() };
    versions.max_by_key(|path| number(path)).expect("a version")
}

/// The user and group to run as, if this is root.
fn account() -> Option<(u32, u32)> {
    geteuid().is_root().then(|| {
        let users = fs::read_to_string("/etc/passwd").expect("users");
        let line = users.lines().find(|line| line.starts_with("postgres:"));
        let mut fields = line.expect("a user postgres").split(':').skip(2);
        let mut number = || fields.next().and_then(|field| field.parse().ok());
        (number().expect("a user"), number().expect("a group"))
    })
}
