//! What the gate knows of a page so far.

use super::{
    held::Held,
    insert::{self, Urgency},
    page::PageContext,
    seen::SeenHosts,
    url::Base,
};
use crate::privacy::policy::Stripped;

/// How many elements are told of; a page may have any number.
const MOST_TOLD: usize = 10_000;

/// What the gate knows of a page so far.
#[derive(Debug)]
pub(super) struct Progress {
    pub(super) context: PageContext,
    /// The page's own URL.
    pub(super) url: Base,
    /// What relative URLs are completed from, where that isn't the page's own URL.
    pub(super) base: Option<Base>,
    /// Whether `<base>` said so.
    pub(super) has_base: bool,
    /// See `judge::looks_at_own`; `None` until that is known.
    pub(super) looks_at_own: Option<bool>,
    /// The script that is in the page.
    pub(super) inserted: Option<Urgency>,
    /// The script that waits for a place.
    pub(super) wanted: Option<Urgency>,
    pub(super) has_mirror: bool,
    pub(super) is_changed: bool,
    pub(super) gated: Vec<Stripped>,
    pub(super) seen: SeenHosts,
    pub(super) depth: u8,
    /// How many frames have been given a name.
    pub(super) frames: u32,
    /// Whether a frame was taken out, so that those behind it stand in other places than they would.
    pub(super) has_lost_frames: bool,
    /// The element whose content is being read.
    pub(super) held: Option<Held>,
}

impl Progress {
    pub(super) fn new(context: PageContext) -> Self {
        let url = Base::new(context.base.as_bytes());
        Self {
            url: url.unwrap_or_else(|| Base::of_host(&context.host)),
            context,
            base: None,
            has_base: false,
            looks_at_own: None,
            inserted: None,
            wanted: None,
            has_mirror: false,
            is_changed: false,
            gated: Vec::new(),
            seen: SeenHosts::default(),
            depth: 0,
            frames: 0,
            has_lost_frames: false,
            held: None,
        }
    }

    pub(super) fn base(&self) -> &Base {
        self.base.as_ref().unwrap_or(&self.url)
    }

    /// What stands before privet's own paths.
    pub(super) fn origin(&self) -> String {
        insert::own_origin(&self.url, self.base())
    }

    /// A name for a frame, unlike that of any other.
    pub(super) fn frame_name(&mut self) -> String {
        self.frames = self.frames.saturating_add(1);
        format!("privet-{}-{}", self.context.frame_names, self.frames)
    }

    /// Tells of an element that was made inert.
    pub(super) fn count(&mut self, whose: Stripped) {
        if self.gated.len() < MOST_TOLD {
            self.gated.push(whose);
        }
    }
}
