//! Pages on their way to a visitor: their content is decoded, gated as it streams by, and encoded
//! again. `gate` decides what is done to a response, `body` does it piece by piece, unless the page is `known`; what a page says
//! depends on nothing here but [`PageGate`](crate::privacy::PageGate).

mod body;
mod characters;
mod decoding;
mod encoding;
mod gate;
mod gzip;
mod known;
mod notice;
mod observe;
mod rewriting;

pub(super) use body::PageBody;
pub(super) use gate::{PageVisit, gate};
pub(super) use gzip::Compressor;
pub(super) use known::KnownPages;
pub(super) use observe::ObservedPage;
