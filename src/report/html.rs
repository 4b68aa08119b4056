//! The report as one page: no script, one style sheet, nothing from anywhere else.

use std::fmt::Write as _;

use super::{
    chart,
    model::{KINDS, Report, Seen, day},
    number::Number,
    tables,
};
use crate::{privacy::centre::Escaped, statistics::Basis};

const STYLE: &str = include_str!("report.css");

/// What no edge can see, whatever it does.
const UNSEEN: &str = "<ul>
<li>What browsers keep without cookies (local storage, fingerprints), and cookies of other hosts than the website's.</li>
<li>Requests that go from browsers straight to others. Pages are gated, so scripts that wait for consent never load; what a script that runs loads by itself is seen only through browsers' reports (<code>third_parties.csp</code>).</li>
<li>What the website does with data on its server, or passes on from there.</li>
<li>Apps and pages that don't come through privet.</li>
<li>People: numbers count requests, page loads and choices. One visitor may stand behind many of them.</li>
</ul>
";

/// The whole page.
pub(crate) fn html(report: &Report) -> String {
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>Privacy report</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    );
    header(report, &mut html);
    html.push_str("<main>\n");
    section(&mut html, "What privet did", "", &over_time(report));
    section(
        &mut html,
        "By purpose and vendor",
        "<p class=\"key\"><span class=\"stopped\"></span>stopped <span class=\"passed\"></span>let through, with consent or necessary</p>",
        &tables::vendors(report),
    );
    html.push_str("<div class=\"columns\">\n");
    section(&mut html, "Consent", "", &tables::choices(report));
    section(&mut html, "Opt-out signals", "", &tables::signals(report));
    html.push_str("</div>\n");
    section(
        &mut html,
        "Where pages lead",
        "<p class=\"note\">Countries in which the vendors sit whose hosts pages name, and what allows data to go there.</p>",
        &tables::countries(&report.countries),
    );
    let (unknown, known) = parted(&report.cookies);
    section(
        &mut html,
        "Unknown cookies",
        "<p class=\"note\">No vendor claims these. Say whose they are in <code>[[vendor]]</code>, or that they are necessary in <code>cookies.keep</code>.</p>",
        &tables::names(
            report,
            &unknown,
            "None: somebody is known for every cookie that was seen.",
        ),
    );
    let (strangers, hosts) = parted(&report.hosts);
    section(
        &mut html,
        "Unknown hosts",
        "<p class=\"note\">Pages name these hosts, and nobody knows whose they are.</p>",
        &tables::names(
            report,
            &strangers,
            "None: somebody is known for every host that pages name.",
        ),
    );
    section(
        &mut html,
        "Known cookies",
        "",
        &tables::names(report, &known, "None was seen yet."),
    );
    section(
        &mut html,
        "Known hosts",
        "",
        &tables::names(report, &hosts, "None was seen yet."),
    );
    html.push_str("<div class=\"columns\">\n");
    section(&mut html, "Retention", "", &retention(report));
    section(&mut html, "What the edge cannot see", "", UNSEEN);
    html.push_str("</div>\n</main>\n");
    html.push_str("<footer><p>Aggregates only. Numbers below ten show as &lt;10: they may be about one person. Days and hours are UTC. The same as <a href=\"/report.json\">JSON</a> and as <a href=\"/metrics\">Prometheus metrics</a>.</p></footer>\n</body>\n</html>\n");
    html
}

fn section(html: &mut String, title: &str, note: &str, content: &str) {
    let _ = writeln!(
        html,
        "<section>\n<h2>{title}</h2>\n{note}\n{content}</section>"
    );
}

/// Those that nobody claims, and the others.
fn parted(names: &[Seen]) -> (Vec<Seen>, Vec<Seen>) {
    names
        .iter()
        .cloned()
        .partition(|(name, _)| name.vendor.is_empty())
}

