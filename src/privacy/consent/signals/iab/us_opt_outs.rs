//! The sections of the Global Privacy Platform for the United States: where each holds its
//! opt-outs.
//!
//! Fields of two bits: 0 for not applicable, 1 for opted out, 2 for not opted out. Every section
//! begins with its version, in six bits; later versions kept these fields where they were. A
//! segment of type 1 says whether the browser sent `Sec-GPC`.

use super::{
    super::answers::Answers,
    bits::{Bits, Read},
};
use crate::privacy::purpose::{Purpose, Purposes};

/// Names of answers.
pub(super) const SALE: &str = "sale";
const SHARING: &str = "sharing";
const TARGETED_ADVERTISING: &str = "targeted-advertising";
const GPC: &str = "gpc";

/// Behind the core; their type has two bits, and 0 is the core's.
const MOST_SEGMENTS: usize = 3;

/// What opting out of any of these refuses.
pub(in crate::privacy::consent::signals) fn purposes(name: &str) -> Purposes {
    match name {
        SALE | SHARING | TARGETED_ADVERTISING | GPC => Purposes::NONE.with(Purpose::Marketing),
        _ => Purposes::NONE,
    }
}

/// Where a section holds its opt-outs.
struct Layout {
    /// The first bit of the first of them.
    at: usize,
    /// What can be opted out of, one behind the other.
    opt_outs: &'static [&'static str],
    /// Whether a segment of type 1 holds `Sec-GPC`.
    has_gpc: bool,
}

/// The layout of the section `id`, if it is one of these.
fn layout(id: u32) -> Option<Layout> {
    let (at, has_gpc) = match id {
        // usnat
        7 => (18, true),
        // usva, usfl
        9 | 13 => (12, false),
        // usca, usco, usct, usmt, usor, ustx, usde, usne, usnh, usnj, ustn, usmn
        8 | 10 | 12 | 14..=17 | 19..=23 => (12, true),
        // usut
        11 => (14, false),
        // usia
        18 => (14, true),
        // usmd
        24 => (16, true),
        // usin, usky, usri
        25..=27 => (16, false),
        _ => return None,
    };
    let opt_outs: &[_] = match id {
        7 => &[SALE, SHARING, TARGETED_ADVERTISING],
        8 => &[SALE, SHARING],
        _ => &[SALE, TARGETED_ADVERTISING],
    };
    Some(Layout {
        at,
        opt_outs,
        has_gpc,
    })
}

/// Adds what the section `id` opts out of; nothing where it is none of these.
pub(super) fn add(id: u32, section: &[u8], answers: &mut Answers) -> Read<()> {
    let Some(layout) = layout(id) else {
        return Ok(());
    };
    let mut segments = section.split(|byte| *byte == b'.');
    let mut core = Bits::of(segments.next().unwrap_or_default())?;
    if core.number(6)? == 0 {
        return Err("has a section of no version");
    }
    core.skip(layout.at - 6)?;
    for name in layout.opt_outs {
        match core.number(2)? {
            0 | 2 => {}
            1 => refuse(name, answers),
            _ => return Err("has an opt-out that is neither yes nor no"),
        }
    }
    for (before, segment) in segments.enumerate() {
        if before == MOST_SEGMENTS {
            return Err("has a section of too many segments");
        }
        let mut bits = Bits::of(segment)?;
        if layout.has_gpc && bits.number(2)? == 1 && bits.flag()? {
            refuse(GPC, answers);
        }
    }
    Ok(())
}

/// Adds a refusal, once.
pub(super) fn refuse(name: &'static str, answers: &mut Answers) {
    if !answers.list.iter().any(|answer| answer.name == name) {
        answers.push(name, false);
    }
}
