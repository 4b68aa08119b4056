//! `/.privet/embed`: what an embedded frame shows until the visitor wants the real thing.
//!
//! It stands in the very frame of the embed, so it has its size, be it a small one; nothing of the
//! vendor is asked before. Without scripts: one link shows the embed this once, one button for good.

use super::{country, embed_url::EmbedUrl, escape::Escaped, purposes::is_web_address};
use crate::privacy::ledger::RecordSource;

/// What the placeholder shows.
#[derive(Clone, Copy, Debug)]
pub struct EmbedView<'a> {
    /// The website's host, as the visitor knows it.
    pub host: &'a str,
    /// Whose embed it is.
    pub vendor: &'a str,
    /// Its name in forms.
    pub slug: &'a str,
    /// Where it is, as an ISO 3166-1 code of two letters.
    pub country: Option<&'a str>,
    /// Its privacy policy; shown only if it is an `https:` or `http:` address.
    pub policy: Option<&'a str>,
    /// What is embedded.
    pub url: &'a EmbedUrl<'a>,
    /// The local path and query of this very placeholder, if the answer can be kept.
    pub remember: Option<&'a str>,
    /// Whether the visitor allowed it already.
    pub allowed: bool,
}

/// The `Content-Security-Policy` of the placeholder for `url`. Browsers hold the answer to a form to
/// it too, and that leads to the vendor in the end.
pub fn embed_policy(url: &EmbedUrl<'_>) -> String {
    format!(
        "default-src 'none'; style-src 'self'; form-action 'self' {}; base-uri 'none'; frame-ancestors 'self'",
        url.origin()
    )
}

/// The placeholder as an HTML document.
pub fn embed(view: &EmbedView<'_>) -> String {
    let vendor = Escaped(view.vendor);
    format!(
        r##"<!doctype html>
<html lang="en" class="privet embed">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{vendor} · {host}</title>
<link rel="stylesheet" href="/.privet/privet.css">
</head>
<body>
<main>
<h1>{vendor}</h1>
<p class="about">{about}</p>
<p class="lead">{explanation}</p>
<div class="answers">
<a class="button" href="{url}" rel="nofollow">{once}</a>
{always}</div>
</main>
</body>
</html>
"##,
        host = Escaped(view.host),
        about = about(view),
        explanation = explanation(view),
        url = Escaped(&view.url.shown()),
        once = if view.allowed {
            "Open"
        } else {
            "Show this once"
        },
        always = always(view),
    )
}

/// Where the vendor is, and what it says of itself.
fn about(view: &EmbedView<'_>) -> String {
    let vendor = Escaped(view.vendor);
    let country = view
        .country
        .map(|code| format!("<span>{}</span>", Escaped(country::name(code))));
    let policy = view.policy.filter(|url| is_web_address(url)).map(|url| {
        format!(
            r#"<a href="{url}" target="_blank" rel="noopener noreferrer">Privacy policy<span class="hidden"> of {vendor}</span></a>"#,
            url = Escaped(url),
        )
    });
    let choices = r#"<a href="/.privet/" target="_blank" rel="noopener">All choices</a>"#;
    let parts: Vec<String> = [country, policy, Some(choices.to_owned())]
        .into_iter()
        .flatten()
        .collect();
    parts.join("\n")
}

fn explanation(view: &EmbedView<'_>) -> String {
    let (vendor, host) = (Escaped(view.vendor), Escaped(view.host));
    if view.allowed {
        return format!("You allowed {host} to show this.");
    }
    format!(
        "Nothing was loaded from {vendor} yet. If you show this, it learns your internet address and that you are on {host}, and may set cookies."
    )
}

fn always(view: &EmbedView<'_>) -> String {
    let Some(path) = view.remember.filter(|_| !view.allowed) else {
        return String::new();
    };
    format!(
        r#"<form method="post" action="/.privet/consent">
<input type="hidden" name="source" value="{source}">
<input type="hidden" name="vendor" value="{slug}">
<input type="hidden" name="return_to" value="{path}">
<button name="choice" value="add">Always show<span class="hidden"> {vendor}</span></button>
</form>
"#,
        source = RecordSource::Embed.name(),
        slug = Escaped(view.slug),
        path = Escaped(path),
        vendor = Escaped(view.vendor),
    )
}
