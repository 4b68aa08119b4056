//! An HTTP/2 connection's bytes on their way to hyper, with its control frames counted.
//!
//! A few bytes of PING, SETTINGS, RST_STREAM, PRIORITY or empty frames cost the receiver far more
//! than the sender (CVE-2019-9512 to 9518, CVE-2023-44487, CVE-2024-27316). RFC 9113 §10.5 lets an
//! endpoint treat a flood of them as a connection error; this decides what a flood is.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};

use crate::upstream::Timer;

/// The period over which frames are counted.
const PERIOD: Duration = Duration::from_secs(10);
/// The client's connection preface (RFC 9113 §3.4).
const PREFACE: usize = 24;
/// A frame's head (RFC 9113 §4.1).
const HEAD: usize = 9;
/// Bytes written that justify one WINDOW_UPDATE.
const WINDOW_SHARE: u64 = 1024;

/// See the module.
#[derive(Debug)]
pub(super) struct FrameMeter<S> {
    stream: S,
    frames: FrameCounter,
    limit: u32,
    period: Option<Instant>,
    written: u64,
    stalled: Duration,
    timer: Timer,
    waiting: bool,
}

impl<S> FrameMeter<S> {
    /// Allows `limit` control frames in ten seconds, and writes that wait for `stalled`.
    pub(super) fn new(stream: S, limit: u32, stalled: Duration) -> Self {
        Self {
            stream,
            frames: FrameCounter::new(),
            limit,
            period: None,
            written: 0,
            stalled,
            timer: Timer::new(),
            waiting: false,
        }
    }

    fn count(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.frames.feed(bytes);
        let updates = self
            .frames
            .window_updates
            .saturating_sub(self.written / WINDOW_SHARE);
        if self.frames.control + updates <= u64::from(self.limit) {
            return Ok(());
        }
        let now = Instant::now();
        if self
            .period
            .is_none_or(|start| now.duration_since(start) < PERIOD)
        {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.period = Some(now);
        self.frames.control = 0;
        self.frames.window_updates = 0;
        self.written = 0;
        Ok(())
    }

    /// Passes a write's result on; an error once it has waited too long.
    fn watch<T>(
        &mut self,
        cx: &mut Context<'_>,
        write: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if write.is_ready() {
            self.waiting = false;
            return write;
        }
        if !self.waiting {
            self.waiting = true;
            self.timer.set(Instant::now(), self.stalled);
        }
        ready!(self.timer.poll_due(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for FrameMeter<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        if self.period.is_none() {
            self.period = Some(Instant::now());
        }
        let read = buffer.filled().get(before..).unwrap_or_default();
        let counted = self.count(read);
        if counted.is_err() {
            // What comes with an error was not read.
            buffer.set_filled(before);
        }
        Poll::Ready(counted)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for FrameMeter<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(count)) = write {
            self.written += count as u64;
        }
        self.watch(cx, write)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flush = Pin::new(&mut self.stream).poll_flush(cx);
        self.watch(cx, flush)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shutdown = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.watch(cx, shutdown)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write_vectored(cx, pieces);
        if let Poll::Ready(Ok(count)) = write {
            self.written += count as u64;
        }
        self.watch(cx, write)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// Follows frame boundaries without holding a frame.
#[derive(Debug)]
struct FrameCounter {
    /// Bytes of preface or payload to pass over.
    skip: usize,
    head: [u8; HEAD],
    filled: usize,
    control: u64,
    window_updates: u64,
}

impl FrameCounter {
    fn new() -> Self {
        Self {
            skip: PREFACE,
            head: [0; HEAD],
            filled: 0,
            control: 0,
            window_updates: 0,
        }
    }

    fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            bytes = bytes.get(skipped..).unwrap_or_default();
            while let (Some(slot), Some((byte, rest))) = (
                self.head.get_mut(self.filled).filter(|_| self.skip == 0),
                bytes.split_first(),
            ) {
                *slot = *byte;
                self.filled += 1;
                bytes = rest;
            }
            if self.filled == HEAD {
                self.filled = 0;
                self.begin_frame();
            }
        }
    }

    fn begin_frame(&mut self) {
        let [high, middle, low, kind, flags, ..] = self.head;
        self.skip = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
        match kind {
            // DATA, unless it is empty and ends nothing.
            0 if self.skip > 0 || flags & 1 == 1 => {}
            // HEADERS: bounded by the number of streams.
            1 => {}
            8 => self.window_updates += 1,
            _ => self.control += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, flags: u8, length: u8) -> Vec<u8> {
        let mut frame = vec![0, 0, length, kind, flags, 0, 0, 0, 1];
        frame.extend(std::iter::repeat_n(0xff, usize::from(length)));
        frame
    }

    #[test]
    fn frames_are_counted_however_they_are_cut() {
        let mut bytes = vec![b'P'; PREFACE];
        for part in [
            frame(4, 0, 6),   // SETTINGS
            frame(1, 5, 20),  // HEADERS
            frame(0, 0, 200), // DATA
            frame(0, 0, 0),   // empty DATA
            frame(0, 1, 0),   // empty DATA that ends the stream
            frame(6, 0, 8),   // PING
            frame(8, 0, 4),   // WINDOW_UPDATE
            frame(3, 0, 4),   // RST_STREAM
            frame(99, 0, 4),  // unknown
        ] {
            bytes.extend(part);
        }
        for size in 1..bytes.len() {
            let mut counter = FrameCounter::new();
            for piece in bytes.chunks(size) {
                counter.feed(piece);
            }
            assert_eq!(
                (counter.control, counter.window_updates),
                (5, 1),
                "pieces of {size}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_ends_the_connection_and_a_trickle_does_not() {
        use tokio::io::AsyncReadExt;
        let ping = frame(6, 0, 8);
        let mut flood = vec![b'P'; PREFACE];
        flood.extend(ping.repeat(11));
        let mut meter = FrameMeter::new(flood.as_slice(), 10, PERIOD);
        let error = meter
            .read_to_end(&mut Vec::new())
            .await
            .expect_err("a flood");
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);

        let (mut client, server) = tokio::io::duplex(4096);
        let mut meter = FrameMeter::new(server, 10, PERIOD);
        use tokio::io::AsyncWriteExt;
        client.write_all(&[b'P'; PREFACE]).await.expect("written");
        let mut preface = [0; PREFACE];
        meter.read_exact(&mut preface).await.expect("the preface");
        for _ in 0..100 {
            client.write_all(&ping).await.expect("written");
            tokio::time::advance(Duration::from_millis(1500)).await;
            let mut room = [0; 64];
            let read = meter.read(&mut room).await.expect("a trickle");
            assert_eq!(read, ping.len());
        }
    }
}
