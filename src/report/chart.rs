//! The report's drawings: SVG that needs no script. Each stands beside the table of its numbers.

use std::fmt::Write as _;

use super::number::{LEAST, Number};

/// Width and height of a row of bars, in units of the drawing.
const WIDTH: u64 = 600;
const HEIGHT: u64 = 44;
/// The height of what is too little to be told.
const FEW: u64 = 3;

/// Numbers over time as bars; those that are too small to be told all have one height. `most` is the
/// number of the highest bar of this and the drawings beside it.
pub(super) fn bars(points: &[u64], most: u64, label: &str) -> String {
    let count = u64::try_from(points.len()).unwrap_or(1).max(1);
    let mut svg = format!(
        r#"<svg class="bars" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" aria-label="{label}">"#
    );
    // In tenths, since a year's bars are narrow.
    let step = WIDTH * 10 / count;
    let gap = (step / 5).min(30);
    for (place, point) in (0_u64..).zip(points) {
        if *point == 0 {
            continue;
        }
        let (class, height) = if *point < LEAST {
            ("few", FEW)
        } else {
            ("much", (point * HEIGHT / most.max(1)).max(FEW + 1))
        };
        let (x, width) = (place * step, step - gap);
        let _ = write!(
            svg,
            r#"<rect class="{class}" x="{}.{}" y="{}" width="{}.{}" height="{height}"/>"#,
            x / 10,
            x % 10,
            HEIGHT - height,
            width / 10,
            width % 10,
        );
    }
    svg.push_str("</svg>");
    svg
}

/// What was stopped and what passed, one behind the other, beside others of at most `most`.
pub(super) fn pair(stopped: u64, granted: u64, most: u64) -> String {
    let width = |number: u64| match number {
        0 => 0,
        number if number < LEAST => 2,
        number => (number * 100 / most.max(1)).max(2),
    };
    let (first, second) = (width(stopped), width(granted));
    format!(
        concat!(
            r#"<svg class="pair" viewBox="0 0 102 10" preserveAspectRatio="none" aria-hidden="true">"#,
            r#"<rect class="much" x="0" y="0" width="{}" height="10"/>"#,
            r#"<rect class="granted" x="{}" y="0" width="{}" height="10"/></svg>"#
        ),
        first, first, second,
    )
}

/// How many of a hundred said yes; `None` if too few were asked, or too few said one of both.
pub(super) fn rate(granted: u64, refused: u64) -> Option<u64> {
    let both = granted + refused;
    let is_known = both >= LEAST && ![granted, refused].map(Number).iter().any(|n| n.is_hidden());
    is_known.then(|| (granted * 100 + both / 2) / both)
}

/// A rate as a bar on a track.
pub(super) fn track(rate: Option<u64>) -> String {
    let width = rate.unwrap_or_default();
    format!(
        concat!(
            r#"<svg class="track" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">"#,
            r#"<rect class="rest" x="0" y="0" width="100" height="8"/>"#,
            r#"<rect class="granted" x="0" y="0" width="{}" height="8"/></svg>"#
        ),
        width
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_bar_tells_a_small_number() {
        let svg = |number| bars(&[number, 100], 100, "x");
        assert_eq!(svg(1), svg(9));
        assert_ne!(svg(9), svg(50));
        assert_eq!(pair(1, 0, 50), pair(9, 0, 50));
    }

    #[test]
    fn no_rate_tells_a_small_number() {
        assert_eq!(rate(3, 4), None);
        assert_eq!(rate(3, 40), None);
        assert_eq!(rate(30, 10), Some(75));
        assert_eq!(rate(0, 20), Some(0));
    }
}
