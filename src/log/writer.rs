//! The one thread that writes the access log: every 50 ms it takes what the workers have gathered.
//!
//! Workers append whole lines to a buffer of their own and never wait: whether the pipe is full, the
//! disk slow or the thread stuck in a write, they see only a buffer that grows, up to
//! [`MAX_BUFFERED`]; then lines are dropped and counted.

use std::{
    fmt,
    io::{self, Write},
    mem,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, Thread},
    time::{Duration, Instant, SystemTime},
};

use super::retention::Retention;

/// The bytes of lines that may wait in one worker's buffer.
pub(super) const MAX_BUFFERED: usize = 1 << 20;
/// A buffer of this size is worth waking the thread for.
pub(super) const WORTH_WRITING: usize = MAX_BUFFERED / 4;
/// The smallest buffer that is given memory back from.
const SMALL: usize = 64 << 10;
/// How long lines wait.
const INTERVAL: Duration = Duration::from_millis(50);
/// How long the thread waits for a pipe that takes nothing.
const PIPE_RETRY: Duration = Duration::from_millis(10);
/// How often a failure to write is reported.
const REPORT_INTERVAL: Duration = Duration::from_secs(60);
/// How often old files are looked for.
const SWEEP_INTERVAL: Duration = Duration::from_secs(86_400);

/// Where lines go.
pub(super) type Output = Box<dyn Write + Send>;

/// One worker's lines.
#[derive(Default)]
pub(super) struct Buffer(Mutex<Vec<u8>>);

impl Buffer {
    /// The lines. Only the worker and the writing thread ask, the latter for a moment.
    pub(super) fn lines(&self) -> MutexGuard<'_, Vec<u8>> {
        lock(&self.0)
    }
}

/// The way to the writing thread. It ends once this and all buffers are dropped, and written.
pub(super) struct Writer {
    shared: Arc<Shared>,
    thread: Thread,
}

#[derive(Default)]
struct Shared {
    orders: Mutex<Orders>,
    progress: Mutex<Progress>,
    finished: Condvar,
    dropped: Arc<AtomicU64>,
}

/// What the thread has to take note of before it writes again.
#[derive(Default)]
struct Orders {
    buffers: Vec<Arc<Buffer>>,
    output: Option<Output>,
    retention: Option<Retention>,
    is_last: bool,
}

/// Flushes that were asked for, and those that are done.
#[derive(Default)]
struct Progress {
    wanted: u64,
    done: u64,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn spawn(output: Output, retention: Option<Retention>) -> io::Result<Self> {
        let shared = Arc::<Shared>::default();
        lock(&shared.orders).retention = retention;
        let state = State {
            shared: Arc::clone(&shared),
            output,
            sources: Vec::new(),
            retention: None,
            next_sweep: Instant::now(),
            is_last: false,
            is_torn: false,
            next_report: Instant::now(),
        };
        let builder = thread::Builder::new().name("access-log".into());
        let handle = builder.spawn(move || state.run())?;
        let thread = handle.thread().clone();
        Ok(Self { shared, thread })
    }

    /// A buffer that is written from now on, until it is dropped.
    pub(super) fn buffer(&self) -> Arc<Buffer> {
        let buffer = Arc::<Buffer>::default();
        lock(&self.shared.orders).buffers.push(Arc::clone(&buffer));
        buffer
    }

    /// Writes to `output` from now on.
    pub(super) fn replace(&self, output: Output) {
        lock(&self.shared.orders).output = Some(output);
        self.thread.unpark();
    }

    /// Looks after old files by other rules from now on.
    pub(super) fn retain(&self, retention: Retention) {
        lock(&self.shared.orders).retention = Some(retention);
        self.thread.unpark();
    }

    /// Waits until all that was logged before is written, but no longer than `patience`. Returns
    /// whether it is.
    pub(super) fn flush(&self, patience: Duration) -> bool {
        let mut progress = lock(&self.shared.progress);
        progress.wanted += 1;
        let ticket = progress.wanted;
        self.thread.unpark();
        let waited = self
            .shared
            .finished
            .wait_timeout_while(progress, patience, |progress| progress.done < ticket);
        let (progress, _) = waited.unwrap_or_else(PoisonError::into_inner);
        progress.done >= ticket
    }

    /// The count of lines that were lost.
    pub(super) fn dropped(&self) -> &Arc<AtomicU64> {
        &self.shared.dropped
    }

