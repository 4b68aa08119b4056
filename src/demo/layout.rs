//! The frame of every page of the demonstration: head, navigation, footer.
//!
//! The footer links to the gateway's privacy centre, as a website behind it should.

use super::cart::Cart;

/// What a page brings into the frame; plain text that needs no escaping, or finished HTML.
#[derive(Debug)]
pub(super) struct Page {
    /// The title, before the shop's name.
    pub(super) title: &'static str,
    /// The path that the navigation marks as current.
    pub(super) current: &'static str,
    /// The content of `main`.
    pub(super) main: String,
}

/// The whole document.
pub(super) fn document(page: &Page, cart: &Cart) -> String {
    let Page { title, main, .. } = page;
    let count = match cart.count() {
        0 => String::new(),
        number => format!(r#"<span class="count">{number}</span>"#),
    };
    let mark = |path: &str| {
        if page.current == path {
            r#" aria-current="page""#
        } else {
            ""
        }
    };
    format!(
        r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · Ottilie, bicycle bells</title>
<meta name="description" content="Bicycle bells, spun, cast and tuned by hand. An invented shop that demonstrates privet.">
<link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/shop.css">
<script async src="https://www.googletagmanager.com/gtag/js?id=G-0TT1L1E0B3"></script>
<script>
window.dataLayer = window.dataLayer || [];
function gtag() {{ dataLayer.push(arguments); }}
gtag("js", new Date());
gtag("config", "G-0TT1L1E0B3");
</script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="wrap top">
<a class="logo" href="/"><img src="/assets/favicon.svg" width="34" height="34" alt="">Ottilie</a>
<nav aria-label="Shop"><ul>
<li><a href="/"{bells}>Bells</a></li>
<li><a href="/about"{about}>Workshop</a></li>
<li><a href="/cart"{in_cart}>Cart{count}</a></li>
</ul></nav>
</header>
<main id="main">
{main}
</main>
<footer class="bottom"><div class="wrap">
<p>Ottilie is invented and sells nothing. It is the website that comes with privet.</p>
<a href="/.privet/">Your privacy choices</a>
</div></footer>
</body>
</html>
"##,
        bells = mark("/"),
        about = mark("/about"),
        in_cart = mark("/cart"),
    )
}
