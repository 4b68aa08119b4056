//! Cookies of vendors in disguise, under whatever name: learnt from the responses that set them.
//!
//! A name that came only from a vendor's requests is that vendor's; one that the website sets
//! elsewhere too is the website's own, as sessions are that every response renews, and is never
//! taken for a vendor's again.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use arc_swap::ArcSwap;

use crate::privacy::catalogue::VendorId;

/// More names would be no tracker's; the website chooses how many there are.
const MOST: usize = 64;
/// Longer names are not learnt.
const LONGEST: usize = 256;

/// Whose a name is; `None` for the website's own.
type Names = HashMap<Box<[u8]>, Option<VendorId>>;

/// The names of one website, shared by all threads.
#[derive(Debug, Default)]
pub(in crate::privacy) struct DisguisedCookies {
    /// How often `names` changed.
    version: AtomicUsize,
    names: ArcSwap<Names>,
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
        self.names.load().get(name).copied().flatten()
    }

    /// Notes that a response set the cookie `name`: one of `vendor`, or of the website itself.
    pub(in crate::privacy) fn note(&self, name: &[u8], vendor: Option<VendorId>) {
        if self.version() == 0 && vendor.is_none() {
            return;
        }
        let names = self.names.load();
        let news = match (names.get(name), vendor) {
            (None, Some(_)) => names.len() < MOST && name.len() <= LONGEST,
            (Some(Some(_)), None) => true,
            (None | Some(None), None) | (Some(_), Some(_)) => false,
        };
        if news {
            self.names.rcu(|names| {
                let mut names = Names::clone(names);
                names.insert(name.into(), vendor);
                names
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
        let names = before.names.load();
        let known = names.iter().filter_map(|(name, vendor)| {
            let vendor = match vendor {
                Some(vendor) => Some(id(*vendor)?),
                None => None,
            };
            Some((name.clone(), vendor))
        });
        self.names.store(Arc::new(known.collect()));
        self.version.fetch_add(before.version(), Ordering::Release);
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
        cookies.note(b"_x1", Some(GATEWAY));
        assert_eq!(cookies.vendor(b"_x1"), Some(GATEWAY));
        assert_eq!(cookies.vendor(b"_x2"), None);
        let version = cookies.version();
        cookies.note(b"_x1", Some(GATEWAY));
        cookies.note(b"other", None);
        assert_eq!(cookies.version(), version, "nothing new");
    }

    #[test]
    fn what_the_website_sets_too_is_its_own_for_good() {
        let cookies = DisguisedCookies::default();
        cookies.note(b"app_session", Some(GATEWAY));
        let version = cookies.version();
        cookies.note(b"app_session", None);
        assert_ne!(cookies.version(), version);
        cookies.note(b"app_session", Some(GATEWAY));
        assert_eq!(cookies.vendor(b"app_session"), None);
    }

    #[test]
    fn a_website_can_teach_only_so_many_names() {
        let cookies = DisguisedCookies::default();
        for number in 0..1000 {
            cookies.note(format!("n{number}").as_bytes(), Some(GATEWAY));
        }
        cookies.note(&[b'n'; LONGEST + 1], Some(GATEWAY));
        assert_eq!(cookies.names.load().len(), MOST);
    }

    #[test]
    fn another_configuration_takes_over_what_it_still_knows() {
        let (before, after) = (DisguisedCookies::default(), DisguisedCookies::default());
        before.note(b"a", Some(GATEWAY));
        before.note(b"b", Some(VendorId(8)));
        after.take_over(&before, |id| (id == GATEWAY).then_some(VendorId(1)));
        assert_eq!(after.vendor(b"a"), Some(VendorId(1)));
        assert_eq!(after.vendor(b"b"), None);
    }
}
