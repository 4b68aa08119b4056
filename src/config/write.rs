//! The configuration in force as TOML, every default filled in.
//!
//! Reading it again gives the same configuration. What all sites share stands at the top level;
//! the rest in the site. Written by hand, so that the order is that of the documentation.

use super::{
    options::{
        AccessLog, Config, HostPattern, Ledger, LedgerStore, Limits, Server, Site, Upstream,
    },
    quantity::write_size,
    resolve::names,
    toml_text::{Toml, duration, list, path, string},
    write_vendor::vendor,
};
use crate::privacy::{
    AddressRule, AllowedCountry, ConsentRules, CookieRules, FieldValue, HeaderRules, PlatformRules,
    Purpose, Purposes, ThirdPartyRules,
};

/// `config` as TOML. With `anonymise`, trusted proxies and upstream hosts are replaced by names and
/// addresses reserved for documentation (RFC 5737, RFC 3849, RFC 2606), so that it can be shown to others.
pub fn to_toml(config: &Config, anonymise: bool) -> String {
    let mut out = Toml::default();
    if anonymise {
        out.comment("trusted_proxies and upstream hosts are masked");
    }
    let first = config.sites.first();
    if let Some(site) = first {
        out.value("mode", string(names::mode(site.mode)));
    }
    listen(&mut out, config);
    client_ip(&mut out, config, anonymise);
    if let Some(site) = first {
        rules(&mut out, "", site, None);
    }
    limits(&mut out, &config.limits);
    log(&mut out, config);
    ledger(&mut out, config.ledger.as_ref(), anonymise);
    out.header("[admin]");
    out.value(
        "listen",
        config
            .admin
            .map_or_else(|| string("off"), |address| string(&address.to_string())),
    );
    out.header("[catalogue]");
    let files = config.catalogue_files.iter();
    out.value("files", list(files.map(|file| file.path.to_string_lossy())));
    let mut masked = 0;
    for site in &config.sites {
        out.header("[[site]]");
        out.value("hosts", list(site.hosts.iter().map(host)));
        out.value("upstream", upstream(&site.upstream, anonymise, &mut masked));
        if let Some(first) = first {
            rules(&mut out, "site.", site, Some(first));
        }
    }
    for entry in &config.vendors {
        vendor(&mut out, entry);
    }
    out.into_text()
}

fn ledger(out: &mut Toml, ledger: Option<&Ledger>, anonymise: bool) {
    out.header("[ledger]");
    let Some(ledger) = ledger else {
        out.value("store", string("off"));
        return;
    };
    if let LedgerStore::Postgres { .. } = ledger.store {
        out.comment("user and password of the database are left out");
    }
    let store = match &ledger.store {
        LedgerStore::Postgres { .. } if anonymise => {
            "postgres://database.invalid/privet".to_owned()
        }
        store => store.to_string(),
    };
    out.value("store", string(&store));
    out.value("retention", duration(ledger.retention));
}

fn listen(out: &mut Toml, config: &Config) {
    out.header("[listen]");
    out.value(
        "https",
        list(config.listen.https.iter().map(ToString::to_string)),
    );
    out.value(
        "http",
        list(config.listen.http.iter().map(ToString::to_string)),
    );
    // 0 stands for the port of a socket that has none yet.
    if config.listen.public_https_port != 0 {
        out.value("public_https_port", config.listen.public_https_port);
    }
    out.value("proxy_protocol", config.listen.proxy_protocol);

    out.header("[tls]");
    out.value(
        "min_version",
        string(names::tls_version(config.tls.min_version)),
    );
    let hsts = config.tls.hsts.map_or_else(
        || string("off"),
        |hsts| {
            format!(
                "{{ max_age = {}, include_subdomains = {}, preload = {} }}",
                duration(hsts.max_age),
                hsts.include_subdomains,
                hsts.preload
            )
        },
    );
    out.value("hsts", hsts);
    for certificate in &config.tls.certificates {
        out.header("[[tls.certificate]]");
        out.value("cert", path(&certificate.cert));
        out.value("key", path(&certificate.key));
    }
}

fn client_ip(out: &mut Toml, config: &Config, anonymise: bool) {
    out.header("[client_ip]");
    let proxies = config
        .client_ip
        .trusted_proxies
        .iter()
        .enumerate()
        .map(|(index, net)| match (anonymise, net.addr()) {
            (false, _) => net.to_string(),
            (true, std::net::IpAddr::V4(_)) => format!("192.0.2.{}", index % 256),
            (true, std::net::IpAddr::V6(_)) => format!("2001:db8::{:x}", index % 0x1_0000),
        });
    out.value("trusted_proxies", list(proxies));
    out.value(
        "headers",
        list(
            config
                .client_ip
                .headers
                .iter()
                .map(http::HeaderName::as_str),
        ),
    );
}

