//! Where the access log goes, and a worker's way there.
//!
//! [`AccessLog`] is made once and kept over reloads that keep its target. A [`LineWriter`] belongs
//! to one worker; logging appends to a buffer behind a lock that nobody else holds for longer than
//! an exchange of pointers. Files are made with mode 0640 and appended to; SIGUSR1 reopens them.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io,
    os::{fd::AsFd, unix::fs::OpenOptionsExt},
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread::Thread,
    time::Duration,
};

use rustix::fs::OFlags;

use super::{
    access::AccessEntry,
    format::{Formatter, MAX_LINE},
    retention::Retention,
    writer::{Buffer, MAX_BUFFERED, Output, WORTH_WRITING, Writer},
};
use crate::config::options::{self, LogFormat};

/// How long a flush waits for a target that takes nothing.
const FLUSH_PATIENCE: Duration = Duration::from_secs(2);

/// The access log.
#[derive(Debug)]
pub(crate) struct AccessLog {
    target: options::AccessLog,
    style: Mutex<Style>,
    /// `None` if the log is off.
    writer: Option<Writer>,
}

/// What new line writers are made with.
#[derive(Clone, Debug)]
struct Style {
    format: LogFormat,
    query: Vec<String>,
}

impl From<&options::Log> for Style {
    fn from(log: &options::Log) -> Self {
        Self {
            format: log.format,
            query: log.query.clone(),
        }
    }
}

impl AccessLog {
    /// Opens the target and starts to write there.
    ///
    /// # Errors
    ///
    /// If the file can't be opened, or no thread can be started.
    pub(crate) fn open(log: &options::Log) -> io::Result<Self> {
        let writer = match &log.access {
            options::AccessLog::Off => None,
            options::AccessLog::Stdout => Some(Writer::spawn(stdout()?, None)?),
            options::AccessLog::File(path) => {
                Some(Writer::spawn(open_file(path)?, Some(retention(path, log)))?)
            }
        };
        Ok(Self {
            target: log.access.clone(),
            style: Mutex::new(log.into()),
            writer,
        })
    }

    /// Takes over what `log` says of format, query and retention, for line writers made from now
    /// on. Returns false, and takes nothing over, if its target is another: open that.
    #[must_use]
    pub(crate) fn reconfigure(&self, log: &options::Log) -> bool {
        if log.access != self.target {
            return false;
        }
        *self.style.lock().unwrap_or_else(PoisonError::into_inner) = log.into();
        if let (Some(writer), options::AccessLog::File(path)) = (&self.writer, &self.target) {
            writer.retain(retention(path, log));
        }
        true
    }

    /// A worker's way to the log. What it logs is written even if the log is dropped before it.
    pub(crate) fn line_writer(&self) -> LineWriter {
        let style = self
            .style
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        LineWriter(self.writer.as_ref().map(|writer| Lines {
            formatter: Formatter::new(style.format, style.query),
            buffer: writer.buffer(),
            dropped: Arc::clone(writer.dropped()),
            thread: writer.thread().clone(),
        }))
    }

    /// Opens the file anew, after rotation has renamed it. The old one stays in use if that fails.
    ///
    /// # Errors
    ///
    /// If the file can't be opened.
    pub(crate) fn reopen(&self) -> io::Result<()> {
        if let (Some(writer), options::AccessLog::File(path)) = (&self.writer, &self.target) {
            writer.replace(open_file(path)?);
        }
        Ok(())
    }

    /// Waits until what was logged is written, at most two seconds; blocks the thread. Returns
    /// whether it is.
    pub(crate) fn flush(&self) -> bool {
        let flushed = self
            .writer
            .as_ref()
            .map(|writer| writer.flush(FLUSH_PATIENCE));
        flushed.unwrap_or(true)
    }

    /// How many lines were lost to a slow or full target.
    #[cfg(test)]
    fn dropped_lines(&self) -> u64 {
        let dropped = self.writer.as_ref().map(Writer::dropped);
        dropped.map_or(0, |dropped| dropped.load(Ordering::Relaxed))
    }

    /// That count, for the metrics; `None` if the log is off.
    pub(crate) fn dropped_counter(&self) -> Option<Arc<AtomicU64>> {
        self.writer
            .as_ref()
            .map(|writer| Arc::clone(writer.dropped()))
    }
}

fn retention(path: &Path, log: &options::Log) -> Retention {
    Retention {
        path: path.to_owned(),
        age: log.retention,
    }
}

/// Standard output without the lock and the buffer that `std` puts before it: a process that ends
/// must not wait for either.
fn stdout() -> io::Result<Output> {
    let descriptor = io::stdout().as_fd().try_clone_to_owned()?;
    Ok(Box::new(File::from(descriptor)))
}

/// Non-blocking, which only pipes heed: one that nobody reads is refused rather than waited for.
fn open_file(path: &Path) -> io::Result<Output> {
    let flags = i32::try_from((OFlags::NONBLOCK | OFlags::NOCTTY).bits()).unwrap_or_default();
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o640)
        .custom_flags(flags)
        .open(path)?;
    Ok(Box::new(file))
}

/// A worker's way to the access log; never waits.
pub(crate) struct LineWriter(Option<Lines>);

struct Lines {
    formatter: Formatter,
    buffer: Arc<Buffer>,
    dropped: Arc<AtomicU64>,
    thread: Thread,
}

impl LineWriter {
    /// Logs a request, or counts it as lost.
    pub(crate) fn log(&mut self, entry: &AccessEntry<'_>) {
        let Some(Lines {
            formatter,
            buffer,
            dropped,
            thread,
        }) = &mut self.0
        else {
            return;
        };
        let mut lines = buffer.lines();
        let before = lines.len();
        if before > MAX_BUFFERED - MAX_LINE {
            drop(lines);
            dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        formatter.write(entry, &mut lines);
        let after = lines.len();
        drop(lines);
        if before < WORTH_WRITING && after >= WORTH_WRITING {
            thread.unpark();
        }
    }
}

impl fmt::Debug for LineWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineWriter").finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "sink_tests.rs"]
mod tests;
