//! What is known of a request when its response has ended.
//!
//! Raw bytes of the visitor may stand in it: they are redacted and escaped where a line is made of
//! it, so an entry has no `Debug`. The client's address can only be here in its minimised form.

use std::time::{Duration, SystemTime};

use crate::privacy::MinimisedAddr;

/// One request, as the access log is told of it.
pub(crate) struct AccessEntry<'a> {
    /// When the request began.
    pub time: SystemTime,
    /// What may be known of the client's address; `None` shows as `-`.
    pub client: Option<MinimisedAddr>,
    /// The method.
    pub method: &'a str,
    /// The site's matched host; `None`, shown as `-`, for a host that no site claims.
    pub host: Option<&'a str>,
    /// Path and query as received.
    pub target: &'a str,
    /// The status that was sent.
    pub status: u16,
    /// Bytes of content that were sent.
    pub bytes: u64,
    /// From the request's first byte to the response's last.
    pub duration: Duration,
    /// The server that answered.
    pub upstream: Option<&'a str>,
    /// From the request to that server to its response's head.
    pub upstream_duration: Option<Duration>,
    /// The protocol spoken with the visitor.
    pub protocol: http::Version,
    /// The TLS version spoken with the visitor.
    pub tls: Option<&'a str>,
    /// The name of the request, which the operational log repeats.
    pub request_id: &'a str,
    /// `Referer` as received.
    pub referer: Option<&'a [u8]>,
    /// `User-Agent` as received.
    pub user_agent: Option<&'a [u8]>,
    /// Cookies removed from the request.
    pub cookies_stripped: u32,
    /// `Set-Cookie` fields removed from the response.
    pub set_cookies_stripped: u32,
    /// Elements of the page made inert.
    pub elements_gated: u32,
}
