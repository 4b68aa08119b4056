//! Which calls of a response's fields this visitor refuses.

use super::without::without_refused;
use crate::privacy::{
    catalogue::VendorId, consent::Consent, field_lines::FieldLines, policy::Policy,
};

impl Policy {
    /// Takes out of a response's fields what would make this visitor's browser contact a vendor
    /// without consent. Returns each such vendor, with the host.
    pub fn silence(&self, fields: &mut FieldLines, consent: &Consent) -> Vec<(VendorId, String)> {
        if !self.enforces() || !self.third_parties().gate {
            return Vec::new();
        }
        without_refused(fields, &|url| {
            let host = host(url)?;
            let (vendor, _) = self.catalogue().host(&host)?;
            (!self.allows_vendor(vendor, consent)).then_some((vendor, host))
        })
    }
}

/// The host of a URL that names one (URL Standard §4.4), lower case.
fn host(url: &[u8]) -> Option<String> {
    let text: String = String::from_utf8_lossy(url)
        .chars()
        .filter(|character| !character.is_control())
        .collect();
    let text = text.trim().replace('\\', "/");
    let rest = match text.split_once(':') {
        Some((scheme, rest)) if ["http", "https"].contains(&&*scheme.to_ascii_lowercase()) => rest,
        _ => text.strip_prefix("//")?,
    };
    let authority = rest.trim_start_matches('/').split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    Some(host.trim_end_matches('.').to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_found_in_any_spelling() {
        for (url, expected) in [
            ("https://V.example/a", Some("v.example")),
            (" //v.example:8443?x", Some("v.example")),
            ("HTTPS:\\\\u@v.example./", Some("v.example")),
            ("ht\ttps:v.example#a", Some("v.example")),
            ("/a//v.example", None),
            ("data:,//v.example", None),
            ("a", None),
        ] {
            assert_eq!(host(url.as_bytes()).as_deref(), expected, "{url}");
        }
    }
}
