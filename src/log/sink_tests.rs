//! Targets that work, block, fill up and move.
#![allow(clippy::unwrap_used, reason = "a failed test may panic")]

use std::{
    fs,
    io::{Read, Write},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    sync::mpsc,
    time::{Instant, SystemTime},
};

use super::*;

fn options(access: options::AccessLog) -> options::Log {
    options::Log {
        level: options::LogLevel::Info,
        access,
        format: LogFormat::Json,
        query: Vec::new(),
        retention: Duration::from_secs(86_400),
    }
}

fn entry(target: &str) -> AccessEntry<'_> {
    AccessEntry {
        time: SystemTime::UNIX_EPOCH,
        client: None,
        method: "GET",
        host: None,
        target,
        status: 200,
        bytes: 0,
        duration: Duration::ZERO,
        upstream: None,
        upstream_duration: None,
        protocol: http::Version::HTTP_11,
        tls: None,
        request_id: "",
        referer: None,
        user_agent: None,
        cookies_stripped: 0,
        set_cookies_stripped: 0,
        elements_gated: 0,
    }
}

fn log_into(output: Output) -> AccessLog {
    let options = options(options::AccessLog::Stdout);
    AccessLog {
        target: options.access.clone(),
        style: Mutex::new((&options).into()),
        writer: Some(Writer::spawn(output, None).unwrap()),
    }
}

fn lines(path: &PathBuf) -> usize {
    fs::read_to_string(path).unwrap().lines().count()
}

#[test]
fn lines_of_all_workers_reach_a_file_that_only_the_group_may_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.log");
    let log = AccessLog::open(&options(options::AccessLog::File(path.clone()))).unwrap();
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let mut writer = log.line_writer();
            std::thread::spawn(move || (0..500).for_each(|_| writer.log(&entry("/x"))))
        })
        .collect();
    workers
        .into_iter()
        .for_each(|worker| worker.join().unwrap());
    assert!(log.flush());
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 2000);
    for line in text.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o137, 0);
    assert_eq!(log.dropped_lines(), 0);
}

#[test]
fn reopening_follows_a_rotation() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.log");
    let rotated = folder.path().join("access.log.1");
    let log = AccessLog::open(&options(options::AccessLog::File(path.clone()))).unwrap();
    let mut writer = log.line_writer();
    writer.log(&entry("/before"));
    assert!(log.flush());
    fs::rename(&path, &rotated).unwrap();
    log.reopen().unwrap();
    writer.log(&entry("/after"));
    assert!(log.flush());
    assert_eq!((lines(&rotated), lines(&path)), (1, 1));
    fs::remove_dir_all(folder.path()).unwrap();
    assert!(log.reopen().is_err());
}

#[test]
fn a_target_that_cannot_be_opened_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none/access.log");
    assert!(AccessLog::open(&options(options::AccessLog::File(missing))).is_err());
}

#[test]
fn off_writes_nothing() {
    let log = AccessLog::open(&options(options::AccessLog::Off)).unwrap();
    log.line_writer().log(&entry("/x"));
    assert!(log.flush() && log.reopen().is_ok() && log.dropped_counter().is_none());
}

#[test]
fn a_reload_keeps_the_log_only_if_the_target_stays() {
    let log = log_into(Box::new(io::sink()));
    let mut changed = options(options::AccessLog::Stdout);
    changed.format = LogFormat::Combined;
    assert!(log.reconfigure(&changed));
    assert_eq!(log.style.lock().unwrap().format, LogFormat::Combined);
    assert!(!log.reconfigure(&options(options::AccessLog::Off)));
}

/// Waits in each write until it is let go, then gathers what is written.
struct Gate {
    opened: mpsc::Receiver<()>,
    written: Arc<Mutex<Vec<u8>>>,
}

impl Write for Gate {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.opened.recv();
        self.written.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_blocked_target_blocks_nobody_and_lost_lines_are_counted() {
    let (open, opened) = mpsc::channel();
    let written = Arc::new(Mutex::new(Vec::new()));
    let log = log_into(Box::new(Gate {
        opened,
        written: Arc::clone(&written),
    }));
    let mut writer = log.line_writer();
    let total = 20_000;
    let started = Instant::now();
    (0..total).for_each(|_| writer.log(&entry("/x")));
    assert!(log.dropped_lines() > 0, "more was logged than fits");
    assert!(
        !log.writer
            .as_ref()
            .unwrap()
            .flush(Duration::from_millis(20))
    );
    assert!(started.elapsed() < Duration::from_secs(10));
    drop(open);
    assert!(log.flush());
    let written = String::from_utf8(written.lock().unwrap().clone()).unwrap();
    assert_eq!(written.lines().count() as u64 + log.dropped_lines(), total);
    for line in written.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

/// Takes some bytes, then says that the disk is full, until it is told that there is room.
struct Disk {
    room: Arc<Mutex<usize>>,
    written: Arc<Mutex<Vec<u8>>>,
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut room = self.room.lock().unwrap();
        let fits = bytes.len().min(*room);
        if fits == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        *room -= fits;
        self.written.lock().unwrap().extend(bytes.iter().take(fits));
        Ok(fits)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_loses_whole_lines_and_the_next_one_begins_afresh() {
    let room = Arc::new(Mutex::new(500));
    let written = Arc::new(Mutex::new(Vec::new()));
    let log = log_into(Box::new(Disk {
        room: Arc::clone(&room),
        written: Arc::clone(&written),
    }));
    let mut writer = log.line_writer();
    (0..10).for_each(|_| writer.log(&entry("/full")));
    assert!(log.flush());
    *room.lock().unwrap() = usize::MAX;
    (0..10).for_each(|_| writer.log(&entry("/free")));
    assert!(log.flush());
    let written = String::from_utf8(written.lock().unwrap().clone()).unwrap();
    let (good, torn): (Vec<_>, Vec<_>) = written
        .lines()
        .partition(|line| serde_json::from_str::<serde_json::Value>(line).is_ok());
    assert_eq!(torn.len(), 1, "{written}");
    assert_eq!(good.len() as u64 + log.dropped_lines(), 20);
    assert_eq!(written.matches("/free").count(), 10);
}

#[test]
fn what_was_logged_is_written_even_if_the_log_is_dropped_first() {
    let (mut reader, pipe) = io::pipe().unwrap();
    let log = log_into(Box::new(pipe));
    let mut writer = log.line_writer();
    drop(log);
    writer.log(&entry("/late"));
    drop(writer);
    let mut text = String::new();
    // The pipe ends only when the thread has.
    reader.read_to_string(&mut text).unwrap();
    assert_eq!(text.lines().count(), 1);
}
