//! Which calls of a response's fields this visitor refuses.

use super::without::without_refused;
use crate::privacy::{
    consent::Consent,
    field_lines::FieldLines,
    policy::{Policy, Stripped},
    third_parties::{
        judge::{Judge, looks_at_own},
        url::{Base, Reference, cleaned},
    },
};

impl Policy {
    /// Takes out of a response's fields, to a request for `host`, what would make this visitor's
    /// browser contact somebody refused. Returns whom, each with the host.
    pub fn silence(
        &self,
        fields: &mut FieldLines,
        host: &str,
        consent: &Consent,
    ) -> Vec<(Stripped, String)> {
        if !self.enforces() || !self.third_parties().gate {
            return Vec::new();
        }
        let base = Base::of_host(host);
        let judge = Judge {
            policy: self,
            consent,
            host,
            base: &base,
            looks_at_own: looks_at_own(self, host, &base),
            depth: 0,
        };
        without_refused(fields, &|url| {
            let whose = judge.url(url)?;
            let host = match base.read(&cleaned(url)) {
                Reference::Absolute(location) => location.host.into_owned(),
                _ => host.to_owned(),
            };
            Some((whose, host))
        })
    }
}

#[cfg(test)]
mod tests {
    use http::header;

    use crate::privacy::{
        cookies::CookieDecision,
        field_lines::FieldLines,
        field_value::FieldValue,
        purpose::Purpose,
        third_parties::{
            rules::{ThirdPartyRules, UnknownHosts},
            test_pages::policy,
        },
    };

    #[test]
    fn fields_are_judged_as_pages_are() {
        let host = "www.example.com";
        for (unknown_hosts, granted, url, is_kept) in [
            (
                UnknownHosts::Leave,
                &[][..],
                "https://static.heat.example/x",
                false,
            ),
            (
                UnknownHosts::Leave,
                &[Purpose::Analytics],
                "https://static.heat.example/x",
                true,
            ),
            (
                UnknownHosts::Leave,
                &[],
                "https://cdn.other.example/x",
                true,
            ),
            (
                UnknownHosts::Gate,
                &[],
                "https://cdn.other.example/x",
                false,
            ),
            (
                UnknownHosts::Gate,
                &[Purpose::Marketing],
                "https://cdn.other.example/x",
                true,
            ),
            (UnknownHosts::Gate, &[], "https://cdn.example.com/x", true),
            (
                UnknownHosts::Gate,
                &[],
                "https://stats.example.com/x",
                false,
            ),
            (UnknownHosts::Gate, &[], "/x", true),
        ] {
            let rules = ThirdPartyRules {
                unknown_hosts,
                ..ThirdPartyRules::default()
            };
            let policy = policy(granted, rules);
            let decision = CookieDecision::new(&FieldLines::default(), host, &policy, 0);
            let value = format!("<{url}>; rel=preload");
            let value = FieldValue::try_from(value).expect("a value");
            let mut fields: FieldLines = [(header::LINK, value)].into_iter().collect();
            let calls = policy.silence(&mut fields, host, &decision.consent);
            assert_eq!(fields.iter().count(), usize::from(is_kept), "{url}");
            assert_eq!(calls.is_empty(), is_kept, "{url}");
        }
    }
}
