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

/// What opting out of any of these refuses.
pub(in crate::privacy::consent::signals) fn purposes(name: &str) -> Purposes {
    match name {
        SALE | SHARING | TARGETED_ADVERTISING | GPC => Purposes::NONE.with(Purpose::Marketing),
        _ => Purposes::NONE,
    }
}

/// Where a section holds its opt-outs.
struct Layout {
    /// What can be opted out of, and the first of the two bits that tell.
    opt_outs: &'static [(&'static str, usize)],
    /// Whether a segment of type 1 holds `Sec-GPC`.
    has_gpc: bool,
}

/// The layout of the section `id`, if it is one of these.
fn layout(id: u32) -> Option<Layout> {
    let sale_and_advertising: [&'static [(&str, usize)]; 3] = [
        &[(SALE, 12), (TARGETED_ADVERTISING, 14)],
        &[(SALE, 14), (TARGETED_ADVERTISING, 16)],
        &[(SALE, 16), (TARGETED_ADVERTISING, 18)],
    ];
    let [at_12, at_14, at_16] = sale_and_advertising;
    let (opt_outs, has_gpc): (&[_], _) = match id {
        // usnat
        7 => (
            &[(SALE, 18), (SHARING, 20), (TARGETED_ADVERTISING, 22)],
            true,
        ),
        // usca
        8 => (&[(SALE, 12), (SHARING, 14)], true),
        // usva, usfl
        9 | 13 => (at_12, false),
        // usco, usct, usmt, usor, ustx, usde, usne, usnh, usnj, ustn, usmn
        10 | 12 | 14..=17 | 19..=23 => (at_12, true),
        // usut
        11 => (at_14, false),
        // usia
        18 => (at_14, true),
        // usmd
        24 => (at_16, true),
        // usin, usky, usri
        25..=27 => (at_16, false),
        _ => return None,
    };
    Some(Layout { opt_outs, has_gpc })
}

/// Adds what the section `id` opts out of; nothing where it is none of these.
pub(super) fn add(id: u32, section: &[u8], answers: &mut Answers) -> Read<()> {
    let Some(layout) = layout(id) else {
        return Ok(());
    };
    let mut segments = section.split(|byte| *byte == b'.');
    let core = segments.next().unwrap_or_default();
    if Bits::of(core)?.number(6)? == 0 {
        return Err("has a section of no version");
    }
    for (name, at) in layout.opt_outs {
        let mut bits = Bits::of(core)?;
        bits.skip(*at)?;
        match bits.number(2)? {
            0 | 2 => {}
            1 => refuse(name, answers),
            _ => return Err("has an opt-out that is neither yes nor no"),
        }
    }
    for segment in segments {
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
