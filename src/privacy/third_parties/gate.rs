//! A page on its way to a visitor. A stand-in: it makes `src="https://` inert for whoever has not
//! consented to marketing, so that what stands around it can be tested.

use std::{fmt, rc::Rc};

use memchr::memmem;

use crate::privacy::{
    catalogue::VendorId,
    consent::Consent,
    cookies::CookieDecision,
    policy::{Policy, Stripped},
    purpose::Purpose,
};

/// A page can't be read on: a tag is longer than the memory for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Unreadable;

/// The syntax of a page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Syntax {
    /// HTML.
    Html,
    /// XHTML.
    Xml,
}

/// What is known of a page before its first byte.
#[derive(Clone, Debug)]
pub struct PageContext {
    /// The host that the visitor asked.
    pub host: Box<str>,
    /// Absolute URL of the page.
    pub base: Box<str>,
    /// Whose consent decides.
    pub cookies: Rc<CookieDecision>,
    /// Its syntax.
    pub syntax: Syntax,
    /// `limits.page_memory`, bytes.
    pub memory: usize,
    /// For privet's own script element.
    pub nonce: Option<Box<str>>,
    /// The consent tag.
    pub state: Box<str>,
    /// Whether something may be inserted.
    pub is_document: bool,
    /// False while observing: count, change nothing.
    pub applies: bool,
}

/// See the module.
pub struct PageGate {
    context: PageContext,
    held: Vec<u8>,
    changed: bool,
    gated: Vec<Stripped>,
}

const WANTED: &[u8] = b" src=\"https://";

impl PageGate {
    /// A page's gate.
    pub fn new(context: PageContext) -> Self {
        Self {
            context,
            held: Vec::new(),
            changed: false,
            gated: Vec::new(),
        }
    }

    /// Appends what can be sent now.
    ///
    /// # Errors
    /// If a tag is longer than the memory for it.
    pub fn write(
        &mut self,
        policy: &Policy,
        piece: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Unreadable> {
        let _ = policy;
        self.held.extend_from_slice(piece);
        let open = memchr::memrchr(b'<', &self.held).filter(|place| {
            let tag = self.held.get(*place..).unwrap_or_default();
            !tag.contains(&b'>')
        });
        let ready = open.unwrap_or(self.held.len());
        if self.held.len() - ready > self.context.memory {
            return Err(Unreadable);
        }
        let rest = self.held.split_off(ready);
        let text = std::mem::replace(&mut self.held, rest);
        let mut from = 0;
        for place in memmem::find_iter(&text, WANTED) {
            self.gated.push(Stripped(Some(VendorId(0))));
            if self.context.applies {
                out.extend_from_slice(text.get(from..=place).unwrap_or_default());
                out.extend_from_slice(b"data-privet-");
                from = place + 1;
                self.changed = true;
            }
        }
        out.extend_from_slice(text.get(from..).unwrap_or_default());
        Ok(())
    }

    /// Appends the rest.
    ///
    /// # Errors
    /// None.
    pub fn end(&mut self, policy: &Policy, out: &mut Vec<u8>) -> Result<(), Unreadable> {
        let _ = policy;
        self.release(out);
        Ok(())
    }

    /// Appends what was held back, as it came.
    pub fn release(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.held);
    }

    /// Whether any byte differs so far.
    pub fn is_changed(&self) -> bool {
        self.changed
    }

    /// One entry for each element.
    pub fn gated(&self) -> &[Stripped] {
        &self.gated
    }
}

impl fmt::Debug for PageGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageGate").finish_non_exhaustive()
    }
}

impl Policy {
    /// Whether any third party could be refused with that consent.
    pub fn gates(&self, consent: &Consent) -> bool {
        !consent.granted().contains(Purpose::Marketing)
    }
}
