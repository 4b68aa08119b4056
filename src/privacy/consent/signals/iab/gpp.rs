//! The IAB's Global Privacy Platform: `__gpp` is `header~section~section`, and `__gpp_sid` names
//! the sections that apply to this visitor.
//!
//! The section for the EU is a TC string; it counts where `__gpp_sid` names it or is not there.
//! The sections for the United States hold opt-outs, which count wherever they stand; not to have
//! opted out is no answer. The section for Canada, where consent may be implied, is not read.

use super::{
    super::{
        answers::{Answers, Outcome},
        jar::Cookies,
        percent,
    },
    bits::{Bits, CUT_OFF, Read},
    tc_string::TcString,
    tcf,
    us_opt_outs::{self, SALE, refuse},
    us_privacy,
};

const STRING: &str = "__gpp";
const APPLICABLE: &str = "__gpp_sid";

/// The names of its cookies.
pub(in crate::privacy::consent::signals) const COOKIES: &[&str] = &[STRING, APPLICABLE];

/// Ids of sections.
const TCF_EU: u32 = 2;
const US_PRIVACY: u32 = 6;

/// What the header's first twelve bits are: its type and its version.
const HEADER: u32 = 3 << 6 | 1;

/// Reads the cookies.
pub(in crate::privacy::consent::signals) fn decode(cookies: &Cookies<'_>) -> Outcome {
    let eu_applies = cookies.values(APPLICABLE).all(names_eu);
    Outcome::of_each(cookies.values(STRING), |value| string(value, eu_applies))
}

/// Whether a list of section ids, joined by `_` or `,`, is well-formed and names the EU's.
fn names_eu(value: &[u8]) -> bool {
    let Some(text) = percent::decoded(value) else {
        return false;
    };
    let ids: Result<Vec<i32>, _> = text.split(['_', ',']).map(str::parse).collect();
    ids.is_ok_and(|ids| ids.iter().any(|id| u32::try_from(*id) == Ok(TCF_EU)))
}

fn string(value: &[u8], eu_applies: bool) -> Outcome {
    let Some(text) = percent::decoded(value) else {
        return Outcome::Unreadable("has a broken escape");
    };
    match sections(text.as_bytes(), eu_applies) {
        Ok(answers) if answers.list.is_empty() => {
            Outcome::Unanswered("has no section with an answer that applies")
        }
        Ok(answers) => Outcome::Answered(answers),
        Err(reason) => Outcome::Unreadable(reason),
    }
}

fn sections(text: &[u8], eu_applies: bool) -> Read<Answers> {
    let mut parts = text.split(|byte| *byte == b'~');
    let header = parts.next().unwrap_or_default();
    let sections: Vec<&[u8]> = parts.collect();
    let ids = section_ids(header, sections.len())?;
    let mut answers = Answers::default();
    for (id, section) in ids.into_iter().zip(sections) {
        match id {
            TCF_EU if eu_applies => tcf::add(TcString::read(section)?, &mut answers),
            US_PRIVACY => {
                if us_privacy::opted_out(section)? {
                    refuse(SALE, &mut answers);
                }
            }
            _ => us_opt_outs::add(id, section, &mut answers)?,
        }
    }
    Ok(answers)
}

/// The ids of the `count` sections, in their order: a list of ids and ranges of ids, each as the
/// distance from the one before.
fn section_ids(header: &[u8], count: usize) -> Read<Vec<u32>> {
    const MISMATCH: &str = "has not the sections that its header lists";
    let mut bits = Bits::of(header)?;
    if bits.number(12)? != HEADER {
        return Err("is no GPP string of version 1");
    }
    let entries = bits.number(12)?;
    let mut ids = Vec::with_capacity(count);
    let mut last = 0_u32;
    for _ in 0..entries {
        let is_range = bits.flag()?;
        let first = last.saturating_add(fibonacci(&mut bits)?);
        last = first;
        if is_range {
            last = last.saturating_add(fibonacci(&mut bits)?);
        }
        let length = usize::try_from(last - first).unwrap_or(usize::MAX);
        if length >= count - ids.len() {
            return Err(MISMATCH);
        }
        ids.extend(first..=last);
    }
    if ids.len() < count {
        return Err(MISMATCH);
    }
    Ok(ids)
}

/// A number as a sum of Fibonacci numbers, the smallest first; a second 1 in a row ends it.
fn fibonacci(bits: &mut Bits) -> Read<u32> {
    let (mut number, mut this, mut next) = (0_u32, 1_u32, 2_u32);
    let mut was_set = false;
    loop {
        let is_set = bits.flag()?;
        if is_set && was_set {
            return Ok(number);
        }
        if is_set {
            number = number.checked_add(this).ok_or(CUT_OFF)?;
        }
        was_set = is_set;
        (this, next) = (next, this.checked_add(next).ok_or(CUT_OFF)?);
    }
}
