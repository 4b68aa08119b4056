//! Style sheet, pictures and `robots.txt` of the demonstration: files without cookies.

/// The media type and content of the asset at `path`.
pub(super) fn find(path: &str) -> Option<(&'static str, &'static str)> {
    const SVG: &str = "image/svg+xml";
    Some(match path {
        "/assets/shop.css" => ("text/css; charset=utf-8", include_str!("shop.css")),
        "/assets/favicon.svg" | "/favicon.ico" => (SVG, include_str!("images/favicon.svg")),
        "/assets/hero.svg" => (SVG, include_str!("images/hero.svg")),
        "/assets/wren.svg" => (SVG, include_str!("images/wren.svg")),
        "/assets/goldcrest.svg" => (SVG, include_str!("images/goldcrest.svg")),
        "/assets/lapwing.svg" => (SVG, include_str!("images/lapwing.svg")),
        "/assets/bittern.svg" => (SVG, include_str!("images/bittern.svg")),
        "/robots.txt" => ("text/plain; charset=utf-8", "User-agent: *\nDisallow: /\n"),
        _ => return None,
    })
}
