//! Third parties that no page shows: vendors under the website's own name, what advertisers write
//! into URLs, and where vendors sit.

mod click_identifiers;
mod countries;
mod disguise;
mod inventory;