/// The privacy rules of `site` that differ from `base`; all of them without one.
fn rules(out: &mut Toml, prefix: &str, site: &Site, base: Option<&Site>) {
    // A site's own keys must come before its tables.
    if base.is_some_and(|base| base.mode != site.mode) {
        out.value("mode", string(names::mode(site.mode)));
    }
    match base {
        // The header stands already, before trusted_proxies.
        None => address(out, &site.address),
        Some(base) if base.address != site.address => {
            out.header(&format!("[{prefix}client_ip]"));
            address(out, &site.address);
        }
        Some(_) => {}
    }
    if base.is_none_or(|base| base.consent != site.consent) {
        out.header(&format!("[{prefix}consent]"));
        consent(out, &site.consent);
        for rules in &site.consent.platforms {
            out.header(&format!(
                "[{prefix}consent.platform.{}]",
                rules.platform.name()
            ));
            platform(out, rules);
        }
    }
    if base.is_none_or(|base| base.cookies != site.cookies) {
        out.header(&format!("[{prefix}cookies]"));
        cookies(out, &site.cookies);
    }
    if base.is_none_or(|base| base.third_parties != site.third_parties) {
        out.header(&format!("[{prefix}third_parties]"));
        third_parties(out, &site.third_parties);
    }
    if base.is_none_or(|base| base.headers != site.headers) {
        out.header(&format!("[{prefix}headers]"));
        headers(out, &site.headers);
    }
}

fn address(out: &mut Toml, rule: &AddressRule) {
    out.value("method", string(names::address_method(rule.method)));
    out.value("ipv4_prefix", rule.ipv4_prefix);
    out.value("ipv6_prefix", rule.ipv6_prefix);
    out.value("pseudonym_rotation", duration(rule.pseudonym_rotation));
}

fn purposes(purposes: Purposes) -> String {
    list(purposes.iter().map(Purpose::name))
}

fn consent(out: &mut Toml, rules: &ConsentRules) {
    out.value(
        "signals",
        list(rules.signals.iter().map(|signal| signal.name())),
    );
    out.value("default", purposes(rules.default));
    out.value("gpc", purposes(rules.gpc));
    out.value("dnt", purposes(rules.dnt));
    out.value("policy_version", string(&rules.policy_version));
    out.value("lifetime", duration(rules.lifetime));
    out.value("banner", rules.banner);
    out.value(
        "clear_site_data",
        list(rules.clear_site_data.iter().map(|data| data.name())),
    );
}

fn platform(out: &mut Toml, rules: &PlatformRules) {
    let table = |entries: Vec<String>| format!("{{ {} }}", entries.join(", "));
    if let Some(cookie) = &rules.cookie {
        out.value("cookie", string(cookie));
    }
    if !rules.categories.is_empty() {
        let entry =
            |(name, set): &(String, Purposes)| format!("{} = {}", string(name), purposes(*set));
        out.value(
            "categories",
            table(rules.categories.iter().map(entry).collect()),
        );
    }
    if !rules.vendors.is_empty() {
        let entry =
            |(name, vendor): &(String, String)| format!("{} = {}", string(name), string(vendor));
        out.value("vendors", table(rules.vendors.iter().map(entry).collect()));
    }
    if !rules.numbers.is_empty() {
        let entry = |(purpose, numbers): &(Purpose, Vec<u8>)| format!("{purpose} = {numbers:?}");
        out.value("purposes", table(rules.numbers.iter().map(entry).collect()));
    }
}

fn cookies(out: &mut Toml, rules: &CookieRules) {
    out.value("unknown", string(names::unknown_cookies(rules.unknown)));
    out.value("secure", rules.secure);
    out.value("same_site", string(names::same_site(rules.same_site)));
    out.value("keep_same_site", list(&rules.keep_same_site));
    out.value("max_lifetime", duration(rules.max_lifetime));
    out.value("keep", list(&rules.keep));
    out.value("evict", rules.evict);
    out.value("cap_script_set", rules.cap_script_set);
}

