//! The reasons: which signal, vendor, pattern and key decided.

use http::HeaderName;

use super::show::Told;
use crate::{
    privacy::{
        CONSENT_COOKIE, Catalogue, Claim, Consent, ConsentSource, Origin, Policy, Purpose, Removal,
        State, VendorId, Verdict, is_own_cookie,
    },
    serve::Rehearsed,
};

/// Why consent to `purpose` stands where it does.
pub(super) fn consent(purpose: Purpose, consent: &Consent) -> String {
    if purpose == Purpose::Necessary {
        return "needs no consent".to_owned();
    }
    match consent.source_of(purpose) {
        ConsentSource::Choice => format!("the visitor's choice, in {CONSENT_COOKIE}"),
        ConsentSource::GlobalPrivacyControl if consent.withdrawal().is_some() => {
            "Sec-GPC: 1 beats the visitor's older yes, which is taken back in the stored choice; \
             consent.gpc"
                .to_owned()
        }
        ConsentSource::GlobalPrivacyControl => "Sec-GPC: 1; consent.gpc".to_owned(),
        ConsentSource::DoNotTrack => "DNT: 1; consent.dnt".to_owned(),
        ConsentSource::Platform(platform) => format!("the visitor's answer to {}", platform.name()),
        ConsentSource::Default if consent.state(purpose) == State::Granted => {
            "nobody answered; consent.default grants it".to_owned()
        }
        ConsentSource::Default => {
            "nobody answered, and consent.default does not grant it".to_owned()
        }
    }
}

/// Why a cookie passes or not, and who or what says whose it is.
pub(super) fn cookie(
    name: &[u8],
    policy: &Policy,
    consent: &Consent,
    verdict: Verdict,
) -> [String; 2] {
    let both = |why: &str, who: &str| [why.to_owned(), who.to_owned()];
    if policy.keeps(name) {
        return both("necessary", "by cookies.keep");
    }
    if name == CONSENT_COOKIE.as_bytes() && matches!(verdict, Verdict::Kept(_)) {
        return if consent.unreadable() {
            both("no answer", "the choice can't be read or holds no longer")
        } else {
            both("necessary", "the visitor's choice")
        };
    }
    let catalogue = policy.catalogue();
    if let Some(vendor) = policy.disguised_setter(name)
        && catalogue.cookie(name).is_none()
    {
        let who = catalogue.vendor(vendor).map_or("", |vendor| &vendor.name);
        return [
            permission(vendor, policy, consent),
            format!("{who}, whose answer under the website's name sets it"),
        ];
    }
    match (catalogue.cookie(name), verdict) {
        (None, Verdict::Kept(_)) if is_own_cookie(name) => both("necessary", "privet's own"),
        (Some(claim), _) if claim.purpose == Purpose::Necessary => {
            [claim.purpose.to_string(), claimant(name, claim, catalogue)]
        }
        (Some(claim), _) => [
            permission(claim.vendor, policy, consent),
            claimant(name, claim, catalogue),
        ],
        (None, Verdict::Kept(_)) => both("unknown", "no vendor; cookies.unknown is \"keep\""),
        (None, Verdict::KeptForSession) => {
            both("unknown", "no vendor; cookies.unknown is \"session\"")
        }
        (None, Verdict::Stripped(_)) => both("unknown", "no vendor; cookies.unknown is \"strip\""),
    }
}

fn claimant(name: &[u8], claim: Claim, catalogue: &Catalogue) -> String {
    let vendor = catalogue
        .vendor(claim.vendor)
        .map_or("", |vendor| vendor.name.as_str());
    let name = String::from_utf8_lossy(name);
    let claiming = catalogue.claiming_pattern(claim.vendor, &name);
    let (pattern, of) = match claiming {
        Some((pattern, Origin::BuiltIn)) => (pattern, String::new()),
        Some((pattern, origin)) => (pattern, format!(" of {}", source(origin))),
        None => ("", String::new()),
    };
    format!("{vendor}{of}, \"{pattern}\"")
}

/// Where something of the catalogue comes from.
pub(in crate::cli) fn source(origin: Origin<'_>) -> String {
    match origin {
        Origin::BuiltIn => "built in".to_owned(),
        Origin::File(path) => path.display().to_string(),
        Origin::Operator => "[[vendor]]".to_owned(),
    }
}

/// Where a vendor and its cookies come from.
pub(in crate::cli) fn layer(catalogue: &Catalogue, vendor: VendorId) -> String {
    let vendors = catalogue.origin(vendor).map(source);
    let files = catalogue
        .files_of(vendor)
        .map(|path| path.display().to_string());
    let mut sources: Vec<String> = vendors.into_iter().chain(files).collect();
    sources.dedup();
    sources.join(", ")
}

/// What the visitor said to a vendor's purpose, or to the vendor, unless that doesn't matter.
pub(super) fn permission(vendor: VendorId, policy: &Policy, consent: &Consent) -> String {
    let Some(found) = policy.catalogue().vendor(vendor) else {
        return String::new();
    };
    let purpose = found.purpose;
    if policy.is_elsewhere(vendor) {
        let country = found.country.as_deref().unwrap_or("no country known");
        return format!("outside the allowed countries ({country})");
    }
    if purpose == Purpose::Necessary {
        return "necessary".to_owned();
    }
    match consent.vendor_answer(vendor) {
        Some(true) => format!("{purpose}, vendor granted"),
        Some(false) => format!("{purpose}, vendor refused"),
        None => match consent.state(purpose) {
            State::Granted => format!("{purpose} granted"),
            State::Refused => format!("{purpose} refused"),
            State::NotAsked => format!("{purpose} not granted"),
        },
    }
}

/// Where the client's address comes from.
pub(super) fn client(told: &Told<'_>, rehearsed: &Rehearsed) -> String {
    let client_ip = &told.config.client_ip;
    if client_ip.trusted_proxies.is_empty() {
        return "who connects; client_ip.trusted_proxies is empty, so no field is believed"
            .to_owned();
    }
    if !told.compiled.trusted.trusts(told.peer) {
        return "who connects; not in client_ip.trusted_proxies, so no field is believed"
            .to_owned();
    }
    let sent = |name: &&HeaderName| rehearsed.fields.contains(*name);
    match client_ip.headers.iter().find(sent) {
        None => "who connects: a trusted proxy, which sent none of client_ip.headers".to_owned(),
        Some(name) if rehearsed.malformed => format!(
            "from {name} of a trusted proxy, read from the right up to something that is no address"
        ),
        Some(name) => format!("from {name} of a trusted proxy"),
    }
}

/// Why a field is removed.
pub(super) const fn removal(removal: Removal) -> &'static str {
    match removal {
        Removal::Connection => "belongs to one connection only",
        Removal::Address => "can carry or forge an address, or is for gateways only to say",
        Removal::SpelledOut => "its value spells the client's address out",
    }
}
