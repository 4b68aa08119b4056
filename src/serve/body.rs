//! The content of a response on its way out, and the record that closes with it.

use std::{
    fmt,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

use super::{record::Record, snapshot::Snapshot};
use crate::{
    privacy::minimise_response_trailers,
    upstream::{ExchangeError, Stream, UpstreamBody},
};

/// What a visitor gets. Dropping it, at its end or before, writes the access log's line.
pub(crate) struct ResponseBody {
    content: Content,
    record: Option<Box<Record>>,
}

enum Content {
    Full(Bytes),
    /// With whose rules its trailer section is measured by.
    Upstream(UpstreamBody, Rc<Snapshot>, usize),
}

impl ResponseBody {
    /// Content that is all here.
    pub(super) fn full(content: impl Into<Bytes>) -> Self {
        Self {
            content: Content::Full(content.into()),
            record: None,
        }
    }

    /// The content of a website, by its place in the configuration.
    pub(super) fn upstream(body: UpstreamBody, snapshot: Rc<Snapshot>, site: usize) -> Self {
        Self {
            content: Content::Upstream(body, snapshot, site),
            record: None,
        }
    }

    /// Takes the record that is to be written when the response has ended.
    pub(super) fn attach(&mut self, record: Box<Record>) {
        self.record = Some(record);
    }

    /// Drops the content; for responses to `HEAD`.
    pub(super) fn clear(&mut self) {
        self.content = Content::Full(Bytes::new());
    }

    /// How many bytes are to come, if that is known.
    pub(super) fn length(&self) -> Option<u64> {
        match &self.content {
            Content::Full(content) => Some(content.len() as u64),
            Content::Upstream(body, ..) => body.length(),
        }
    }

    /// The stream behind a `101 Switching Protocols`, and the record to keep until it ends.
    pub(super) fn into_tunnel(self) -> Option<(Stream, BytesMut, Option<Box<Record>>)> {
        match self.content {
            Content::Upstream(body, ..) => {
                let (stream, input) = body.into_tunnel()?;
                Some((stream, input, self.record))
            }
            Content::Full(_) => None,
        }
    }

    pub(super) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ExchangeError>>> {
        let frame = match &mut self.content {
            Content::Full(content) if content.is_empty() => Poll::Ready(None),
            Content::Full(content) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(content))))),
            Content::Upstream(body, snapshot, site) => {
                let frame = body.poll_frame(cx);
                frame.map_ok(|frame| minimised(frame, snapshot, *site))
            }
        };
        if let Some(record) = &mut self.record {
            match &frame {
                Poll::Ready(Some(Ok(frame))) => {
                    record.bytes += frame.data_ref().map_or(0, Bytes::len) as u64;
                }
                Poll::Ready(Some(Err(error))) => record.broken_off(*error),
                Poll::Ready(None) | Poll::Pending => {}
            }
        }
        frame
    }
}

/// A frame with what of a trailer section may reach the visitor.
fn minimised(mut frame: Frame<Bytes>, snapshot: &Snapshot, site: usize) -> Frame<Bytes> {
    if let Some(trailers) = frame.trailers_mut() {
        match snapshot.compiled.sites.get(site) {
            Some(site) => minimise_response_trailers(trailers, &site.policy),
            None => trailers.clear(),
        }
    }
    frame
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = ExchangeError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ExchangeError>>> {
        self.get_mut().poll_next(cx)
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Full(content) => content.is_empty(),
            Content::Upstream(body, ..) => body.is_empty(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.length()
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseBody")
            .field("length", &self.length())
            .finish_non_exhaustive()
    }
}
