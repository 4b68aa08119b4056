//! The gate alone, without a network in between, so that a page can be parted anywhere.

use std::{path::Path, rc::Rc, sync::Arc};

use privet::{
    config::{parse, vendors_from_catalogue},
    privacy::{
        BUILT_IN_CATALOGUE, Catalogue, CookieDecision, FieldLines, PageContext, PageGate, Policy,
        Syntax,
    },
};

use crate::gate::{ADDRESS, VENDORS};

/// The gate of a website and a visitor who granted some purposes.
pub(crate) struct Gate {
    policy: Policy,
    context: PageContext,
}

impl Gate {
    /// `granted` is a list such as `analytics.media`.
    pub(crate) fn new(granted: &str) -> Self {
        let granted: Vec<&str> = granted.split('.').filter(|it| !it.is_empty()).collect();
        let granted = [vec!["necessary"], granted].concat();
        let text = format!(
            "[[site]]\nhosts = [\"www.example.com\"]\nupstream = \"demo\"\n\
             [site.consent]\ndefault = {granted:?}\n{VENDORS}"
        );
        let loaded = parse(&text, Path::new("proxy.toml"), &|_| None);
        let config = loaded.unwrap_or_else(|report| panic!("{report}")).config;
        let built_in = vendors_from_catalogue(BUILT_IN_CATALOGUE).expect("the catalogue");
        let catalogue = Catalogue::new(built_in, config.vendors.clone());
        let policy = Policy::new(config.sites[0].policy_rules(), None, Arc::new(catalogue));
        let host = "www.example.com";
        let decision = CookieDecision::new(&FieldLines::default(), host, &policy, 0);
        let context = PageContext {
            host: host.into(),
            base: ADDRESS.into(),
            cookies: Rc::new(decision),
            syntax: Syntax::Html,
            memory: 64 * 1024,
            nonce: None,
            frame_names: "f".into(),
            is_document: true,
            applies: true,
        };
        Self { policy, context }
    }

    /// What comes out for a page in these pieces.
    pub(crate) fn pass<'a>(&self, pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
        let mut gate = PageGate::new(self.context.clone());
        let mut out = Vec::new();
        for piece in pieces {
            gate.write(&self.policy, piece, &mut out).expect("readable");
        }
        gate.end(&self.policy, &mut out).expect("readable");
        out
    }

    /// The same for text in one piece.
    pub(crate) fn html(&self, page: &str) -> String {
        String::from_utf8(self.pass([page.as_bytes()])).expect("UTF-8, as it was")
    }
}
