//! One connection from its preface to its end: reading, letting exchanges go on, writing.

use std::{
    cell::RefCell,
    future::poll_fn,
    io,
    mem::MaybeUninit,
    pin::{Pin, pin},
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::BytesMut;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf},
    time::{Instant, timeout},
};

use super::{
    clock::{Clock, Due},
    streams::{OUTPUT_ROOM, Streams},
};
use crate::{
    http2::{Bounds, Connection, Event, Reason, Received},
    metrics::Malformed,
    serve::{
        http1::write_pace,
        respond::LINGER_TIME,
        visitor::Visitor,
        wire::{WritePace, poll_pace},
    },
    upstream::Timer,
};

/// One read of requests, bytes, and one of content.
const HEAD_ROOM: usize = 4 * 1024;
const CONTENT_ROOM: usize = 32 * 1024;
/// Reads in a row before exchanges get their turn.
const READS: usize = 8;
/// Nothing is read while more than this waits to be written: answers to control frames would pile
/// up (CVE-2019-9512, CVE-2019-9515).
const OUTPUT_LIMIT: usize = 2 * OUTPUT_ROOM;
/// The period over which control frames are counted.
const PERIOD: Duration = Duration::from_secs(10);
/// What is read and dropped of a connection that has ended, bytes.
const LINGER_SIZE: usize = 256 * 1024;

/// How a connection ends.
enum End {
    /// The visitor went away, or takes nothing any more.
    Gone,
    /// Everything was said.
    Done,
    /// What came is no HTTP/2, or too much of it.
    Failed(Reason),
}

/// Serves every request of a connection.
pub(crate) async fn serve_http2<S>(stream: S, visitor: Rc<Visitor>)
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let mut session = Session::new(stream, &visitor);
    let end = {
        let mut drained = pin!(visitor.worker.drained());
        let (mut is_watched, mut is_draining) = (false, false);
        poll_fn(|cx| {
            // Once it was asked, it wakes this task by itself.
            if !is_watched || visitor.worker.is_draining() && !is_draining {
                is_watched = true;
                is_draining = drained.as_mut().poll(cx).is_ready();
                if is_draining {
                    session.drain();
                }
            }
            session.poll(cx)
        })
        .await
    };
    if matches!(end, End::Failed(_)) {
        visitor.worker.metrics().malformed(Malformed::Http2);
    }
    session.close(end).await;
}

/// See the module.
struct Session<S> {
    stream: S,
    input: BytesMut,
    /// How much the last read brought.
    last_read: usize,
    connection: Rc<RefCell<Connection>>,
    streams: Streams,
    clock: Clock,
    /// How much of the output was written.
    written: usize,
    /// Whether nothing is read until more was written.
    is_held: bool,
    /// Whether the stream holds something that was written.
    is_flushing: bool,
    pace: WritePace,
    pace_timer: Timer,
    /// What was taken in the current period of waiting.
    taken: Option<u64>,
    most_costs: u32,
    period: Option<Instant>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    fn new(stream: S, visitor: &Rc<Visitor>) -> Self {
        let snapshot = visitor.worker.snapshot();
        let limits = &snapshot.compiled.limits;
        let bounds = Bounds {
            streams: limits.http2_streams,
            head: snapshot.compiled.head_limits,
        };
        let connection = Rc::new(RefCell::new(Connection::new(bounds)));
        Self {
            stream,
            input: BytesMut::new(),
            last_read: 0,
            streams: Streams::new(&connection, Rc::clone(visitor)),
            connection,
            clock: Clock::new(Instant::now(), limits),
            written: 0,
            is_held: false,
            is_flushing: false,
            pace: write_pace(limits),
            pace_timer: Timer::new(),
            taken: None,
            most_costs: limits.http2_control_frames,
            period: None,
        }
    }

    /// The gateway is to end. Whoever has just been let in still gets an answer, if the request
    /// comes as soon as a head has to.
    fn drain(&mut self) {
        if self.streams.is_used {
            self.leave();
        } else {
            self.clock.await_first(Instant::now());
        }
    }

