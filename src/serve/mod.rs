//! A request's way through privet, and its response's way back. `exchange` is the pipeline, read
//! downwards; the protocols end here.

mod arrival;
mod body;
mod content;
pub mod error_page;
mod exchange;
mod http1;
mod http2;
mod keys;
mod own;
mod page;
mod record;
mod redirect;
mod refusal;
mod rehearsal;
mod respond;
mod response;
mod sightings;
mod snapshot;
mod third_parties;
mod tunnel;
mod visitor;
mod wire;
mod worker;

pub(crate) use http1::serve_http1;
pub(crate) use http2::serve_http2;
pub(crate) use keys::PseudonymKeys;
pub(crate) use own::Resource;
pub(crate) use redirect::serve_redirect;
pub(crate) use refusal::Refusal;
pub(crate) use rehearsal::{Answer, Rehearsal, Rehearsed, rehearse};
pub(crate) use snapshot::{Compiled, Site, vendor_behind};
pub(crate) use visitor::Visitor;
pub(crate) use worker::Worker;
