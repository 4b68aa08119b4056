//! A page's bytes from the website's coding to gated text: decoded, its characters found, gated. A
//! step at a time, each of bounded work; nothing here waits.

use std::{fmt, rc::Rc};

use bytes::Bytes;

use super::{
    characters::{Characters, LateLabel},
    decoding::{Broken, Layer, decode},
};
use crate::{
    metrics::{Direction, UnreadablePage},
    privacy::{ContentCoding, OnFailure, PageContext, PageGate, PageType, Policy, Unreadable},
    serve::snapshot::Snapshot,
};

/// The decoded bytes of one step, at most.
const STEP: usize = 16 * 1024;

/// See the module. Counts what was gated when it goes.
pub(super) struct Rewriting {
    snapshot: Rc<Snapshot>,
    site: usize,
    layers: Vec<Layer>,
    input: Bytes,
    /// For what a step decodes; none where there is nothing to decode.
    room: Box<[u8]>,
    characters: Characters,
    gate: PageGate,
    /// Bytes that the page may still have.
    left: u64,
    fails_open: bool,
    /// Why gating was given up; all passes since then.
    given_up: Option<UnreadablePage>,
    /// Of a page that came in a coding, what was decoded so far, while it is to be known whether it
    /// changes.
    decoded: Option<Vec<u8>>,
}

impl From<LateLabel> for UnreadablePage {
    fn from(LateLabel: LateLabel) -> Self {
        Self::Charset
    }
}

impl From<Broken> for UnreadablePage {
    fn from(Broken: Broken) -> Self {
        Self::BrokenCoding
    }
}

impl From<Unreadable> for UnreadablePage {
    fn from(Unreadable: Unreadable) -> Self {
        Self::TooLongTag
    }
}

impl Rewriting {
    /// For a page of a site, by its place in the configuration, on which `codings` were applied in
    /// that order.
    pub(super) fn new(
        (snapshot, site): (Rc<Snapshot>, usize),
        codings: &[ContentCoding],
        page: PageType,
        context: PageContext,
    ) -> Self {
        let rules = snapshot.compiled.sites.get(site);
        let on_failure = rules.map(|site| site.policy.third_parties().on_failure);
        let room = if codings.is_empty() { 0 } else { STEP };
        Self {
            left: snapshot.compiled.limits.page_size,
            fails_open: on_failure == Some(OnFailure::Open),
            snapshot,
            site,
            layers: codings.iter().copied().map(Layer::new).collect(),
            input: Bytes::new(),
            room: vec![0; room].into(),
            characters: Characters::new(page.charset, page.syntax),
            gate: PageGate::new(context),
            given_up: None,
            decoded: (!codings.is_empty()).then(Vec::new),
        }
    }

    /// More of the website's content; all before was used up.
    pub(super) fn feed(&mut self, piece: Bytes) {
        self.input = piece;
    }

    /// Rewrites some of what was fed; appends to `out`. False once all is used up.
    pub(super) fn step(&mut self, out: &mut Vec<u8>) -> Result<bool, UnreadablePage> {
        if self.layers.is_empty() {
            let piece = self.input.split_to(self.input.len().min(STEP));
            if piece.is_empty() {
                return Ok(false);
            }
            out.reserve(piece.len());
            self.pass(&piece, false, out)?;
            return Ok(true);
        }
        let mut room = std::mem::take(&mut self.room);
        let step = self.step_decoded(&mut room, out);
        self.room = room;
        step
    }

    fn step_decoded(&mut self, room: &mut [u8], out: &mut Vec<u8>) -> Result<bool, UnreadablePage> {
        let Some(size) = decode(&mut self.layers, &mut self.input, room)? else {
            return Ok(false);
        };
        if size > 0 {
            self.pass(room.get(..size).unwrap_or_default(), false, out)?;
        }
        let most = self.snapshot.compiled.limits.page_size;
        if !self.fails_open && self.layers.iter().any(|layer| layer.produced() > most) {
            return Err(UnreadablePage::TooLarge);
        }
        Ok(true)
    }

    /// The content has ended. False if it breaks off in the middle of its coding.
    pub(super) fn end(&mut self, out: &mut Vec<u8>) -> Result<bool, UnreadablePage> {
        self.pass(b"", true, out)?;
        if let (Some(site), None) = (self.snapshot.compiled.sites.get(self.site), self.given_up) {
            self.gate.end(&site.policy, out)?;
        }
        Ok(self.layers.iter_mut().all(Layer::is_whole))
    }

    /// Gates decoded bytes.
    fn pass(
        &mut self,
        piece: &[u8],
        is_last: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), UnreadablePage> {
        if let Some(decoded) = &mut self.decoded {
            decoded.extend_from_slice(piece);
        }
        let Self {
            snapshot,
            site,
            characters,
            gate,
            left,
            fails_open,
            given_up,
            ..
        } = self;
        let Some(site) = snapshot.compiled.sites.get(*site) else {
            return Ok(());
        };
        let mut gating = Gating {
            gate,
            policy: &site.policy,
            fails_open: *fails_open,
            given_up,
        };
        match left.checked_sub(piece.len() as u64) {
            Some(rest) => *left = rest,
            None => gating.fail(UnreadablePage::TooLarge, out)?,
        }
        let passed = characters.pass(piece, is_last, &mut |text: &[u8]| gating.write(text, out));
        match passed {
            Err(UnreadablePage::Charset) => {
                gating.fail(UnreadablePage::Charset, out)?;
                *characters = Characters::Ascii;
                gating.write(piece, out)
            }
            passed => passed,
        }
    }

    /// The page before it was gated, if it came in a coding and all since its beginning was kept. It is kept
    /// no longer.
    pub(super) fn take_decoded(&mut self) -> Option<Vec<u8>> {
        self.decoded.take()
    }

    /// Whether the page is UTF-8 now and was something else.
    pub(super) fn are_transcoded(&self) -> bool {
        self.characters.are_transcoded()
    }

    /// How many elements were gated.
    pub(super) fn gated(&self) -> usize {
        self.gate.gated().len()
    }

    /// Why gating was given up, if it was.
    pub(super) fn given_up(&self) -> Option<UnreadablePage> {
        self.given_up
    }
}

/// The gate, and what becomes of a page that it can't read.
struct Gating<'a> {
    gate: &'a mut PageGate,
    policy: &'a Policy,
    fails_open: bool,
    given_up: &'a mut Option<UnreadablePage>,
}

impl Gating<'_> {
    fn write(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), UnreadablePage> {
        if self.given_up.is_some() {
            out.extend_from_slice(text);
            return Ok(());
        }
        match self.gate.write(self.policy, text, out) {
            Ok(()) => Ok(()),
            Err(unreadable) => self.fail(unreadable.into(), out),
        }
    }

    /// Gives gating up, if that is the operator's wish: what was held back passes as it came.
    fn fail(&mut self, reason: UnreadablePage, out: &mut Vec<u8>) -> Result<(), UnreadablePage> {
        if !self.fails_open {
            return Err(reason);
        }
        if self.given_up.is_none() {
            self.gate.release(out);
            *self.given_up = Some(reason);
        }
        Ok(())
    }
}

impl Drop for Rewriting {
    fn drop(&mut self) {
        for element in self.gate.gated() {
            let vendor = element.0.map(|vendor| usize::from(vendor.0));
            self.snapshot
                .strips
                .count(self.site, vendor, Direction::Page);
        }
    }
}

impl fmt::Debug for Rewriting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rewriting")
            .field("layers", &self.layers)
            .field("given_up", &self.given_up)
            .finish_non_exhaustive()
    }
}
