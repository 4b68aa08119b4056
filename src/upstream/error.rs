//! Why a website's answer could not be had: by cause, never with a byte of what was exchanged.

use std::fmt;

/// A failed exchange with a website.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum UpstreamError {
    /// No connection could be made.
    Connect,
    /// No connection could be made in time.
    ConnectTimeout,
    /// The TLS handshake failed, or the certificate is not trusted.
    Tls,
    /// It closed the connection before it answered.
    Closed,
    /// It did not answer in time.
    Timeout,
    /// Its answer is no HTTP/1.1, or its framing is ambiguous.
    Protocol,
    /// It broke off in the middle of its answer.
    Aborted,
}

impl fmt::Display for UpstreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connection refused or host not found",
            Self::ConnectTimeout => "connection not made in time",
            Self::Tls => "TLS handshake failed",
            Self::Closed => "connection closed before an answer",
            Self::Timeout => "no answer in time",
            Self::Protocol => "answer is not well-formed HTTP/1.1",
            Self::Aborted => "answer broken off",
        })
    }
}

impl std::error::Error for UpstreamError {}

/// Why a visitor's content could not be read to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ContentFailure {
    /// The visitor went away.
    Gone,
    /// Its coding is malformed.
    Malformed,
    /// More bytes than allowed.
    TooLarge,
    /// Nothing came, or too slowly.
    Timeout,
}

/// Whose fault ended an exchange.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ExchangeError {
    /// The website's.
    Upstream(UpstreamError),
    /// The visitor's.
    Content(ContentFailure),
}

impl From<UpstreamError> for ExchangeError {
    fn from(error: UpstreamError) -> Self {
        Self::Upstream(error)
    }
}

impl fmt::Display for ExchangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Upstream(error) => error.fmt(f),
            Self::Content(ContentFailure::Gone) => f.write_str("visitor went away"),
            Self::Content(ContentFailure::Malformed) => {
                f.write_str("visitor's content is malformed")
            }
            Self::Content(ContentFailure::TooLarge) => {
                f.write_str("visitor's content is too large")
            }
            Self::Content(ContentFailure::Timeout) => {
                f.write_str("visitor's content did not come in time")
            }
        }
    }
}

impl std::error::Error for ExchangeError {}
