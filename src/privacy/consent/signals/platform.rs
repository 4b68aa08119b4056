//! The consent platforms that are known: a new one is a file beside this one and a line here.

use super::{
    super::super::purpose::Purposes,
    answers::Outcome,
    axeptio, borlabs, civic, complianz, cookie_law_info, cookie_notice, cookiebot, cookieconsent,
    cookiescript, cookieyes, didomi, drupal,
    iab::{gpp, tcf, us_opt_outs, us_privacy},
    iubenda,
    jar::Cookies,
    klaro, mirror, moove, onetrust, orejime, shopify, tarteaucitron, trustarc,
    vanilla_cookieconsent,
};

/// A consent platform, by its place in the table.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct PlatformId(u8);

struct Platform {
    /// As `consent.signals` names it.
    name: &'static str,
    /// Patterns of its cookies' names; the operator may rename the first.
    cookies: &'static [&'static str],
    decode: fn(&Cookies<'_>) -> Outcome,
    /// What one of its groups is for, unless the operator says otherwise.
    purposes: fn(&str) -> Purposes,
}

const fn platform(
    name: &'static str,
    cookies: &'static [&'static str],
    decode: fn(&Cookies<'_>) -> Outcome,
    purposes: fn(&str) -> Purposes,
) -> Platform {
    Platform {
        name,
        cookies,
        decode,
        purposes,
    }
}

/// In the order in which they are asked by default.
#[rustfmt::skip]
const PLATFORMS: &[Platform] = &[
    platform("tcf", tcf::COOKIES, tcf::decode, tcf::purposes),
    platform("gpp", gpp::COOKIES, gpp::decode, us_opt_outs::purposes),
    platform("us-privacy", us_privacy::COOKIES, us_privacy::decode, us_opt_outs::purposes),
    platform("onetrust", onetrust::COOKIES, onetrust::decode, onetrust::purposes),
    platform("cookiebot", cookiebot::COOKIES, cookiebot::decode, cookiebot::purposes),
    platform("cookieyes", cookieyes::COOKIES, cookieyes::decode, cookieyes::purposes),
    platform("cookie-law-info", cookie_law_info::COOKIES, cookie_law_info::decode, cookie_law_info::purposes),
    platform("complianz", complianz::COOKIES, complianz::decode, complianz::purposes),
    platform("borlabs", borlabs::COOKIES, borlabs::decode, borlabs::purposes),
    platform("didomi", didomi::COOKIES, didomi::decode, didomi::purposes),
    platform("iubenda", iubenda::COOKIES, iubenda::decode, iubenda::purposes),
    platform("trustarc", trustarc::COOKIES, trustarc::decode, trustarc::purposes),
    platform("civic", civic::COOKIES, civic::decode, civic::purposes),
    platform("axeptio", axeptio::COOKIES, axeptio::decode, axeptio::purposes),
    platform("cookiescript", cookiescript::COOKIES, cookiescript::decode, cookiescript::purposes),
    platform("shopify", shopify::COOKIES, shopify::decode, shopify::purposes),
    platform("klaro", klaro::COOKIES, klaro::decode, klaro::purposes),
    platform("orejime", orejime::COOKIES, orejime::decode, orejime::purposes),
    platform("tarteaucitron", tarteaucitron::COOKIES, tarteaucitron::decode, tarteaucitron::purposes),
    platform("vanilla-cookieconsent", vanilla_cookieconsent::COOKIES, vanilla_cookieconsent::decode, vanilla_cookieconsent::purposes),
    platform("cookieconsent", cookieconsent::COOKIES, cookieconsent::decode, cookieconsent::purposes),
    platform("cookie-notice", cookie_notice::COOKIES, cookie_notice::decode, cookie_notice::purposes),
    platform("moove", moove::COOKIES, moove::decode, moove::purposes),
    platform("drupal", drupal::COOKIES, drupal::decode, drupal::purposes),
    platform("mirror", mirror::COOKIES, mirror::decode, mirror::purposes),
];

impl PlatformId {
    /// Every platform, in the order in which they are asked by default.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..).take(PLATFORMS.len()).map(Self)
    }

    /// The platform of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|platform| platform.name() == name)
    }

    fn get(self) -> Option<&'static Platform> {
        PLATFORMS.get(usize::from(self.0))
    }

    /// The name in `consent.signals`.
    pub fn name(self) -> &'static str {
        self.get().map_or("", |platform| platform.name)
    }

    /// Patterns of its cookies' names; the operator may rename the first.
    pub fn cookies(self) -> &'static [&'static str] {
        self.get().map_or(&[], |platform| platform.cookies)
    }

    /// Reads its cookies.
    pub(super) fn decode(self, cookies: &Cookies<'_>) -> Outcome {
        self.get()
            .map_or(Outcome::Absent, |platform| (platform.decode)(cookies))
    }

    /// What one of its groups is for, unless the operator says otherwise.
    pub(super) fn purposes(self, group: &str) -> Purposes {
        self.get()
            .map_or(Purposes::NONE, |platform| (platform.purposes)(group))
    }
}

