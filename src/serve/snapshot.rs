//! The configuration as requests see it: compiled once, swapped as a whole. A request keeps the
//! snapshot that it began with.

use std::{cell::RefCell, collections::HashMap, rc::Rc, sync::Arc};

use rustls::ClientConfig;

use super::{
    page::{Compressor, KnownPages},
    third_parties::ContentPolicies,
};
use crate::{
    config::options::{self, Config, Limits, Server},
    http1::HeadLimits,
    ledger::Ledger,
    metrics::{StripCounters, StripTable},
    privacy::{Catalogue, Consent, FieldValue, Policy, Purpose, TrustedProxies, VendorId},
    site::SiteTable,
    upstream::{Endpoint, SendContext, Upstream},
};

/// What all workers share of one configuration.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) table: SiteTable,
    pub(crate) sites: Vec<Site>,
    pub(crate) trusted: TrustedProxies,
    pub(crate) limits: Limits,
    pub(crate) head_limits: HeadLimits,
    pub(crate) send: SendContext,
    pub(crate) public_https_port: u16,
    pub(crate) proxy_protocol: bool,
    pub(crate) strip_table: Arc<StripTable>,
    pub(crate) catalogue: Arc<Catalogue>,
    /// Records of consent, if they are kept.
    pub(crate) ledger: Option<Arc<Ledger>>,
    trust: Option<Arc<ClientConfig>>,
}

/// One website.
#[derive(Debug)]
pub(crate) struct Site {
    /// Its first host, as logs and metrics name it.
    pub(crate) name: Arc<str>,
    /// Its hosts, as in the configuration.
    pub(crate) hosts: Vec<String>,
    pub(crate) policy: Policy,
    upstream: options::Upstream,
    /// The vendor whose server stands behind it: all requests are the vendor's.
    pub(crate) vendor: Option<VendorId>,
}

impl Site {
    /// Whether the bundled website answers.
    pub(crate) fn is_demo(&self) -> bool {
        self.upstream == options::Upstream::Demo
    }

    /// Whether requests of `vendor` are answered by privet for this visitor.
    pub(super) fn refuses(&self, vendor: VendorId, consent: &Consent) -> bool {
        self.policy.enforces() && !self.policy.allows_vendor(vendor, consent)
    }
}

/// The vendor whose host the website's server is. Who serves it as a necessity, as a host of
/// websites, is none.
pub(crate) fn vendor_behind(
    upstream: &options::Upstream,
    catalogue: &Catalogue,
) -> Option<VendorId> {
    let options::Upstream::Servers(servers) = upstream else {
        return None;
    };
    let found = servers
        .iter()
        .find_map(|server| catalogue.host(&server.host, "/"));
    let (id, _) = found?;
    let vendor = catalogue.vendor(id)?;
    (vendor.purpose != Purpose::Necessary).then_some(id)
}

impl Compiled {
    /// Compiles a validated configuration. `trust` is for websites behind `https://`.
    pub(crate) fn new(
        config: &Config,
        catalogue: &Arc<Catalogue>,
        trust: Option<Arc<ClientConfig>>,
        ledger: Option<Arc<Ledger>>,
        workers: usize,
    ) -> Self {
        let hsts = config.tls.hsts.and_then(hsts_value);
        let sites: Vec<Site> = config
            .sites
            .iter()
            .map(|site| Site {
                name: site
                    .hosts
                    .first()
                    .map(ToString::to_string)
                    .unwrap_or_default()
                    .into(),
                hosts: site.hosts.iter().map(ToString::to_string).collect(),
                policy: Policy::new(site.policy_rules(), hsts.clone(), Arc::clone(catalogue)),
                vendor: vendor_behind(&site.upstream, catalogue),
                upstream: site.upstream.clone(),
            })
            .collect();
        let vendors = catalogue
            .iter()
            .map(|(_, vendor)| (vendor.name.clone(), vendor.purpose));
        let names = sites.iter().map(|site| site.name.to_string()).collect();
        let client_ip = &config.client_ip;
        Self {
            table: SiteTable::new(config.sites.iter().map(|site| site.hosts.as_slice())),
            trusted: TrustedProxies::new(
                client_ip.trusted_proxies.clone(),
                client_ip.headers.clone(),
            ),
            head_limits: HeadLimits {
                size: config.limits.header_size,
                fields: config.limits.header_fields,
                target: config.limits.url_size,
            },
            send: SendContext::from(&config.limits),
            limits: config.limits.clone(),
            public_https_port: config.listen.public_https_port,
            proxy_protocol: config.listen.proxy_protocol,
            catalogue: Arc::clone(catalogue),
            strip_table: Arc::new(StripTable::new(names, vendors.collect(), workers)),
            ledger,
            trust,
            sites,
        }
    }

