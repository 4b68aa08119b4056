//! The signals that can hold an answer: two of the browser, privet's own cookie, and the cookies of
//! consent platforms.
//!
//! Every consent platform is one file that turns its cookies into [`Answers`], in the platform's own
//! words, and one line in [`platform`]; `mapping` says what those words mean here.

mod answers;
mod axeptio;
mod borlabs;
mod browser;
mod civic;
mod complianz;
mod cookie_law_info;
mod cookiebot;
mod cookieyes;
mod didomi;
mod groups;
mod iab;
mod iubenda;
mod jar;
mod json;
mod mapping;
mod onetrust;
mod percent;
mod platform;
#[cfg(test)]
mod properties;
mod services;
mod trustarc;

pub use answers::{Answer, Answers, Outcome};
pub use platform::PlatformId;

pub(super) use browser::stored_choice;
pub(in crate::privacy) use browser::{do_not_track, global_privacy_control};
pub(super) use jar::Jar;
pub(super) use mapping::{Mapping, Reading};