    fn leave(&mut self) {
        if self.clock.leave(Instant::now()) {
            self.connection.borrow_mut().announce_end();
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        self.streams.signals.watch(cx.waker());
        let now = Instant::now();
        if let Some(end) = self.poll_read(cx, now) {
            return Poll::Ready(end);
        }
        loop {
            self.streams.run(&mut self.clock, now, self.written);
            match self.poll_write(cx) {
                Poll::Ready(Ok(())) if self.streams.is_waiting_for_room() => {}
                Poll::Ready(Ok(())) | Poll::Pending => break,
                Poll::Ready(Err(_)) => return Poll::Ready(End::Gone),
            }
        }
        if self.is_held && !self.is_full() {
            cx.waker().wake_by_ref();
        }
        let is_idle = {
            let connection = self.connection.borrow();
            let is_halfway = connection.is_halfway(&self.input);
            self.clock.note_state(now, connection.is_idle(), is_halfway);
            let is_written = connection.output.is_empty() && !self.is_flushing;
            if connection.is_ending() && connection.is_idle() && is_written {
                return Poll::Ready(End::Done);
            }
            connection.is_idle() && is_written
        };
        if is_idle {
            self.rest();
        }
        while let Poll::Ready(due) = self.clock.poll(cx) {
            if let Some(end) = self.on_due(due) {
                return Poll::Ready(end);
            }
            // What is to be said of it is written in the next turn.
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    fn on_due(&mut self, due: Due) -> Option<End> {
        match due {
            Due::Leave => self.leave(),
            Due::End => self.connection.borrow_mut().end(),
            Due::AskPresence => self.connection.borrow_mut().ask_presence(),
            Due::Gone => return Some(End::Gone),
            Due::Halfway => return Some(End::Failed(Reason::EnhanceYourCalm)),
            Due::Stalls => {
                let least = self.pace.least;
                self.streams
                    .end_stalled(&mut self.clock, least, Instant::now());
            }
            Due::Leftover(stream) => self.connection.borrow_mut().reset(stream, Reason::No),
        }
        None
    }

    /// Reads what is there, and acts on it. An end, if it is one.
    fn poll_read(&mut self, cx: &mut Context<'_>, now: Instant) -> Option<End> {
        for _ in 0..READS {
            self.is_held = self.is_full();
            if self.is_held {
                return None;
            }
            match self.poll_fill(cx) {
                Poll::Pending => return None,
                Poll::Ready(Ok(0) | Err(_)) => return Some(End::Gone),
                Poll::Ready(Ok(_)) => {}
            }
            self.clock.note_read(now);
            if let Err(reason) = self.receive(now) {
                return Some(End::Failed(reason));
            }
        }
        cx.waker().wake_by_ref();
        None
    }

    fn is_full(&self) -> bool {
        self.connection.borrow().output.len() - self.written > OUTPUT_LIMIT
    }

    /// Requests are read onto the stack, so that an idle connection holds no buffer.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let expected = self.connection.borrow().expected(&self.input);
        let read = if expected > HEAD_ROOM || self.last_read >= HEAD_ROOM {
            self.input.reserve(CONTENT_ROOM);
            pin!(self.stream.read_buf(&mut self.input)).poll(cx)
        } else {
            let mut room = [const { MaybeUninit::<u8>::uninit() }; HEAD_ROOM];
            let mut room = ReadBuf::uninit(&mut room);
            let read = Pin::new(&mut self.stream).poll_read(cx, &mut room);
            self.input.extend_from_slice(room.filled());
            read.map_ok(|()| room.filled().len())
        };
        if let Poll::Ready(Ok(count)) = &read {
            self.last_read = *count;
        }
        read
    }

    fn receive(&mut self, now: Instant) -> Result<(), Reason> {
        loop {
            let received = self.connection.borrow_mut().receive(&mut self.input)?;
            let event = match received {
                Received::NeedMore => return Ok(()),
                Received::Frame => None,
                Received::Event(event) => Some(event),
            };
            self.bound_costs(now)?;
            if let Some(event) = event {
                let begins = matches!(event, Event::Request { .. } | Event::Refused { .. });
                self.streams.on_event(event, now);
                if begins && self.clock.awaits_first() {
                    self.leave();
                }
            }
        }
    }

    /// Too many frames that cost more than who sends them are a flood (RFC 9113 §10.5).
    fn bound_costs(&mut self, now: Instant) -> Result<(), Reason> {
        let period = *self.period.get_or_insert(now);
        let mut connection = self.connection.borrow_mut();
        if !connection.is_flooded(self.most_costs) {
            return Ok(());
        }
        if now.duration_since(period) < PERIOD {
            return Err(Reason::EnhanceYourCalm);
        }
        self.period = Some(now);
        connection.forgive();
        Ok(())
    }

    /// Writes what is to be written. Ready once all of it left.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut connection = self.connection.borrow_mut();
            let step = match connection.output.get(self.written..) {
                Some(rest @ [_, ..]) => Pin::new(&mut self.stream).poll_write(cx, rest),
                _ if self.is_flushing => Pin::new(&mut self.stream).poll_flush(cx).map_ok(|()| 0),
                _ => return Poll::Ready(Ok(())),
            };
            match step {
                Poll::Ready(Ok(0)) if connection.output.len() == self.written => {
                    self.is_flushing = false;
                    self.taken = None;
                    return Poll::Ready(Ok(()));
                }
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(count)) => {
                    self.written += count;
                    self.is_flushing = true;
                    connection.note_written(count);
                    self.taken = self.taken.map(|taken| taken + count as u64);
                    if self.written == connection.output.len() {
                        connection.output.clear();
                        self.written = 0;
                    }
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {
                    connection.output.drain(..self.written);
                    self.written = 0;
                    let timer = &mut self.pace_timer;
                    return poll_pace(timer, &mut self.taken, self.pace, cx);
                }
            }
        }
    }

    /// Gives back what an idle connection needs not.
    fn rest(&mut self) {
        const KEPT: usize = 2 * 1024;
        if self.input.is_empty() && self.input.capacity() > KEPT {
            self.input = BytesMut::new();
        }
        self.last_read = 0;
        self.streams.rest();
        self.connection.borrow_mut().rest();
    }

    /// Says goodbye, politely but not for long.
    async fn close(mut self, end: End) {
        match end {
            End::Gone => return,
            End::Done => {}
            End::Failed(reason) => self.connection.borrow_mut().fail(reason),
        }
        let last_words = poll_fn(|cx| {
            if self.poll_write(cx)?.is_pending() {
                return Poll::Pending;
            }
            Pin::new(&mut self.stream).poll_shutdown(cx)
        });
        if !matches!(timeout(LINGER_TIME, last_words).await, Ok(Ok(()))) {
            return;
        }
        // Closing with bytes unread resets the connection, and what was said last may be lost.
        let _ = timeout(LINGER_TIME, self.linger()).await;
    }

    async fn linger(&mut self) {
        let mut dropped = 0;
        while dropped < LINGER_SIZE {
            self.input.clear();
            match poll_fn(|cx| self.poll_fill(cx)).await {
                Ok(count @ 1..) => dropped += count,
                Ok(0) | Err(_) => return,
            }
        }
    }
}
