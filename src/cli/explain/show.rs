//! What is shown: the request's way, a section for each step.

use std::time::SystemTime;

use super::{command::EXAMPLE_PEER, cookies, logged::logged, page, platforms, why, wire};
use crate::{
    cli::{
        arguments::ExplainArguments,
        greeting::{hosts, upstream},
        layout::Text,
    },
    config::{Config, options::Site, write_duration},
    privacy::{AddressMethod, ClientAddr, Mode, Policy, Purpose, VendorId},
    serve::{Answer, Compiled, Refusal, Rehearsed, Resource},
};

/// What is known besides what happened.
pub(super) struct Told<'a> {
    pub(super) config: &'a Config,
    pub(super) compiled: &'a Compiled,
    pub(super) arguments: &'a ExplainArguments,
    /// What the website answers with, if that is given.
    pub(super) page: Option<&'a [u8]>,
    pub(super) peer: ClientAddr,
    pub(super) time: SystemTime,
    /// Seconds since 1970.
    pub(super) now: i64,
}

/// A request that no site takes.
pub(super) fn refused(told: &Told<'_>, refusal: Refusal) -> String {
    let mut text = begin(told);
    text.title("Answered by privet");
    let status = refusal.status();
    match refusal {
        Refusal::Misdirected => {
            let known: Vec<String> = told
                .config
                .sites
                .iter()
                .map(|site| hosts(&site.hosts))
                .collect();
            text.note(&format!(
                "{status}: no [[site]] answers to the host of {}. There is: {}.",
                told.arguments.url.authority,
                known.join("; ")
            ));
        }
        refusal => {
            let (title, explanation) = refusal.words();
            text.note(&format!("{status}: {title}. {explanation}"));
        }
    }
    text.note("No website receives anything.");
    text.into_string()
}

/// A request that a site takes.
pub(super) fn rehearsed(told: &Told<'_>, rehearsed: &Rehearsed) -> String {
    let mut text = begin(told);
    let (Some(site), Some(compiled)) = (
        told.config.sites.get(rehearsed.site),
        told.compiled.sites.get(rehearsed.site),
    ) else {
        return text.into_string();
    };
    let policy = &compiled.policy;
    text.rows(&[
        ["site".to_owned(), site_line(rehearsed.site, site)],
        ["client".to_owned(), client_line(told, rehearsed, policy)],
    ]);
    consent(&mut text, told, rehearsed, policy);
    cookies::of_request(&mut text, rehearsed, policy);
    match &rehearsed.answer {
        Answer::Own { resource, status } => {
            text.title("Answered by privet");
            let what = own(told, rehearsed, *resource, policy);
            text.note(&format!("{status}: {what}."));
            text.note("No website receives anything.");
        }
        Answer::Website(answer) => {
            if let Some(vendor) = rehearsed.vendor {
                text.title("A vendor under the website's own name");
                let permission = why::permission(vendor, policy, &rehearsed.cookies.consent);
                let disguise = disguise(told, vendor, policy);
                text.note(&format!(
                    "{disguise}; {permission}. The cookies of its answer are its own."
                ));
            }
            wire::click_identifiers(&mut text, told, rehearsed, policy);
            wire::removed(&mut text, rehearsed);
            wire::website_receives(&mut text, &answer.origin);
            cookies::of_answer(&mut text, &answer.set_cookies, rehearsed, policy);
            wire::visitor_receives(&mut text, &answer.fields);
            if let Some(content) = told.page {
                page::gated(&mut text, told, content, policy, &rehearsed.cookies);
            }
        }
    }
    logged(&mut text, told, rehearsed, &compiled.name);
    text.into_string()
}

fn begin(told: &Told<'_>) -> Text {
    let url = &told.arguments.url;
    let mut text = Text::default();
    text.line(&format!("GET https://{}{}", url.authority, url.target));
    if url.plain {
        let port = told.config.listen.public_https_port;
        text.note(&if told.config.listen.http.is_empty() {
            "By http:// nothing answers: listen.http is empty. By https://:".to_owned()
        } else {
            format!(
                "By http:// the answer is a redirect (308) to https, port {port}, and no website \
                 receives anything. By https://:"
            )
        });
    }
    text
}

