//! The IAB's strings: the Transparency and Consent Framework, the Global Privacy Platform, and US
//! Privacy before it.

mod bits;
pub(super) mod gpp;
mod tc_string;
pub(super) mod tcf;
pub(super) mod us_opt_outs;
pub(super) mod us_privacy;
mod vendor_section;

pub(super) use tc_string::TcString;

#[cfg(test)]
mod tests;
