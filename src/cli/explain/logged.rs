//! The line of the access log.

use std::time::Duration;

use http::{HeaderName, Version, header};

use super::show::Told;
use crate::privacy::FieldValue;
use crate::{
    cli::layout::Text,
    config::options::AccessLog,
    log::{AccessEntry, Formatter},
    serve::{Answer, Rehearsed},
};

/// What is written down of the request.
pub(super) fn logged(text: &mut Text, told: &Told<'_>, rehearsed: &Rehearsed, site: &str) {
    text.title("Access log");
    let log = &told.config.log;
    if log.access == AccessLog::Off {
        text.note("Nothing: log.access is \"off\".");
        return;
    }
    let mut line = Vec::new();
    Formatter::new(log.format, log.query.clone()).write(&entry(told, rehearsed, site), &mut line);
    text.note("(Size, durations and upstream are known only of a real answer.)");
    text.line(&format!("  {}", String::from_utf8_lossy(&line).trim_end()));
}

/// The request as the log would be told of it; sizes and durations are not known.
fn entry<'a>(told: &'a Told<'_>, rehearsed: &'a Rehearsed, site: &'a str) -> AccessEntry<'a> {
    let field = |name: HeaderName| rehearsed.fields.get(&name).map(FieldValue::as_bytes);
    let count = |stripped: usize| u32::try_from(stripped).unwrap_or(u32::MAX);
    let (status, stripped, dropped) = match &rehearsed.answer {
        Answer::Own { status, .. } => (*status, 0, 0),
        Answer::Website(answer) => (
            answer.status,
            rehearsed.cookies.stripped.len(),
            answer.stripped.len(),
        ),
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
