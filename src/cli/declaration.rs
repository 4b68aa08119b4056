//! `privet declaration`: the cookie declaration for a website's privacy policy.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use super::{
    arguments::{DeclarationArguments, DeclarationFormat},
    layout::counted,
    outcome::Outcome,
    source::Source,
};
use crate::{
    admin::ask,
    config::{Config, catalogue, options::LedgerStore},
    declaration::{Declaration, Evidence, html, json, markdown},
    ledger::open,
    report::MOST_DAYS,
    serve::Compiled,
    statistics::Hour,
};

/// How long a database may take to answer: nobody waits but who asked.
const PATIENCE: Duration = Duration::from_secs(60);

/// Prints it; on standard error, what it is based on.
pub(super) fn declaration(source: &Source, arguments: &DeclarationArguments) -> Outcome {
    declared(source, arguments).unwrap_or_else(|outcome| outcome)
}

fn declared(source: &Source, arguments: &DeclarationArguments) -> Result<Outcome, Outcome> {
    let config = source.load_or_default()?.0;
    let catalogue = Arc::new(catalogue(&config).map_err(Outcome::failed)?);
    let compiled = Compiled::new(&config, &catalogue, None, None, 1);
    let place = site(&compiled, arguments.site.as_deref())?;
    let missing = || Outcome::failed("the configuration has no website");
    let site = compiled.sites.get(place).ok_or_else(missing)?;
    let rules = config.sites.get(place).ok_or_else(missing)?.policy_rules();
    let (evidence, basis) = evidence(source, &config, arguments.admin, &site.name)?;
    let since = match &evidence.since {
        Some(day) => format!("since {day}"),
        None => "which is nothing yet".to_owned(),
    };
    let declaration = Declaration::new(&site.name, &site.policy, &rules, evidence);
    let mut note = format!(
        "privet: {} declared, from the configuration and from what {basis} has seen {since}",
        counted(declaration.vendors(), "vendor"),
    );
    if declaration.unknown() > 0 {
        note.push_str(&format!(
            "\nprivet: {} claimed by nobody: say whose they are in [[vendor]], or that they are \
             necessary in cookies.keep",
            counted(declaration.unknown(), "cookie"),
        ));
    }
    let text = match arguments.format {
        DeclarationFormat::Html => html(&declaration),
        DeclarationFormat::Markdown => markdown(&declaration),
        DeclarationFormat::Json => json(&declaration),
    };
    Ok(Outcome::fine(text).noting(note))
}

/// The place of the website that is asked for.
fn site(compiled: &Compiled, wanted: Option<&str>) -> Result<usize, Outcome> {
    let names = || {
        let names = compiled.sites.iter().map(|site| site.name.to_string());
        names.collect::<Vec<_>>().join(", ")
    };
    match wanted {
        None if compiled.sites.len() == 1 => Ok(0),
        None => Err(Outcome::wrong(format!(
            "privet: which website? --site HOST, one of: {}",
            names()
        ))),
        Some(host) => {
            let named = compiled.sites.iter().position(|site| *site.name == *host);
            let found = named.or_else(|| compiled.table.find(&host.to_ascii_lowercase()));
            found.ok_or_else(|| {
                let reason = format!(
                    "privet: no website has the host {host:?}; there are: {}",
                    names()
                );
                Outcome::wrong(reason)
            })
        }
    }
}

/// What was seen, and who has seen it: the store where there is one, else the running gateway.
fn evidence(
    source: &Source,
    config: &Config,
    admin: Option<SocketAddr>,
    site: &str,
) -> Result<(Evidence, &'static str), Outcome> {
    if let Some(ledger) = config.ledger.as_ref().filter(|_| admin.is_none()) {
        let failed = |error| Outcome::failed(format!("{}: {error}", ledger.store));
        if let LedgerStore::Sqlite(path) = &ledger.store
            && !path.exists()
        {
            return Ok((Evidence::default(), "the ledger's store"));
        }
        let mut store = open(&ledger.store, PATIENCE).map_err(failed)?;
        let rows = store.statistics(Hour(0)).map_err(failed)?;
        return Ok((Evidence::of_rows(&rows, site), "the ledger's store"));
    }
    let address = admin.map_or_else(|| source.admin(), |address| Ok(Some(address)));
    let Some(address) = address.map_err(Outcome::wrong)? else {
        return Err(Outcome::failed(
            "there is no store (ledger.store) and no admin listener (admin.listen) to ask",
        ));
    };
    let path = format!("/report.json?days={MOST_DAYS}");
    let answer = ask(address, "GET", &path).map_err(Outcome::failed)?;
    let evidence = Evidence::of_report(&answer.text, site);
    let unreadable = || Outcome::failed("the running gateway's answer is no report");
    Ok((evidence.ok_or_else(unreadable)?, "the running gateway"))
}
