//! The report's tables: vendors, choices, countries, and what appeared for the first time.

use std::fmt::Write as _;

use super::{
    chart,
    model::{CountryRow, KINDS, Report, Seen, day},
    number::{LEAST, Number},
};
use crate::privacy::{
    Purpose,
    centre::{Escaped, country, purposes},
};

/// Names shown of one sort; all are in `/report.json`.
const MOST_NAMES: usize = 60;

/// By purpose and vendor what was stopped and what passed.
pub(super) fn vendors(report: &Report) -> String {
    if report.vendors.is_empty() {
        return "<p class=\"none\">Nothing of a vendor has passed by yet.</p>\n".to_owned();
    }
    let sums = report.vendors.iter().map(|row| row.counts);
    let most =
        sums.map(|[request, response, page, _, sent, set]| request + response + page + sent + set);
    let most = most.max().unwrap_or_default();
    let mut html = String::from(
        "<div class=\"wide\" role=\"region\" aria-label=\"Table\" tabindex=\"0\"><table class=\"numbers\"><thead><tr><th scope=\"col\">Vendor</th><td></td>",
    );
    for title in [
        "Stripped from requests",
        "Stripped from responses",
        "Gated",
        "Evicted",
        "Passed to website",
        "Passed to browsers",
    ] {
        let _ = write!(html, "<th scope=\"col\">{title}</th>");
    }
    html.push_str("</tr></thead>\n");
    let mut purpose = None;
    for row in &report.vendors {
        if purpose != Some(&row.purpose) {
            if purpose.is_some() {
                html.push_str("</tbody>\n");
            }
            purpose = Some(&row.purpose);
            let title = Purpose::from_name(&row.purpose).map_or("Nobody known", purposes::title);
            let _ = writeln!(
                html,
                "<tbody><tr class=\"group\"><th scope=\"rowgroup\" colspan=\"{}\">{title}</th></tr>",
                KINDS.len() + 2
            );
        }
        let [request, response, page, _, sent, set] = row.counts;
        let country = row
            .country
            .as_deref()
            .map(country::name)
            .unwrap_or_default();
        let site = if report.sites.len() > 1 {
            row.site.as_str()
        } else {
            ""
        };
        let about: Vec<&str> = [country, site]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect();
        let vendor = if row.vendor == "unknown" {
            "Claimed by no vendor"
        } else {
            &row.vendor
        };
        let _ = write!(
            html,
            "<tr><th scope=\"row\">{}<small>{}</small></th><td class=\"drawn\">{}</td>",
            Escaped(vendor),
            Escaped(&about.join(" · ")),
            chart::pair(request + response + page, sent + set, most),
        );
        for count in row.counts {
            let class = if count == 0 { " class=\"zero\"" } else { "" };
            let _ = write!(html, "<td{class}>{}</td>", Number(count));
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody></table></div>\n");
    html
}

/// How visitors chose.
pub(super) fn choices(report: &Report) -> String {
    let [accepted, some, rejected] = report.choices.map(Number);
    let all = Number(report.choices.iter().sum());
    if all.0 == 0 {
        return "<p class=\"none\">Nobody has chosen on this gateway yet. Answers to a consent platform of the website are not counted.</p>\n".to_owned();
    }
    let mut html = format!(
        "<p>{all} choices: {accepted} accepted everything, {some} some, {rejected} refused everything.</p>\n\
         <table class=\"rates\"><thead><tr><th scope=\"col\">Purpose</th><td></td><th scope=\"col\">Said yes</th><th scope=\"col\">Granted</th><th scope=\"col\">Refused</th></tr></thead><tbody>\n"
    );
    for (purpose, granted, refused) in &report.purposes {
        let rate = chart::rate(*granted, *refused);
        let said = match rate {
            Some(rate) => format!("{rate}\u{202f}%"),
            None => "too few".to_owned(),
        };
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\">{}</th><td class=\"drawn\">{}</td><td>{said}</td><td>{}</td><td>{}</td></tr>",
            purposes::title(*purpose),
            chart::track(rate),
            Number(*granted),
            Number(*refused),
        );
    }
    html.push_str("</tbody></table>\n");
    html
}

/// Page loads whose browser refuses.
pub(super) fn signals(report: &Report) -> String {
    if report.pages == 0 {
        return "<p class=\"none\">No page was loaded yet.</p>\n".to_owned();
    }
    let mut html = String::from(
        "<table class=\"rates\"><thead><tr><th scope=\"col\">Signal</th><td></td><th scope=\"col\">Of page loads</th><th scope=\"col\">Honoured</th></tr></thead><tbody>\n",
    );
    for (title, count) in [
        ("Global Privacy Control", report.gpc),
        ("Do Not Track", report.dnt),
    ] {
        let rate = chart::rate(count, report.pages.saturating_sub(count));
        let said = rate.map_or_else(|| "too few".to_owned(), |rate| format!("{rate}\u{202f}%"));
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\">{title}</th><td class=\"drawn\">{}</td><td>{said}</td><td>{}</td></tr>",
            chart::track(rate),
            Number(count),
        );
    }
    let _ = writeln!(
        html,
        "</tbody></table>\n<p class=\"note\">Of {} page loads.</p>",
        Number(report.pages)
    );
    html
}

