//! Where privet's own scripts come into a page: before the first element that needs them, or as soon as
//! there is a place.

use super::{
    gate::Gating,
    insert::{self, Urgency},
};
use crate::privacy::{
    html::{StartTag, decode_entities},
    purpose::Purposes,
};

impl Gating<'_> {
    /// Puts `privet.js` before this tag if it waits for a place and this is one.
    pub(super) fn insert_wanted(&mut self, tag: &mut StartTag<'_>) {
        let Some(urgency) = self.page.wanted else {
            return;
        };
        let begins_page = ["html", "head", "body"]
            .into_iter()
            .any(|name| tag.is(name));
        if tag.place().takes_script() && !begins_page {
            tag.insert_before(self.script(urgency).as_bytes());
            self.page.wanted = None;
            self.page.inserted = Some(urgency);
        }
    }

    pub(super) fn script(&self, urgency: Urgency) -> String {
        insert::script(
            &self.page.context,
            self.policy,
            &self.page.origin(),
            urgency,
        )
    }

    /// Asks for `privet.js` before this tag, or as soon as there is a place. Loaded deferred, it comes too
    /// late for the scripts that follow: then it is put in once more; it runs once.
    pub(super) fn want(&mut self, urgency: Urgency, tag: &mut StartTag<'_>) {
        if self.ask(urgency, tag.place().noscript) {
            self.insert_wanted(tag);
        }
    }

    /// Asks for it as soon as there is a place; false if it is there, or of no use.
    pub(super) fn ask(&mut self, urgency: Urgency, in_noscript: bool) -> bool {
        let page = &mut *self.page;
        // Browsers without scripts read what is in `noscript`.
        let is_of_use = page.context.is_document && page.context.applies && !in_noscript;
        let is_wanted = is_of_use && page.inserted < Some(urgency);
        if is_wanted {
            page.wanted = page.wanted.max(Some(urgency));
            page.is_changed = true;
        }
        is_wanted
    }

    /// What a script that may run needs beside it.
    pub(super) fn accompany(&mut self, tag: &mut StartTag<'_>, url: &[u8]) {
        let url = decode_entities(url);
        if self.asks_consent_mode() && self.judge().is_container(&url) {
            self.want(Urgency::Blocking, tag);
        }
        let page = &mut *self.page;
        let may = page.context.is_document && page.context.applies && tag.place().takes_script();
        if may
            && !page.has_mirror
            && insert::is_mirrored(page.base(), &url)
            && insert::asks_mirror(self.policy)
        {
            tag.insert_before(insert::mirror(&page.context, &page.origin()).as_bytes());
            page.has_mirror = true;
            page.is_changed = true;
        }
    }

    /// Whether tag managers run here on their word that they honour what Google's consent mode says.
    pub(super) fn asks_consent_mode(&self) -> bool {
        self.policy.third_parties().consent_mode
            && self.page.context.cookies.consent.granted() != Purposes::ALL
    }
}
