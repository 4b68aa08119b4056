//! The dying note of a bell as a line: a damped oscillation over seven seconds, one scale for all.
//!
//! Slowed down so that the eye can follow; a second note begins a little later, as the striker
//! takes its time from shell to shell.

use std::f64::consts::TAU;
use std::fmt::Write as _;

use super::bells::Bell;

const WIDTH: u16 = 1100;
const POINTS_PER_SECOND: u16 = 150;
const SECONDS: u16 = 7;
/// Oscillations heard for each that is drawn.
const SLOWED: f64 = 240.0;
/// Seconds between two notes.
const PAUSE: f64 = 0.4;

/// The drawing, an `svg` element.
pub(super) fn curve(bell: &Bell) -> String {
    let mut line = String::from("M0 80");
    let scale = f64::from(WIDTH) / f64::from(SECONDS * POINTS_PER_SECOND);
    for point in 1..=SECONDS * POINTS_PER_SECOND {
        let height = 80.0 - 70.0 * level(bell, f64::from(point) / f64::from(POINTS_PER_SECOND));
        let _ = write!(line, "L{:.1} {height:.1}", f64::from(point) * scale);
    }
    let mut marks = String::new();
    for second in 1..SECONDS {
        let x = WIDTH / SECONDS * second;
        let _ = write!(
            marks,
            r#"<line x1="{x}" x2="{x}" y1="8" y2="152"/><text x="{x}" y="172" text-anchor="middle">{second} s</text>"#
        );
    }
    format!(
        r#"<svg viewBox="0 0 {WIDTH} 180" role="img" aria-label="The note of the {name}, getting quieter over time">{marks}<path d="{line}"/></svg>"#,
        name = bell.name,
    )
}

/// Between -1 and 1, how far the bell swings at that time.
fn level(bell: &Bell, seconds: f64) -> f64 {
    let length = f64::from(bell.rings) / 10.0;
    let mut begins = 0.0;
    let mut sum = 0.0;
    for (_, hertz) in bell.notes {
        let since = seconds - begins;
        if since > 0.0 {
            sum += (-4.6 * since / length).exp() * (TAU * f64::from(*hertz) / SLOWED * since).sin();
        }
        begins += PAUSE;
    }
    sum.clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::super::bells::BELLS;
    use super::*;

    #[test]
    fn every_bell_falls_silent() {
        for bell in &BELLS {
            let loudest = |from: u8| {
                (0..100_u8)
                    .map(|step| level(bell, f64::from(from) / 10.0 + f64::from(step) / 100.0).abs())
                    .fold(0.0, f64::max)
            };
            assert!(loudest(0) > 0.5, "{} is heard", bell.name);
            assert!(loudest(bell.rings) < 0.03, "{} is silent", bell.name);
        }
    }
}
