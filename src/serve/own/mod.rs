//! What privet answers itself on every site: the privacy centre and the consent interface under
//! `/.privet/`, `/.well-known/gpc.json`, and requests of vendors without consent.

mod asset;
mod centre;
mod consent;
mod embed;
mod form;
mod ledger;
mod path;
mod reports;
mod resource;
mod same_origin;
mod vendor;

pub(crate) use resource::Resource;
pub(super) use resource::answer;
pub(super) use vendor::{by_content, in_disguise};
