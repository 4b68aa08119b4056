//! Which rotated access logs have outlived `log.retention` (GDPR Art. 5(1)(e)).
//!
//! [`verdict`] is pure and careful: only names that a rotation makes of the log's own name, never
//! the log itself, never anything else in the folder. Files that are named after the log in a way
//! it doesn't know are reported, since they may hold what should be gone.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// What becomes of a file beside the log.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Verdict {
    /// It is none of ours, or young enough.
    Keep,
    /// It is a rotated log, and too old.
    Delete,
    /// It is named after the log, too old, and unlike what rotation makes.
    Unrecognised,
}

/// A log whose rotated files are looked after.
#[derive(Clone, Debug)]
pub(super) struct Retention {
    /// The log.
    pub(super) path: PathBuf,
    /// The age at which rotated files go.
    pub(super) age: Duration,
}

impl Retention {
    /// Deletes what has outlived its retention at `now`.
    pub(super) fn sweep(&self, now: SystemTime) {
        match self.try_sweep(now) {
            Ok((deleted, unrecognised)) => {
                if deleted > 0 {
                    tracing::info!(deleted, "deleted rotated access logs past their retention");
                }
                if unrecognised > 0 {
                    tracing::warn!(
                        unrecognised,
                        "files named after the access log are past its retention, but not named as \
                         rotation does: not deleted"
                    );
                }
            }
            Err(error) => tracing::warn!(
                kind = %error.kind(),
                "access logs past their retention could not be deleted"
            ),
        }
    }

    fn try_sweep(&self, now: SystemTime) -> io::Result<(u32, u32)> {
        let Some(log) = self.path.file_name().and_then(|name| name.to_str()) else {
            return Ok((0, 0));
        };
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let (mut deleted, mut unrecognised) = (0, 0);
        let mut failure = Ok(());
        for file in fs::read_dir(folder)? {
            let file = file?;
            let name = file.file_name();
            let Some(name) = name.to_str().filter(|name| name.starts_with(log)) else {
                continue;
            };
            // Of the entry itself: links are not followed.
            let metadata = file.metadata()?;
            if !metadata.is_file() {
                continue;
            }
            match verdict(log, name, metadata.modified()?, now, self.age) {
                Verdict::Keep => {}
                Verdict::Unrecognised => unrecognised += 1,
                Verdict::Delete => match fs::remove_file(file.path()) {
                    Ok(()) => deleted += 1,
                    Err(error) => failure = Err(error),
                },
            }
        }
        failure.map(|()| (deleted, unrecognised))
    }
}

/// What becomes of the file `name`, last written at `modified`, beside the log `log`.
fn verdict(log: &str, name: &str, modified: SystemTime, now: SystemTime, age: Duration) -> Verdict {
    let Some(suffix) = name.strip_prefix(log) else {
        return Verdict::Keep;
    };
    let Some(suffix) = suffix.strip_prefix(['.', '-']) else {
        return Verdict::Keep;
    };
    if now.duration_since(modified).is_ok_and(|since| since > age) {
        if is_rotation(suffix) {
            Verdict::Delete
        } else {
            Verdict::Unrecognised
        }
    } else {
        Verdict::Keep
    }
}

/// Whether rotation makes such a suffix: a number, a date, a time, "old", compressed or not.
fn is_rotation(suffix: &str) -> bool {
    let compressed = [".gz", ".bz2", ".xz", ".zst", ".lz4"];
    let stem = compressed
        .iter()
        .find_map(|ending| suffix.strip_suffix(ending));
    let stem = stem.unwrap_or(suffix);
    let is_number = stem.starts_with(|first: char| first.is_ascii_digit())
        && stem
            .chars()
            .all(|character| character.is_ascii_digit() || "-._:TZ".contains(character));
    is_number || stem == "old"
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed test may panic")]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    #[test]
    fn only_old_rotations_of_the_log_are_deleted() {
        let now = UNIX_EPOCH + 1000 * DAY;
        let retention = 30 * DAY;
        for (name, days, expected) in [
            ("access.log.1", 31, Verdict::Delete),
            ("access.log.1", 30, Verdict::Keep),
            ("access.log.1", 0, Verdict::Keep),
            ("access.log.2.gz", 31, Verdict::Delete),
            ("access.log-20261124", 31, Verdict::Delete),
            ("access.log-20261124-1795514400.zst", 31, Verdict::Delete),
            ("access.log.2026-11-24T10:00:00Z.xz", 31, Verdict::Delete),
            ("access.log.old", 31, Verdict::Delete),
            ("access.log", 900, Verdict::Keep),
            ("access.logs", 900, Verdict::Keep),
            ("access.log1", 900, Verdict::Keep),
            ("error.log.1", 900, Verdict::Keep),
            ("old-access.log.1", 900, Verdict::Keep),
            ("access.log.conf", 900, Verdict::Unrecognised),
            ("access.log-backup.db", 900, Verdict::Unrecognised),
            ("access.log.1.sqlite", 900, Verdict::Unrecognised),
            ("access.log.", 900, Verdict::Unrecognised),
        ] {
            let modified = now - days * DAY;
            assert_eq!(
                verdict("access.log", name, modified, now, retention),
                expected,
                "{name}"
            );
        }
    }

    #[test]
    fn a_file_of_the_future_is_kept() {
        let now = UNIX_EPOCH + DAY;
        let verdict = verdict("a", "a.1", now + DAY, now, Duration::ZERO);
        assert_eq!(verdict, Verdict::Keep);
    }

    #[test]
    fn a_sweep_deletes_files_only_and_follows_no_links() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in [
            "access.log",
            "access.log.1",
            "access.log.2.gz",
            "notes.1",
            "target",
        ] {
            fs::write(path(name), "x").unwrap();
        }
        fs::create_dir(path("access.log.3")).unwrap();
        std::os::unix::fs::symlink(path("target"), path("access.log.4")).unwrap();
        let retention = Retention {
            path: path("access.log"),
            age: 30 * DAY,
        };
        retention.sweep(SystemTime::now() + 29 * DAY);
        assert!(path("access.log.1").exists());
        retention.sweep(SystemTime::now() + 31 * DAY);
        for (name, remains) in [
            ("access.log", true),
            ("access.log.1", false),
            ("access.log.2.gz", false),
            ("access.log.3", true),
            ("access.log.4", true),
            ("notes.1", true),
            ("target", true),
        ] {
            assert_eq!(path(name).exists(), remains, "{name}");
        }
    }
}
