//! Whom a website's own policy admits.

use super::syntax::{Directive, segments};

/// The hosts in the sources of a `Content-Security-Policy` field, lower case, `*.` before those whose
/// subdomains are meant.
pub fn policy_hosts(policies: &[u8]) -> Vec<String> {
    policies
        .split(|byte| *byte == b',')
        .flat_map(segments)
        .filter_map(Directive::of)
        .filter(|directive| directive.is_of_sources())
        .flat_map(|directive| directive.tokens())
        .filter_map(host)
        .collect()
}

/// The host of a source (§2.3.1).
fn host(source: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(source).ok()?;
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = text.split(['/', ':']).next()?.to_ascii_lowercase();
    let name = host.strip_prefix("*.").unwrap_or(&host);
    let is_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    (name.contains('.') && name.bytes().all(is_byte)).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_told_from_other_sources() {
        let policy = b"default-src 'self' data: https: *; img-src https://A.example:* *.cdn.example/x; \
            report-uri https://r.example/; sandbox allow.scripts, script-src 'sha256-a.b' wss://live.example";
        assert_eq!(
            policy_hosts(policy),
            ["a.example", "*.cdn.example", "live.example"]
        );
        assert_eq!(policy_hosts(b""), [""; 0]);
    }
}
