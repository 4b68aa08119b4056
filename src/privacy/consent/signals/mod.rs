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
mod cookie_notice;
mod cookiebot;
mod cookieconsent;
mod cookiescript;
mod cookieyes;
mod didomi;
mod drupal;
mod groups;
mod iab;
mod iubenda;
mod jar;
mod json;
mod klaro;
mod mapping;
mod mirror;
mod moove;
mod onetrust;
mod orejime;
mod percent;
mod platform;
#[cfg(test)]
mod properties;
mod services;
mod shopify;
mod tarteaucitron;
mod trustarc;
mod vanilla_cookieconsent;

pub use answers::{Answer, Answers, Outcome};
pub use browser::consent_id;
pub use mirror::MIRROR_COOKIE;
pub use platform::PlatformId;
pub use services::SERVICE_ALIASES;

pub(super) use browser::stored_choice;
pub(in crate::privacy) use browser::{do_not_track, global_privacy_control};
pub(super) use jar::Jar;
pub(super) use mapping::{Mapping, Reading};
