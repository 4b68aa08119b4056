//! Which cookies pass, in both directions, and as what.

mod eviction;
mod paths;
mod reissue;
mod request;
mod response;
mod rules;
