//! privet's own policy: what this visitor's browser may contact, as one list of hosts.
//!
//! One `default-src` stands for every kind of request, but for frames where visitors may click on a
//! placeholder to see an embed this once: the page that the click is on keeps its policy. The list says nothing of inline scripts,
//! `eval`, `data:` and `blob:`: those call nobody, and the website's own policy decides on them.
//! Nonces and hashes are left out too, since they would switch `'unsafe-inline'` off.

use std::collections::HashSet;

/// What every policy begins with.
const BEGINNING: &str = "default-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' \
                         data: blob: filesystem: mediastream:";
/// What its part for frames begins with.
const FRAMES: &str = "; frame-src 'self' data: blob: filesystem:";

/// The longest parts, in bytes. Servers and content delivery networks take fields of 8 KiB.
const LONGEST: usize = 5 * 1024;
const LONGEST_FRAMES: usize = 2 * 1024;

/// Whom a policy is about, by patterns as `[[vendor]] hosts` has them: `cdn.example.net`,
/// `*.example.net`, `www.example.net/maps/*`.
#[derive(Debug, Default)]
pub(super) struct Parties<'a> {
    /// Hosts that are admitted in any case.
    pub(super) always: Vec<&'a str>,
    /// Those that are admitted and known to be contacted, the most important ones first. WebSockets
    /// to them need a source of their own: one without a scheme stands for `https` alone (§6.7.2.9).
    pub(super) present: Vec<&'a str>,
    /// Those that are admitted and were not met yet, the most important ones first.
    pub(super) absent: Vec<&'a str>,
    /// Those that are not.
    pub(super) refused: Vec<&'a str>,
    /// Those of them that frames may show.
    pub(super) framed: Vec<&'a str>,
}

impl Parties<'_> {
    /// The policy. What does not fit is left out, from the end.
    pub(super) fn policy(&self) -> String {
        let above = self.above_refused();
        let exposes = |pattern: &str| {
            let parent = pattern.strip_prefix("*.");
            parent.is_some_and(|parent| above.contains(parent))
        };
        let present = self.present.iter().filter(|pattern| !exposes(pattern));
        let present = self.always.iter().chain(present);
        let absent = self.absent.iter().filter(|pattern| !exposes(pattern));
        let mut list = List::new(BEGINNING, LONGEST);
        present.clone().for_each(|pattern| list.add(pattern, true));
        absent.clone().for_each(|pattern| list.add(pattern, false));
        let mut policy = list.text;
        if !self.framed.is_empty() {
            let mut list = List::new(FRAMES, LONGEST_FRAMES);
            let frames = self.framed.iter().chain(present).chain(absent);
            frames.for_each(|pattern| list.add(pattern, false));
            policy.push_str(&list.text);
        }
        policy
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

/// A directive as it grows.
struct List {
    text: String,
    longest: usize,
    listed: HashSet<String>,
}

impl List {
    fn new(beginning: &str, longest: usize) -> Self {
        Self {
            text: beginning.to_owned(),
            longest,
            listed: HashSet::new(),
        }
    }

    fn add(&mut self, pattern: &str, sockets: bool) {
        let (host, path) = pattern
            .find('/')
            .and_then(|slash| pattern.split_at_checked(slash))
            .unwrap_or((pattern, ""));
        let folder = folder(path);
        let mut sources = format!(" {host}:*{folder}");
        if sockets {
            sources.push_str(&format!(" wss://{host}:*{folder}"));
        }
        let room = self.longest.saturating_sub(self.text.len());
        if self.covers(host) || sources.len() > room || !is_host(host) {
            return;
        }
        if self.listed.insert(format!("{host}{folder}")) {
            self.text.push_str(&sources);
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
            present: vec!["live.example"],
            absent: vec![
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
            ..Parties::default()
        };
        assert_eq!(
            hosts(&parties),
            "cdn.example.net:* wss://cdn.example.net:* live.example:* wss://live.example:* *.pay.example:* pay.example:* www.maps.example:*/embed/ \
             www.maps.example:* odd.example:*"
        );
    }

    #[test]
    fn no_wildcard_admits_a_refused_host() {
        let parties = Parties {
            present: vec!["*.example.com"],
            absent: vec!["*.social.example", "a.social.example", "*.b.example"],
            refused: vec![
                "ads.social.example/tr*",
                "*.metrics.example.com",
                "b.example",
            ],
            ..Parties::default()
        };
        assert_eq!(hosts(&parties), "a.social.example:* *.b.example:*");
    }

    #[test]
    fn only_frames_may_show_what_a_click_asks_for() {
        let parties = Parties {
            absent: vec!["cdn.example"],
            refused: vec!["*.video.example"],
            framed: vec!["*.video.example"],
            ..Parties::default()
        };
        assert_eq!(
            parties.policy(),
            format!("{BEGINNING} cdn.example:*{FRAMES} *.video.example:* cdn.example:*")
        );
    }

    #[test]
    fn a_policy_is_never_too_long() {
        let many: Vec<String> = (0..2000).map(|n| format!("host-{n}.example.net")).collect();
        let parties = Parties {
            absent: many.iter().map(String::as_str).collect(),
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
