//! A page's content as it streams by. What comes in goes out: nothing waits for more than the end of
//! a tag, and a coding is flushed whenever the website pauses.

use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::Frame;

use super::{encoding::Encoder, known::Acquaintance, notice::NOTICE, rewriting::Rewriting};
use crate::{
    metrics::UnreadablePage,
    privacy::drop_digests,
    serve::body::{BodyError, Content},
    upstream::UpstreamError,
};

/// A piece goes out once it has so many bytes, or nothing more is there.
const PIECE: usize = 16 * 1024;
/// Steps before it is another's turn.
const TURN: u32 = 8;
/// A page of about that size, encoded, and of so many steps is rewritten before its head goes out, if
/// all of it is there.
const AT_ONCE: usize = 32 * 1024;
const TURNS_AT_ONCE: u32 = 4;

/// See the module.
pub(in crate::serve) struct PageBody {
    source: Content,
    /// `None` if the content passes as it is.
    rewriting: Option<Rewriting>,
    encoder: Option<Encoder>,
    /// Rewritten, not encoded yet.
    plain: Vec<u8>,
    /// To be sent.
    out: Vec<u8>,
    /// What came from the source and was not looked at yet; the inner one is its end.
    ahead: Option<Option<Result<Frame<Bytes>, BodyError>>>,
    ending: Option<Ending>,
    failure: Option<UnreadablePage>,
    failure_told: bool,
}

enum Ending {
    Complete(Option<HeaderMap>),
    Broken(BodyError),
}

/// How a page begins.
pub(super) enum Beginning {
    /// All of it is here, rewritten.
    Whole(Bytes),
    /// All of it is here, as the website sent it.
    Unchanged(Bytes),
    /// There is more to come.
    Stream,
}

enum ReadAhead {
    /// All of it is here, and known to need no change.
    Known,
    /// All of it is here, rewritten.
    Whole,
    /// There is more to come.
    Beginning,
}

impl PageBody {
    pub(super) fn new(source: Content, rewriting: Rewriting) -> Self {
        Self {
            source,
            rewriting: Some(rewriting),
            encoder: None,
            plain: Vec::new(),
            out: Vec::new(),
            ahead: None,
            ending: None,
            failure: None,
            failure_told: false,
        }
    }

    /// Rewrites what is there already, without waiting. `encoder` is for what goes out.
    ///
    /// # Errors
    /// Why the page can't be read; nothing of it was sent. `pass_unread` can follow.
    pub(super) fn begin(
        &mut self,
        cx: &mut Context<'_>,
        encoder: Option<Encoder>,
        kept: &mut Vec<Bytes>,
        page: &mut Acquaintance<'_>,
    ) -> Result<Beginning, UnreadablePage> {
        let is_whole = match self.read_ahead(cx, kept, page)? {
            ReadAhead::Known => return Ok(Beginning::Unchanged(joined(kept))),
            ReadAhead::Whole => true,
            ReadAhead::Beginning => false,
        };
        // Not only the gate changes a page: markup that browsers may read in two ways is made plain.
        let decoded = self.rewriting.as_mut().and_then(Rewriting::take_decoded);
        if is_whole {
            let received = joined(kept);
            if decoded.as_deref().unwrap_or(&received) == self.plain {
                page.note_unchanged();
                return Ok(Beginning::Unchanged(received));
            }
        }
        self.encoder = encoder;
        self.encode();
        Ok(if is_whole {
            Beginning::Whole(std::mem::take(&mut self.out).into())
        } else {
            Beginning::Stream
        })
    }

