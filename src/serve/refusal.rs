//! Why privet itself answers with an error, and what it tells the visitor: the one table from
//! cause to status. The pages name what happened and nothing of what stands behind privet.

use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use super::{body::ResponseBody, error_page};
use crate::{
    http1::HeadError,
    metrics::{Malformed, UnreadablePage},
    privacy::FieldValue,
    upstream::{ContentFailure, ExchangeError, UpstreamError},
};

/// A request that does not get a website's answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Refusal {
    /// The message is malformed.
    Head(HeadError),
    /// The head did not arrive in time.
    HeadTimeout,
    /// No site answers to this authority.
    Misdirected,
    /// The content is larger than allowed.
    ContentTooLarge,
    /// The exchange failed.
    Exchange(ExchangeError),
    /// A form that did not come from this website.
    CrossSite,
    /// A form or method that privet's own pages do not take.
    Form,
    /// A method that the resource does not allow.
    MethodNotAllowed(&'static str),
    /// Nothing under privet's own prefix.
    NotFound,
    /// The store of consent records can't be asked now.
    LedgerUnavailable,
    /// A vendor's path without the visitor's consent.
    NoConsent,
    /// The website's page can't be read, so nobody knows whom it would have the browser contact.
    Page(UnreadablePage),
}

impl Refusal {
    /// The status for it.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::Head(error) => match error {
                HeadError::StartLine
                | HeadError::Field
                | HeadError::Framing
                | HeadError::Target
                | HeadError::Authority => StatusCode::BAD_REQUEST,
                HeadError::Version => StatusCode::HTTP_VERSION_NOT_SUPPORTED,
                HeadError::Coding => StatusCode::NOT_IMPLEMENTED,
                HeadError::Method => StatusCode::METHOD_NOT_ALLOWED,
                HeadError::Expectation => StatusCode::EXPECTATION_FAILED,
                HeadError::TooLarge | HeadError::TooManyFields => {
                    StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
                }
                HeadError::TargetTooLong => StatusCode::URI_TOO_LONG,
            },
            Self::HeadTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::ContentTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::CrossSite | Self::NoConsent => StatusCode::FORBIDDEN,
            Self::Form => StatusCode::BAD_REQUEST,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::LedgerUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Page(_) => StatusCode::BAD_GATEWAY,
            Self::Exchange(ExchangeError::Content(failure)) => match failure {
                ContentFailure::Gone | ContentFailure::Malformed => StatusCode::BAD_REQUEST,
                ContentFailure::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                ContentFailure::Timeout => StatusCode::REQUEST_TIMEOUT,
            },
            Self::Exchange(ExchangeError::Upstream(error)) => match error {
                UpstreamError::Connect
                | UpstreamError::Tls
                | UpstreamError::Closed
                | UpstreamError::Protocol
                | UpstreamError::Aborted => StatusCode::BAD_GATEWAY,
                UpstreamError::ConnectTimeout | UpstreamError::Timeout => {
                    StatusCode::GATEWAY_TIMEOUT
                }
            },
        }
    }

    /// As what it is counted, if it is the visitor's input that was wrong.
    pub(crate) const fn malformed(self) -> Option<Malformed> {
        Some(match self {
            Self::Head(error) => match error {
                HeadError::StartLine
                | HeadError::Version
                | HeadError::Method
                | HeadError::Target => Malformed::RequestLine,
                HeadError::Field | HeadError::Expectation => Malformed::Header,
                HeadError::Framing | HeadError::Coding => Malformed::Framing,
                HeadError::Authority => Malformed::Authority,
                HeadError::TooLarge | HeadError::TooManyFields => Malformed::TooLargeHead,
                HeadError::TargetTooLong => Malformed::TooLongUrl,
            },
            Self::Misdirected => Malformed::Authority,
            Self::HeadTimeout => Malformed::Timeout,
            Self::ContentTooLarge => Malformed::TooLargeBody,
            Self::Exchange(ExchangeError::Content(failure)) => match failure {
                ContentFailure::Gone => return None,
                ContentFailure::Malformed => Malformed::Framing,
                ContentFailure::TooLarge => Malformed::TooLargeBody,
                ContentFailure::Timeout => Malformed::Timeout,
            },
            Self::Exchange(ExchangeError::Upstream(_))
            | Self::CrossSite
            | Self::Form
            | Self::MethodNotAllowed(_)
            | Self::NotFound
            | Self::LedgerUnavailable
            | Self::NoConsent
            | Self::Page(_) => return None,
        })
    }

    /// What happened, in a few words and in a sentence.
    pub(crate) const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Head(HeadError::TooLarge | HeadError::TooManyFields) => (
                "Too much in the request's head",
                "Your browser sent more header fields than this website takes, often too many cookies. Deleting this website's cookies usually helps.",
            ),
            Self::Head(HeadError::TargetTooLong) => (
                "The address is too long",
                "The address of this page is longer than this website takes.",
            ),
            Self::Head(HeadError::Method) | Self::MethodNotAllowed(_) => (
                "That can't be done here",
                "This website does not take requests of this kind.",
            ),
            Self::Head(HeadError::Version | HeadError::Coding | HeadError::Expectation) => (
                "This can't be understood here",
                "Your program asked for a variant of the protocol that this website does not speak.",
            ),
            Self::Head(_) => (
                "The request is malformed",
                "What arrived is not a well-formed request, so it was not passed on to the website.",
            ),
            Self::HeadTimeout => (
                "The request took too long",
                "The request did not arrive completely in time. Please try again.",
            ),
            Self::Misdirected => (
                "This website is not here",
                "No website of this name is served at this address. Please check the spelling.",
            ),
            Self::ContentTooLarge
            | Self::Exchange(ExchangeError::Content(ContentFailure::TooLarge)) => (
                "That is too large",
                "What you sent is larger than this website takes.",
            ),
            Self::Exchange(ExchangeError::Content(ContentFailure::Timeout)) => (
                "The upload took too long",
                "What you sent stopped arriving before it was complete. Please try again.",
            ),
            Self::Exchange(ExchangeError::Content(_)) => (
                "The upload is malformed",
                "What you sent could not be read to its end.",
            ),
            Self::CrossSite => (
                "This choice did not come from here",
                "Privacy choices for this website can only be made on the website itself. Nothing was changed.",
            ),
            Self::Form => (
                "The form could not be read",
                "What was sent is not a privacy choice. Nothing was changed.",
            ),
            Self::NotFound => ("Nothing is here", "There is no page at this address."),
            Self::LedgerUnavailable => (
                "Your record can't be reached",
                "The record of your privacy choices could not be reached just now. Nothing was changed. Please try again in a moment.",
            ),
            Self::NoConsent => (
                "Not without your consent",
                "This address belongs to a company that you have not consented to, so it was not asked. Your privacy choices for this website are at /.privet/ on it.",
            ),
            Self::Page(_) => (
                "This page can't be shown",
                "The gateway keeps other companies out of this page without your consent. It could not read the page, so the page was not sent.",
            ),
            Self::Exchange(ExchangeError::Upstream(
                UpstreamError::ConnectTimeout | UpstreamError::Timeout,
            )) => (
                "The website takes too long",
                "The website did not answer in time. Please try again in a moment.",
            ),
            Self::Exchange(ExchangeError::Upstream(_)) => (
                "The website is not available",
                "The website could not be reached just now. Please try again in a moment.",
            ),
        }
    }

    /// The answer, in the form that `accept` prefers.
    pub(crate) fn response(
        self,
        accept: Option<&FieldValue>,
        request_id: Option<&str>,
    ) -> Response<ResponseBody> {
        let status = self.status();
        let (title, explanation) = self.words();
        let form = error_page::preferred(accept.and_then(|accept| accept.to_str().ok()));
        let content = error_page::error_page(form, status, title, explanation, request_id);
        let mut response = Response::new(ResponseBody::full(content));
        *response.status_mut() = status;
        let fields: &mut HeaderMap = response.headers_mut();
        fields.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(form.content_type()),
        );
        fields.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        fields.insert(header::VARY, HeaderValue::from_static("Accept"));
        if let Self::MethodNotAllowed(allowed) = self {
            fields.insert(header::ALLOW, HeaderValue::from_static(allowed));
        }
        response
    }
}