/// Where the vendors sit whose hosts pages name.
pub(super) fn countries(rows: &[CountryRow]) -> String {
    if rows.is_empty() {
        return "<p class=\"none\">Pages named no host of somebody else yet.</p>\n".to_owned();
    }
    let mut html = String::from(
        "<div class=\"wide\" role=\"region\" aria-label=\"Table\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">Country</th><th scope=\"col\">Transfer</th><th scope=\"col\">Vendors</th><th scope=\"col\" class=\"number\">Hosts</th></tr></thead><tbody>\n",
    );
    for row in rows {
        let vendors = if row.vendors.is_empty() {
            "nobody known".to_owned()
        } else {
            row.vendors.join(", ")
        };
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td class=\"number\">{}</td></tr>",
            Escaped(&row.name),
            Escaped(&row.basis),
            Escaped(&vendors),
            row.hosts,
        );
    }
    html.push_str("</tbody></table></div>\n");
    html
}

/// Names with when and where they were seen first. Those that only strangers' browsers named, and too
/// few of them, are left out: they may be about one person.
pub(super) fn names(report: &Report, names: &[Seen], none: &str) -> String {
    let told: Vec<_> = names
        .iter()
        .filter(|(_, seen)| seen.set > 0 || seen.count >= LEAST)
        .collect();
    if told.is_empty() {
        return format!("<p class=\"none\">{none}</p>\n");
    }
    let mut html = String::from(
        "<div class=\"wide\" role=\"region\" aria-label=\"Table\" tabindex=\"0\"><table class=\"names\"><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Whose</th><th scope=\"col\">First seen</th><th scope=\"col\">On</th><th scope=\"col\" class=\"number\">Times</th></tr></thead><tbody>\n",
    );
    for (name, seen) in told.iter().take(MOST_NAMES) {
        let site = if report.sites.len() > 1 {
            name.site.as_str()
        } else {
            ""
        };
        let vendor = if name.vendor.is_empty() {
            "<em>nobody known</em>".to_owned()
        } else {
            Escaped(&name.vendor).to_string()
        };
        let is_new = report.now.day() - seen.first < 7 && seen.first > report.since.day();
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\"><code>{}</code>{}<small>{}</small></th><td>{vendor}</td><td class=\"day\">{}</td><td><code>{}</code></td><td class=\"number\">{}</td></tr>",
            Escaped(&name.name),
            if is_new { " <mark>new</mark>" } else { "" },
            Escaped(site),
            day(seen.first),
            Escaped(&seen.pattern),
            Number(seen.count),
        );
    }
    html.push_str("</tbody></table></div>\n");
    if told.len() > MOST_NAMES {
        let _ = writeln!(
            html,
            "<p class=\"note\">And {} more, in <a href=\"/report.json\">report.json</a>.</p>",
            told.len() - MOST_NAMES
        );
    }
    html
}