    /// Takes over what sites of the same name learnt under `before`.
    pub(crate) fn take_over(&self, before: &Self) {
        for site in &self.sites {
            let mut known = before.sites.iter();
            if let Some(known) = known.find(|known| known.name == site.name) {
                site.policy.take_over(&known.policy);
            }
        }
    }
}

fn hsts_value(hsts: options::Hsts) -> Option<FieldValue> {
    let mut value = format!("max-age={}", hsts.max_age.as_secs());
    if hsts.include_subdomains {
        value.push_str("; includeSubDomains");
    }
    if hsts.preload {
        value.push_str("; preload");
    }
    FieldValue::try_from(value).ok()
}

/// One worker's view of a configuration: the shared part, and its own connections and counters.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) compiled: Arc<Compiled>,
    pub(crate) strips: Arc<StripCounters>,
    pub(crate) content_policies: ContentPolicies,
    pub(super) known_pages: KnownPages,
    pub(super) compressor: Compressor,
    upstreams: Vec<SiteUpstream>,
}

/// Where a site's requests go.
#[derive(Debug)]
pub(crate) enum SiteUpstream {
    /// The bundled website.
    Demo,
    /// Servers with this worker's connections to them.
    Servers(Upstream),
}

/// A worker's servers, kept over reloads with their connections.
#[derive(Debug, Default)]
pub(crate) struct Endpoints(RefCell<HashMap<Server, Rc<Endpoint>>>);

impl Endpoints {
    fn of(&self, server: &Server, compiled: &Compiled) -> Rc<Endpoint> {
        let mut endpoints = self.0.borrow_mut();
        let endpoint = endpoints.entry(server.clone()).or_insert_with(|| {
            Rc::new(Endpoint::new(
                server.clone(),
                compiled.trust.clone(),
                &compiled.limits,
            ))
        });
        Rc::clone(endpoint)
    }

    /// Closes connections that idled too long, and forgets servers that no configuration names.
    pub(crate) fn sweep(&self, now: tokio::time::Instant) {
        let mut endpoints = self.0.borrow_mut();
        endpoints.retain(|_, endpoint| Rc::strong_count(endpoint) > 1);
        for endpoint in endpoints.values() {
            endpoint.sweep(now);
        }
    }
}

impl Snapshot {
    /// This worker's view of `compiled`.
    pub(crate) fn new(compiled: Arc<Compiled>, endpoints: &Endpoints, worker: usize) -> Self {
        let upstreams = compiled
            .sites
            .iter()
            .map(|site| match &site.upstream {
                options::Upstream::Demo => SiteUpstream::Demo,
                options::Upstream::Servers(servers) => {
                    let servers = servers.iter().map(|server| endpoints.of(server, &compiled));
                    SiteUpstream::Servers(Upstream::new(servers.collect()))
                }
            })
            .collect();
        Self {
            strips: compiled.strip_table.worker(worker),
            content_policies: ContentPolicies::default(),
            known_pages: KnownPages::default(),
            compressor: Compressor::default(),
            compiled,
            upstreams,
        }
    }

    /// The site for `host`, with its index and upstream.
    pub(crate) fn site(&self, host: &str) -> Option<(usize, &Site, &SiteUpstream)> {
        let index = self.compiled.table.find(host)?;
        Some((
            index,
            self.compiled.sites.get(index)?,
            self.upstreams.get(index)?,
        ))
    }
}
