//! What privet says about itself, on standard error.
//!
//! Foreign crates speak at `warn` at most, whatever `log.level` says: at `debug` and `trace` they
//! print fields, frames and addresses as peers sent them. A panic is reported by place only, since
//! its message may hold what was being worked on.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io::{self, IsTerminal, Write},
    panic::{self, PanicHookInfo},
    thread,
};

use tracing_subscriber::{
    Registry,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
    reload,
    util::{SubscriberInitExt, TryInitError},
};

use crate::config::options::LogLevel;

/// Changes the level while privet runs.
#[derive(Clone, Debug)]
pub(crate) struct LevelHandle(reload::Handle<Targets, Registry>);

impl LevelHandle {
    /// Puts another level in force.
    pub(crate) fn set(&self, level: LogLevel) {
        // Fails only where the log is gone; then nobody listens.
        let _ = self.0.reload(targets(level));
    }
}

/// Sets up the operational log.
///
/// # Errors
///
/// If there is one already.
pub(crate) fn init(level: LogLevel) -> Result<LevelHandle, TryInitError> {
    let (filter, handle) = reload::Layer::new(targets(level));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    Registry::default().with(filter).with(lines).try_init()?;
    Ok(LevelHandle(handle))
}

fn targets(level: LogLevel) -> Targets {
    let own = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    Targets::new()
        .with_default(own.min(LevelFilter::WARN))
        .with_target("privet", own)
}

/// Reports panics without their message.
pub(crate) fn install_panic_hook() {
    panic::set_hook(Box::new(|panic| {
        // Not through the operational log: the panic may have come from there.
        let _ = io::stderr().write_all(report(panic).as_bytes());
    }));
}

fn report(panic: &PanicHookInfo<'_>) -> String {
    let place = panic
        .location()
        .map_or_else(|| "an unknown place".into(), ToString::to_string);
    let thread = thread::current();
    let name = thread.name().unwrap_or("unnamed");
    let backtrace = Backtrace::capture();
    let trace = match backtrace.status() {
        BacktraceStatus::Captured => format!("{backtrace}"),
        _ => String::new(),
    };
    format!(
        "privet: panic at {place} in thread {name:?}; its message is withheld, since it may hold \
         personal data\n{trace}"
    )
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, PoisonError};

    use tracing::Level;

    use super::*;

    #[test]
    fn foreign_crates_never_say_more_than_warnings() {
        for level in [
            LogLevel::Error,
            LogLevel::Warn,
            LogLevel::Info,
            LogLevel::Debug,
            LogLevel::Trace,
        ] {
            let targets = targets(level);
            for target in [
                "hyper::proto::h1",
                "h2::codec",
                "rustls::server",
                "tokio::net",
                "mio",
                "log",
            ] {
                assert!(
                    !targets.would_enable(target, &Level::INFO),
                    "{target} at {level:?}"
                );
            }
        }
        assert!(targets(LogLevel::Trace).would_enable("privet::serve", &Level::TRACE));
        assert!(targets(LogLevel::Info).would_enable("h2", &Level::WARN));
        assert!(!targets(LogLevel::Error).would_enable("h2", &Level::WARN));
        assert!(!targets(LogLevel::Info).would_enable("privet::serve", &Level::DEBUG));
    }

    #[test]
    fn a_panic_is_reported_by_place_and_never_by_message() {
        let reports = Arc::new(Mutex::new(Vec::new()));
        let gathered = Arc::clone(&reports);
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            gathered
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(report(panic));
        }));
        let worker = thread::Builder::new().name("worker-7".into());
        let ended = worker
            .spawn(|| panic!("canary 203.0.113.7"))
            .map(thread::JoinHandle::join);
        panic::set_hook(previous);
        assert!(ended.is_ok_and(|result| result.is_err()));
        let reports = reports.lock().unwrap_or_else(PoisonError::into_inner);
        let report = reports.iter().find(|report| report.contains("worker-7"));
        assert!(
            report.is_some_and(
                |report| report.contains("operational.rs:") && !report.contains("canary")
            )
        );
    }
}
