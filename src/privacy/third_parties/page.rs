//! One page on its way through the gate: pieces in, pieces out.

use std::rc::Rc;

use super::{gate::Gating, progress::Progress, seen::SeenHosts};
use crate::privacy::{
    cookies::CookieDecision,
    html::{Rewriter, Syntax, TooLong},
    policy::{Policy, Stripped},
};

/// What is known of a page before its first byte.
#[derive(Clone, Debug)]
pub struct PageContext {
    /// The host that the visitor asked, lower case.
    pub host: Box<str>,
    /// The page's absolute URL, from which relative ones are completed.
    pub base: Box<str>,
    /// The decision on the request; its consent decides.
    pub cookies: Rc<CookieDecision>,
    /// How the page is written.
    pub syntax: Syntax,
    /// `limits.page_memory`: the longest part of a script or style that is judged at once, bytes; a tag may
    /// have sixteen times as many.
    pub memory: usize,
    /// For privet's own scripts, where the page's Content-Security-Policy asks for one.
    pub nonce: Option<Box<str>>,
    /// What the names of inert frames begin with, unlike those in any other response: letters and digits.
    pub frame_names: Box<str>,
    /// Whether it is shown as a document; nothing is put into fragments that scripts fetch.
    pub is_document: bool,
    /// Whether decisions are carried out; where not, they are counted only.
    pub applies: bool,
}

/// A tag of the page is longer than the limit: what follows can't be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Unreadable;

impl From<TooLong> for Unreadable {
    fn from(_: TooLong) -> Self {
        Self
    }
}

/// A page whose third parties wait for consent.
#[derive(Debug)]
pub struct PageGate {
    rewriter: Rewriter,
    page: Progress,
}

impl PageGate {
    /// Begins a page.
    pub fn new(context: PageContext) -> Self {
        Self {
            rewriter: Rewriter::new(context.syntax, context.memory),
            page: Progress::new(context),
        }
    }

    /// Takes a piece and appends to `out` what can be sent now. `policy` is the site's, the same for
    /// every piece. After an error nothing more may be written.
    pub fn write(
        &mut self,
        policy: &Policy,
        piece: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Unreadable> {
        let mut gating = Gating::new(&mut self.page, policy);
        Ok(self.rewriter.write(piece, &mut gating, out)?)
    }

    /// The page is over: appends what was held back.
    pub fn end(&mut self, policy: &Policy, out: &mut Vec<u8>) -> Result<(), Unreadable> {
        let mut gating = Gating::new(&mut self.page, policy);
        Ok(self.rewriter.end(&mut gating, out)?)
    }

    /// After an error: appends what was held back, as it came.
    pub fn release(&mut self, out: &mut Vec<u8>) {
        self.rewriter.release(out);
    }

    /// Whether the gate changed anything so far. The rewriter may have made ambiguous markup plain
    /// in any case.
    pub fn is_changed(&self) -> bool {
        self.page.is_changed
    }

    /// Whose elements were made inert, one entry for each element, the first 10,000.
    pub fn gated(&self) -> &[Stripped] {
        &self.page.gated
    }

    /// The third parties that the page named so far.
    pub fn seen(&self) -> &SeenHosts {
        &self.page.seen
    }
}

/// All of a page at once, and whose elements were made inert.
pub fn gate_page(
    policy: &Policy,
    context: PageContext,
    page: &[u8],
) -> Result<(Vec<u8>, Vec<Stripped>), Unreadable> {
    let mut gate = PageGate::new(context);
    let mut out = Vec::with_capacity(page.len());
    gate.write(policy, page, &mut out)?;
    gate.end(policy, &mut out)?;
    Ok((out, gate.gated().to_vec()))
}
