//! What was decided on a `Cookie` field, kept for the next request of the same connection.
//!
//! A browser sends the same cookies with every picture, script and style of a page. What became
//! of them then holds now, as long as nothing that it followed from has changed.

use std::fmt;

use http::{HeaderValue, header};

use crate::privacy::{consent::Consent, field_lines::FieldLines, policy::Stripped};

/// Longer `Cookie` fields are decided on anew: an idle connection is to hold little.
const LONGEST: usize = 2048;

/// What becomes of a request's cookies.
#[derive(Clone, Default)]
pub(crate) struct CookieDecision {
    /// The line for the website, if any cookie passes.
    pub(crate) line: Option<HeaderValue>,
    /// Cookies that were refused, one entry each.
    pub(crate) stripped: Vec<Stripped>,
    /// `Set-Cookie` lines that expire them.
    pub(crate) evictions: Vec<HeaderValue>,
}

/// The last decision and what it followed from, all but the policy: one memory serves one
/// [`Policy`](crate::privacy::Policy). Its `Debug` shows no cookie.
#[derive(Default)]
pub struct CookieMemory {
    last: Option<Box<Remembered>>,
}

struct Remembered {
    /// All `Cookie` lines, each with a line feed behind it, which no value can hold.
    lines: Vec<u8>,
    host: String,
    consent: Consent,
    decision: CookieDecision,
}

impl fmt::Debug for CookieMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CookieMemory").finish_non_exhaustive()
    }
}

impl CookieMemory {
    /// What was decided on the very same cookies for the same host under the same consent.
    pub(crate) fn recall(
        &self,
        fields: &FieldLines,
        host: &str,
        consent: &Consent,
    ) -> Option<CookieDecision> {
        let last = self.last.as_ref()?;
        let mut rest = last.lines.as_slice();
        for line in fields.get_all(&header::COOKIE) {
            rest = rest.strip_prefix(line.as_bytes())?.strip_prefix(b"\n")?;
        }
        let same = rest.is_empty() && last.host == host && last.consent == *consent;
        same.then(|| last.decision.clone())
    }

    /// Remembers what was decided.
    pub(crate) fn remember(
        &mut self,
        fields: &FieldLines,
        host: &str,
        consent: &Consent,
        decision: &CookieDecision,
    ) {
        let size: usize = fields
            .get_all(&header::COOKIE)
            .map(|line| line.len() + 1)
            .sum();
        if size > LONGEST {
            self.last = None;
            return;
        }
        let mut lines = Vec::with_capacity(size);
        for line in fields.get_all(&header::COOKIE) {
            lines.extend_from_slice(line.as_bytes());
            lines.push(b'\n');
        }
        self.last = Some(Box::new(Remembered {
            lines,
            host: host.to_owned(),
            consent: consent.clone(),
            decision: CookieDecision {
                // A copy: the line may be a slice of the whole request's bytes.
                line: decision
                    .line
                    .as_ref()
                    .and_then(|line| HeaderValue::from_bytes(line.as_bytes()).ok()),
                ..decision.clone()
            },
        }));
    }
}

#[cfg(test)]
#[path = "memory_tests.rs"]
mod tests;
