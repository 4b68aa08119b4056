//! What a connection waits for, and for how long: idle visitors, halves of frames, windows that
//! stay shut, uploads that nobody wants any more, and the end.
//!
//! All of it shares one timer. It rings when the first of them may be due; then all are looked at.

use std::{
    collections::VecDeque,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::Instant;

use crate::{config::options::Limits, upstream::Timer};

/// How long a visitor that was asked for a sign of life may take.
const PRESENCE: Duration = Duration::from_secs(20);
/// How long requests may cross with the announcement of the end.
const FAREWELL: Duration = Duration::from_secs(2);
/// How often things are looked at while nothing is due.
const RARELY: Duration = Duration::from_secs(60 * 60);
/// For how long the rest of an upload is read whose request was answered. A client that hears of
/// the reset before it has sent what it was about to send can take the whole exchange for failed,
/// as curl 7.88 does.
const PATIENCE: Duration = Duration::from_secs(1);

/// See the module.
pub(super) struct Clock {
    timer: Timer,
    /// When the timer is looked at next.
    due: Instant,
    idle_limit: Duration,
    halfway_limit: Duration,
    pub(super) stall_limit: Duration,
    /// Since when there is no stream.
    idle: Option<Instant>,
    /// Since when a request or its beginning is incomplete.
    halfway: Option<Instant>,
    last_read: Instant,
    /// When the visitor was asked for a sign of life.
    asked: Option<Instant>,
    /// When the end was announced, and whether the visitor had the time to hear of it.
    leaving: Option<Instant>,
    has_left: bool,
    /// When the first of the responses that wait for windows had its time.
    stalls: Option<Instant>,
    /// Until when a first request is awaited although the gateway is to end.
    first: Option<Instant>,
    /// Streams that are reset unless they end by themselves.
    leftovers: VecDeque<(Instant, u32)>,
}

/// What is due.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Due {
    /// There has been nothing to do for long enough, or no first request.
    Leave,
    /// The visitor had the time to hear of the end.
    End,
    /// Nothing has been heard for long.
    AskPresence,
    /// Nor was that answered.
    Gone,
    /// A request's beginning stays incomplete.
    Halfway,
    /// Responses may have been waiting for windows for too long.
    Stalls,
    /// The rest of an upload had its time.
    Leftover(u32),
}

impl Clock {
    pub(super) fn new(now: Instant, limits: &Limits) -> Self {
        let mut clock = Self {
            timer: Timer::new(),
            due: now + limits.idle_timeout,
            idle_limit: limits.idle_timeout,
            halfway_limit: limits.header_timeout,
            stall_limit: limits.write_timeout,
            idle: Some(now),
            halfway: None,
            last_read: now,
            asked: None,
            leaving: None,
            has_left: false,
            stalls: None,
            first: None,
            leftovers: VecDeque::new(),
        };
        clock.timer.set(clock.due, Duration::ZERO);
        clock
    }

    fn remind(&mut self, at: Instant) {
        if at < self.due {
            self.due = at;
            self.timer.set(at, Duration::ZERO);
        }
    }

    /// Something was read.
    pub(super) fn note_read(&mut self, now: Instant) {
        self.last_read = now;
        self.asked = None;
    }

    /// How things stand after a turn.
    pub(super) fn note_state(&mut self, now: Instant, is_idle: bool, is_halfway: bool) {
        if is_idle != self.idle.is_some() {
            self.idle = is_idle.then_some(now);
            self.remind(now + self.idle_limit);
        }
        if is_halfway != self.halfway.is_some() {
            self.halfway = is_halfway.then_some(now);
            self.remind(now + self.halfway_limit);
        }
    }

    /// A response has been waiting for windows since then.
    pub(super) fn note_stall(&mut self, since: Instant) {
        let at = since + self.stall_limit;
        self.stalls = Some(self.stalls.map_or(at, |stalls| stalls.min(at)));
        self.remind(at);
    }

    /// The rest of an upload is read for a moment.
    pub(super) fn note_leftover(&mut self, now: Instant, stream: u32) {
        self.leftovers.push_back((now + PATIENCE, stream));
        self.remind(now + PATIENCE);
    }

    /// The end was announced; true if it was not before.
    pub(super) fn leave(&mut self, now: Instant) -> bool {
        self.first = None;
        let news = self.leaving.is_none();
        if news {
            self.leaving = Some(now);
            self.remind(now + FAREWELL);
        }
        news
    }

    /// A first request is awaited for so long.
    pub(super) fn await_first(&mut self, now: Instant) {
        if self.leaving.is_none() {
            self.first = Some(now + self.halfway_limit);
            self.remind(now + self.halfway_limit);
        }
    }

    /// Whether a first request is awaited.
    pub(super) fn awaits_first(&self) -> bool {
        self.first.is_some()
    }

    /// Ready with what is due.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Due> {
        while self.timer.poll_due(cx).is_ready() {
            let now = Instant::now();
            if let Some(due) = self.next(now) {
                return Poll::Ready(due);
            }
            self.due = self.earliest(now);
            self.timer.set(self.due, Duration::ZERO);
        }
        Poll::Pending
    }

    /// What is due now, each once.
    fn next(&mut self, now: Instant) -> Option<Due> {
        if let Some((at, stream)) = self.leftovers.front().copied()
            && at <= now
        {
            self.leftovers.pop_front();
            return Some(Due::Leftover(stream));
        }
        let past = |since: Option<Instant>, limit| since.is_some_and(|since| since + limit <= now);
        if past(self.halfway, self.halfway_limit) {
            self.halfway = None;
            return Some(Due::Halfway);
        }
        if past(self.stalls, Duration::ZERO) {
            self.stalls = None;
            return Some(Due::Stalls);
        }
        if past(self.leaving, FAREWELL) && !self.has_left {
            self.has_left = true;
            return Some(Due::End);
        }
        let is_unwanted = past(self.first, Duration::ZERO) || past(self.idle, self.idle_limit);
        if is_unwanted && self.leaving.is_none() {
            return Some(Due::Leave);
        }
        if past(self.asked, PRESENCE) {
            return Some(Due::Gone);
        }
        if self.idle.is_none()
            && self.asked.is_none()
            && past(Some(self.last_read), self.idle_limit)
        {
            self.asked = Some(now);
            return Some(Due::AskPresence);
        }
        None
    }

    fn earliest(&self, now: Instant) -> Instant {
        let busy = self.idle.is_none() && self.asked.is_none();
        [
            self.leftovers.front().map(|(at, _)| *at),
            self.halfway.map(|since| since + self.halfway_limit),
            self.stalls,
            self.leaving
                .filter(|_| !self.has_left)
                .map(|since| since + FAREWELL),
            self.first,
            self.idle
                .filter(|_| self.leaving.is_none())
                .map(|since| since + self.idle_limit),
            self.asked.map(|since| since + PRESENCE),
            busy.then(|| self.last_read + self.idle_limit),
        ]
        .into_iter()
        .flatten()
        .fold(now + RARELY, Instant::min)
    }
}

#[cfg(test)]
#[path = "clock_tests.rs"]
mod tests;
