//! The declaration as Markdown, for policies that are kept as text.

use std::fmt::Write as _;

use super::model::{Declaration, Party};
use crate::privacy::centre::{country, lifetime, purposes};

/// The text; headings begin at the second level.
pub(crate) fn markdown(declaration: &Declaration) -> String {
    let site = declaration.site.as_deref().unwrap_or("this website");
    let mut text = format!(
        "## Cookies and other services of {}\n\nYou can see, change or withdraw your choices at any time in the [privacy centre](/.privet/).\n",
        escaped(site)
    );
    for (purpose, parties) in &declaration.purposes {
        let _ = write!(
            text,
            "\n### {}\n\n{}\n\n| Who | Cookies, kept for at most | Where |\n|---|---|---|\n",
            purposes::title(*purpose),
            purposes::explanation(*purpose),
        );
        for party in parties {
            row(party, &mut text);
        }
    }
    if !declaration.unknown.is_empty() {
        text.push_str("\n### Not classified yet\n\nThese cookies were seen on this website, and their purpose is being looked into.\n\n");
        for name in &declaration.unknown {
            let _ = writeln!(text, "- {}", escaped(name));
        }
    }
    text
}

fn row(party: &Party, text: &mut String) {
    let name = escaped(party.name.as_deref().unwrap_or("This website"));
    let policy = party
        .policy
        .as_deref()
        .filter(|url| purposes::is_web_address(url));
    let who = match policy {
        Some(url) => format!(
            "{name} ([privacy policy](<{}>))",
            url.replace(['<', '>', '|'], "")
        ),
        None => name,
    };
    let cookies = party.cookies.iter();
    let cookies = cookies.map(|cookie| {
        format!(
            "{}: {}",
            escaped(&cookie.name),
            lifetime::in_words(cookie.lifetime)
        )
    });
    let mut cookies = cookies.collect::<Vec<_>>().join("<br>");
    if cookies.is_empty() {
        "Content from its servers; no cookie of it was seen on this website."
            .clone_into(&mut cookies);
    }
    let place = match &party.transfer {
        Some(transfer) => {
            let country = party.country.as_deref().map_or("Not known", country::name);
            format!("{}; {}", escaped(country), escaped(transfer))
        }
        None => "This website".to_owned(),
    };
    let _ = writeln!(text, "| {who} | {cookies} | {place} |");
}

/// Text in which nothing means something to Markdown or HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => out.extend(['\\', character]),
            control if control.is_control() => out.push(char::REPLACEMENT_CHARACTER),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_text() {
        assert_eq!(escaped("_ga_*|<b>"), "\\_ga\\_\\*\\|&lt;b>");
    }
}
