//! Content-Security-Policy: what browsers themselves are told not to contact.
//!
//! A policy can only list what is admitted, and of several policies each must hold. So privet's own
//! stands beside the website's, which stays byte for byte but for what privet's own script and
//! placeholders need ([`admitting`]). Browsers report what a policy stopped ([`violations`]).

mod admit;
mod compose;
mod hosts;
mod nonce;
mod report;
mod syntax;
mod visitor;

pub use admit::{Own, admit_own, admitting};
pub use hosts::policy_hosts;
pub use nonce::nonce;
pub use report::{Violation, violations};
pub(in crate::privacy) use syntax::{Directive, segments};
pub use visitor::KnownHost;
