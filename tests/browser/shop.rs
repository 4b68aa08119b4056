//! The bundled website behind privet, with a browser in front.

use std::collections::BTreeSet;

use crate::{
    chromium::Chromium,
    gateway::{Gateway, process::Port},
};

/// What the shop itself needs.
pub(crate) const OWN: [&str; 5] = ["cart", "csrf", "lang", "sid", "theme"];

/// The trackers' cookies that every page of the shop sets, with the purpose of each.
pub(crate) const TRACKERS: [(&str, &str); 24] = [
    ("_ga", "analytics"),
    ("_gid", "analytics"),
    ("_ga_7QK2M9XW4T", "analytics"),
    ("_gcl_au", "marketing"),
    ("_hjSessionUser_3141592", "analytics"),
    ("_hjSession_3141592", "analytics"),
    ("_vwo_uuid", "analytics"),
    ("_vwo_uuid_v2", "analytics"),
    ("_vis_opt_s", "analytics"),
    ("__adroll_fpc", "marketing"),
    ("__ar_v4", "marketing"),
    ("_fbp", "marketing"),
    ("li_fat_id", "marketing"),
    ("bcookie", "marketing"),
    ("UserMatchHistory", "marketing"),
    ("VISITOR_INFO1_LIVE", "media"),
    ("YSC", "media"),
    ("_ttp", "marketing"),
    ("_uetsid", "marketing"),
    ("_uetvid", "marketing"),
    ("_clck", "analytics"),
    ("_clsk", "analytics"),
    ("_pin_unauth", "marketing"),
    ("_derived_epik", "marketing"),
];

/// privet in front of the shop.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) gateway: Gateway,
    /// Where `down.test` should be and nobody listens.
    _nobody: Port,
}

impl Shop {
    /// Opens at `shop.test` and `www.shop.test`, with a website that is down at `down.test`.
    pub(crate) fn open() -> Self {
        let nobody = Port::reserve();
        let config = format!(
            r#"
            [[site]]
            hosts = ["shop.test", "*.shop.test"]
            upstream = "demo"

            [[site]]
            hosts = ["down.test"]
            upstream = ["http://{}"]

            [[vendor]]
            name = "Example Metrics"
            purpose = "analytics"
            country = "NL"
            cookies = [{{ name = "_xm_*", max_lifetime = "30 days" }}]
            hosts = ["metrics.example.net"]
            paths = ["/stats/xm/*"]
            policy = "https://metrics.example.net/privacy"
            "#,
            nobody.address
        );
        Self {
            gateway: Gateway::start(&config),
            _nobody: nobody,
        }
    }

    /// An address on the shop.
    pub(crate) fn url(&self, path: &str) -> String {
        self.at("shop.test", path)
    }

    /// An address on any website of this machine.
    pub(crate) fn at(&self, host: &str, path: &str) -> String {
        format!("https://{host}:{}{path}", self.gateway.https().port())
    }

    /// Goes to the privacy centre and presses a button there.
    pub(crate) fn choose(&self, visitor: &Chromium, choice: &str) {
        visitor.go(&self.url("/.privet/"));
        visitor.follow(&format!("button[value='{choice}']"));
    }
}

/// The shop's own cookies, and of the trackers those of `purposes`.
pub(crate) fn expected(purposes: &[&str]) -> BTreeSet<String> {
    let trackers = TRACKERS
        .iter()
        .filter(|(_, purpose)| purposes.contains(purpose));
    let trackers = trackers.map(|(name, _)| *name);
    OWN.into_iter().chain(trackers).map(str::to_owned).collect()
}

/// The same with privet's own cookie, as after any choice.
pub(crate) fn expected_after_choice(purposes: &[&str]) -> BTreeSet<String> {
    let mut names = expected(purposes);
    names.insert("privet_consent".to_owned());
    names
}
