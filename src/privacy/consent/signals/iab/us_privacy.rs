//! The IAB's US Privacy string, from before the Global Privacy Platform.
//!
//! `usprivacy` or `us_privacy`: `1`, then whether notice was given, whether the visitor opted out
//! of sale, and whether an agreement covers it, each `Y`, `N` or `-`. `1YYN` has opted out; not to
//! have opted out is no answer.

use super::{
    super::{
        answers::{Answers, Outcome},
        jar::Cookies,
        percent,
    },
    bits::Read,
    us_opt_outs::{SALE, refuse},
};

const STRING: &str = "usprivacy";
const UNDERSCORED: &str = "us_privacy";

/// The names of its cookies.
pub(in crate::privacy::consent::signals) const COOKIES: &[&str] = &[STRING, UNDERSCORED];

/// Reads the cookies.
pub(in crate::privacy::consent::signals) fn decode(cookies: &Cookies<'_>) -> Outcome {
    let values = cookies.values(STRING).chain(cookies.values(UNDERSCORED));
    Outcome::of_each(values, string)
}

fn string(value: &[u8]) -> Outcome {
    let Some(text) = percent::decoded(value) else {
        return Outcome::Unreadable("has a broken escape");
    };
    match opted_out(text.as_bytes()) {
        Ok(true) => {
            let mut answers = Answers::default();
            refuse(SALE, &mut answers);
            Outcome::Answered(answers)
        }
        Ok(false) => Outcome::Unanswered("opts out of nothing"),
        Err(reason) => Outcome::Unreadable(reason),
    }
}

/// Whether the string `text` opts out.
pub(super) fn opted_out(text: &[u8]) -> Read<bool> {
    let is_answer = |byte: &u8| matches!(byte.to_ascii_uppercase(), b'Y' | b'N' | b'-');
    match text {
        [b'1', answers @ ..] if answers.len() == 3 && answers.iter().all(is_answer) => Ok(answers
            .get(1)
            .is_some_and(|out| out.eq_ignore_ascii_case(&b'Y'))),
        _ => Err("is no US Privacy string of version 1"),
    }
}
