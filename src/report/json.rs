//! The report as JSON, `/report.json`: the same numbers, small ones as `"<10"`.
//!
//! `{"format":"privet-report-1","basis":"store","since":"…","days":30,"sites":[…],"over_time":[{"kind":
//! "request","total":…,"points":[{"time":"2026-11-24","count":…}]}],"vendors":[{"site":…,"vendor":…,
//! "purpose":…,"country":…,"request":…,"response":…,"page":…,"evicted":…,"sent":…,"set":…}],"choices":
//! {…},"purposes":[…],"signals":{…},"countries":[…],"hosts":[…],"cookies":[…],"retention":{…}}`; points of
//! zero are left out.

use serde_json::{Map, Value, json};

use super::{
    model::{KINDS, Report, Seen, VendorRow, day},
    number::Number,
};
use crate::{privacy::Purpose, statistics::Basis};

/// The whole report.
pub(crate) fn json(report: &Report) -> String {
    let count = |count: u64| Number(count).json();
    let [accepted, some, rejected] = report.choices.map(count);
    let purposes = report.purposes.iter().map(|(purpose, granted, refused): &(Purpose, u64, u64)| {
        json!({"purpose": purpose.name(), "granted": count(*granted), "refused": count(*refused)})
    });
    let countries = report.countries.iter().map(|row| {
        let code = Some(&row.code).filter(|code| !code.is_empty());
        json!({"country": code, "basis": row.basis, "vendors": row.vendors, "hosts": row.hosts})
    });
    let written = json!({
        "format": "privet-report-1",
        "basis": basis(report.basis),
        "since": day(report.since.day()),
        "days": report.days,
        "sites": report.sites,
        "over_time": over_time(report),
        "vendors": report.vendors.iter().map(vendor).collect::<Vec<_>>(),
        "choices": {"accepted_all": accepted, "chose_some": some, "rejected_all": rejected},
        "purposes": purposes.collect::<Vec<_>>(),
        "signals": {
            "pages": count(report.pages), "gpc": count(report.gpc), "dnt": count(report.dnt),
        },
        "countries": countries.collect::<Vec<_>>(),
        "hosts": report.hosts.iter().map(name).collect::<Vec<_>>(),
        "cookies": report.cookies.iter().map(name).collect::<Vec<_>>(),
        "retention": {
            "runs": report.retention_runs,
            "records_pruned": count(report.records_pruned),
            "last": report.last_retention.map(|hour| day(hour.day())),
        },
    });
    written.to_string() + "\n"
}

/// Where the numbers come from.
const fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Store => "store",
        Basis::Memory => "since the start",
        Basis::StoreDown => "since the start, the store does not answer",
    }
}

fn over_time(report: &Report) -> Vec<Value> {
    let series = KINDS.iter().zip(&report.series).enumerate();
    let series = series.map(|(place, ((kind, ..), points))| {
        let points = points.iter().enumerate().filter(|(_, count)| **count > 0);
        let points = points.map(
            |(place, count)| json!({"time": report.time(place), "count": Number(*count).json()}),
        );
        json!({
            "kind": kind,
            "total": report.total(place).json(),
            "points": points.collect::<Vec<_>>(),
        })
    });
    series.collect()
}

fn vendor(row: &VendorRow) -> Value {
    let mut written = Map::new();
    written.insert("site".to_owned(), Value::from(row.site.as_str()));
    written.insert("vendor".to_owned(), Value::from(row.vendor.as_str()));
    written.insert("purpose".to_owned(), Value::from(row.purpose.as_str()));
    written.insert("country".to_owned(), Value::from(row.country.clone()));
    for ((kind, ..), count) in KINDS.iter().zip(row.counts) {
        written.insert((*kind).to_owned(), Number(count).json());
    }
    Value::Object(written)
}

fn name((name, seen): &Seen) -> Value {
    json!({
        "site": name.site,
        "name": name.name,
        "vendor": Some(&name.vendor).filter(|vendor| !vendor.is_empty()),
        "count": Number(seen.count).json(),
        "by_website": seen.set > 0,
        "first_seen": day(seen.first),
        "last_seen": day(seen.last),
        "first_on": seen.pattern,
    })
}
