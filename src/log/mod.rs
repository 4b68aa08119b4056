//! stub
pub mod operational {
    pub struct LevelHandle;
    impl LevelHandle {
        pub fn set(&self, _: crate::config::options::LogLevel) {}
    }
    pub fn init(_: crate::config::options::LogLevel) -> LevelHandle {
        tracing_subscriber::fmt()
            .with_writer(std::io::stderr)
            .init();
        LevelHandle
    }
    pub fn install_panic_hook() {}
}
use crate::privacy::MinimisedAddr;
use std::time::*;
pub struct AccessEntry<'a> {
    pub time: SystemTime,
    pub client: Option<MinimisedAddr>,
    pub method: &'a str,
    pub host: Option<&'a str>,
    pub target: &'a str,
    pub status: u16,
    pub bytes: u64,
    pub duration: Duration,
    pub upstream: Option<&'a str>,
    pub upstream_duration: Option<Duration>,
    pub protocol: http::Version,
    pub tls: Option<&'a str>,
    pub request_id: &'a str,
    pub referer: Option<&'a [u8]>,
    pub user_agent: Option<&'a [u8]>,
    pub cookies_stripped: u32,
    pub set_cookies_stripped: u32,
    pub elements_gated: u32,
}
#[derive(Debug)]
pub struct LineWriter;
impl LineWriter {
    pub fn log(&mut self, _: &AccessEntry<'_>) {}
}
pub struct AccessLog;
impl AccessLog {
    pub fn open(_: &crate::config::options::Log) -> std::io::Result<Self> {
        Ok(Self)
    }
    pub fn line_writer(&self) -> LineWriter {
        LineWriter
    }
    pub fn reopen(&self) -> std::io::Result<()> {
        Ok(())
    }
    pub fn flush(&self) {}
    pub fn dropped_counter(&self) -> std::sync::Arc<std::sync::atomic::AtomicU64> {
        Default::default()
    }
}
