//! A visitor's response between the website or privet's own pages and the protocol.

use std::rc::Rc;

use http::{Response, StatusCode};

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
