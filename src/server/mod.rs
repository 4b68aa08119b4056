//! The running gateway: worker threads, reload, shutdown. The only room that knows all others.

mod limits;
mod reload;
mod run;
mod worker;

pub use run::{Origin, Serving, StartError, run};
