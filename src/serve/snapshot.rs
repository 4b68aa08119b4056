//! The configuration as requests see it: compiled once, swapped as a whole. A request keeps the
//! snapshot that it began with.

use std::{cell::RefCell, collections::HashMap, rc::Rc, sync::Arc};

use rustls::ClientConfig;

use crate::{
    config::options::{self, Config, Limits, Server},
    http1::HeadLimits,
    metrics::{StripCounters, StripTable},
    privacy::{Catalogue, FieldValue, Policy, TrustedProxies},
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
    trust: Option<Arc<ClientConfig>>,
}

/// One website.
#[derive(Debug)]
pub(crate) struct Site {
    /// Its first host, as logs and metrics name it.
    pub(crate) name: Arc<str>,
    pub(crate) policy: Policy,
    upstream: options::Upstream,
}

impl Site {
    /// Whether the bundled website answers.
    pub(crate) fn is_demo(&self) -> bool {
        self.upstream == options::Upstream::Demo
    }
}

impl Compiled {
    /// Compiles a validated configuration. `trust` is for websites behind `https://`.
    pub(crate) fn new(
        config: &Config,
        catalogue: &Arc<Catalogue>,
        trust: Option<Arc<ClientConfig>>,
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
                policy: Policy::new(site.policy_rules(), hsts.clone(), Arc::clone(catalogue)),
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
            strip_table: Arc::new(StripTable::new(names, vendors.collect(), workers)),
            trust,
            sites,
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
