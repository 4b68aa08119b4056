//! privet's own scripts in the page: which, where, and with what they must know.

use super::{
    page::PageContext,
    url::{Base, Reference, cleaned},
};
use crate::privacy::{
    centre::Escaped,
    consent::{Consent, ConsentSource},
    policy::Policy,
    purpose::{Purpose, Purposes},
    rules::Signal,
};

/// How soon `privet.js` must run.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Urgency {
    /// When the page has been read: it only brings elements back.
    Deferred,
    /// Before the next script of the page: it stands in for vendors, or tells their containers of consent.
    Blocking,
}

/// The name of the platform that `mirror.js` makes readable.
const MIRROR: &str = "mirror";

/// Hosts of consent platforms that keep answers where no server can read them; see `consent::signals`.
const MIRRORED: &[&str] = &[
    "usercentrics.eu",
    "osano.com",
    "privacy-mgmt.com",
    "sp-prod.net",
    "termly.io",
];

/// Whether the script at `url` is of a platform whose answers have to be mirrored.
pub(super) fn is_mirrored(base: &Base, url: &[u8]) -> bool {
    let url = cleaned(url);
    let Reference::Absolute(location) = base.read(&url) else {
        return false;
    };
    MIRRORED.iter().any(|platform| {
        let rest = location.host.strip_suffix(platform);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// Whether the operator asks what `mirror.js` writes.
pub(super) fn asks_mirror(policy: &Policy) -> bool {
    let mut signals = policy.consent_rules().signals.iter();
    signals.any(|signal| matches!(signal, Signal::Platform(platform) if platform.name() == MIRROR))
}

/// Whether a page for that consent may need `mirror.js`: nobody else said what stands.
pub(in crate::privacy) fn may_need_mirror(policy: &Policy, consent: &Consent) -> bool {
    let is_last_word = match consent.source() {
        ConsentSource::Default => true,
        ConsentSource::Platform(platform) => platform.name() == MIRROR,
        _ => false,
    };
    is_last_word && asks_mirror(policy)
}

/// What stands before paths of privet's own: nothing, or the website's origin where `<base>` leads
/// elsewhere.
pub(super) fn own_origin(page: &Base, base: &Base) -> String {
    if page.origin() == base.origin() {
        String::new()
    } else {
        String::from_utf8_lossy(&page.origin()).into_owned()
    }
}

/// The element that loads `privet.js`, well-formed in HTML and in XHTML.
pub(super) fn script(
    context: &PageContext,
    policy: &Policy,
    origin: &str,
    urgency: Urgency,
) -> String {
    let granted = context.cookies.consent.granted();
    let granted = granted.difference(Purposes::NECESSARY);
    let granted: Vec<&str> = granted.iter().map(Purpose::name).collect();
    let consent_mode = if policy.third_parties().consent_mode {
        " data-privet-consent-mode=\"\""
    } else {
        ""
    };
    format!(
        "<script src=\"{}/.privet/privet.js\"{}{} data-privet-granted=\"{}\"{consent_mode}></script>",
        Escaped(origin),
        match urgency {
            Urgency::Deferred => " defer=\"\"",
            Urgency::Blocking => "",
        },
        nonce(context),
        granted.join(" "),
    )
}

/// The element that loads `mirror.js`.
pub(super) fn mirror(context: &PageContext, origin: &str) -> String {
    format!(
        "<script src=\"{}/.privet/mirror.js\" defer=\"\"{}></script>",
        Escaped(origin),
        nonce(context)
    )
}

fn nonce(context: &PageContext) -> String {
    let nonce = context.nonce.as_deref();
    nonce.map_or_else(String::new, |nonce| {
        format!(" nonce=\"{}\"", Escaped(nonce))
    })
}
