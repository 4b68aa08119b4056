//! The declaration as a fragment of a web page: headings, tables and links without any style, to be put
//! into the page that is the website's privacy policy.

use std::fmt::Write as _;

use super::model::{Declaration, Party};
use crate::privacy::centre::{Escaped, country, lifetime, purposes};

/// The fragment; headings begin at the second level.
pub(crate) fn html(declaration: &Declaration) -> String {
    let site = declaration.site.as_deref().unwrap_or("this website");
    let mut html = format!(
        "<section class=\"cookie-declaration\">\n<h2>Cookies and other services of {}</h2>\n<p>You can see, change or withdraw your choices at any time in the <a href=\"/.privet/\">privacy centre</a>.</p>\n",
        Escaped(site)
    );
    for (purpose, parties) in &declaration.purposes {
        let _ = writeln!(
            html,
            "<h3>{}</h3>\n<p>{}</p>\n<table>\n<thead><tr><th scope=\"col\">Who</th><th scope=\"col\">Cookies, kept for at most</th><th scope=\"col\">Where</th></tr></thead>\n<tbody>",
            purposes::title(*purpose),
            purposes::explanation(*purpose),
        );
        for party in parties {
            row(party, &mut html);
        }
        html.push_str("</tbody>\n</table>\n");
    }
    if !declaration.unknown.is_empty() {
        html.push_str("<h3>Not classified yet</h3>\n<p>These cookies were seen on this website, and their purpose is being looked into.</p>\n<ul>\n");
        for name in &declaration.unknown {
            let _ = writeln!(html, "<li><code>{}</code></li>", Escaped(name));
        }
        html.push_str("</ul>\n");
    }
    html.push_str("</section>\n");
    html
}

fn row(party: &Party, html: &mut String) {
    let name = party.name.as_deref().unwrap_or("This website");
    let _ = write!(html, "<tr><th scope=\"row\">{}", Escaped(name));
    if let Some(url) = party
        .policy
        .as_deref()
        .filter(|url| purposes::is_web_address(url))
    {
        let _ = write!(
            html,
            "<br><a href=\"{}\" rel=\"noopener noreferrer\">Privacy policy</a>",
            Escaped(url)
        );
    }
    html.push_str("</th><td>");
    if party.cookies.is_empty() {
        html.push_str("Content from its servers; no cookie of it was seen on this website.");
    } else {
        html.push_str("<ul>");
        for cookie in &party.cookies {
            let _ = write!(
                html,
                "<li><code>{}</code>: {}</li>",
                Escaped(&cookie.name),
                lifetime::in_words(cookie.lifetime),
            );
        }
        html.push_str("</ul>");
    }
    html.push_str("</td><td>");
    if party.name.is_some() {
        let country = party.country.as_deref().map_or("Not known", country::name);
        let _ = write!(html, "{}", Escaped(country));
        if let Some(transfer) = &party.transfer {
            let _ = write!(html, "<br>{}", Escaped(transfer));
        }
    } else {
        html.push_str("This website");
    }
    html.push_str("</td></tr>\n");
}
