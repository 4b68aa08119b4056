//! A page that passes as it is while what would be gated in it is counted, for `mode = "observe"`.

use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::Frame;

use super::rewriting::Rewriting;
use crate::{
    metrics::UnreadablePage,
    serve::body::{BodyError, Content},
};

/// Steps for one piece; what expands further is not worth a count.
const MOST_STEPS: u32 = 64;

/// See the module.
#[derive(Debug)]
pub(in crate::serve) struct ObservedPage {
    source: Content,
    /// `None` once the page can't be read on.
    rewriting: Option<Rewriting>,
    gated: usize,
    failure: Option<UnreadablePage>,
}

impl ObservedPage {
    pub(super) fn new(source: Content, mut rewriting: Rewriting) -> Self {
        rewriting.take_decoded();
        Self {
            source,
            rewriting: Some(rewriting),
            gated: 0,
            failure: None,
        }
    }

    /// The content on which this looks.
    pub(in crate::serve) fn source(&self) -> &Content {
        &self.source
    }

    /// How many elements would have been gated so far.
    pub(in crate::serve) fn gated(&self) -> usize {
        self.gated
    }

    /// Why the page could not be read on; told once.
    pub(in crate::serve) fn take_failure(&mut self) -> Option<UnreadablePage> {
        self.failure.take()
    }

    /// The next piece.
    pub(in crate::serve) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = ready!(self.source.poll_next(cx));
        if let Some(rewriting) = &mut self.rewriting {
            let looked = match &frame {
                Some(Ok(frame)) => match frame.data_ref() {
                    Some(piece) => look_at(rewriting, piece.clone()),
                    None => rewriting.end(&mut Vec::new()).map(drop),
                },
                Some(Err(_)) => Ok(()),
                None => rewriting.end(&mut Vec::new()).map(drop),
            };
            self.gated = rewriting.gated();
            self.failure = looked.err();
            if self.failure.is_some() || frame.is_none() {
                self.rewriting = None;
            }
        }
        Poll::Ready(frame)
    }
}

fn look_at(rewriting: &mut Rewriting, piece: Bytes) -> Result<(), UnreadablePage> {
    let mut unsent = Vec::new();
    rewriting.feed(piece);
    for _ in 0..MOST_STEPS {
        if !rewriting.step(&mut unsent)? {
            return Ok(());
        }
        unsent.clear();
    }
    Err(UnreadablePage::TooLarge)
}
