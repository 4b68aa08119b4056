//! A PostgreSQL of a test's own, on a socket in a folder of its own.

use std::{
    fs,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;

use crate::gateway::eventually;

/// A running server; it ends with this.
pub(crate) struct Cluster {
    folder: TempDir,
    server: Option<Child>,
}

impl Cluster {
    /// Makes and starts one.
    pub(crate) fn start() -> Self {
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
        };
        cluster.resume();
        cluster
    }

    /// Its URL.
    pub(crate) fn url(&self) -> String {
        let path = self.folder.path().display().to_string();
        format!("postgres://privet@{}/postgres", path.replace('/', "%2F"))
    }

    /// Starts the server, again after [`Self::interrupt`].
    pub(crate) fn resume(&mut self) {
        let server = program("postgres")
            .arg("-D")
            .arg(self.folder.path().join("data"))
            .arg("-k")
            .arg(self.folder.path())
            .args(["-F", "-c", "listen_addresses="])
            .stderr(Stdio::null())
            .spawn();
        self.server = Some(server.expect("postgres runs"));
        eventually("the database takes connections", || {
            self.connect().ok().map(drop)
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

    fn connect(&self) -> Result<(), tokio_postgres::Error> {
        self.execute("SELECT 1")
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
