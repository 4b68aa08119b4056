//! Pages that were just found to need no change: the same bytes, for the same consent, need none again.
//!
//! What is kept of a page is 16 bytes, a keyed fingerprint (GMAC, NIST SP 800-38D, under a key of this worker
//! and configuration) of its content and of all that its gating depends on. Fingerprints never leave the
//! process, so that nobody can look for two pages with the same one.

use std::{cell::RefCell, fmt};

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand,
};

use crate::privacy::{ContentCoding, PageContext, Syntax};

/// How many pages are known; of two with the same place the newer is.
const PLACES: usize = 1024;

/// A page's fingerprint.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Fingerprint([u8; 16]);

/// One worker's known pages, 16 KiB.
pub(in crate::serve) struct KnownPages {
    /// None without a source of randomness: then none is known.
    key: Option<LessSafeKey>,
    places: RefCell<Vec<Option<Fingerprint>>>,
}

impl Default for KnownPages {
    fn default() -> Self {
        let mut key = [0; 16];
        let key = rand::fill(&mut key)
            .and_then(|()| UnboundKey::new(&AES_128_GCM, &key))
            .map(LessSafeKey::new);
        Self {
            key: key.ok(),
            places: RefCell::default(),
        }
    }
}

/// A page that may be known.
pub(super) struct Acquaintance<'a> {
    pages: &'a KnownPages,
    /// All that its gating depends on but its content.
    circumstances: Vec<u8>,
    fingerprint: Option<Fingerprint>,
}

impl KnownPages {
    /// A page, on whose content `codings` were applied.
    pub(super) fn page(
        &self,
        codings: &[ContentCoding],
        charset: Option<&[u8]>,
        context: &PageContext,
    ) -> Acquaintance<'_> {
        let mut circumstances = Vec::with_capacity(context.base.len() + 128);
        let names = codings.iter().map(|coding| coding.name().as_bytes());
        let texts = [
            context.state.as_bytes(),
            context.host.as_bytes(),
            context.base.as_bytes(),
            charset.unwrap_or_default(),
        ];
        for text in texts.into_iter().chain(names) {
            circumstances.extend_from_slice(text);
            // Stands in none of them.
            circumstances.push(b'\n');
        }
        circumstances.push(u8::from(context.syntax == Syntax::Xml));
        circumstances.push(u8::from(context.is_document));
        Acquaintance {
            pages: self,
            circumstances,
            fingerprint: None,
        }
    }

    fn fingerprint(&self, content: &[u8], circumstances: &mut [u8]) -> Option<Fingerprint> {
        // One nonce for all is sound here: neither text nor tag is ever shown to anybody.
        let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
        let key = self.key.as_ref()?;
        let tag = key.seal_in_place_separate_tag(nonce, Aad::from(content), circumstances);
        Some(Fingerprint(tag.ok()?.as_ref().try_into().ok()?))
    }
}

impl Acquaintance<'_> {
    /// Whether the page with this `content`, which is whole, is known to need no change. Asked once.
    pub(super) fn is_known(&mut self, content: &[u8]) -> bool {
        self.fingerprint = self.pages.fingerprint(content, &mut self.circumstances);
        let places = self.pages.places.borrow();
        self.fingerprint
            .is_some_and(|page| places.get(page.place()) == Some(&Some(page)))
    }

    /// Takes note that the page which was asked for needed no change.
    pub(super) fn note_unchanged(&self) {
        let Some(page) = self.fingerprint else {
            return;
        };
        let mut places = self.pages.places.borrow_mut();
        places.resize(PLACES, None);
        if let Some(place) = places.get_mut(page.place()) {
            *place = Some(page);
        }
    }
}

impl Fingerprint {
    fn place(self) -> usize {
        let [first, second, ..] = self.0;
        usize::from(u16::from_le_bytes([first, second])) % PLACES
    }
}

impl fmt::Debug for KnownPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KnownPages").finish_non_exhaustive()
    }
}
