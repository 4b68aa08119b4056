//! The content of an HTTP/2 request, as the exchange reads it: the visitor may send as much again
//! only once something was read (RFC 9113 §5.2).

use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame};

use crate::{
    http2::{Connection, Taken},
    upstream::ContentFailure,
};

/// See the module. Dropped before its end, it tells the connection that nobody wants the rest.
pub(super) struct StreamContent {
    connection: Rc<RefCell<Connection>>,
    stream: u32,
}

impl StreamContent {
    pub(super) fn new(connection: &Rc<RefCell<Connection>>, stream: u32) -> Self {
        Self {
            connection: Rc::clone(connection),
            stream,
        }
    }
}

impl Drop for StreamContent {
    fn drop(&mut self) {
        self.connection.borrow_mut().discard(self.stream);
    }
}

impl Body for StreamContent {
    type Data = Bytes;
    type Error = ContentFailure;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ContentFailure>>> {
        match self.connection.borrow_mut().take_content(self.stream) {
            Taken::Data(data) => Poll::Ready(Some(Ok(Frame::data(data)))),
            Taken::Trailers(trailers) => Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
            Taken::End => Poll::Ready(None),
            Taken::Gone => Poll::Ready(Some(Err(ContentFailure::Gone))),
            // Whatever comes makes the connection poll the stream's exchange.
            Taken::Nothing => Poll::Pending,
        }
    }
}
