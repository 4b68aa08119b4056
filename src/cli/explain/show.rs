//! What is shown: the request's way, a section for each step.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue, Version, header};

use super::{
    command::EXAMPLE_PEER,
    why,
};
use crate::{
    cli::{
        arguments::ExplainArguments,
        greeting::{hosts, upstream},
        layout::{Text, counted},
    },
    config::{
        Config,
        options::{AccessLog, Site, Upstream},
        write_duration,
    },
    log::{AccessEntry, Formatter},
    privacy::{
        AddressMethod, CONSENT_COOKIE, ClientAddr, Mode, OriginRequest, Policy,
        Purpose, Verdict, cookie_name, pairs, removal, request_pairs,
    },
    serve::{Answer, Compiled, Refusal, Rehearsed, Resource},
};

/// What is known besides what happened.
pub(super) struct Told<'a> {
    pub(super) config: &'a Config,
    pub(super) compiled: &'a Compiled,
    pub(super) arguments: &'a ExplainArguments,
    pub(super) peer: ClientAddr,
    pub(super) time: SystemTime,
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
    cookies(&mut text, rehearsed, policy);
    match &rehearsed.answer {
        Answer::Own { resource, response } => {
            own(&mut text, told, rehearsed, *resource, response.as_ref(), policy);
        }
        Answer::Website {
            origin,
            set_cookies,
            fields,
            ..
        } => {
            removed(&mut text, rehearsed);
            website_receives(&mut text, site, origin);
            answered_cookies(&mut text, set_cookies, rehearsed, policy);
            visitor_receives(&mut text, site, fields);
        }
    }
    log(&mut text, told, rehearsed, &compiled.name);
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
    let consent = &rehearsed.consent;
    let mut rows: Vec<[String; 3]> = Purpose::ALL
        .into_iter()
        .map(|purpose| {
            let reason = why::consent(purpose, &rehearsed.fields, consent, policy, told.now);
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
}

fn cookies(text: &mut Text, rehearsed: &Rehearsed, policy: &Policy) {
    let consent = &rehearsed.consent;
    let passes_on = matches!(rehearsed.answer, Answer::Website { .. });
    let rows: Vec<[String; 3]> = request_pairs(&rehearsed.fields)
        .map(|pair| {
            let verdict = policy.verdict(pair.name, consent);
            let expired = match &rehearsed.answer {
                Answer::Website { decisions, .. } => decisions
                    .evictions
                    .iter()
                    .any(|line| cookie_name(line.as_bytes()) == pair.name),
                Answer::Own { .. } => false,
            };
            let what = match verdict {
                Verdict::Stripped(_) if !policy.enforces() => "would be stripped",
                Verdict::Stripped(_) if expired => "stripped, expired",
                Verdict::Stripped(_) => "stripped",
                Verdict::Kept(_) | Verdict::KeptForSession if passes_on => "passes",
                Verdict::Kept(_) | Verdict::KeptForSession => "may pass",
            };
            let reason = why::cookie(pair.name, policy, consent, verdict);
            [shown_name(pair.name), what.to_owned(), reason]
        })
        .collect();
    if !rows.is_empty() {
        text.title("Cookies of the request");
        text.rows(&rows);
        text.note(TO_CHANGE);
    }
}

const TO_CHANGE: &str = "(To let one pass always: cookies.keep. To say whose it is: [[vendor]].)";

fn shown_name(name: &[u8]) -> String {
    if name.is_empty() {
        "(no name)".to_owned()
    } else {
        String::from_utf8_lossy(name).into_owned()
    }
}

fn own(
    text: &mut Text,
    told: &Told<'_>,
    rehearsed: &Rehearsed,
    resource: Resource,
    response: Result<&(http::StatusCode, HeaderMap), &Refusal>,
    policy: &Policy,
) {
    text.title("Answered by privet");
    let path = &told.arguments.url.target;
    let catalogue = policy.catalogue();
    let vendor = catalogue
        .path(path.split('?').next().unwrap_or_default())
        .and_then(|id| Some((id, catalogue.vendor(id)?)));
    let what = match resource {
        Resource::RefusedVendor => match vendor {
            Some((id, vendor)) => format!(
                "the path is among those of {} ({}), and {}",
                vendor.name,
                why::layer(catalogue, id),
                why::permission(id, vendor.purpose, &rehearsed.consent)
            ),
            None => "the path is a vendor's without consent".to_owned(),
        },
        Resource::Centre => "the privacy centre".to_owned(),
        Resource::Consent => "the visitor's choice, as JSON".to_owned(),
        Resource::Style => "the privacy centre's style".to_owned(),
        Resource::Gpc => "the support of Global Privacy Control".to_owned(),
        Resource::CentreWithoutSlash => "a redirect to the privacy centre".to_owned(),
        Resource::Unknown => "there is nothing of this name under /.privet/".to_owned(),
    };
    let status = match response {
        Ok((status, _)) => *status,
        Err(refusal) => refusal.status(),
    };
    text.note(&format!("{status}: {what}."));
    text.note("No website receives anything.");
}

fn removed(text: &mut Text, rehearsed: &Rehearsed) {
    let mut rows: Vec<[String; 2]> = Vec::new();
    for (name, value) in &rehearsed.fields {
        let reason = removal(name, value.as_bytes(), &rehearsed.fields, rehearsed.client);
        if let Some(reason) = reason {
            let row = [name.to_string(), why::removal(reason).to_owned()];
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
    }
    if !rows.is_empty() {
        text.title("Fields removed from the request");
        text.rows(&rows);
    }
}

fn website_receives(text: &mut Text, site: &Site, origin: &OriginRequest) {
    let who = match &site.upstream {
        Upstream::Demo => "The bundled website receives".to_owned(),
        Upstream::Servers(_) => format!("{} receives", upstream(&site.upstream)),
    };
    text.title(&who);
    text.note(&format!("{} {}", origin.method(), origin.target()));
    for (name, value) in origin.fields() {
        text.note(&format!("{name}: {}", shown_value(name, value)));
    }
}

/// A field's value without what is the visitor's secret.
fn shown_value(name: &HeaderName, value: &HeaderValue) -> String {
    match *name {
        header::COOKIE => {
            let masked = pairs(value.as_bytes()).map(|pair| format!("{}=…", shown_name(pair.name)));
            masked.collect::<Vec<_>>().join("; ")
        }
        header::SET_COOKIE => shown_line(value),
        header::AUTHORIZATION => "…".to_owned(),
        _ => String::from_utf8_lossy(value.as_bytes()).into_owned(),
    }
}

/// A `Set-Cookie` line without the cookie's value.
fn shown_line(line: &HeaderValue) -> String {
    let name = shown_name(cookie_name(line.as_bytes()));
    let line = String::from_utf8_lossy(line.as_bytes());
    let (pair, attributes) = line.split_once(';').unwrap_or((&line, ""));
    let value = match pair.split_once('=') {
        Some((_, value)) if value.trim().is_empty() => "",
        _ => "…",
    };
    let semicolon = if attributes.is_empty() { "" } else { ";" };
    format!("{name}={value}{semicolon}{attributes}")
}

fn answered_cookies(
    text: &mut Text,
    set_cookies: &[(HeaderValue, Option<HeaderValue>)],
    rehearsed: &Rehearsed,
    policy: &Policy,
) {
    let rows: Vec<[String; 3]> = set_cookies
        .iter()
        .map(|(before, after)| {
            let name = cookie_name(before.as_bytes());
            let verdict = policy.verdict(name, &rehearsed.consent);
            let mut reason = why::cookie(name, policy, &rehearsed.consent, verdict);
            let what = match (after, verdict) {
                (None, _) if name == CONSENT_COOKIE.as_bytes() => {
                    reason = "only the visitor gives consent".to_owned();
                    "dropped"
                }
                (None, _) => "dropped",
                (Some(_), Verdict::Stripped(_)) => "would be dropped",
                (Some(after), _) if after == before => "passes",
                (Some(after), _) => {
                    reason = format!("{}; {reason}", changes(before, after));
                    "upgraded"
                }
            };
            [shown_name(name), what.to_owned(), reason]
        })
        .collect();
    if !rows.is_empty() {
        text.title("Cookies of the website's answer");
        text.rows(&rows);
        text.note(TO_CHANGE);
    }
}

/// Which attributes an upgrade changed.
fn changes(before: &HeaderValue, after: &HeaderValue) -> String {
    let attributes = |line: &HeaderValue| -> Vec<String> {
        String::from_utf8_lossy(line.as_bytes())
            .split(';')
            .skip(1)
            .map(|attribute| attribute.trim().to_owned())
            .collect()
    };
    let (before, after) = (attributes(before), attributes(after));
    let only = |these: &[String], others: &[String], sign: &str| -> Vec<String> {
        let missing = these.iter().filter(|item| !others.contains(item));
        missing.map(|item| format!("{sign}{item}")).collect()
    };
    let mut changes = only(&before, &after, "-");
    changes.extend(only(&after, &before, "+"));
    changes.join(" ")
}

fn visitor_receives(text: &mut Text, site: &Site, fields: &HeaderMap) {
    text.title("The browser receives, with the website's answer");
    let own = [
        header::SET_COOKIE,
        header::CACHE_CONTROL,
        header::STRICT_TRANSPORT_SECURITY,
        header::REFERRER_POLICY,
        HeaderName::from_static("permissions-policy"),
    ];
    for (name, value) in fields.iter().filter(|(name, _)| own.contains(name)) {
        text.note(&format!("{name}: {}", shown_value(name, value)));
    }
    if !site.headers.hide.is_empty() {
        text.note(&format!(
            "and without {} that headers.hide names.",
            counted(site.headers.hide.len(), "field")
        ));
    }
}

fn log(text: &mut Text, told: &Told<'_>, rehearsed: &Rehearsed, site: &str) {
    text.title("Access log");
    let log = &told.config.log;
    if log.access == AccessLog::Off {
        text.note("Nothing: log.access is \"off\".");
        return;
    }
    let mut line = Vec::new();
    Formatter::new(log.format, log.query.clone()).write(&entry(told, rehearsed, site), &mut line);
    text.line(&format!("  {}", String::from_utf8_lossy(&line).trim_end()));
}

/// The request as the log would be told of it; sizes and durations are not known.
fn entry<'a>(told: &'a Told<'_>, rehearsed: &'a Rehearsed, site: &'a str) -> AccessEntry<'a> {
    let field = |name: HeaderName| rehearsed.fields.get(name).map(HeaderValue::as_bytes);
    let count = |stripped: usize| u32::try_from(stripped).unwrap_or(u32::MAX);
    let (status, stripped, dropped) = match &rehearsed.answer {
        Answer::Own { response, .. } => {
            let refused = |refusal: &Refusal| refusal.status();
            let status = response.as_ref().map_or_else(refused, |(status, _)| *status);
            (status, 0, 0)
        }
        Answer::Website {
            decisions,
            stripped,
            status,
            ..
        } => (*status, decisions.stripped.len(), stripped.len()),
    };
    AccessEntry {
        time: told.time,
        client: rehearsed.logged,
        method: "GET",
        host: Some(site),
        target: &told.arguments.url.target,
        status: status.as_u16(),
        bytes: 0,
        duration: Duration::ZERO,
        upstream: None,
        upstream_duration: None,
        protocol: Version::HTTP_2,
        tls: Some("TLSv1.3"),
        request_id: "(random)",
        referer: field(header::REFERER),
        user_agent: field(header::USER_AGENT),
        cookies_stripped: count(stripped),
        set_cookies_stripped: count(dropped),
        elements_gated: 0,
    }
}
