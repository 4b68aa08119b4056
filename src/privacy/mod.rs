//! privacy.

mod address;
pub mod centre;
mod purpose;
mod rules;

pub use address::{ClientAddr, MinimisedAddr};
pub use purpose::{Purpose, Purposes};
pub use rules::{
    AddressMethod, AddressRule, ConsentRules, CookieRules, HeaderRules, Mode, SameSiteDefault,
    Signal, UnknownCookies, Vendor, VendorCookie,
};