fn third_parties(out: &mut Toml, rules: &ThirdPartyRules) {
    out.value("gate", rules.gate);
    out.value("embeds", string(names::embeds(rules.embeds)));
    out.value(
        "unknown_hosts",
        string(names::unknown_hosts(rules.unknown_hosts)),
    );
    let countries = rules.allowed_countries.as_ref().map_or_else(
        || string("any"),
        |countries| {
            list(countries.iter().map(|country| match country {
                AllowedCountry::Eea => "EEA",
                AllowedCountry::Adequate => "adequate",
                AllowedCountry::Country(code) => code,
            }))
        },
    );
    out.value("allowed_countries", countries);
    out.value("csp", string(names::content_policy(rules.content_policy)));
    out.value("csp_hosts", list(&rules.csp_hosts));
    out.value("consent_mode", rules.consent_mode);
    out.value("strip_click_identifiers", rules.strip_click_identifiers);
    out.value("fail", string(names::on_failure(rules.on_failure)));
}

fn headers(out: &mut Toml, rules: &HeaderRules) {
    let policy = |value: &Option<FieldValue>| match value {
        Some(value) => string(&String::from_utf8_lossy(value.as_bytes())),
        None => string("leave"),
    };
    out.value("referrer_policy", policy(&rules.referrer_policy));
    out.value("permissions_policy", policy(&rules.permissions_policy));
    out.value(
        "hide",
        list(rules.hide.iter().map(http::HeaderName::as_str)),
    );
}

fn limits(out: &mut Toml, limits: &Limits) {
    out.header("[limits]");
    out.value("handshake_timeout", duration(limits.handshake_timeout));
    out.value("header_timeout", duration(limits.header_timeout));
    out.value("idle_timeout", duration(limits.idle_timeout));
    out.value("body_timeout", duration(limits.body_timeout));
    out.value("write_timeout", duration(limits.write_timeout));
    out.value("min_rate", string(&write_size(limits.min_rate)));
    out.value("connect_timeout", duration(limits.connect_timeout));
    out.value("first_byte_timeout", duration(limits.first_byte_timeout));
    out.value("read_timeout", duration(limits.read_timeout));
    out.value("tunnel_timeout", duration(limits.tunnel_timeout));
    out.value("drain_delay", duration(limits.drain_delay));
    out.value("drain_timeout", duration(limits.drain_timeout));
    out.value(
        "header_size",
        string(&write_size(limits.header_size as u64)),
    );
    out.value("header_fields", limits.header_fields);
    out.value("url_size", string(&write_size(limits.url_size as u64)));
    out.value(
        "body_size",
        limits
            .body_size
            .map_or_else(|| string("off"), |size| string(&write_size(size))),
    );
    out.value(
        "connections",
        limits
            .connections
            .map_or_else(|| string("auto"), |count| count.to_string()),
    );
    out.value("pool_size", limits.pool_size);
    out.value("pool_timeout", duration(limits.pool_timeout));
    out.value(
        "page_memory",
        string(&write_size(limits.page_memory as u64)),
    );
    out.value("page_size", string(&write_size(limits.page_size)));
    out.value("http2_streams", limits.http2_streams);
    out.value("http2_control_frames", limits.http2_control_frames);
}

fn log(out: &mut Toml, config: &Config) {
    let log = &config.log;
    out.header("[log]");
    out.value("level", string(names::log_level(log.level)));
    let access = match &log.access {
        AccessLog::Stdout => string("stdout"),
        AccessLog::Off => string("off"),
        AccessLog::File(file) => path(file),
    };
    out.value("access", access);
    out.value("format", string(names::log_format(log.format)));
    out.value("query", list(&log.query));
    out.value("retention", duration(log.retention));
}

fn host(pattern: &HostPattern) -> String {
    match pattern {
        HostPattern::Exact(name) => name.clone(),
        HostPattern::Subdomains(domain) => format!("*.{domain}"),
        HostPattern::Any => "*".to_owned(),
    }
}

fn upstream(upstream: &Upstream, anonymise: bool, masked: &mut usize) -> String {
    let Upstream::Servers(servers) = upstream else {
        return string("demo");
    };
    let mut url = |server: &Server| {
        let scheme = if server.tls { "https" } else { "http" };
        *masked += 1;
        let host = match (anonymise, server.host.contains(':')) {
            (true, _) => format!("upstream-{masked}.invalid"),
            (false, true) => format!("[{}]", server.host),
            (false, false) => server.host.clone(),
        };
        format!("{scheme}://{host}:{}", server.port)
    };
    list(servers.iter().map(&mut url))
}
