//! `openssl s_client`, for handshakes of any kind.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use crate::world::World;

/// What a handshake came to.
#[derive(Clone, Debug)]
pub(crate) struct Handshake {
    /// Whether there is a connection.
    pub(crate) stands: bool,
    /// All that openssl said, on either output.
    pub(crate) said: String,
}

impl Handshake {
    /// Panics unless there is a connection of which openssl said `expected`.
    pub(crate) fn must_say(&self, expected: &str) {
        assert!(
            self.stands && self.said.contains(expected),
            "{expected}: {}",
            self.said
        );
    }

    /// Panics unless privet refused with that alert.
    pub(crate) fn must_be_refused_with(&self, alert: &str) {
        assert!(
            !self.stands && self.said.contains(alert),
            "{alert}: {}",
            self.said
        );
    }
}

impl World {
    /// Shakes hands with those options, asks for `/`, and reads until privet closes.
    pub(crate) fn handshake(&self, options: &[&str]) -> Handshake {
        let mut child = openssl()
            .args([
                "s_client",
                "-connect",
                &self.gateway.https().to_string(),
                "-ign_eof",
            ])
            .arg("-CAfile")
            .arg(self.certificate())
            .arg("-verify_return_error")
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("openssl runs");
        // It does not read where there is no connection.
        let mut input = child.stdin.take().expect("stdin");
        let request = "GET / HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n\r\n";
        let _ = input.write_all(request.as_bytes());
        drop(input);
        let output = child.wait_with_output().expect("openssl ends");
        Handshake {
            stands: output.status.success(),
            said: [output.stdout, output.stderr]
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .concat(),
        }
    }

    /// Shakes hands as a visitor of the website does.
    pub(crate) fn visit(&self, options: &[&str]) -> Handshake {
        self.handshake(&[&["-servername", "www.example.com"], options].concat())
    }
}

/// The names of all cipher suites of TLS 1.2 and before that this openssl has.
pub(crate) fn cipher_suites() -> Vec<String> {
    let output = openssl()
        .args([
            "ciphers",
            "-tls1_2",
            "-s",
            "ALL:COMPLEMENTOFALL:@SECLEVEL=0",
        ])
        .output()
        .expect("openssl runs");
    let names = String::from_utf8(output.stdout).expect("text");
    let names: Vec<String> = names.trim().split(':').map(str::to_owned).collect();
    assert!(names.len() > 20, "{names:?}");
    names
}

fn openssl() -> Command {
    let present = Command::new("openssl").arg("version").output();
    assert!(present.is_ok(), "openssl is needed (Debian: openssl)");
    Command::new("openssl")
}