    /// Rewrites what is there of the content, if it is not known.
    fn read_ahead(
        &mut self,
        cx: &mut Context<'_>,
        kept: &mut Vec<Bytes>,
        page: &mut Acquaintance<'_>,
    ) -> Result<ReadAhead, UnreadablePage> {
        let mut turns = TURNS_AT_ONCE;
        let mut size = 0;
        while size <= AT_ONCE {
            while self.step()? {
                turns -= 1;
                if turns == 0 {
                    return Ok(ReadAhead::Beginning);
                }
            }
            match self.poll_source(cx) {
                Poll::Pending => return Ok(ReadAhead::Beginning),
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(piece) => {
                        size += piece.len();
                        kept.push(piece.clone());
                        let is_only = kept.len() == 1 && size <= AT_ONCE && self.has_ended(cx);
                        if is_only && page.is_known(&piece) {
                            return Ok(ReadAhead::Known);
                        }
                        self.feed(piece);
                    }
                    Err(frame) => {
                        self.end(frame.into_trailers().ok())?;
                        return Ok(ReadAhead::Beginning);
                    }
                },
                Poll::Ready(Some(Err(error))) => {
                    self.ending = Some(Ending::Broken(error));
                    return Ok(ReadAhead::Beginning);
                }
                Poll::Ready(None) => {
                    self.end(None)?;
                    return Ok(match self.ending {
                        Some(Ending::Complete(_)) => ReadAhead::Whole,
                        _ => ReadAhead::Beginning,
                    });
                }
            }
        }
        Ok(ReadAhead::Beginning)
    }

    fn poll_source(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.ahead.take() {
            Some(frame) => Poll::Ready(frame),
            None => self.source.poll_next(cx),
        }
    }

    /// Whether nothing more comes, as far as can be told without waiting.
    fn has_ended(&mut self, cx: &mut Context<'_>) -> bool {
        if let Poll::Ready(frame) = self.poll_source(cx) {
            self.ahead = Some(frame);
        }
        matches!(self.ahead, Some(None))
    }

    /// Lets the content pass as it is, beginning with what was read of it.
    pub(super) fn pass_unread(&mut self, kept: &[Bytes]) {
        self.rewriting = None;
        self.ending = None;
        self.out = kept.concat();
    }

    /// How many bytes are to come, if the content passes as it is and that is known.
    pub(in crate::serve) fn length(&self) -> Option<u64> {
        let rest = self.source.length().filter(|_| self.rewriting.is_none())?;
        let ahead = match &self.ahead {
            Some(Some(Ok(frame))) => frame.data_ref().map_or(0, Bytes::len),
            _ => 0,
        };
        Some((self.out.len() + ahead) as u64 + rest)
    }

    /// Whether the page is UTF-8 now and was something else.
    pub(super) fn is_transcoded(&self) -> bool {
        let rewriting = self.rewriting.as_ref();
        rewriting.is_some_and(Rewriting::are_transcoded)
    }

    /// How many elements were gated so far.
    pub(in crate::serve) fn gated(&self) -> usize {
        self.rewriting.as_ref().map_or(0, Rewriting::gated)
    }

    /// Why the page could not be read on; told once.
    pub(in crate::serve) fn take_failure(&mut self) -> Option<UnreadablePage> {
        if self.failure_told {
            return None;
        }
        let rewriting = self.rewriting.as_ref();
        let failure = self.failure.or_else(|| rewriting?.given_up());
        self.failure_told = failure.is_some();
        failure
    }

    /// The next piece.
    pub(in crate::serve) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let mut turns = TURN;
        while self.ending.is_none() && self.out.len() < PIECE {
            match self.step() {
                Ok(true) => {
                    self.encode();
                    turns -= 1;
                    if turns == 0 {
                        break;
                    }
                    continue;
                }
                Ok(false) => {}
                Err(reason) => {
                    self.cut_off(reason);
                    break;
                }
            }
            match self.poll_source(cx) {
                Poll::Pending => {
                    if let Some(encoder) = &mut self.encoder {
                        encoder.flush(&mut self.out);
                    }
                    if self.out.is_empty() {
                        return Poll::Pending;
                    }
                    break;
                }
                Poll::Ready(frame) => self.take(frame),
            }
        }
        if !self.out.is_empty() {
            let piece = Bytes::from(std::mem::take(&mut self.out));
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        match &mut self.ending {
            None => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Some(Ending::Complete(trailers)) => {
                Poll::Ready(trailers.take().map(|fields| Ok(Frame::trailers(fields))))
            }
            Some(Ending::Broken(error)) => Poll::Ready(Some(Err(*error))),
        }
    }

    fn take(&mut self, frame: Option<Result<Frame<Bytes>, BodyError>>) {
        let ended = match frame.map(|frame| frame.map(Frame::into_data)) {
            Some(Ok(Ok(piece))) => {
                self.feed(piece);
                Ok(())
            }
            Some(Ok(Err(frame))) => self.end(frame.into_trailers().ok()),
            None => self.end(None),
            Some(Err(error)) => {
                self.ending = Some(Ending::Broken(error));
                Ok(())
            }
        };
        match ended {
            Err(reason) => self.cut_off(reason),
            Ok(()) => self.encode(),
        }
    }

    fn feed(&mut self, piece: Bytes) {
        match &mut self.rewriting {
            Some(rewriting) => rewriting.feed(piece),
            None => self.out.extend_from_slice(&piece),
        }
    }

    fn step(&mut self) -> Result<bool, UnreadablePage> {
        match &mut self.rewriting {
            Some(rewriting) => rewriting.step(&mut self.plain),
            None => Ok(false),
        }
    }

    /// The website has sent all; content that breaks off within its coding has not ended.
    fn end(&mut self, mut trailers: Option<HeaderMap>) -> Result<(), UnreadablePage> {
        let is_whole = match &mut self.rewriting {
            Some(rewriting) => {
                trailers.iter_mut().for_each(drop_digests);
                rewriting.end(&mut self.plain)?
            }
            None => true,
        };
        self.ending = Some(if is_whole {
            Ending::Complete(trailers)
        } else {
            Ending::Broken(BodyError::Exchange(UpstreamError::Aborted.into()))
        });
        Ok(())
    }

    /// Ends the page with a notice.
    fn cut_off(&mut self, reason: UnreadablePage) {
        self.failure = Some(reason);
        self.plain.extend_from_slice(NOTICE);
        self.ending = Some(Ending::Broken(BodyError::Page));
        self.encode();
    }

    /// Encodes what was rewritten, to the end if there is no more.
    fn encode(&mut self) {
        let Some(encoder) = &mut self.encoder else {
            if self.out.is_empty() {
                std::mem::swap(&mut self.plain, &mut self.out);
            } else {
                self.out.append(&mut self.plain);
            }
            return;
        };
        encoder.encode(&self.plain, &mut self.out);
        self.plain.clear();
        match self.ending {
            None => {}
            Some(Ending::Complete(_)) => encoder.finish(&mut self.out),
            Some(Ending::Broken(_)) => encoder.flush(&mut self.out),
        }
    }
}

/// All pieces as one; a copy only if there are several.
fn joined(pieces: &[Bytes]) -> Bytes {
    match pieces {
        [one] => one.clone(),
        several => several.concat().into(),
    }
}

impl std::fmt::Debug for PageBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PageBody")
            .field("rewriting", &self.rewriting)
            .finish_non_exhaustive()
    }
}
