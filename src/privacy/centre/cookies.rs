//! The table of this visitor's cookies: name, whose, what for, how long, and what becomes of it.
//!
//! Names only. A value may be a credential or an identifier, and the page may be looked at over
//! somebody's shoulder.

use std::fmt::Write as _;

use super::escape::Escaped;
use super::lifetime;
use super::purposes;
use super::view::{CookieView, Fate};

/// The section's content.
pub(super) fn table(cookies: &[CookieView<'_>]) -> String {
    if cookies.is_empty() {
        return "<p>Your browser sent no cookies with this request.</p>\n".to_owned();
    }
    let mut html = summary(cookies);
    html.push_str(
        r#"<table aria-labelledby="cookies"><thead><tr><th scope="col">Cookie</th><th scope="col">Kept for at most</th><th scope="col">Now</th></tr></thead><tbody>
"#,
    );
    for cookie in cookies {
        row(&mut html, cookie);
    }
    html.push_str("</tbody></table>\n");
    html
}

fn summary(cookies: &[CookieView<'_>]) -> String {
    let kept = cookies
        .iter()
        .filter(|cookie| cookie.fate == Fate::Kept)
        .count();
    let refused = cookies.len() - kept;
    let sent = match cookies.len() {
        1 => "1 cookie".to_owned(),
        number => format!("{number} cookies"),
    };
    format!(
        "<p>Your browser sent {sent}: {kept} kept, {refused} refused. A refused cookie never reaches the website. Only names are shown here, never what a cookie holds.</p>\n"
    )
}

fn row(html: &mut String, cookie: &CookieView<'_>) {
    let owner = match (cookie.vendor, cookie.purpose) {
        (Some(vendor), _) => Escaped(vendor).to_string(),
        (None, Some(_)) => "This website".to_owned(),
        (None, None) => "This website, or not known".to_owned(),
    };
    let purpose = cookie.purpose.map_or_else(String::new, |purpose| {
        format!(" · {}", purposes::title(purpose))
    });
    let (class, fate) = match cookie.fate {
        Fate::Kept => ("yes", "Kept"),
        Fate::Refused => ("no", "Refused"),
    };
    let name = if cookie.name.is_empty() {
        "(no name)"
    } else {
        cookie.name
    };
    let _ = writeln!(
        html,
        r#"<tr><th scope="row"><code><bdi>{name}</bdi></code><span class="about">{owner}{purpose}</span></th><td>{lifetime}</td><td><span class="state {class}">{fate}</span></td></tr>"#,
        name = Escaped(name),
        lifetime = lifetime::in_words(cookie.max_lifetime),
    );
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::privacy::purpose::Purpose;

    fn cookie<'a>(name: &'a str, vendor: Option<&'a str>, fate: Fate) -> CookieView<'a> {
        CookieView {
            name,
            vendor,
            purpose: Some(Purpose::Analytics),
            max_lifetime: Some(Duration::from_secs(1800)),
            fate,
        }
    }

    #[test]
    fn every_cookie_is_told_with_its_fate() {
        let html = table(&[
            cookie("sid", None, Fate::Kept),
            cookie("_hjSession_1", Some("Hotjar"), Fate::Refused),
            CookieView {
                purpose: None,
                ..cookie("stranger", None, Fate::Kept)
            },
        ]);
        for expected in [
            "3 cookies: 2 kept, 1 refused",
            ">This website · Measuring visits<",
            ">This website, or not known<",
            "Hotjar · Measuring visits",
            "30 minutes",
            ">Kept<",
            ">Refused<",
        ] {
            assert!(html.contains(expected), "{expected}");
        }
        assert!(table(&[]).contains("no cookies"));
    }

    #[test]
    fn hostile_names_stay_text() {
        let html = table(&[cookie("<script>\"'&", Some("</td><b>"), Fate::Kept)]);
        assert!(html.contains("&lt;script&gt;&quot;&#39;&amp;"));
        assert!(!html.contains("<script") && !html.contains("<b>"));
    }
}
