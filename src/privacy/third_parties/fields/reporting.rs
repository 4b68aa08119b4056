//! To whom browsers send reports: `Report-To` and `NEL` (Reporting API of 2018, Network Error
//! Logging), `Reporting-Endpoints`, and `report-uri` of a Content-Security-Policy.

use serde_json::Value;

use super::{list::Edit, without::Refused};
use crate::privacy::third_parties::csp::{Directive, segments};

/// Groups of `Report-To` that are gone.
#[derive(Default)]
pub(super) struct Groups(Vec<String>);

impl Groups {
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whom a group of `Report-To` would call; the group is noted then.
    pub(super) fn refuse<T>(&mut self, group: &[u8], refused: &Refused<'_, T>) -> Option<T> {
        let group: Value = serde_json::from_slice(group).ok()?;
        let mut endpoints = group.get("endpoints")?.as_array()?.iter();
        let vendor = endpoints.find_map(|endpoint| {
            let url = endpoint.get("url")?.as_str()?;
            refused(url.as_bytes())
        })?;
        let name = group.get("group").and_then(Value::as_str);
        self.0.push(name.unwrap_or("default").to_owned());
        Some(vendor)
    }

    /// Whether an `NEL` policy reports to one of them.
    pub(super) fn receive(&self, policy: &[u8]) -> bool {
        let policy: Option<Value> = serde_json::from_slice(policy).ok();
        let group = policy.as_ref().and_then(|policy| policy.get("report_to"));
        group
            .and_then(Value::as_str)
            .is_some_and(|name| self.0.iter().any(|group| group == name))
    }
}

/// Whom the URL calls that is the string in a member of a structured field: `name="https://…"`.
pub(super) fn calls_by_endpoint<T>(member: &[u8], refused: &Refused<'_, T>) -> Option<T> {
    let start = memchr::memchr(b'"', member)? + 1;
    let string = member.get(start..)?;
    let end = memchr::memchr(b'"', string).unwrap_or(string.len());
    refused(string.get(..end)?)
}

/// Policies without those URLs of `report-uri` for which `keep` says no.
pub(super) fn report_uris(value: &[u8], mut keep: impl FnMut(&[u8]) -> bool) -> Edit {
    let mut is_changed = false;
    let mut out = Vec::new();
    for (number, policy) in value.split(|byte| *byte == b',').enumerate() {
        if number > 0 {
            out.push(b',');
        }
        let mut is_first = true;
        for segment in segments(policy) {
            let kept = reduced(segment, &mut keep);
            is_changed |= kept.is_some();
            let kept = kept.as_deref().unwrap_or(segment);
            if kept.is_empty() && !segment.is_empty() {
                continue;
            }
            if !is_first {
                out.push(b';');
            }
            out.extend_from_slice(kept);
            is_first = false;
        }
    }
    match (is_changed, out.trim_ascii().is_empty()) {
        (false, _) => Edit::Kept,
        (true, true) => Edit::Removed,
        (true, false) => Edit::Changed(out),
    }
}

/// A `report-uri` with less, empty where nothing is left; `None` if all of it stays, or it is none.
fn reduced(segment: &[u8], keep: &mut impl FnMut(&[u8]) -> bool) -> Option<Vec<u8>> {
    let directive = Directive::of(segment).filter(|directive| directive.is("report-uri"))?;
    let all = directive.tokens().count();
    let kept: Vec<&[u8]> = directive.tokens().filter(|url| keep(url)).collect();
    if kept.len() == all {
        return None;
    }
    if kept.is_empty() {
        return Some(Vec::new());
    }
    let leading = segment.len() - segment.trim_ascii_start().len();
    let leading = segment.get(..leading).unwrap_or_default();
    Some([leading, b"report-uri ", &kept.join(&b' ')].concat())
}
