//! What was decided on a request's cookies, kept for the next request of the same connection.
//!
//! A browser sends the same cookies with every picture, script and style of a page. What they say
//! of consent and what became of them then holds now, as long as nothing that it followed from has
//! changed.

use std::{fmt, rc::Rc};

use http::header;

use super::{decision::CookieDecision, reissue::is_navigation};
use crate::privacy::{
    consent::{do_not_track, global_privacy_control},
    field_lines::FieldLines,
    field_value::FieldValue,
    policy::Policy,
};

/// Longer `Cookie` fields are decided on anew: an idle connection is to hold little. A field with
/// the consent string of a large platform in it still fits.
const LONGEST: usize = 8 * 1024;
/// For how long a decision is kept, seconds: a consent runs out no later than that after its time.
const KEPT: i64 = 10;

/// The last decision and what it followed from, all but the policy: one memory serves one
/// [`Policy`]. Its `Debug` shows no cookie.
#[derive(Default)]
pub struct CookieMemory {
    last: Option<Box<Remembered>>,
}

struct Remembered {
    /// All `Cookie` lines, each with a line feed behind it, which no value can hold.
    lines: Vec<u8>,
    host: String,
    signals: [bool; 3],
    /// [`Policy::learnt`] at that time.
    learnt: usize,
    time: i64,
    decision: Rc<CookieDecision>,
}

impl fmt::Debug for CookieMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CookieMemory").finish_non_exhaustive()
    }
}

/// What other fields say that is decided by.
fn signals(fields: &FieldLines, policy: &Policy) -> [bool; 3] {
    [
        global_privacy_control(fields),
        do_not_track(fields),
        policy.cap_script_set && is_navigation(fields),
    ]
}

impl CookieMemory {
    /// What becomes of a request's cookies: recalled if the last one's were the very same, for the
    /// same host. `now` is in seconds since 1970.
    pub fn decide(
        &mut self,
        fields: &FieldLines,
        host: &str,
        policy: &Policy,
        now: i64,
    ) -> Rc<CookieDecision> {
        if let Some(decision) = self.recall(fields, host, policy, now) {
            return decision;
        }
        // Read before it is decided by: what is learnt meanwhile is decided on next time.
        let learnt = policy.learnt();
        let mut decision = CookieDecision::new(fields, host, policy, now);
        let size: usize = fields
            .get_all(&header::COOKIE)
            .map(|line| line.len() + 1)
            .sum();
        if size > LONGEST {
            self.last = None;
            return Rc::new(decision);
        }
        // A copy: the line may be a slice of the whole request's bytes.
        let copied = |line: FieldValue| FieldValue::from_bytes(line.as_bytes()).ok();
        decision.line = decision.line.and_then(copied);
        let mut lines = Vec::with_capacity(size);
        for line in fields.get_all(&header::COOKIE) {
            lines.extend_from_slice(line.as_bytes());
            lines.push(b'\n');
        }
        let decision = Rc::new(decision);
        self.last = Some(Box::new(Remembered {
            lines,
            host: host.to_owned(),
            signals: signals(fields, policy),
            learnt,
            time: now,
            decision: Rc::clone(&decision),
        }));
        decision
    }

    fn recall(
        &self,
        fields: &FieldLines,
        host: &str,
        policy: &Policy,
        now: i64,
    ) -> Option<Rc<CookieDecision>> {
        let last = self.last.as_ref()?;
        let mut rest = last.lines.as_slice();
        for line in fields.get_all(&header::COOKIE) {
            rest = rest.strip_prefix(line.as_bytes())?.strip_prefix(b"\n")?;
        }
        let same = rest.is_empty()
            && last.host == host
            && last.learnt == policy.learnt()
            && (last.time..=last.time + KEPT).contains(&now)
            && last.signals == signals(fields, policy);
        same.then(|| Rc::clone(&last.decision))
    }
}

#[cfg(test)]
#[path = "memory_tests.rs"]
mod tests;
