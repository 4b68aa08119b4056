//! Values with a lowest and a highest sensible one.

use std::time::Duration;

use crate::config::{
    node::Node,
    problem::Problem,
    quantity::{DURATION, SIZE, duration, size, write_duration, write_size},
};

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const HOUR: Duration = Duration::from_secs(3600);
pub(super) const DAY: Duration = Duration::from_secs(86_400);
/// The longest duration that any key takes.
pub(super) const LONG: Duration = Duration::from_secs(100 * 365 * 86_400);

/// A duration from `lowest` to `highest`.
pub(super) fn duration_within(
    node: &Node<'_>,
    lowest: Duration,
    highest: Duration,
) -> Option<Duration> {
    node.parsed(DURATION, |text| {
        let duration = switched(text).and_then(duration)?;
        if (lowest..=highest).contains(&duration) {
            return Ok(duration);
        }
        Err(out_of_range(
            &write_duration(lowest),
            &write_duration(highest),
        ))
    })
}

/// As [`duration_within`], in whole seconds: what is written to a field or a cookie has no smaller
/// unit.
pub(super) fn seconds_within(
    node: &Node<'_>,
    lowest: Duration,
    highest: Duration,
) -> Option<Duration> {
    let duration = duration_within(node, lowest, highest)?;
    if duration.subsec_millis() == 0 {
        return Some(duration);
    }
    node.report(
        Problem::error("is not a number of whole seconds").expecting("a duration in whole seconds"),
    );
    None
}

/// A size from `lowest` to `highest` bytes.
pub(super) fn size_within(node: &Node<'_>, lowest: u64, highest: u64) -> Option<u64> {
    node.parsed(SIZE, |text| {
        let size = switched(text).and_then(size)?;
        if (lowest..=highest).contains(&size) {
            return Ok(size);
        }
        Err(out_of_range(&write_size(lowest), &write_size(highest)))
    })
}

/// Refuses the words that switch other keys off, where they don't.
fn switched(text: &str) -> Result<&str, Problem> {
    if matches!(text, "off" | "auto" | "none" | "unlimited" | "never") {
        return Err(Problem::error("is not possible here"));
    }
    Ok(text)
}

fn out_of_range(lowest: &str, highest: &str) -> Problem {
    Problem::error("is out of range").expecting(format!("from \"{lowest}\" to \"{highest}\""))
}
