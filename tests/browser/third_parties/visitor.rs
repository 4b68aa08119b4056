//! A browser that visits the website's pages in both ways, behind privet and bare, and what came
//! of each visit.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};

use super::{
    site::{self, BARE, BEHIND},
    world::{Contact, World},
};
use crate::{
    chromium::Chromium,
    gateway::{Gateway, Origin, eventually},
};

/// All purposes that need consent.
pub(super) const PURPOSES: [&str; 4] = ["functional", "analytics", "marketing", "media"];

/// Whom the browser itself calls, whatever the page.
const BROWSERS_OWN: [&str; 9] = [
    "accounts.google.com",
    "android.clients.google.com",
    "clients2.google.com",
    "clientservices.googleapis.com",
    "content-autofill.googleapis.com",
    "optimizationguide-pa.googleapis.com",
    "safebrowsing.googleapis.com",
    "start.duckduckgo.com",
    "update.googleapis.com",
];

/// What one visit to a page led to.
#[derive(Debug)]
pub(super) struct Visit {
    /// Who was contacted, in order of arrival.
    pub(super) contacts: Vec<Contact>,
    /// Whom the browser shook hands with.
    pub(super) names: BTreeSet<String>,
    /// Errors of scripts.
    pub(super) errors: Vec<String>,
    /// Why the page's text can't be seen; empty if it can.
    pub(super) hidden: String,
    /// Names of the cookies on the website, and on others as `host name`.
    pub(super) cookies: BTreeSet<String>,
}

impl Visit {
    /// Whom requests were sent to.
    pub(super) fn hosts(&self) -> BTreeSet<&str> {
        let hosts = self.contacts.iter().map(|contact| contact.host.as_str());
        hosts.collect()
    }

    /// The contacts in an order that does not depend on the network.
    pub(super) fn sorted(&self) -> Vec<Contact> {
        let mut contacts = self.contacts.clone();
        contacts.sort();
        contacts
    }
}

/// A browser, the website, privet in front of it and all vendors.
#[derive(Debug)]
pub(super) struct Visitor {
    pub(super) browser: Chromium,
    pub(super) world: World,
    pub(super) gateway: Gateway,
    _website: Origin,
}

impl Visitor {
    /// With `more` configuration.
    pub(super) fn arrive(more: &str) -> Self {
        Self::arrive_by(&[], more)
    }

    /// The same, with more arguments for the browser.
    pub(super) fn arrive_by(arguments: &[&str], more: &str) -> Self {
        let (world, website) = (World::start(), site::open());
        let upstream = website.url();
        let gateway = Gateway::start(&format!(
            "[[site]]\nhosts = [\"{BEHIND}\"]\nupstream = [\"{upstream}\"]\n{more}\n"
        ));
        let own = BROWSERS_OWN.map(|host| format!("MAP {host} ~NOTFOUND, "));
        let rules = format!(
            "--host-resolver-rules=MAP {BEHIND} {}, {}MAP * {}, EXCLUDE 127.0.0.1",
            gateway.https(),
            own.concat(),
            world.address
        );
        Self {
            browser: Chromium::with(&[&[rules.as_str()], arguments].concat()),
            world,
            gateway,
            _website: website,
        }
    }

    /// Forgets all cookies and stored responses.
    pub(super) fn start_afresh(&self) {
        self.browser
            .devtools("Network.clearBrowserCookies", &json!({}));
        self.browser
            .devtools("Network.clearBrowserCache", &json!({}));
    }

    /// The pair `privet_consent=…` of somebody who has just granted those purposes and refused all
    /// others.
    pub(super) fn consent_cookie(&self, granted: &[&str]) -> String {
        let refused = PURPOSES.into_iter().filter(|it| !granted.contains(it));
        let refused: Vec<&str> = refused.collect();
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let time = since.expect("after 1970").as_secs();
        format!(
            "privet_consent=policy=1&time={time}&granted={}&refused={}",
            granted.join("."),
            refused.join(".")
        )
    }

    /// Has granted those purposes and refused all others.
    pub(super) fn grant(&self, granted: &[&str]) {
        let cookie = self.consent_cookie(granted);
        let (_, value) = cookie.split_once('=').expect("a pair");
        let url = format!("https://{BEHIND}/");
        let cookie =
            json!({ "name": "privet_consent", "value": value, "url": url, "secure": true });
        self.browser.devtools("Network.setCookie", &cookie);
    }

    /// Goes to a page and waits until nothing happens any more.
    pub(super) fn visit(&self, host: &str, page: &str) -> Visit {
        self.browser.console();
        self.world.forget();
        self.browser.go(&format!("https://{host}/{page}"));
        self.outcome()
    }

    /// The same, and does not take it for the end while fewer than `expected` requests came and there is time:
    /// a slow machine may look quiet.
    pub(super) fn visit_for(&self, host: &str, page: &str, expected: usize) -> Visit {
        self.browser.console();
        self.world.forget();
        self.browser.go(&format!("https://{host}/{page}"));
        let deadline = Instant::now() + Duration::from_secs(5);
        while self.world.contacts().len() < expected && Instant::now() < deadline {
            self.settle();
        }
        self.outcome()
    }

