//! The cookie declaration for a website's privacy policy: who sets and reads what, for what, for how
//! long, and where that goes (GDPR Art. 13(1)(e) and (f), 13(2)(a); ePrivacy Directive Art. 5(3)).
//!
//! The catalogue holds far more vendors than any website uses, so only those are declared that the
//! operator configured or that privet has seen on this website ([`Evidence`]). Pure: the configuration and
//! the evidence go in, text comes out.

mod evidence;
mod html;
mod json;
mod markdown;
mod model;

pub(crate) use evidence::Evidence;
pub(crate) use html::html;
pub(crate) use json::json;
pub(crate) use markdown::markdown;
pub(crate) use model::Declaration;
