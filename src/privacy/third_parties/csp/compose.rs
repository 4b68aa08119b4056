//! privet's own policy: what this visitor's browser may contact, as one list of hosts.
//!
//! One `default-src` stands for every kind of request. The list says nothing of inline scripts,
//! `eval`, `data:` and `blob:`: those call nobody, and the website's own policy decides on them.
//! Nonces and hashes are left out too, since they would switch `'unsafe-inline'` off.

use std::collections::HashSet;

/// What every policy begins with.
const BEGINNING: &str = "default-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' \
                         data: blob: filesystem: mediastream:";

/// The longest policy, in bytes. Servers and content delivery networks take fields of 8 KiB.
const LONGEST: usize = 6 * 1024;

/// Whom a policy is about, by patterns as `[[vendor]] hosts` has them: `cdn.example.net`,
/// `*.example.net`, `www.example.net/maps/*`.
#[derive(Debug, Default)]
pub(super) struct Parties<'a> {
    /// Hosts that are admitted in any case.
    pub(super) always: Vec<&'a str>,
    /// Those that are admitted, the most important ones first.
    pub(super) admitted: Vec<&'a str>,
    /// Those that are not.
    pub(super) refused: Vec<&'a str>,
}

impl Parties<'_> {
    /// The policy. What does not fit is left out, from the end.
    pub(super) fn policy(&self) -> String {
        let mut list = List {
            text: BEGINNING.to_owned(),
            listed: HashSet::new(),
        };
        let above = self.above_refused();
        let exposes = |pattern: &str| {
            let parent = pattern.strip_prefix("*.");
            parent.is_some_and(|parent| above.contains(parent))
        };
        let admitted = self.admitted.iter().filter(|pattern| !exposes(pattern));
        for pattern in self.always.iter().chain(admitted) {
            list.add(pattern);
        }
        list.text
    }

    /// Every domain below which a refused host lies: a wildcard would admit that too.
    fn above_refused(&self) -> HashSet<&str> {
        let mut above = HashSet::new();
        for pattern in &self.refused {
            let host = pattern.split('/').next().unwrap_or_default();
            let mut parent = match host.strip_prefix("*.") {
                Some(parent) => Some(parent),
                None => host.split_once('.').map(|(_, parent)| parent),
            };
            while let Some(domain) = parent {
                above.insert(domain);
                parent = domain.split_once('.').map(|(_, parent)| parent);
            }
        }
        above
    }
}

/// The policy as it grows.
struct List {
    text: String,
    listed: HashSet<String>,
}

impl List {
    fn add(&mut self, pattern: &str) {
        let (host, path) = pattern
            .find('/')
            .and_then(|slash| pattern.split_at_checked(slash))
            .unwrap_or((pattern, ""));
        let folder = folder(path);
        let source = format!("{host}:*{folder}");
        let room = LONGEST.saturating_sub(self.text.len());
        if self.covers(host) || source.len() >= room || !is_host(host) {
            return;
        }
        if self.listed.insert(format!("{host}{folder}")) {
            self.text.push(' ');
            self.text.push_str(&source);
        }
    }

    /// Whether the host is admitted already, by itself or by a wildcard.
    fn covers(&self, host: &str) -> bool {
        let mut above = host.strip_prefix("*.").unwrap_or(host);
        if self.listed.contains(host) {
            return true;
        }
        while let Some((_, parent)) = above.split_once('.') {
            if self.listed.contains(&format!("*.{parent}")) {
                return true;
            }
            above = parent;
        }
        false
    }
}

/// The folder that all paths of a pattern are in; a source's path that ends with `/` is a prefix
/// (§6.7.2.10). Empty for the whole host.
fn folder(path: &str) -> &str {
    let literal = path.split(['*', '?']).next().unwrap_or_default();
    let is_exact = literal.len() == path.len();
    let end = if is_exact {
        literal.len()
    } else {
        literal.rfind('/').map_or(0, |slash| slash + 1)
    };
    match literal.get(..end) {
        Some(folder) if folder.len() > 1 && folder.bytes().all(is_path_byte) => folder,
        _ => "",
    }
}

/// What can't end a source, a directive or a policy.
fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte)
}

/// Whether it is a source's host (§2.3.1).
fn is_host(host: &str) -> bool {
    let name = host.strip_prefix("*.").unwrap_or(host);
    let is_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    !name.is_empty() && name.bytes().all(is_byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(parties: &Parties<'_>) -> String {
        let policy = parties.policy();
        let hosts = policy.strip_prefix(BEGINNING).expect("a policy");
        hosts.trim_start().to_owned()
    }

    #[test]
    fn hosts_are_listed_once_and_below_a_wildcard_not_at_all() {
        let parties = Parties {
            always: vec!["cdn.example.net"],
            admitted: vec![
                "*.pay.example",
                "js.pay.example",
                "pay.example",
                "*.eu.pay.example",
                "cdn.example.net",
                "www.maps.example/embed/*",
                "www.maps.example/embed*",
                "www.maps.example/js/*/map",
                "www.maps.example/exact.js",
                "odd.example/a;b/*",
                "a;b",
            ],
            refused: Vec::new(),
        };
        assert_eq!(
            hosts(&parties),
            "cdn.example.net:* *.pay.example:* pay.example:* www.maps.example:*/embed/ \
             www.maps.example:* odd.example:*"
        );
    }

    #[test]
    fn no_wildcard_admits_a_refused_host() {
        let parties = Parties {
            always: Vec::new(),
            admitted: vec![
                "*.example.com",
                "*.social.example",
                "a.social.example",
                "*.b.example",
            ],
            refused: vec![
                "ads.social.example/tr*",
                "*.metrics.example.com",
                "b.example",
            ],
        };
        assert_eq!(hosts(&parties), "a.social.example:* *.b.example:*");
    }

    #[test]
    fn a_policy_is_never_too_long() {
        let many: Vec<String> = (0..2000).map(|n| format!("host-{n}.example.net")).collect();
        let parties = Parties {
            admitted: many.iter().map(String::as_str).collect(),
            ..Parties::default()
        };
        let policy = parties.policy();
        assert!(
            (LONGEST - 40..=LONGEST).contains(&policy.len()),
            "{}",
            policy.len()
        );
        assert!(policy.contains("host-0.example.net:* "), "the first are in");
    }
}