    /// Answers privet's question by a form of the page that is open, and waits for what comes of it.
    pub(super) fn choose_on_the_page(&self, choice: &str) -> Visit {
        self.world.forget();
        let answer = self.browser.run_async(&format!(
            "const body = new URLSearchParams({{ choice: '{choice}' }}); \
             const headers = {{ Accept: 'application/json' }}; \
             fetch('/.privet/consent', {{ method: 'POST', body, headers }}) \
                .then(response => response.status, String).then(done)"
        ));
        assert_eq!(answer, 200, "the choice is taken");
        // privet.js looks when the page is looked at.
        self.browser.run("dispatchEvent(new Event('focus'))");
        self.outcome()
    }

    /// Goes back in the browser's history.
    pub(super) fn back(&self) {
        self.browser.run("history.back()");
    }

    /// Runs no script of any page from now on.
    pub(super) fn switch_scripts_off(&self) {
        let parameters = json!({ "value": true });
        self.browser
            .devtools("Emulation.setScriptExecutionDisabled", &parameters);
    }

    /// Goes to a page of which no script runs, and waits until all its elements are loaded.
    pub(super) fn load(&self, host: &str, page: &str) {
        self.world.forget();
        self.browser.go(&format!("https://{host}/{page}"));
    }

    /// Waits until nothing happens any more: what did.
    pub(super) fn outcome(&self) -> Visit {
        self.settle();
        let errors = self.browser.console().into_iter();
        let errors = errors.filter(|line| {
            line.contains("Uncaught") || line.contains("Error:") || line.contains("/.privet/")
        });
        Visit {
            contacts: self.world.contacts(),
            names: self.world.names(),
            errors: errors.collect(),
            hidden: self.hidden(),
            cookies: self.cookies(),
        }
    }

    /// Waits until the page's scripts have nothing left to do and nobody is asked for anything.
    pub(super) fn settle(&self) {
        // Some loaders wait for a twentieth of a second.
        let quiet = "const idle = () => new Promise(then => requestIdleCallback(then, { timeout: 100 })); \
            const later = () => new Promise(then => setTimeout(then, 60)); \
            idle().then(later).then(idle).then(() => done(document.readyState))";
        let mut before = usize::MAX;
        eventually("the page is quiet", || {
            let state = self.browser.try_run_async(quiet);
            let count = self.world.count();
            let is_quiet = state == Some(json!("complete")) && count == before;
            before = count;
            is_quiet.then_some(())
        });
    }

    /// Why nobody sees the page's last line.
    fn hidden(&self) -> String {
        let reasons = self.browser.run(
            "const end = document.getElementById('end'); if (!end) return 'it is not there'; \
             const found = []; \
             for (let element = end; element; element = element.parentElement) { \
               const style = getComputedStyle(element); \
               if (style.opacity < 1) found.push(`opacity ${style.opacity} of ${element.localName}`); \
               if (style.visibility != 'visible') found.push(`${element.localName} ${style.visibility}`); \
               if (style.display == 'none') found.push(`${element.localName} is not displayed`); } \
             return found.join(', ')",
        );
        reasons.as_str().expect("text").to_owned()
    }

    /// See [`Visit::cookies`].
    fn cookies(&self) -> BTreeSet<String> {
        let all = self.browser.devtools("Storage.getCookies", &json!({}));
        let all = all["cookies"].as_array().expect("a list").iter();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        all.map(|cookie| (text(&cookie["domain"]), text(&cookie["name"])))
            .map(|(domain, name)| match domain.trim_start_matches('.') {
                BEHIND | BARE => name,
                domain => format!("{domain} {name}"),
            })
            .filter(|name| name != "privet_consent")
            .collect()
    }
}

/// Whom a page makes a browser contact, by what it takes: `tests/data/pages.tsv`.
pub(super) fn claims() -> BTreeMap<String, Vec<Claim>> {
    let table = include_str!("../../data/pages.tsv");
    let mut claims = BTreeMap::<String, Vec<Claim>>::new();
    for row in table.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&'static str> = row.split('\t').collect();
        let [page, vendor, purposes, hosts] = columns[..] else {
            panic!("four columns: {row}");
        };
        claims.entry(page.to_owned()).or_default().push(Claim {
            vendor,
            purposes: purposes.split(' ').collect(),
            hosts: hosts.split(' ').collect(),
        });
    }
    claims
}

/// What one vendor does on a page.
#[derive(Debug)]
pub(super) struct Claim {
    /// As the catalogue calls it.
    pub(super) vendor: &'static str,
    /// All of them are needed.
    pub(super) purposes: Vec<&'static str>,
    /// Who is contacted then.
    pub(super) hosts: Vec<&'static str>,
}