fn header(report: &Report, html: &mut String) {
    let sites = match report.sites.as_slice() {
        [] => "No visitor yet".to_owned(),
        [site] if site == "*" => "All hosts".to_owned(),
        sites => sites.join(", "),
    };
    let basis = match report.basis {
        Basis::Store => "Kept in the ledger's store.",
        Basis::Memory => {
            "Since privet was started only: there is no store to keep numbers in (<code>ledger.store</code>)."
        }
        Basis::StoreDown => {
            "Since privet was started only: <strong>the ledger's store does not answer.</strong>"
        }
    };
    let _ = write!(
        html,
        "<header>\n<h1>Privacy report</h1>\n<p class=\"site\">{}</p>\n<p class=\"note\">{} to {}. {basis}</p>\n<nav aria-label=\"Period\"><ul>",
        Escaped(&sites),
        day(report.since.day()),
        day(report.now.day()),
    );
    for (days, name) in [
        (1, "Day"),
        (7, "Week"),
        (30, "30 days"),
        (90, "90 days"),
        (400, "400 days"),
    ] {
        let current = if days == report.days {
            " aria-current=\"page\""
        } else {
            ""
        };
        let _ = write!(
            html,
            "<li><a href=\"/?days={days}\"{current}>{name}</a></li>"
        );
    }
    html.push_str("</ul></nav>\n</header>\n");
}

/// One row of bars for each kind, with its total, and the table of their numbers.
fn over_time(report: &Report) -> String {
    let mut html = String::from("<div class=\"series\">\n");
    for (place, ((kind, title, about), points)) in KINDS.iter().zip(&report.series).enumerate() {
        // Each by itself: a page may hold a hundred elements and no cookie.
        let most = points.iter().max().copied().unwrap_or_default();
        let peak = points.iter().position(|point| *point == most);
        let peak = peak
            .filter(|_| most >= 10)
            .map(|peak| format!("most {}, {}", Number(most), report.time(peak)));
        let class = if matches!(*kind, "sent" | "set") {
            " passed"
        } else {
            ""
        };
        let _ = writeln!(
            html,
            "<div class=\"row{class}\"><h3>{title}<small>{about}</small></h3><p class=\"total\">{}</p><div class=\"plot\">{}<p class=\"peak\">{}</p></div></div>",
            report.total(place),
            chart::bars(
                points,
                most,
                &format!("{title}, over time; the numbers are in the table below")
            ),
            peak.unwrap_or_default(),
        );
    }
    let last = report
        .series
        .first()
        .map_or(0, |series| series.len().saturating_sub(1));
    let _ = writeln!(
        html,
        "<p class=\"axis\"><span>{}</span><span>{}</span></p></div>\n<details><summary>The numbers</summary>\n<div class=\"wide\" role=\"region\" aria-label=\"Table\" tabindex=\"0\"><table class=\"numbers\"><thead><tr><th scope=\"col\">{}</th>",
        report.time(0),
        report.time(last),
        if report.by_hour { "Hour" } else { "Day" },
    );
    for (_, title, _) in KINDS {
        let _ = write!(html, "<th scope=\"col\">{title}</th>");
    }
    html.push_str("</tr></thead><tbody>\n");
    for place in (0..=last).rev() {
        let numbers = report
            .series
            .iter()
            .map(|series| series.get(place).copied().unwrap_or_default());
        let numbers: Vec<u64> = numbers.collect();
        if numbers.iter().all(|number| *number == 0) {
            continue;
        }
        let _ = write!(html, "<tr><th scope=\"row\">{}</th>", report.time(place));
        for number in numbers {
            let class = if number == 0 { " class=\"zero\"" } else { "" };
            let _ = write!(html, "<td{class}>{}</td>", Number(number));
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody></table></div></details>\n");
    html
}

fn retention(report: &Report) -> String {
    let Some(last) = report.last_retention else {
        return "<p class=\"none\">No run in this time. Records of consent are pruned once a day where they are kept.</p>\n".to_owned();
    };
    format!(
        "<p>{} {} of retention deleted {} records of consent; the last one on {}. These numbers are kept for 400 days.</p>\n",
        report.retention_runs,
        if report.retention_runs == 1 {
            "run"
        } else {
            "runs"
        },
        Number(report.records_pruned),
        day(last.day()),
    )
}
