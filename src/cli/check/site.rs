//! What a website's rules promise to its visitors.

use super::third_parties;
use crate::{
    cli::layout::listed,
    config::{options::Site, write_duration},
    privacy::{
        AddressMethod, AddressRule, ConsentRules, CookieRules, HeaderRules, Mode, Policy, Purpose,
        Purposes, SameSiteDefault, Signal, UnknownCookies, Vendor,
    },
};

/// In sentences; `vendors` are the operator's.
pub(super) fn promises(site: &Site, policy: &Policy, vendors: &[Vendor]) -> Vec<String> {
    let mut sentences = vec![address(&site.address)];
    if site.mode == Mode::Enforce {
        sentences.push(before_choice(&site.consent, &site.cookies));
        sentences.extend(kept(&site.cookies));
        sentences.extend(consent(&site.consent));
        sentences.extend(upgrades(&site.cookies));
        if site.cookies.evict {
            sentences.push(
                "Refused cookies that a browser still sends are expired there, for the host and its \
                 parent domains."
                    .to_owned(),
            );
        }
        if site.cookies.cap_script_set {
            sentences.push(
                "Consented cookies that scripts set are set again once a day, with the life that \
                 their vendor promises."
                    .to_owned(),
            );
        }
        sentences.extend(cleared(&site.consent));
        sentences.extend(third_parties::promises(policy, vendors));
    }
    sentences.push("The website is told what is granted, in X-Privet-Consent.".to_owned());
    sentences.extend(fields(&site.headers));
    sentences
}

fn address(rule: &AddressRule) -> String {
    match rule.method {
        AddressMethod::Truncate => format!(
            "The website and the access log see the first {} bits of an IPv4 address and the first {} \
             of an IPv6 address.",
            rule.ipv4_prefix, rule.ipv6_prefix
        ),
        AddressMethod::Pseudonym => format!(
            "The website and the access log see a keyed pseudonym instead of the address, another for \
             each of them and new every {}.",
            write_duration(rule.pseudonym_rotation)
        ),
        AddressMethod::Remove => {
            "The website and the access log see no client address at all.".to_owned()
        }
    }
}

/// The names of `purposes`, as a list.
pub(super) fn names(purposes: Purposes, conjunction: &str) -> String {
    let names: Vec<&str> = purposes.iter().map(Purpose::name).collect();
    listed(&names, conjunction)
}

fn before_choice(consent: &ConsentRules, cookies: &CookieRules) -> String {
    let unknown = match cookies.unknown {
        UnknownCookies::Keep => "cookies that no vendor claims pass",
        UnknownCookies::Session => {
            "cookies that no vendor claims pass and live no longer than the browser's session"
        }
        UnknownCookies::Strip => "cookies that no vendor claims do not pass",
    };
    format!(
        "Before a visitor chooses, vendors' cookies pass only for {}, in either direction; {unknown}.",
        names(consent.default, "and")
    )
}

fn kept(cookies: &CookieRules) -> Option<String> {
    (!cookies.keep.is_empty()).then(|| {
        format!(
            "Necessary whatever the vendors are: {}.",
            listed(&cookies.keep, "and")
        )
    })
}

fn consent(rules: &ConsentRules) -> Vec<String> {
    let mut sentences = Vec::new();
    let asked = rules.asked();
    let place = |signal| asked.iter().position(|other| *other == signal);
    let privet = place(Signal::Privet);
    if privet.is_some() {
        sentences.push(format!(
            "Visitors choose on /.privet/; a choice holds for {}, or until policy_version is no longer \
             \"{}\".",
            write_duration(rules.lifetime),
            rules.policy_version
        ));
    }
    let platforms: Vec<&str> = rules
        .signals
        .iter()
        .filter(|signal| matches!(signal, Signal::Platform(_)))
        .map(|signal| signal.name())
        .collect();
    if !platforms.is_empty() {
        sentences.push(format!(
            "The answers that consent platforms store in cookies are read: {}.",
            listed(&platforms, "and")
        ));
    }
    if let Some(gpc) = place(Signal::Gpc)
        && !rules.gpc.is_empty()
    {
        let also = match privet {
            None => "",
            Some(privet) if gpc < privet => ", whatever was chosen on /.privet/",
            Some(_) => {
                ", against an older yes too, until the visitor, told of the conflict, says yes again"
            }
        };
        sentences.push(format!(
            "Sec-GPC: 1 refuses {}{also}.",
            names(rules.gpc, "and")
        ));
    }
    if let Some(dnt) = place(Signal::Dnt)
        && !rules.dnt.is_empty()
    {
        let unless = match privet {
            Some(privet) if privet < dnt => ", unless the visitor chose otherwise on /.privet/",
            Some(_) => ", whatever was chosen on /.privet/",
            None => "",
        };
        sentences.push(format!(
            "DNT: 1 refuses {}{unless}.",
            names(rules.dnt, "and")
        ));
    }
    sentences
}

fn cleared(rules: &ConsentRules) -> Option<String> {
    let names: Vec<&str> = rules
        .clear_site_data
        .iter()
        .map(|data| data.name())
        .collect();
    (!names.is_empty()).then(|| {
        format!(
            "A visitor who takes a consent back on /.privet/ has the browser clear its {} of the \
             website (Clear-Site-Data).",
            listed(&names, "and")
        )
    })
}

fn upgrades(cookies: &CookieRules) -> Vec<String> {
    let mut attributes = Vec::new();
    if cookies.secure {
        attributes.push("Secure".to_owned());
    }
    let same_site = match cookies.same_site {
        SameSiteDefault::Lax => Some("Lax"),
        SameSiteDefault::Strict => Some("Strict"),
        SameSiteDefault::None => Some("None"),
        SameSiteDefault::Leave => None,
    };
    attributes
        .extend(same_site.map(|value| format!("SameSite={value} where the website says none")));
    let mut sentences = Vec::new();
    if !attributes.is_empty() {
        sentences.push(format!(
            "Cookies that pass to the browser get {}.",
            listed(&attributes, "and")
        ));
    }
    sentences.push(format!(
        "No cookie that passes lives longer than its vendor promises, nor than {}.",
        write_duration(cookies.max_lifetime)
    ));
    sentences
}

fn fields(rules: &HeaderRules) -> Vec<String> {
    let mut sentences = Vec::new();
    let added: Vec<&str> = [
        rules.referrer_policy.as_ref().map(|_| "Referrer-Policy"),
        rules
            .permissions_policy
            .as_ref()
            .map(|_| "Permissions-Policy"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !added.is_empty() {
        sentences.push(format!(
            "{} added to responses where the website says nothing.",
            match added.as_slice() {
                [only] => format!("{only} is"),
                several => format!("{} are", listed(several, "and")),
            }
        ));
    }
    if !rules.hide.is_empty() {
        let names: Vec<&str> = rules.hide.iter().map(http::HeaderName::as_str).collect();
        sentences.push(format!(
            "Visitors never receive the website's {}.",
            listed(&names, "or")
        ));
    }
    sentences
}
