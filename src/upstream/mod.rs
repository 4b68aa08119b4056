//! Talking to websites: kept-alive HTTP/1.1 connections, pooled by each worker for itself.
//!
//! "Upstream" is meant as nginx and Envoy mean it: a group of web servers behind privet. Only an
//! [`OriginRequest`](crate::privacy::OriginRequest) can be sent, and only `privacy` makes one.

mod balance;
mod body;
mod connection;
mod error;
mod stream;
mod timer;
mod transport;
mod trust;

pub(crate) use balance::{Endpoint, SendContext, SendReport, Upstream};
pub(crate) use body::UpstreamBody;
pub(crate) use error::{ContentFailure, ExchangeError, UpstreamError};
pub(crate) use stream::Stream;
pub(crate) use timer::Timer;
pub(crate) use transport::BoxContent;
pub(crate) use trust::client_config;
