//! Response fields by which a website makes browsers call others: `Link`, `Refresh`, reports and the
//! like. What would call a vendor without consent goes; everything else stays byte for byte.

mod link;
mod list;
mod reporting;
mod silence;
mod without;
