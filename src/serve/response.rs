//! A visitor's response between the website or privet's own pages and the protocol.

use std::rc::Rc;

use http::{HeaderValue, Response, StatusCode, header};

use super::body::ResponseBody;
use crate::privacy::{CookieDecision, FieldLines};

/// See the module.
#[derive(Debug)]
pub(super) struct ClientResponse {
    pub(super) status: StatusCode,
    pub(super) fields: FieldLines,
    /// Whose evictions follow the fields.
    pub(super) evictions: Option<Rc<CookieDecision>>,
    pub(super) body: ResponseBody,
}

impl From<Response<ResponseBody>> for ClientResponse {
    fn from(response: Response<ResponseBody>) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status,
            fields: parts.headers.into(),
            evictions: None,
            body,
        }
    }
}

impl From<ClientResponse> for Response<ResponseBody> {
    fn from(response: ClientResponse) -> Self {
        let mut message = Self::new(response.body);
        *message.status_mut() = response.status;
        *message.headers_mut() = response.fields.into();
        if let Some(cookies) = response.evictions {
            for line in cookies.evictions.lines() {
                message.headers_mut().extend(
                    HeaderValue::try_from(line.clone())
                        .ok()
                        .map(|line| (header::SET_COOKIE, line)),
                );
            }
        }
        message
    }
}
