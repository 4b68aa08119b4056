//! Where vendors may have their seat: the EEA, and what the Commission decided about others.
//!
//! GDPR Chapter V: personal data may leave the EEA for a country with an adequacy decision (Art. 45)
//! without more. State of November 2026; the decision and its day stand with each country.

use super::AllowedCountry;
use crate::privacy::rules::Vendor;

/// The European Economic Area: the EU, Iceland, Liechtenstein and Norway.
const EEA: [&str; 30] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS",
    "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// An adequacy decision under GDPR Art. 45, or under Directive 95/46/EC and still in force (Art. 45
/// (9); all of those confirmed by COM(2024) 7 of 2024-01-15).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AdequacyDecision {
    country: &'static str,
    /// Its number, and what it is limited to.
    pub number: &'static str,
    /// Its day, as `2026-11-24`.
    pub date: &'static str,
}

const fn decision(
    country: &'static str,
    number: &'static str,
    date: &'static str,
) -> AdequacyDecision {
    AdequacyDecision {
        country,
        number,
        date,
    }
}

const DECISIONS: [AdequacyDecision; 15] = [
    decision("AD", "2010/625/EU", "2010-10-19"),
    decision("AR", "2003/490/EC", "2003-06-30"),
    decision("BR", "announced, number not known", "2026-01-27"),
    decision("CA", "2002/2/EC, for recipients under PIPEDA", "2001-12-20"),
    decision("CH", "2000/518/EC", "2000-07-26"),
    decision("FO", "2010/146/EU", "2010-03-05"),
    decision("GB", "(EU) 2021/1772, renewed 2025-12-19", "2021-06-28"),
    decision("GG", "2003/821/EC", "2003-11-21"),
    decision("IL", "2011/61/EU", "2011-01-31"),
    decision("IM", "2004/411/EC", "2004-04-28"),
    decision("JE", "2008/393/EC", "2008-05-08"),
    decision("JP", "(EU) 2019/419, private sector", "2019-01-23"),
    decision("KR", "(EU) 2022/254", "2021-12-17"),
    decision("NZ", "2013/65/EU", "2012-12-19"),
    decision("UY", "2012/484/EU", "2012-08-21"),
];

/// The EU-US Data Privacy Framework: only for organisations on its list.
const FRAMEWORK: AdequacyDecision = decision(
    "US",
    "(EU) 2023/1795, for organisations of the Data Privacy Framework",
    "2023-07-10",
);

/// Why data may go where a vendor sits, without more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TransferBasis {
    /// It does not leave the EEA.
    Eea,
    /// The Commission decided that the country protects it well enough.
    Adequacy(AdequacyDecision),
}

/// Why data may go where `vendor` sits; `None` if nothing is known that allows it.
pub fn transfer_basis(vendor: &Vendor) -> Option<TransferBasis> {
    let country = vendor.country.as_deref()?;
    if EEA.contains(&country) {
        return Some(TransferBasis::Eea);
    }
    if country == FRAMEWORK.country {
        let listed = vendor.marks.adequate.is_some();
        return listed.then_some(TransferBasis::Adequacy(FRAMEWORK));
    }
    let decided = DECISIONS
        .iter()
        .find(|decision| decision.country == country);
    decided.copied().map(TransferBasis::Adequacy)
}

/// Whether `vendor` sits where the operator allows. Where it sits nobody knows, that is no, unless
/// it needs no consent: then it is software that the website runs by itself.
pub(in crate::privacy) fn is_allowed(vendor: &Vendor, allowed: &[AllowedCountry]) -> bool {
    let Some(country) = vendor.country.as_deref() else {
        return vendor.purpose == crate::privacy::purpose::Purpose::Necessary;
    };
    let basis = transfer_basis(vendor);
    allowed.iter().any(|allowed| match allowed {
        AllowedCountry::Eea => basis == Some(TransferBasis::Eea),
        AllowedCountry::Adequate => matches!(basis, Some(TransferBasis::Adequacy(_))),
        AllowedCountry::Country(code) => code == country,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::{Purpose, VendorMarks};

    fn vendor(purpose: Purpose, country: Option<&str>, adequate: Option<&str>) -> Vendor {
        Vendor {
            name: "V".to_owned(),
            purpose,
            country: country.map(str::to_owned),
            iab_vendor: None,
            cookies: Vec::new(),
            hosts: Vec::new(),
            paths: Vec::new(),
            policy: None,
            marks: VendorMarks {
                adequate: adequate.map(str::to_owned),
                ..VendorMarks::default()
            },
        }
    }

    #[test]
    fn a_vendor_sits_where_the_operator_allows_or_not() {
        use AllowedCountry::{Adequate, Country, Eea};
        let sg = || Country("SG".to_owned());
        for (country, month, allowed, expected) in [
            (Some("FR"), None, vec![Eea], true),
            (Some("NO"), None, vec![Eea], true),
            (Some("CH"), None, vec![Eea], false),
            (Some("CH"), None, vec![Eea, Adequate], true),
            (Some("FR"), None, vec![Adequate], false),
            (Some("US"), None, vec![Eea, Adequate], false),
            (Some("US"), Some("2026-11"), vec![Eea, Adequate], true),
            (Some("US"), Some("2026-11"), vec![Eea], false),
            (Some("IN"), Some("2026-11"), vec![Eea, Adequate], false),
            (Some("SG"), None, vec![Eea, sg()], true),
            (Some("SG"), None, vec![Eea, Adequate], false),
            (None, None, vec![Eea, Adequate, sg()], false),
        ] {
            let vendor = vendor(Purpose::Analytics, country, month);
            assert_eq!(is_allowed(&vendor, &allowed), expected, "{vendor:?}");
        }
    }

    #[test]
    fn what_the_website_runs_by_itself_sits_nowhere() {
        let own = vendor(Purpose::Necessary, None, None);
        assert!(is_allowed(&own, &[AllowedCountry::Eea]));
        let abroad = vendor(Purpose::Necessary, Some("CN"), None);
        assert!(!is_allowed(&abroad, &[AllowedCountry::Eea]));
    }

    #[test]
    fn no_country_is_listed_twice() {
        let mut codes: Vec<&str> = DECISIONS.iter().map(|decision| decision.country).collect();
        codes.extend(EEA);
        codes.push(FRAMEWORK.country);
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all);
    }
}
