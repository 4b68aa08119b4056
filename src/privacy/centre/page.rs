//! The page as a whole: where it stands, the quick answers, the fine ones, the cookies.
//!
//! Two forms rather than one: pressing Enter in a form sends its first button, and in the one
//! with the boxes that must be "save". Landmarks, headings and focus follow WCAG 2.2 AA.

use std::fmt::Write as _;

use super::cookies;
use super::escape::Escaped;
use super::purposes;
use super::record;
use super::view::CentreView;
use crate::privacy::ledger::RecordSource;

/// The style sheet, to be served as `/.privet/privet.css`; each of its rules begins at `.privet`.
pub const STYLE: &str = include_str!("privet.css");

/// The strictest `Content-Security-Policy` under which the page works.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Where a choice leads if the visitor came from nowhere: here, where its effect is seen.
const SAVED: &str = "/.privet/?saved";

/// The privacy centre as an HTML document.
pub fn page(view: &CentreView<'_>) -> String {
    let host = Escaped(view.host);
    let back = Escaped(local_path(view.return_to.unwrap_or("/")));
    let return_to = Escaped(local_path(view.return_to.unwrap_or(SAVED)));
    format!(
        r##"<!doctype html>
<html lang="en" class="privet">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Your privacy choices · {host}</title>
<link rel="stylesheet" href="/.privet/privet.css">
</head>
<body>
<header>
<a class="back" href="{back}"><span aria-hidden="true">← </span>Back to {host}</a>
<h1>Your privacy choices</h1>
{standing}</header>
<main>
{notices}<form class="quick" method="post" action="/.privet/consent">
<input type="hidden" name="return_to" value="{return_to}">
{origin}<button name="choice" value="reject-all">Reject all</button>
<button name="choice" value="accept-all">Accept all</button>
</form>
<section aria-labelledby="purposes">
<h2 id="purposes">What is asked, and for what</h2>
<form method="post" action="/.privet/consent">
<input type="hidden" name="return_to" value="{return_to}">
{origin}{purposes}<div class="save"><button name="choice" value="save">Save these choices</button>
<p>What is not ticked is refused. You can come back and change your mind at any time.</p></div>
</form>
</section>
<section aria-labelledby="cookies">
<h2 id="cookies">Cookies in your browser</h2>
{cookies}</section>
{keeping}</main>
<footer><p>Policy version {version}</p></footer>
</body>
</html>
"##,
        standing = standing(view),
        notices = notices(view),
        purposes = purposes::list(&view.purposes),
        cookies = cookies::table(&view.cookies),
        keeping = record::section(view),
        origin = origin(view),
        version = Escaped(view.policy_version),
    )
}

/// What a record says of how the visitor was asked.
fn origin(view: &CentreView<'_>) -> String {
    let source = RecordSource::Centre.name();
    let mut html = format!("<input type=\"hidden\" name=\"source\" value=\"{source}\">\n");
    if let Some(shown) = view.shown {
        let _ = writeln!(
            html,
            "<input type=\"hidden\" name=\"shown\" value=\"{shown}\">"
        );
    }
    html
}

/// Where the visitor stands, in a sentence.
fn standing(view: &CentreView<'_>) -> String {
    let host = Escaped(view.host);
    match view.source {
        None => format!(
            "<p class=\"lead\">You have not answered {host} yet. Until you do, everything that needs your consent counts as refused, unless it is marked as allowed below.</p>\n"
        ),
        Some(source) => format!(
            "<p class=\"lead\">What {host} may do at present was decided by: <strong>{}</strong>.</p>\n",
            Escaped(source)
        ),
    }
}

fn notices(view: &CentreView<'_>) -> String {
    let mut html = String::new();
    if view.saved {
        html.push_str("<p class=\"notice\" role=\"status\"><strong>Saved.</strong> Your choices hold from now on.</p>\n");
    }
    if view.erased {
        html.push_str("<p class=\"notice\" role=\"status\"><strong>Erased.</strong> The record of your choices is gone. Your choices still hold in this browser.</p>\n");
    }
    if view.gpc {
        html.push_str("<div class=\"notice\"><p><strong>Opt-out request honoured.</strong> Your browser sends Global Privacy Control, which asks websites not to sell or share your data. It is obeyed here without any further step.</p>\n");
        if view.gpc_conflict {
            html.push_str("<p>Earlier you said yes to something that this signal refuses, so that yes is set aside.</p>\n");
        }
        // Whoever says yes in spite of the signal has to know that they do.
        let _ = writeln!(
            html,
            "<p>If you say yes on this page all the same, your answer overrides the signal for {host}, and only there.</p></div>",
            host = Escaped(view.host)
        );
    }
    html
}

/// A path on this website, or `/`: a link must not lead a visitor elsewhere.
fn local_path(return_to: &str) -> &str {
    let elsewhere = !return_to.starts_with('/')
        || return_to.starts_with("//")
        // Browsers read a backslash as a slash and drop tabs and line ends (WHATWG URL §4.4).
        || return_to.contains('\\')
        || return_to.contains(char::is_control);
    if elsewhere { "/" } else { return_to }
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