    /// The thread, to be woken when a buffer is worth writing.
    pub(super) fn thread(&self) -> &Thread {
        &self.thread
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        lock(&self.shared.orders).is_last = true;
        self.thread.unpark();
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

/// What the thread holds.
struct State {
    shared: Arc<Shared>,
    output: Output,
    sources: Vec<Source>,
    retention: Option<Retention>,
    next_sweep: Instant,
    is_last: bool,
    /// The last write ended within a line.
    is_torn: bool,
    next_report: Instant,
}

/// A buffer, and the empty one it is exchanged for.
struct Source {
    buffer: Arc<Buffer>,
    spare: Vec<u8>,
}

impl State {
    fn run(mut self) {
        while !(self.is_last && self.sources.is_empty()) {
            let wanted = lock(&self.shared.progress).wanted;
            self.take_orders();
            self.write_buffers();
            self.report_done(wanted);
            self.sweep();
            if wanted == lock(&self.shared.progress).wanted {
                thread::park_timeout(INTERVAL);
            }
        }
    }

    fn take_orders(&mut self) {
        let orders = mem::take(&mut *lock(&self.shared.orders));
        let new = orders.buffers.into_iter().map(|buffer| Source {
            buffer,
            spare: Vec::new(),
        });
        self.sources.extend(new);
        if let Some(output) = orders.output {
            self.output = output;
            self.is_torn = false;
        }
        if orders.retention.is_some() {
            self.retention = orders.retention;
            self.next_sweep = Instant::now();
        }
        self.is_last |= orders.is_last;
    }

    fn write_buffers(&mut self) {
        let mut sources = mem::take(&mut self.sources);
        sources.retain_mut(|source| {
            // Asked first: nothing can come after what is then taken.
            let is_abandoned = Arc::get_mut(&mut source.buffer).is_some();
            mem::swap(&mut *source.buffer.lines(), &mut source.spare);
            if !source.spare.is_empty() {
                self.write(&source.spare);
            }
            tidy(&mut source.spare);
            !is_abandoned
        });
        self.sources = sources;
    }

    fn write(&mut self, lines: &[u8]) {
        if self.is_torn
            && let Err((_, error)) = self.try_write(b"\n")
        {
            self.lose(lines, &error);
            return;
        }
        self.is_torn = false;
        if let Err((rest, error)) = self.try_write(lines) {
            let before = lines
                .len()
                .checked_sub(rest.len() + 1)
                .and_then(|at| lines.get(at));
            self.is_torn = before.is_some_and(|byte| *byte != b'\n');
            self.lose(rest, &error);
        }
    }

    /// Writes all of `lines`, however long it takes; or says what is left when it can't.
    fn try_write<'a>(&mut self, lines: &'a [u8]) -> Result<(), (&'a [u8], io::Error)> {
        let mut rest = lines;
        while !rest.is_empty() {
            match self.output.write(rest) {
                Ok(0) => return Err((rest, io::ErrorKind::WriteZero.into())),
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    thread::sleep(PIPE_RETRY)
                }
                Err(error) => return Err((rest, error)),
            }
        }
        Ok(())
    }

    fn lose(&mut self, lines: &[u8], error: &io::Error) {
        let lost = memchr::memchr_iter(b'\n', lines).count() as u64;
        let dropped = self.shared.dropped.fetch_add(lost, Ordering::Relaxed) + lost;
        let now = Instant::now();
        if now >= self.next_report {
            self.next_report = now + REPORT_INTERVAL;
            tracing::error!(kind = %error.kind(), dropped, "access log can't be written");
        }
    }

    fn report_done(&self, wanted: u64) {
        let mut progress = lock(&self.shared.progress);
        if progress.done < wanted {
            progress.done = wanted;
            self.shared.finished.notify_all();
        }
    }

    fn sweep(&mut self) {
        let now = Instant::now();
        if let Some(retention) = self.retention.as_ref().filter(|_| now >= self.next_sweep) {
            retention.sweep(SystemTime::now());
            self.next_sweep = now + SWEEP_INTERVAL;
        }
    }
}

/// Empties a buffer, and gives back memory that one burst has left behind.
fn tidy(buffer: &mut Vec<u8>) {
    let used = buffer.len();
    buffer.clear();
    let capacity = buffer.capacity();
    if capacity > SMALL && used < capacity / 4 {
        buffer.shrink_to(capacity / 2);
    }
}

/// No invariant spans a panic here: a poisoned lock is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
