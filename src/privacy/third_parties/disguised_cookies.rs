//! Cookies of vendors in disguise, under whatever name: learnt from the responses that set them.
//!
//! A name that came only from a vendor's requests is that vendor's. One that the website sets
//! elsewhere too is the website's own, as sessions are that every response renews: it is never taken
//! for a vendor's, and a website that sets more names than can be remembered teaches nothing.

use std::{
    collections::{HashMap, HashSet},
    sync::atomic::{AtomicUsize, Ordering},
};

use arc_swap::ArcSwap;

use crate::privacy::catalogue::VendorId;

/// Names remembered of vendors, and as many of the website; the website chooses how many there are.
const MOST: usize = 64;
/// Longer names are not learnt.
const LONGEST: usize = 256;

type Name = Box<[u8]>;

/// The names of one website, shared by all threads.
#[derive(Debug, Default)]
pub(in crate::privacy) struct DisguisedCookies {
    /// How often `learnt` changed.
    version: AtomicUsize,
    learnt: ArcSwap<HashMap<Name, VendorId>>,
    /// What the website sets itself.
    own: ArcSwap<HashSet<Name>>,
}

impl DisguisedCookies {
    /// Changes whenever another name was learnt: decisions of before no longer hold.
    pub(in crate::privacy) fn version(&self) -> usize {
        self.version.load(Ordering::Acquire)
    }

    /// The vendor in disguise that sets the cookie `name`.
    pub(in crate::privacy) fn vendor(&self, name: &[u8]) -> Option<VendorId> {
        if self.version() == 0 {
            return None;
        }
        self.learnt.load().get(name).copied()
    }

    /// Notes that a response to a request of `vendor` set the cookie `name`.
    pub(in crate::privacy) fn learn(&self, name: &[u8], vendor: VendorId) {
        let own = self.own.load();
        let learnt = self.learnt.load();
        if own.contains(name)
            || own.len() >= MOST
            || learnt.contains_key(name)
            || learnt.len() >= MOST
            || name.len() > LONGEST
        {
            return;
        }
        self.learnt.rcu(|learnt| {
            let mut learnt = HashMap::clone(learnt);
            learnt.insert(name.into(), vendor);
            learnt
        });
        self.version.fetch_add(1, Ordering::Release);
    }

    /// Notes that the website set the cookie `name` itself.
    pub(in crate::privacy) fn disown(&self, name: &[u8]) {
        let own = self.own.load();
        if own.contains(name) {
            return;
        }
        if own.len() < MOST && name.len() <= LONGEST {
            self.own.rcu(|own| {
                let mut own = HashSet::clone(own);
                own.insert(name.into());
                own
            });
        }
        if self.vendor(name).is_some() {
            self.learnt.rcu(|learnt| {
                let mut learnt = HashMap::clone(learnt);
                learnt.remove(name);
                learnt
            });
            self.version.fetch_add(1, Ordering::Release);
        }
    }

    /// Takes over what `before` learnt under another configuration; `id` tells what its vendors are
    /// called by now.
    pub(in crate::privacy) fn take_over(
        &self,
        before: &Self,
        id: impl Fn(VendorId) -> Option<VendorId>,
    ) {
        self.own.store(before.own.load_full());
        for (name, vendor) in before.learnt.load().iter() {
            if let Some(vendor) = id(*vendor) {
                self.learn(name, vendor);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GATEWAY: VendorId = VendorId(7);

    #[test]
    fn what_only_a_vendors_responses_set_is_the_vendors() {
        let cookies = DisguisedCookies::default();
        assert_eq!(cookies.vendor(b"_x1"), None);
        cookies.learn(b"_x1", GATEWAY);
        assert_eq!(cookies.vendor(b"_x1"), Some(GATEWAY));
        assert_eq!(cookies.vendor(b"_x2"), None);
        let version = cookies.version();
        cookies.learn(b"_x1", GATEWAY);
        cookies.disown(b"other");
        assert_eq!(cookies.version(), version, "nothing new");
    }

    #[test]
    fn what_the_website_sets_too_is_its_own_for_good() {
        let cookies = DisguisedCookies::default();
        cookies.disown(b"session");
        cookies.learn(b"session", GATEWAY);
        assert_eq!(cookies.vendor(b"session"), None);
        cookies.learn(b"later", GATEWAY);
        let version = cookies.version();
        cookies.disown(b"later");
        assert_ne!(cookies.version(), version);
        cookies.learn(b"later", GATEWAY);
        assert_eq!(cookies.vendor(b"later"), None);
    }

    #[test]
    fn a_website_can_teach_only_so_many_names() {
        let cookies = DisguisedCookies::default();
        for number in 0..1000 {
            cookies.learn(format!("n{number}").as_bytes(), GATEWAY);
        }
        cookies.learn(&[b'n'; LONGEST + 1], GATEWAY);
        assert_eq!(cookies.learnt.load().len(), MOST);
        let cookies = DisguisedCookies::default();
        for number in 0..1000 {
            cookies.disown(format!("n{number}").as_bytes());
        }
        cookies.learn(b"n999", GATEWAY);
        assert_eq!(
            (cookies.own.load().len(), cookies.vendor(b"n999")),
            (MOST, None)
        );
    }

    #[test]
    fn another_configuration_takes_over_what_it_still_knows() {
        let (before, after) = (DisguisedCookies::default(), DisguisedCookies::default());
        before.learn(b"a", GATEWAY);
        before.learn(b"b", VendorId(8));
        before.disown(b"own");
        after.take_over(&before, |id| (id == GATEWAY).then_some(VendorId(1)));
        after.learn(b"own", GATEWAY);
        assert_eq!(after.vendor(b"a"), Some(VendorId(1)));
        assert_eq!((after.vendor(b"b"), after.vendor(b"own")), (None, None));
    }
}
