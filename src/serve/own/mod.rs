//! What privet answers itself on every site: the privacy centre and the consent interface under
//! `/.privet/`, `/.well-known/gpc.json`, and vendors' paths without consent.

mod centre;
mod consent;
mod embed;
mod form;
mod resource;

pub(crate) use resource::Resource;
pub(super) use resource::answer;
