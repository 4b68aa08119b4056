//! The home page of the demonstration, with the panel "What this website received".
//!
//! The panel shows names of cookies, never values, and the two fields that the gateway writes:
//! what a website learns of a visitor, as the website sees it.

use super::bells::BELLS;
use super::cookies::{self, Owner};
use crate::privacy::centre::Escaped;

/// What arrived with the request.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) cookie: Vec<String>,
    pub(super) forwarded_for: Vec<String>,
    pub(super) consent: Vec<String>,
}

/// The content of `/`.
pub(super) fn page(received: &Received) -> String {
    format!(
        r##"<div class="wrap hero"><div>
<p class="over">Four bells, tuned by hand</p>
<h1>For people who would rather not shout.</h1>
<p class="lead">A good bell says one short, friendly thing and is understood by a stranger with their back turned. We make four of them.</p>
<div class="actions"><a class="button" href="#bells">Choose a bell</a> <a href="/about">How they are tuned</a></div>
</div><img src="/assets/hero.svg" width="640" height="560" alt="A wren sits on a handlebar beside a ringing brass bell"></div>
<div class="wrap">{panel}</div>
<section class="wrap shelf" id="bells" aria-labelledby="shelf"><h2 id="shelf">The bells</h2>
<ul class="bells">{shelf}</ul></section>"##,
        panel = panel(received),
        shelf = shelf(),
    )
}

fn shelf() -> String {
    let mut shelf = String::new();
    for bell in &BELLS {
        shelf.push_str(&format!(
            r#"<li><a href="/products/{slug}">{picture}<div class="row"><span class="name">{name}</span><span class="price">€{euros}</span></div><p>{tagline}</p></a></li>
"#,
            slug = bell.slug,
            picture = bell.picture(),
            name = bell.name,
            euros = bell.euros,
            tagline = bell.tagline,
        ));
    }
    shelf
}

fn panel(received: &Received) -> String {
    let (all, others) = cookies::counts();
    format!(
        r#"<section class="received" aria-labelledby="received">
<header><h2 id="received">What this website received</h2><p>with your request for this page</p></header>
<dl>
<dt>Cookies <code>Cookie</code></dt><dd>{cookies}</dd>
<dt>Your address <code>X-Forwarded-For</code></dt><dd>{address}</dd>
<dt>Your consent <code>X-Privet-Consent</code></dt><dd>{consent}</dd>
</dl>
<p class="note">In return, this page asked your browser to keep {all} cookies, {others} of them for other companies, and to load Google Analytics; it asked nobody first. There is a film from YouTube in <a href="/about">the workshop</a>. Reload to see which of them came back, then change <a href="/.privet/">your privacy choices</a> and reload again.</p>
</section>"#,
        cookies = arrived(&received.cookie),
        address = field(&received.forwarded_for, "none"),
        consent = field(&received.consent, "nothing was said"),
    )
}

/// The names of the cookies that came, the shop's own and those of trackers apart.
fn arrived(cookie_fields: &[String]) -> String {
    let mut html = String::new();
    for (owner, class, key) in [
        (Owner::Shop, "names", "The shop’s own"),
        (Owner::Tracker, "names other", "Other companies’"),
    ] {
        let names: Vec<String> = cookies::pairs(cookie_fields)
            .filter(|(name, _)| cookies::owner(name) == owner)
            .map(|(name, _)| if name.is_empty() { "(no name)" } else { name })
            .map(|name| format!("<li><code>{}</code></li>", Escaped(name)))
            .collect();
        if !names.is_empty() {
            let (number, names) = (names.len(), names.concat());
            html.push_str(&format!(
                r#"<span class="key">{key}: {number}</span><ul class="{class}">{names}</ul>"#
            ));
        }
    }
    if html.is_empty() {
        html.push_str(r#"<span class="none">none</span>"#);
    }
    html
}

fn field(values: &[String], absent: &str) -> String {
    match values.join(", ") {
        all if all.is_empty() => format!(r#"<span class="none">{absent}</span>"#),
        all => format!("<code>{}</code>", Escaped(&all)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_and_values_are_not() {
        let html = arrived(&["_ga=GA1.1.secret; sid=hush; <i>=x".to_owned()]);
        assert!(html.contains("<code>_ga</code>") && html.contains("<code>sid</code>"));
        assert!(html.contains("&lt;i&gt;") && !html.contains("<i>"));
        assert!(!html.contains("secret") && !html.contains("hush"));
        assert!(arrived(&[]).contains("none"));
    }

    #[test]
    fn fields_show_every_value_escaped() {
        let two = ["192.0.2.0".to_owned(), "<b>".to_owned()];
        assert_eq!(field(&two, "none"), "<code>192.0.2.0, &lt;b&gt;</code>");
        assert!(field(&[], "none").contains("none"));
    }
}
