//! The IAB's strings: the Transparency and Consent Framework, the Global Privacy Platform, and US
//! Privacy before it.

mod tc_string;

pub(super) use tc_string::TcString;
