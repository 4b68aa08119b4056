//! Which calls of a response's fields this visitor refuses.

use super::without::without_refused;
use crate::privacy::{
    catalogue::VendorId,
    consent::Consent,
    field_lines::FieldLines,
    policy::Policy,
    third_parties::url::{Base, Reference, cleaned},
};

impl Policy {
    /// Takes out of a response's fields, to a request for `host`, what would make this visitor's
    /// browser contact a vendor without consent. Returns each such vendor, with the host.
    pub fn silence(
        &self,
        fields: &mut FieldLines,
        host: &str,
        consent: &Consent,
    ) -> Vec<(VendorId, String)> {
        if !self.enforces() || !self.third_parties().gate {
            return Vec::new();
        }
        let base = Base::of_host(host);
        without_refused(fields, &|url| {
            let url = cleaned(url);
            let Reference::Absolute(location) = base.read(&url) else {
                return None;
            };
            let claim = self
                .catalogue()
                .hosts()
                .find(&location.host, &location.target())?;
            let vendor = claim.vendor;
            (!self.allows_vendor(vendor, consent)).then(|| (vendor, location.host.into_owned()))
        })
    }
}
