//! The content of a response on its way out, and the record that closes with it.

use std::{
    fmt,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

use super::{
    page::{ObservedPage, PageBody},
    record::Record,
    snapshot::Snapshot,
};
use crate::{
    privacy::minimise_response_trailers,
    upstream::{ExchangeError, Stream, UpstreamBody},
};

/// What a visitor gets. Dropping it, at its end or before, writes the access log's line.
pub(crate) struct ResponseBody {
    content: Content,
    record: Option<Box<Record>>,
}

/// Where content comes from.
pub(super) enum Content {
    Full(Bytes),
    /// With whose rules its trailer section is measured by.
    Upstream(UpstreamBody, Rc<Snapshot>, usize),
    /// A page, gated on its way.
    Page(Box<PageBody>),
    /// A page that passes as it is, and is looked at.
    Observed(Box<ObservedPage>),
}

/// Why content ends before its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum BodyError {
    /// The exchange with the website failed.
    Exchange(ExchangeError),
    /// The page could not be read on; what was sent of it ends with a notice.
    Page,
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exchange(error) => error.fmt(f),
            Self::Page => f.write_str("page can't be read on"),
        }
    }
}

impl std::error::Error for BodyError {}

impl Content {
    /// How many bytes are to come, if that is known.
    fn length(&self) -> Option<u64> {
        match self {
            Self::Full(content) => Some(content.len() as u64),
            Self::Upstream(body, ..) => body.length(),
            Self::Page(_) => None,
            Self::Observed(page) => page.source().length(),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Full(content) => content.is_empty(),
            Self::Upstream(body, ..) => body.is_empty(),
            Self::Page(_) => false,
            Self::Observed(page) => page.source().is_empty(),
        }
    }

    /// The next piece.
    pub(super) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self {
            Self::Full(content) if content.is_empty() => Poll::Ready(None),
            Self::Full(content) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(content))))),
            Self::Upstream(body, snapshot, site) => {
                let frame = body.poll_frame(cx);
                let frame = frame.map_ok(|frame| minimised(frame, snapshot, *site));
                frame.map_err(BodyError::Exchange)
            }
            Self::Page(page) => page.poll_next(cx),
            Self::Observed(page) => page.poll_next(cx),
        }
    }
}

impl ResponseBody {
    /// Content that is all here.
    pub(super) fn full(content: impl Into<Bytes>) -> Self {
        Self::new(Content::Full(content.into()))
    }

    /// The content of a website, by its place in the configuration.
    pub(super) fn upstream(body: UpstreamBody, snapshot: Rc<Snapshot>, site: usize) -> Self {
        Self::new(Content::Upstream(body, snapshot, site))
    }

    pub(super) fn new(content: Content) -> Self {
        Self {
            content,
            record: None,
        }
    }

    /// Where the content comes from; nothing is left in its place.
    pub(super) fn take_content(&mut self) -> Content {
        std::mem::replace(&mut self.content, Content::Full(Bytes::new()))
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
        self.content.length()
    }

    /// The stream behind a `101 Switching Protocols`, and the record to keep until it ends.
    pub(super) fn into_tunnel(self) -> Option<(Stream, BytesMut, Option<Box<Record>>)> {
        match self.content {
            Content::Upstream(body, ..) => {
                let (stream, input) = body.into_tunnel()?;
                Some((stream, input, self.record))
            }
            Content::Full(_) | Content::Page(_) | Content::Observed(_) => None,
        }
    }

    pub(super) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = self.content.poll_next(cx);
        let Some(record) = &mut self.record else {
            return frame;
        };
        match &frame {
            Poll::Ready(Some(Ok(frame))) => {
                record.bytes += frame.data_ref().map_or(0, Bytes::len) as u64;
            }
            Poll::Ready(Some(Err(error))) => record.broken_off(*error),
            Poll::Ready(None) | Poll::Pending => {}
        }
        match &mut self.content {
            Content::Page(page) => record.note_page(page.gated(), page.take_failure()),
            Content::Observed(page) => record.note_page(page.gated(), page.take_failure()),
            Content::Full(_) | Content::Upstream(..) => {}
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
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.get_mut().poll_next(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.content.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.length()
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content")
            .field("length", &self.length())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseBody")
            .field("length", &self.length())
            .finish_non_exhaustive()
    }
}