#[cfg(test)]
pub(super) mod testing {
    //! What tests of the platforms share.

    use std::{sync::Arc, time::Duration};

    use http::header;

    use super::*;
    use crate::privacy::{
        catalogue::Catalogue,
        consent::{
            policy::ConsentPolicy,
            signals::{Mapping, Reading},
        },
        field_lines::FieldLines,
        field_value::FieldValue,
        purpose::Purpose,
        rules::{ConsentRules, PlatformRules, Signal},
    };

    /// When all of it happens.
    const NOW: i64 = 1_795_460_000;

    /// What the platform `name` makes of a `Cookie` field.
    pub(in crate::privacy::consent::signals) fn outcome(name: &str, cookies: &str) -> Outcome {
        let cookies = FieldValue::try_from(cookies).expect("a value");
        outcome_of(name, None, cookies)
    }

    fn outcome_of(name: &str, renamed: Option<&str>, cookies: FieldValue) -> Outcome {
        let platform = PlatformId::from_name(name).expect("a platform");
        let mut fields = FieldLines::default();
        fields.push(header::COOKIE, cookies);
        let mut rules = PlatformRules::new(platform);
        rules.cookie = renamed.map(str::to_owned);
        let rules = ConsentRules {
            signals: vec![Signal::Platform(platform)],
            platforms: vec![rules],
            default: Purposes::NECESSARY,
            gpc: Purposes::NONE,
            dnt: Purposes::NONE,
            policy_version: "1".to_owned(),
            lifetime: Duration::from_secs(86_400),
            banner: false,
            clear_site_data: Vec::new(),
        };
        let catalogue = Catalogue::new(Vec::new(), Vec::new());
        let readings = ConsentPolicy::new(rules, Arc::new(catalogue)).readings(&fields, NOW);
        let first = readings.into_iter().next();
        first.map_or(Outcome::Absent, |reading| reading.outcome)
    }

    /// What that means, by the platform's defaults; `None` for no answer.
    pub(in crate::privacy::consent::signals) fn reading(
        name: &str,
        cookies: &str,
        catalogue: &Catalogue,
    ) -> Option<Reading> {
        reading_of(name, &outcome(name, cookies), catalogue)
    }

    fn reading_of(name: &str, outcome: &Outcome, catalogue: &Catalogue) -> Option<Reading> {
        let platform = PlatformId::from_name(name).expect("a platform");
        let Outcome::Answered(answers) = outcome else {
            return None;
        };
        let rules = PlatformRules::new(platform);
        Some(Mapping::new(&rules, catalogue).apply(answers, catalogue))
    }

    /// The purposes that are granted, by the platform's defaults; `None` for no answer.
    pub(in crate::privacy::consent::signals) fn granted(
        name: &str,
        cookies: &str,
    ) -> Option<String> {
        let reading = reading_of(name, &outcome(name, cookies), &nobody())?;
        Some(names(&reading))
    }

    /// The same, where the website calls the platform's main cookie `own`.
    pub(in crate::privacy::consent::signals) fn renamed(
        name: &str,
        own: &str,
        cookies: &str,
    ) -> Option<String> {
        let cookies = FieldValue::try_from(cookies).expect("a value");
        let outcome = outcome_of(name, Some(own), cookies);
        Some(names(&reading_of(name, &outcome, &nobody())?))
    }

    fn names(reading: &Reading) -> String {
        let names = reading.granted.iter().map(Purpose::name);
        names.collect::<Vec<_>>().join(",")
    }

    fn nobody() -> Catalogue {
        Catalogue::new(Vec::new(), Vec::new())
    }

    /// Whether any `bytes`, and the first `cut` bytes of the granting value `whole`, grant nothing
    /// that `whole` does not.
    pub(in crate::privacy::consent::signals) fn grants_no_more_than(
        name: &str,
        cookie: &str,
        whole: &str,
        bytes: &[u8],
        cut: usize,
    ) {
        let granted = |value: &[u8]| {
            let cookies = [cookie.as_bytes(), b"=", value].concat();
            let cookies = FieldValue::from_bytes(&cookies).ok()?;
            let outcome = outcome_of(name, None, cookies);
            Some(reading_of(name, &outcome, &nobody())?.granted)
        };
        let most = granted(whole.as_bytes()).expect("an answer");
        for value in [bytes, whole.as_bytes().get(..cut).expect("within")] {
            let more = granted(value).unwrap_or_default().difference(most);
            assert!(more.is_empty(), "{value:?} grants {more:?}");
        }
    }
}
