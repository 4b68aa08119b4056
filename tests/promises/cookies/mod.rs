//! Which cookies pass, in both directions, and as what.

mod eviction;
mod paths;
mod request;
mod response;
mod rules;
