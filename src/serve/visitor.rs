//! A visitor's connection as its requests see it: whose it is, and what may be known of that.

use std::{
    cell::RefCell,
    rc::Rc,
    sync::{Arc, Weak},
};

use super::{
    keys::KeyEpoch,
    snapshot::{Compiled, Site},
    worker::Worker,
};
use crate::privacy::{
    AddressRule, ClientAddr, CookieDecision, CookieMemory, FieldLines, FieldValue, MinimisedAddr,
    PseudonymKey, PseudonymReader,
};

/// See the module.
#[derive(Debug)]
pub(crate) struct Visitor {
    pub(super) worker: Rc<Worker>,
    peer: ClientAddr,
    /// `TLSv1.3` and the like, for the log.
    pub(super) tls: Option<&'static str>,
    /// What the last request found; nearly always the same for the next one.
    last: RefCell<Option<(Derivation, Identity)>>,
    cookies: RefCell<SiteMemory>,
}

/// What was decided on cookies under one policy: that of a site, by its place in a configuration.
#[derive(Debug, Default)]
struct SiteMemory {
    compiled: Weak<Compiled>,
    site: usize,
    cookies: CookieMemory,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Derivation {
    client: ClientAddr,
    rule: AddressRule,
    epoch: KeyEpoch,
}

/// Whose request it is, in full for decisions and minimised for readers.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    pub(super) client: ClientAddr,
    /// `X-Forwarded-For`.
    pub(super) forwarded_for: Option<FieldValue>,
    /// For the access log.
    pub(super) logged: Option<MinimisedAddr>,
}

impl Identity {
    /// What `rule` lets readers know of `client`.
    pub(super) fn new(client: ClientAddr, rule: &AddressRule, key: &PseudonymKey) -> Self {
        let minimise = |reader| rule.minimise(client, key, reader);
        Self {
            client,
            forwarded_for: minimise(PseudonymReader::Website)
                .and_then(|address| FieldValue::try_from(address.to_string()).ok()),
            logged: minimise(PseudonymReader::Log),
        }
    }
}

impl Visitor {
    /// A connection from `peer`, which may be a trusted proxy.
    pub(crate) fn new(worker: Rc<Worker>, peer: ClientAddr, tls: Option<&'static str>) -> Self {
        Self {
            worker,
            peer,
            tls,
            last: RefCell::new(None),
            cookies: RefCell::default(),
        }
    }

    /// What becomes of a request's cookies; what was last decided for that site of that
    /// configuration is recalled where it still holds. `now` is in seconds since 1970.
    pub(super) fn decide(
        &self,
        fields: &FieldLines,
        host: &str,
        compiled: &Arc<Compiled>,
        (index, site): (usize, &Site),
        now: i64,
    ) -> Rc<CookieDecision> {
        let mut memory = self.cookies.borrow_mut();
        // The weak reference keeps the address from being used again.
        let same = std::ptr::eq(memory.compiled.as_ptr(), Arc::as_ptr(compiled));
        if !same || memory.site != index {
            *memory = SiteMemory {
                compiled: Arc::downgrade(compiled),
                site: index,
                cookies: CookieMemory::default(),
            };
        }
        memory.cookies.decide(fields, host, &site.policy, now)
    }

    /// Whose request one with those fields is. `now` is in seconds since 1970.
    pub(super) fn identify(
        &self,
        fields: &FieldLines,
        compiled: &Compiled,
        site: &Site,
        now: i64,
    ) -> Identity {
        let derived = compiled.trusted.derive(self.peer, fields);
        if derived.malformed {
            self.worker
                .metrics()
                .malformed(crate::metrics::Malformed::Forwarded);
        }
        let rule = *site.policy.address_rule();
        let epoch = KeyEpoch::at(now, rule.pseudonym_rotation);
        let derivation = Derivation {
            client: derived.client,
            rule,
            epoch,
        };
        let mut last = self.last.borrow_mut();
        match &*last {
            Some((from, identity)) if *from == derivation => identity.clone(),
            _ => {
                let key = self.worker.keys().current(rule.pseudonym_rotation, epoch);
                let identity = Identity::new(derived.client, &rule, &key);
                *last = Some((derivation, identity.clone()));
                identity
            }
        }
    }
}
