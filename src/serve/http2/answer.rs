//! A response on its way to one stream: as fast as the visitor's windows open and the website gives
//! it, a portion at a time, so that streams take turns.

use std::{
    cell::RefCell,
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};
use http::{StatusCode, header};
use http_body::Body as _;

use crate::{
    http2::{Connection, Reason, ResponseLines},
    serve::{body::ResponseBody, response::ClientResponse, visitor::Visitor},
};

/// What a stream may write before it is another's turn, bytes.
const PORTION: usize = 16 * 1024;

/// Content that is on its way.
pub(super) struct Answer {
    body: ResponseBody,
    /// What was read of it and not written yet.
    piece: Bytes,
}

/// How far it went.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Progress {
    /// It is another's turn, or there is no room for more output.
    Portion,
    /// The website has nothing just now.
    Waiting,
    /// The visitor's windows are shut, behind so many bytes.
    Stalled(u64),
    /// All is written.
    Complete,
    /// The stream was reset: what was sent must not pass for whole.
    Broken,
}

/// Writes a response's head; `None` if there is nothing behind it.
pub(super) fn begin(
    connection: &RefCell<Connection>,
    stream: u32,
    mut response: ClientResponse,
    to_head: bool,
    visitor: &Visitor,
) -> Option<Answer> {
    let status = response.status;
    if status.is_informational() {
        // Nothing can be switched to over HTTP/2 (RFC 9113 §8.6).
        connection.borrow_mut().reset(stream, Reason::Internal);
        return None;
    }
    let is_bodiless =
        to_head || status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED;
    let ends = is_bodiless || response.body.is_end_stream();
    if let Some(length) = response.body.length().filter(|_| !ends)
        && !response.fields.contains(&header::CONTENT_LENGTH)
    {
        response.fields.push(header::CONTENT_LENGTH, length.into());
    }
    if !response.fields.contains(&header::DATE) {
        response.fields.push(header::DATE, visitor.worker.date());
    }
    let cookies = response.evictions.as_ref();
    let lines = ResponseLines {
        status,
        fields: &response.fields,
        cookies: cookies.map_or(&[], |cookies| cookies.evictions.lines()),
    };
    connection.borrow_mut().respond(stream, &lines, ends);
    (!ends).then_some(Answer {
        body: response.body,
        piece: Bytes::new(),
    })
}

impl Answer {
    /// Writes a portion of what there is, at most `room` bytes.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        connection: &RefCell<Connection>,
        stream: u32,
        room: usize,
    ) -> Progress {
        let portion = PORTION.min(room);
        let mut left = portion;
        loop {
            if left == 0 {
                return Progress::Portion;
            }
            if self.piece.is_empty() {
                match self.body.poll_next(cx) {
                    Poll::Pending => return Progress::Waiting,
                    Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                        Ok(data) => self.piece = data,
                        Err(frame) => {
                            let Ok(trailers) = frame.into_trailers() else {
                                continue;
                            };
                            connection.borrow_mut().send_trailers(stream, &trailers);
                            return Progress::Complete;
                        }
                    },
                    Poll::Ready(None) => {
                        connection.borrow_mut().send_content(stream, &[], true);
                        return Progress::Complete;
                    }
                    Poll::Ready(Some(Err(_))) => {
                        connection.borrow_mut().reset(stream, Reason::Internal);
                        return Progress::Broken;
                    }
                }
                if self.piece.is_empty() {
                    continue;
                }
            }
            let mut connection = connection.borrow_mut();
            let size = connection.sendable(stream).min(left).min(self.piece.len());
            if size == 0 {
                return Progress::Stalled((portion - left) as u64);
            }
            let ends = size == self.piece.len() && self.body.is_end_stream();
            let content = self.piece.get(..size).unwrap_or_default();
            connection.send_content(stream, content, ends);
            if ends {
                return Progress::Complete;
            }
            self.piece.advance(size);
            left -= size;
        }
    }
}
