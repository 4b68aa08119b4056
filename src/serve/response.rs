//! A visitor's response between the website or privet's own pages and the protocol.

use http::{Response, StatusCode};

use super::body::ResponseBody;
use crate::privacy::FieldLines;

/// See the module.
#[derive(Debug)]
pub(super) struct ClientResponse {
    pub(super) status: StatusCode,
    pub(super) fields: FieldLines,
    pub(super) body: ResponseBody,
}

impl From<Response<ResponseBody>> for ClientResponse {
    fn from(response: Response<ResponseBody>) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status,
            fields: parts.headers.into(),
            body,
        }
    }
}

impl From<ClientResponse> for Response<ResponseBody> {
    fn from(response: ClientResponse) -> Self {
        let mut message = Self::new(response.body);
        *message.status_mut() = response.status;
        *message.headers_mut() = response.fields.into();
        message
    }
}
