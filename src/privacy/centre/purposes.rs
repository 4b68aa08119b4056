//! The form in which the visitor says yes or no, purpose by purpose and company by company.
//!
//! EDPB Guidelines 05/2020: specific and informed consent, no pre-ticked box. A purpose is ticked
//! only if it is granted without exception; with exceptions it stays unticked and the companies
//! that were granted are ticked, so that saving the form as it stands never widens a consent.

use std::fmt::Write as _;

use super::country;
use super::escape::Escaped;
use super::view::{PurposeView, VendorView};
use crate::privacy::State;
use crate::privacy::purpose::Purpose;

/// The name of a purpose in plain words.
pub(crate) const fn title(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Necessary => "Necessary",
        Purpose::Functional => "Conveniences",
        Purpose::Analytics => "Measuring visits",
        Purpose::Marketing => "Advertising",
        Purpose::Media => "Embedded media",
    }
}

/// What it is for, in plain words.
pub(crate) const fn explanation(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Necessary => {
            "What you ask of this website: signing in, a cart, your language, protection against abuse. It works without your consent, as the law allows."
        }
        Purpose::Functional => {
            "Extras that other companies provide, such as a chat window or where you paused a video. The website works without them."
        }
        Purpose::Analytics => {
            "Counts visits and shows the owner of this website how its pages are used. Some of these companies can replay mouse movements and clicks."
        }
        Purpose::Marketing => {
            "Lets advertising companies recognise you here and on other websites, build a profile of your interests, and measure whether their advertisements worked."
        }
        Purpose::Media => {
            "Loads videos, maps and posts from other companies into the page. They then learn your internet address and which page you were on, and may set cookies."
        }
    }
}

/// What the form shows for one purpose.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Shown {
    Always,
    Allowed,
    Partly,
    Refused,
    NotAsked,
}

impl Shown {
    fn of(view: &PurposeView<'_>) -> Self {
        let granted = |vendor: &VendorView<'_>| vendor.state == State::Granted;
        let asked = || view.vendors.iter().filter(|vendor| !vendor.elsewhere);
        let some = asked().any(granted);
        match view.state {
            _ if view.purpose == Purpose::Necessary => Self::Always,
            State::Granted if asked().all(granted) => Self::Allowed,
            State::Granted | State::Refused | State::NotAsked if some => Self::Partly,
            State::Granted | State::Refused => Self::Refused,
            State::NotAsked => Self::NotAsked,
        }
    }

    const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Always => ("yes", "Always on"),
            Self::Allowed => ("yes", "Allowed"),
            Self::Partly => ("partly", "Allowed for some"),
            Self::Refused => ("no", "Refused"),
            Self::NotAsked => ("open", "Not answered"),
        }
    }
}

/// The list of purposes, each an item with its box, its words and its companies.
pub(super) fn list(purposes: &[PurposeView<'_>]) -> String {
    let mut html = String::from("<ul class=\"purposes\">\n");
    for view in purposes {
        item(&mut html, view);
    }
    html.push_str("</ul>\n");
    html
}

fn item(html: &mut String, view: &PurposeView<'_>) {
    let shown = Shown::of(view);
    let name = view.purpose.name();
    let title = title(view.purpose);
    let heading = if shown == Shown::Always {
        title.to_owned()
    } else {
        let ticked = ticked(shown == Shown::Allowed);
        format!(
            r#"<label><input type="checkbox" name="purpose" value="{name}" aria-describedby="about-{name}"{ticked}><span>{title}</span></label>"#
        )
    };
    let (class, label) = shown.label();
    let _ = write!(
        html,
        r#"<li><div class="head"><h3>{heading}</h3><span class="state {class}">{label}</span></div>
<p id="about-{name}">{explanation}</p>
"#,
        explanation = explanation(view.purpose),
    );
    if !view.vendors.is_empty() {
        vendors(html, view, shown);
    } else if shown != Shown::Always {
        html.push_str("<p class=\"hint\">No company has been seen doing this here.</p>\n");
    }
    html.push_str("</li>\n");
}

fn vendors(html: &mut String, view: &PurposeView<'_>, shown: Shown) {
    let (open, hint) = match shown {
        Shown::Always => ("", ""),
        Shown::Partly => (" open", HINT),
        Shown::Allowed | Shown::Refused | Shown::NotAsked => ("", HINT),
    };
    let companies = match (shown, view.vendors.len()) {
        // Kinds of cookies stand among them, which are no companies.
        (Shown::Always, _) => "What this covers".to_owned(),
        (_, 1) => "1 company".to_owned(),
        (_, number) => format!("{number} companies"),
    };
    let title = title(view.purpose);
    let _ = write!(
        html,
        r#"<details{open}><summary>{companies}<span class="hidden"> for: {title}</span></summary>
{hint}<ul class="vendors">
"#
    );
    for vendor in &view.vendors {
        // Boxes count only beside an unticked purpose: had they ticks of their own while the
        // purpose is granted, unticking the purpose alone would withdraw nothing.
        let own_tick = shown == Shown::Partly && vendor.state == State::Granted;
        let asked = shown != Shown::Always && !vendor.elsewhere;
        self::vendor(html, vendor, asked.then_some(own_tick));
    }
    html.push_str("</ul></details>\n");
}

const HINT: &str = "<p class=\"hint\">The box above covers all of them. To allow only some, leave it empty and tick those here.</p>\n";

const ELSEWHERE: &str = "Refused: outside the allowed countries";

/// One company, with a box unless there is nothing to answer.
fn vendor(html: &mut String, vendor: &VendorView<'_>, tick: Option<bool>) {
    let name = Escaped(vendor.name);
    let _ = match tick {
        None => write!(html, "<li><span>{name}</span>"),
        Some(tick) => write!(
            html,
            r#"<li><label><input type="checkbox" name="vendor" value="{slug}"{ticked}><span>{name}</span></label>"#,
            slug = Escaped(vendor.slug),
            ticked = ticked(tick),
        ),
    };
    let country = vendor
        .country
        .map(|code| Escaped(country::name(code)).to_string());
    let policy = vendor.policy.filter(|url| is_web_address(url)).map(|url| {
        format!(
            r#"<a href="{url}" rel="noopener noreferrer">Privacy policy<span class="hidden"> of {name}</span></a>"#,
            url = Escaped(url),
        )
    });
    let elsewhere = vendor.elsewhere.then(|| ELSEWHERE.to_owned());
    let about = [country, elsewhere, policy].into_iter().flatten();
    let about: Vec<String> = about.collect();
    if !about.is_empty() {
        let _ = write!(html, r#"<span class="about">{}</span>"#, about.join(" · "));
    }
    html.push_str("</li>\n");
}

const fn ticked(tick: bool) -> &'static str {
    if tick { " checked" } else { "" }
}

/// A `javascript:` policy must not become a link.
pub(crate) fn is_web_address(url: &str) -> bool {
    let scheme = url.split(':').next().unwrap_or_default();
    url.contains("://")
        && ["https", "http"]
            .iter()
            .any(|web| scheme.eq_ignore_ascii_case(web))
}

#[cfg(test)]
#[path = "purposes_tests.rs"]
mod tests;
