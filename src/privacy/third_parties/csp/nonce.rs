//! The nonce that privet's own script carries in a page.

use super::{
    admit::SCRIPT,
    syntax::{effective, nonce_of},
};

/// The first nonce by which one of the website's policies, the values of its
/// `Content-Security-Policy` fields, admits scripts; it can stand in an attribute as it is.
///
/// Where a policy has nonces, the website's own scripts carry them: with one of them privet's script
/// loads although such policies often ignore `'self'`, and nothing is loosened.
pub fn nonce<'a>(policies: impl IntoIterator<Item = &'a [u8]>) -> Option<&'a str> {
    let policies = policies.into_iter();
    let nonce = policies
        .flat_map(|field| field.split(|byte| *byte == b','))
        .filter_map(|policy| effective(policy, SCRIPT))
        .find_map(|(_, directive)| directive.tokens().find_map(nonce_of));
    nonce.and_then(|nonce| std::str::from_utf8(nonce).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nonce_of_the_deciding_directive_is_used() {
        for (policies, expected) in [
            (&["script-src 'nonce-abc' 'self'"][..], Some("abc")),
            (&["default-src 'NONCE-a+/=_-'"], Some("a+/=_-")),
            (&["default-src 'nonce-abc'; script-src 'self'"], None),
            (
                &["script-src 'nonce-a'; script-src-elem 'nonce-b'"],
                Some("b"),
            ),
            (
                &["script-src 'self'", "img-src *, script-src 'nonce-c'"],
                Some("c"),
            ),
            (&["script-src 'nonce-a\"b'"], None),
            (&["script-src 'nonce-'"], None),
            (&["style-src 'nonce-x'"], None),
            (&[""], None),
        ] {
            let given = policies.iter().map(|policy| policy.as_bytes());
            assert_eq!(nonce(given), expected, "{policies:?}");
        }
    }
}
