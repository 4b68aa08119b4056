//! The URL of a PostgreSQL database, which may hold a password and is never shown whole.

use std::{fmt, str::FromStr, time::Duration};

use tokio_postgres::config::{Host, SslMode};

/// How long a connection may take, for each host of the URL.
const CONNECT: Duration = Duration::from_secs(2);
const DEFAULT_PORT: u16 = 5432;

/// See the module.
#[derive(Clone, Eq, PartialEq)]
pub struct PostgresUrl {
    settings: tokio_postgres::Config,
    is_encrypted: bool,
}

impl PostgresUrl {
    /// Reads `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with `?sslmode=require` or `verify-full` for
    /// TLS. Either of them verifies the server's certificate and name: encryption to whoever answers
    /// would keep nothing secret.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mode = text
            .split(['?', '&'])
            .skip(1)
            .find_map(|pair| pair.strip_prefix("sslmode="));
        let is_encrypted = match mode {
            None | Some("disable") => false,
            Some("require" | "verify-full") => true,
            Some(_) => {
                return Err("has another sslmode than disable, require or verify-full".into());
            }
        };
        // The parser knows only those modes that can be had without trust anchors.
        let text = text.replace("sslmode=verify-full", "sslmode=require");
        let mut settings = tokio_postgres::Config::from_str(&text)
            .map_err(|error| format!("is no URL of a database: {error}"))?;
        if settings.get_hosts().is_empty() && settings.get_hostaddrs().is_empty() {
            return Err("names no host".into());
        }
        settings.connect_timeout(CONNECT);
        settings.application_name("privet");
        settings.ssl_mode(if is_encrypted {
            SslMode::Require
        } else {
            SslMode::Disable
        });
        Ok(Self {
            settings,
            is_encrypted,
        })
    }

    /// What to connect with.
    pub fn settings(&self) -> &tokio_postgres::Config {
        &self.settings
    }

    /// Whether the way there is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.is_encrypted
    }

    /// Whether some host may be on another machine.
    pub fn is_remote(&self) -> bool {
        let is_local = |host: &Host| match host {
            Host::Tcp(name) => {
                name == "localhost"
                    || name
                        .parse::<std::net::IpAddr>()
                        .is_ok_and(|address| address.is_loopback())
            }
            Host::Unix(_) => true,
        };
        !self.settings.get_hosts().iter().all(is_local)
    }
}

/// Hosts and database: neither user nor password.
impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ports = self.settings.get_ports();
        let hosts = self
            .settings
            .get_hosts()
            .iter()
            .enumerate()
            .map(|(place, host)| {
                let port = ports.get(place).or_else(|| ports.first());
                let port = port.filter(|port| **port != DEFAULT_PORT);
                let port = port.map_or(String::new(), |port| format!(":{port}"));
                match host {
                    Host::Tcp(name) => format!("{name}{port}"),
                    Host::Unix(path) => format!("{}{port}", path.display()),
                }
            });
        let hosts: Vec<String> = hosts.collect();
        let database = self.settings.get_dbname().unwrap_or_default();
        let mode = if self.is_encrypted {
            "?sslmode=verify-full"
        } else {
            ""
        };
        write!(f, "postgres://{}/{database}{mode}", hosts.join(","))
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read_and_never_shown_with_their_secrets() {
        for (text, shown, is_encrypted, is_remote) in [
            (
                "postgres://u:hunter2@db.example/privet",
                "postgres://db.example/privet",
                false,
                true,
            ),
            (
                "postgresql://u@db.example:5433/privet?sslmode=verify-full&password=hunter2",
                "postgres://db.example:5433/privet?sslmode=verify-full",
                true,
                true,
            ),
            (
                "postgres://u@127.0.0.1/p?sslmode=require",
                "postgres://127.0.0.1/p?sslmode=verify-full",
                true,
                false,
            ),
            ("postgres://u@a,b:2/p", "postgres://a,b:2/p", false, true),
            (
                "postgres://u@%2Frun%2Fpostgresql/p",
                "postgres:///run/postgresql/p",
                false,
                false,
            ),
        ] {
            let url = PostgresUrl::parse(text).expect(text);
            assert_eq!(url.to_string(), shown, "{text}");
            assert_eq!(format!("{url:?}"), shown, "{text}");
            assert_eq!(
                (url.is_encrypted(), url.is_remote()),
                (is_encrypted, is_remote),
                "{text}"
            );
        }
        for text in [
            "postgres://",
            "postgres:///db",
            "postgres://u@h/db?sslmode=prefer",
            "postgres://u@h:x/db",
        ] {
            assert!(PostgresUrl::parse(text).is_err(), "{text}");
        }
    }
}
