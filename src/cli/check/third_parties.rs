//! What a website's rules promise of third parties, in its pages and under its own name, and what
//! they leave open.

use crate::{
    cli::layout::{counted, listed},
    privacy::{
        AllowedCountry, ContentPolicy, Embeds, OnFailure, Policy, ThirdPartyRules, UnknownHosts,
        Vendor,
    },
};

/// In sentences; `vendors` are the operator's.
pub(super) fn promises(policy: &Policy, vendors: &[Vendor]) -> Vec<String> {
    let rules = policy.third_parties();
    let mut sentences = Vec::new();
    if rules.gate {
        sentences.push(gate(rules));
        sentences.push(tag_managers(rules).to_owned());
    }
    sentences.extend(countries(policy));
    sentences.extend(content_policy(rules).map(str::to_owned));
    sentences.push(
        "Requests to the website that are a vendor's under another name, by path, query or server, \
         are answered by privet without consent to the vendor, and cookies that they set are the \
         vendor's."
            .to_owned(),
    );
    sentences.extend(paths(vendors));
    if rules.strip_click_identifiers {
        sentences.push(
            "Click identifiers in URLs (gclid and the like) reach the website only with consent to \
             their vendor; sales without it are not put down to a click."
                .to_owned(),
        );
    }
    sentences
}

fn gate(rules: &ThirdPartyRules) -> String {
    let embeds = match rules.embeds {
        Embeds::Click => "; embeds give way to a placeholder with a button",
        Embeds::Remove => "; embeds are taken out",
        Embeds::Leave => "; embeds stay as they are",
    };
    let unknown = match rules.unknown_hosts {
        UnknownHosts::Leave => "",
        UnknownHosts::Gate => " Third parties that no vendor claims need consent to marketing.",
    };
    format!(
        "In pages, scripts, pixels and preloads of vendors are inert until the visitor consents\
         {embeds}.{unknown}"
    )
}

const fn tag_managers(rules: &ThirdPartyRules) -> &'static str {
    if rules.consent_mode {
        "Tag managers run with consent to analytics or marketing, and are told what is granted by \
         Google consent mode (consent_mode)."
    } else {
        "Tag managers, which load whatever was put into them, run only with consent to every \
         purpose."
    }
}

fn countries(policy: &Policy) -> Vec<String> {
    let Some(allowed) = &policy.third_parties().allowed_countries else {
        return Vec::new();
    };
    let names: Vec<&str> = allowed
        .iter()
        .map(|allowed| match allowed {
            AllowedCountry::Eea => "the EEA",
            AllowedCountry::Adequate => "countries with an adequacy decision",
            AllowedCountry::Country(code) => code,
        })
        .collect();
    let catalogue = policy.catalogue();
    let refused = catalogue.iter().filter(|(id, _)| policy.is_elsewhere(*id));
    let mut sentences = vec![format!(
        "Only vendors in {} are let in, others are refused whatever the consent, as are those of \
         which no country is known: {} of {}.",
        listed(&names, "and"),
        refused.count(),
        counted(catalogue.iter().count(), "vendor"),
    )];
    let own = catalogue.operators().filter(|id| policy.is_elsewhere(*id));
    let own: Vec<&str> = own
        .filter_map(|id| catalogue.vendor(id))
        .map(|vendor| vendor.name.as_str())
        .collect();
    if !own.is_empty() {
        sentences.push(format!(
            "Of yours, that is {} ([[vendor]] country; adequate for vendors in the US).",
            listed(&own, "and")
        ));
    }
    sentences
}

const fn content_policy(rules: &ThirdPartyRules) -> Option<&'static str> {
    match rules.content_policy {
        ContentPolicy::Off => None,
        ContentPolicy::Report => Some(
            "Browsers report which hosts pages contact (Content-Security-Policy-Report-Only, to \
             /.privet/csp).",
        ),
        ContentPolicy::Enforce => Some(
            "Browsers are told by Content-Security-Policy to contact no refused vendor, whatever \
             scripts do.",
        ),
    }
}

fn paths(vendors: &[Vendor]) -> Option<String> {
    let named: Vec<String> = vendors
        .iter()
        .filter(|vendor| !vendor.paths.is_empty())
        .map(|vendor| format!("{} ({})", listed(&vendor.paths, "and"), vendor.name))
        .collect();
    (!named.is_empty()).then(|| {
        format!(
            "Without consent to the vendor, its paths on the website are answered by privet: {}.",
            listed(&named, "and")
        )
    })
}

/// What the rules leave open.
pub(super) fn gaps(rules: &ThirdPartyRules) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut open = |is_open: bool, sentence: &str| {
        if is_open {
            sentences.push(sentence.to_owned());
        }
    };
    open(
        !rules.gate,
        "Third parties in pages: third_parties.gate is false, so browsers contact the hosts of \
         scripts, pixels and embeds without consent.",
    );
    open(
        rules.gate && rules.unknown_hosts == UnknownHosts::Leave,
        "Third parties that no vendor claims: browsers contact them without consent \
         (third_parties.unknown_hosts).",
    );
    open(
        rules.gate && rules.embeds == Embeds::Leave,
        "Embeds: third_parties.embeds is \"leave\", so they are loaded without consent.",
    );
    open(
        rules.content_policy != ContentPolicy::Enforce,
        "Scripts that load scripts: third_parties.csp is not \"enforce\", so what a script that may \
         run loads by itself is not held back.",
    );
    open(
        rules.gate && rules.on_failure == OnFailure::Open,
        "Pages that can't be read: third_parties.fail is \"open\", so the rest of them passes as \
         it is.",
    );
    open(
        !rules.strip_click_identifiers,
        "Click identifiers in URLs: strip_click_identifiers is false, so they reach the website \
         without consent.",
    );
    sentences
}
