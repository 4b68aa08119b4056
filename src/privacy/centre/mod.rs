//! The privacy centre at `/.privet/`: what is asked, by whom, for what, and the visitor's answer.
//!
//! GDPR Art. 7 asks for consent that is informed, specific and as easy to withdraw as to give;
//! Art. 12 for plain words. One page without scripts; refusing takes exactly what accepting
//! takes, and nothing is ticked that was not granted. Pure: a view goes in, HTML comes out.
//!
//! The form is `POST /.privet/consent`. `choice=accept-all` and `choice=reject-all` say it all.
//! With `choice=save`, a `purpose` grants every vendor under it; a `vendor` (its slug) grants that
//! one where its purpose is not granted. All else is refused, so leaving out always refuses.
//!
//! `choice=add` grants each `vendor` and leaves every other answer as it is; [`embed()`] sends that, the
//! page that stands in the place of an embedded frame.
//!
//! [`script()`] is what runs in pages in which something waits for consent.
//!
//! Beside it, [`MIRROR`] is the script that a website includes whose consent platform keeps answers
//! to the browser.

mod cookies;
mod country;
mod embed;
mod embed_url;
mod escape;
mod lifetime;
mod page;
mod purposes;
mod record;
mod script;
mod view;

pub use embed::{EmbedView, embed, embed_policy};
pub use embed_url::EmbedUrl;
pub(crate) use escape::Escaped;
pub use page::{CONTENT_SECURITY_POLICY, STYLE, page};
pub use script::script;
pub use view::{CentreView, CookieView, Fate, PurposeView, RecordView, VendorView};

/// The version of the texts by which visitors are asked; another one with each change of their meaning.
pub const TEXTS_VERSION: &str = "1";

/// Their language (RFC 5646).
pub const LANGUAGE: &str = "en";

/// The script that copies answers which no server can read into the cookie `privet_mirror`.
pub const MIRROR: &str = include_str!("mirror.js");

// It holds a page up.
const _: () = assert!(MIRROR.len() < 4096);