fn site_line(index: usize, site: &Site) -> String {
    let mode = match site.mode {
        Mode::Enforce => "enforced",
        Mode::Observe => "mode \"observe\": cookies are judged and counted, and none is changed",
    };
    format!(
        "{} → {} (site[{index}]); {mode}",
        hosts(&site.hosts),
        upstream(&site.upstream)
    )
}

fn client_line(told: &Told<'_>, rehearsed: &Rehearsed, policy: &Policy) -> String {
    let example = if told.arguments.peer.is_none() {
        format!(", here the example {EXAMPLE_PEER}")
    } else {
        String::new()
    };
    let rule = policy.address_rule();
    let seen = match (rule.method, rehearsed.logged) {
        (AddressMethod::Truncate, Some(address)) => format!("seen as {address}"),
        (AddressMethod::Pseudonym, Some(_)) => format!(
            "seen as a pseudonym, new every {}",
            write_duration(rule.pseudonym_rotation)
        ),
        _ => "not seen at all".to_owned(),
    };
    format!(
        "{}{example}; {seen} (client_ip.method)",
        why::client(told, rehearsed)
    )
}

fn consent(text: &mut Text, told: &Told<'_>, rehearsed: &Rehearsed, policy: &Policy) {
    text.title("Consent");
    let consent = &rehearsed.cookies.consent;
    let mut rows: Vec<[String; 3]> = Purpose::ALL
        .into_iter()
        .map(|purpose| {
            let reason = why::consent(purpose, consent);
            let state = consent.state(purpose).name().to_owned();
            [purpose.to_string(), state, reason]
        })
        .collect();
    for (id, yes) in consent.vendors() {
        if let Some(vendor) = policy.catalogue().vendor(*id) {
            let state = if *yes { "granted" } else { "refused" };
            let reason = "the visitor's answer for this vendor".to_owned();
            rows.push([vendor.name.clone(), state.to_owned(), reason]);
        }
    }
    text.rows(&rows);
    platforms::read(text, told, rehearsed, policy);
}

/// What privet answers itself, and why.
fn own(told: &Told<'_>, rehearsed: &Rehearsed, resource: Resource, policy: &Policy) -> String {
    let what = match resource {
        Resource::RefusedVendor => return refused_vendor(told, rehearsed, policy),
        Resource::Centre => "the privacy centre",
        Resource::Consent => "the visitor's choice, as JSON",
        Resource::Embed => "the placeholder of an embed",
        Resource::Script => "the script that brings back what waited for consent",
        Resource::Mirror => "the script that copies a consent platform's answer",
        Resource::Style => "the privacy centre's style",
        Resource::Gpc => "the support of Global Privacy Control",
        Resource::CentreWithoutSlash => "a redirect to the privacy centre",
        Resource::Record => "the visitor's own record of consent",
        Resource::Reports => "browsers' reports on the Content-Security-Policy",
        Resource::Unknown => "there is nothing of this name under /.privet/",
    };
    what.to_owned()
}

/// The vendor in disguise whose request it is, and how that is known.
fn disguise(told: &Told<'_>, vendor: VendorId, policy: &Policy) -> String {
    let target = told.arguments.url.target.as_str();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let catalogue = policy.catalogue();
    let name = catalogue.vendor(vendor).map_or("", |vendor| &vendor.name);
    let layer = why::layer(catalogue, vendor);
    let how = if catalogue.path(path) == Some(vendor) {
        "the path is among those"
    } else if catalogue.disguise(path, Some(query)) == Some(vendor) {
        "path and query are a disguise"
    } else {
        // Or its path is written in another way than in the configuration.
        "the request is one"
    };
    format!("{how} of {name} ({layer})")
}

fn refused_vendor(told: &Told<'_>, rehearsed: &Rehearsed, policy: &Policy) -> String {
    let Some(vendor) = rehearsed.vendor else {
        return String::new();
    };
    format!(
        "{}, and {}",
        disguise(told, vendor, policy),
        why::permission(vendor, policy, &rehearsed.cookies.consent)
    )
}
