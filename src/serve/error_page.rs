//! The pages that say why there is no answer: HTML for a browser, JSON or plain text for others.
//!
//! RFC 9110 §12.5.1 chooses the form by `Accept`, RFC 9457 gives the JSON its members. They tell
//! the visitor what happened and whom to quote what to, and nothing of the machinery behind.

use std::fmt::{self, Write as _};

use http::StatusCode;

use crate::privacy::centre::Escaped;

/// The form of an error's content.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// For people in a browser.
    Html,
    /// For programs that ask for JSON.
    Json,
    /// For everything else.
    Text,
}

impl Form {
    /// In the order in which equally wanted forms are chosen.
    const ALL: [Self; 3] = [Self::Html, Self::Json, Self::Text];

    /// The value of `Content-Type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Json => "application/problem+json",
            Self::Text => "text/plain; charset=utf-8",
        }
    }

    /// How closely a media range of `Accept` names this form: 3 exactly, 1 by `*/*`, 0 not at all.
    fn closeness(self, range: &str) -> u8 {
        let is = |name: &str| range.eq_ignore_ascii_case(name);
        let exact = match self {
            Self::Html => is("text/html") || is("application/xhtml+xml"),
            Self::Json => is("application/json") || is_structured_json(range),
            Self::Text => is("text/plain"),
        };
        let of_type = match self {
            Self::Html | Self::Text => is("text/*"),
            Self::Json => is("application/*"),
        };
        match (exact, of_type, is("*/*")) {
            (true, _, _) => 3,
            (_, true, _) => 2,
            (_, _, true) => 1,
            _ => 0,
        }
    }
}

/// The form that an `Accept` field (its lines joined by commas) asks for. Without one, or where
/// all are equally welcome, plain text; also where none is acceptable, since an error that the
/// client did not ask for still helps its author.
pub fn preferred(accept: Option<&str>) -> Form {
    let ranges: Vec<(&str, u16)> = accept
        .unwrap_or("*/*")
        .split(',')
        .filter_map(range)
        .collect();
    let mut best = (Form::Text, (0, 0));
    for form in Form::ALL {
        // The closest range decides, whatever its place (RFC 9110 §12.5.1).
        let wanted = ranges
            .iter()
            .map(|(range, quality)| (form.closeness(range), *quality))
            .filter(|(closeness, _)| *closeness > 0)
            .max_by_key(|(closeness, _)| *closeness);
        let Some((closeness, quality)) = wanted else {
            continue;
        };
        let rank = (quality, closeness);
        // By a wildcard alone nobody asks for a page to look at: a later form, in the end text, wins.
        let better = if closeness == 3 {
            rank > best.1
        } else {
            rank >= best.1
        };
        if quality > 0 && better {
            best = (form, rank);
        }
    }
    best.0
}

/// A media range and its quality in thousandths; `None` for what is not one.
fn range(element: &str) -> Option<(&str, u16)> {
    let mut parts = element.split(';').map(str::trim);
    let range = parts.next().filter(|range| range.contains('/'))?;
    let weight = parts
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    match weight {
        None => Some((range, 1000)),
        Some((_, value)) => Some((range, thousandths(value.trim())?)),
    }
}

/// A `qvalue` (RFC 9110 §12.4.2): `0` to `1` with at most three decimals.
fn thousandths(value: &str) -> Option<u16> {
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{decimals:0<3}").parse().ok()?;
    match (whole, fraction) {
        ("0", _) => Some(fraction),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

/// `application/problem+json` and its kin (RFC 6839 §3.1).
fn is_structured_json(range: &str) -> bool {
    range
        .rsplit_once('+')
        .is_some_and(|(_, suffix)| suffix.eq_ignore_ascii_case("json"))
}

/// The error in the form that the client prefers.
pub fn error_page(
    form: Form,
    status: StatusCode,
    title: &str,
    explanation: &str,
    request_id: Option<&str>,
) -> String {
    match form {
        Form::Html => html(status, title, explanation, request_id),
        Form::Json => json(status, title, explanation, request_id),
        Form::Text => text(status, title, explanation, request_id),
    }
}

/// The error as a page that needs nothing but itself.
pub fn html(
    status: StatusCode,
    title: &str,
    explanation: &str,
    request_id: Option<&str>,
) -> String {
    let quote = request_id.map_or_else(String::new, |id| {
        format!(
            "<footer><p>If you report this to the owner of the website, quote</p><code>{}</code></footer>\n",
            Escaped(id)
        )
    });
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<p class="status">{code}</p>
<h1>{title}</h1>
<p>{explanation}</p>
{quote}</main>
</body>
</html>
"#,
        title = Escaped(title),
        code = status.as_u16(),
        explanation = Escaped(explanation),
    )
}

/// The style of [`html`], inline because the style sheet may be what failed.
const STYLE: &str = "
:root{color-scheme:light dark;--paper:#fbfbf8;--ink:#1d2521;--soft:#56615b;--line:#d9ded8;--green:#1f5c40}
@media(prefers-color-scheme:dark){:root{--paper:#131816;--ink:#e6ebe6;--soft:#a5b0a9;--line:#323c37;--green:#86cfa6}}
*{box-sizing:border-box;margin:0}
body{min-height:100vh;min-height:100svh;display:grid;align-items:center;padding:2rem 1.5rem 12vh;background:var(--paper);color:var(--soft);font:1.125rem/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Liberation Sans',sans-serif}
main{width:100%;max-width:34rem;margin:0 auto;overflow-wrap:anywhere}
.status{display:inline-block;color:var(--green);font-weight:600;letter-spacing:.06em;border-bottom:3px solid;margin-bottom:1.1rem}
h1{color:var(--ink);font-size:clamp(1.8rem,1.3rem + 2.6vw,2.6rem);line-height:1.12;letter-spacing:-.022em;margin-bottom:.9rem;text-wrap:balance}
footer{margin-top:2.25rem;padding-top:1rem;border-top:1px solid var(--line);font-size:.9375rem}
code{color:var(--ink);font:.9375rem ui-monospace,Menlo,Consolas,'Liberation Mono',monospace}
";

/// The error as a problem details object (RFC 9457), the identifier as an extension member.
pub fn json(
    status: StatusCode,
    title: &str,
    explanation: &str,
    request_id: Option<&str>,
) -> String {
    let id = request_id.map_or_else(String::new, |id| {
        format!(",\"request_id\":{}", JsonString(id))
    });
    format!(
        "{{\"title\":{title},\"status\":{code},\"detail\":{detail}{id}}}\n",
        title = JsonString(title),
        code = status.as_u16(),
        detail = JsonString(explanation),
    )
}

/// The error in a few lines.
pub fn text(
    status: StatusCode,
    title: &str,
    explanation: &str,
    request_id: Option<&str>,
) -> String {
    let id = request_id.map_or_else(String::new, |id| format!("request id: {id}\n"));
    format!("{} {title}\n{explanation}\n{id}", status.as_u16())
}

/// Displays a string as JSON does (RFC 8259 §7).
struct JsonString<'a>(&'a str);

impl fmt::Display for JsonString<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for character in self.0.chars() {
            match character {
                '"' | '\\' => write!(f, "\\{character}")?,
                // `<` too, so that a client that shows the content as HTML stays unharmed.
                '<' | '\0'..='\u{1f}' | '\u{7f}' => write!(f, "\\u{:04x}", u32::from(character))?,
                other => f.write_char(other)?,
            }
        }
        f.write_char('"')
    }
}

#[cfg(test)]
#[path = "error_page_tests.rs"]
mod tests;
