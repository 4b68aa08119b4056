//! The command: compiles the configuration as a start would, and rehearses the request.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use super::{
    arguments::head,
    show::{self, Told},
};
use crate::{
    cli::{arguments::ExplainArguments, outcome::Outcome, source::Source},
    config::catalogue,
    http1::{HeadError, parse_request},
    privacy::{CONSENT_COOKIE, Choice, ClientAddr, FieldValue, Purposes},
    serve::{Compiled, Refusal, Rehearsal, rehearse},
    site::Authority,
};

/// Stands for a visitor where none is named (RFC 5737).
pub(super) const EXAMPLE_PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));

/// The request's name; a real one is random.
const REQUEST_ID: FieldValue = FieldValue::from_static("(random)");

/// Explains what would happen to the request.
pub(in crate::cli) fn explain(source: &Source, arguments: &ExplainArguments) -> Outcome {
    let config = match source.load() {
        Ok(loaded) => loaded.config,
        Err(outcome) => return outcome,
    };
    let catalogue = match catalogue(&config) {
        Ok(catalogue) => Arc::new(catalogue),
        Err(report) => return Outcome::failed(report),
    };
    // Nothing is sent, so no trust anchors are read.
    let compiled = Compiled::new(&config, &catalogue, None, None, 1);
    let time = SystemTime::now();
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    let mut cookies = arguments.cookies.clone();
    if let Some(granted) = arguments.consent {
        cookies.extend(choice(&compiled, arguments, granted, now));
    }
    let peer = ClientAddr::from(arguments.peer.unwrap_or(EXAMPLE_PEER));
    let head = head(&arguments.url, &arguments.fields, &cookies, arguments.gpc);
    let outcome = parse(&compiled, &head).and_then(|head| {
        let rehearsal = Rehearsal {
            head,
            peer,
            set_cookies: &arguments.set_cookies,
            request_id: REQUEST_ID,
            now,
        };
        // It only ever waits for a website, and none is asked.
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime
            .map_err(|_| Refusal::NotFound)?
            .block_on(rehearse(&compiled, rehearsal))
    });
    let page = match arguments.page.as_ref().map(std::fs::read).transpose() {
        Ok(page) => page,
        Err(error) => return Outcome::failed(format!("the page can't be read: {error}\n")),
    };
    let told = Told {
        config: &config,
        compiled: &compiled,
        arguments,
        page: page.as_deref(),
        peer,
        time,
        now,
    };
    Outcome::fine(match outcome {
        Ok(rehearsed) => show::rehearsed(&told, &rehearsed),
        Err(refusal) => show::refused(&told, refusal),
    })
}

fn parse(compiled: &Compiled, head: &bytes::Bytes) -> Result<crate::http1::RequestHead, Refusal> {
    if head.len() > compiled.head_limits.size {
        return Err(Refusal::Head(HeadError::TooLarge));
    }
    parse_request(head, compiled.head_limits).map_err(Refusal::Head)
}

/// The cookie that the privacy centre would have stored for the choice.
fn choice(
    compiled: &Compiled,
    arguments: &ExplainArguments,
    granted: Purposes,
    now: i64,
) -> Option<FieldValue> {
    let authority = Authority::parse(arguments.url.authority.as_bytes())?;
    let site = compiled.sites.get(compiled.table.find(&authority.host)?)?;
    let policy = &site.policy;
    let line = Choice::new(granted, false, now).set_cookie(
        policy.consent_rules(),
        policy.catalogue(),
        now,
    )?;
    let pair = line.to_str().ok()?.split(';').next()?.to_owned();
    debug_assert!(pair.starts_with(CONSENT_COOKIE));
    FieldValue::try_from(pair).ok()
}
