//! Records that wait for the store: a bounded file of frames that is only appended to, and emptied once
//! the store has them all.
//!
//! A frame is the payload's length (4 bytes, little-endian), the first 8 bytes of its digest, and the
//! payload: a kind, and a salt with a statement, or the text of a rendering. A frame that a crash cut
//! off ends the file: nothing behind it was acknowledged.

use std::{
    collections::HashSet,
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::Arc,
};

use rustix::fs::{FlockOperation, flock};

use super::store::Pending;
use crate::privacy::ledger::{Digest, Rendering, Salt, Sealed, Statement};

/// The longest the file may get, in bytes: some hundred thousand records.
const LIMIT: u64 = 64 * 1024 * 1024;
const LABEL: &str = "privet ledger backlog 1";
const HEAD: usize = 12;
const STATEMENT: u8 = 1;
const RENDERING: u8 = 2;

/// See the module.
#[derive(Debug)]
pub(super) struct Backlog {
    file: File,
    /// Where the last whole frame ends; another length means that somebody else wrote, or a crash.
    end: u64,
    records: u64,
    /// Renderings that are in the file.
    shown: HashSet<Digest>,
}

impl Backlog {
    /// Opens the file, or makes it, readable by its owner only.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)?;
        let mut backlog = Self {
            file,
            end: 0,
            records: 0,
            shown: HashSet::new(),
        };
        backlog.locked(|backlog| backlog.read().map(drop))?;
        Ok(backlog)
    }

    /// Records that wait.
    pub(super) fn len(&self) -> u64 {
        self.records
    }

    /// Another process on the same store may use the same file.
    fn locked<T>(&mut self, act: impl FnOnce(&mut Self) -> io::Result<T>) -> io::Result<T> {
        flock(&self.file, FlockOperation::LockExclusive)?;
        let done = act(self);
        flock(&self.file, FlockOperation::Unlock)?;
        done
    }

    /// Takes records, all or none; they are on disk when it returns.
    pub(super) fn append(&mut self, batch: &[Pending]) -> io::Result<()> {
        self.locked(|backlog| {
            if backlog.file.metadata()?.len() != backlog.end {
                backlog.read()?;
                backlog.file.set_len(backlog.end)?;
            }
            let mut bytes = Vec::new();
            let mut shown = Vec::new();
            for pending in batch {
                if let Some(rendering) = &pending.rendering
                    && !backlog.shown.contains(&rendering.digest())
                    && !shown.contains(&rendering.digest())
                {
                    frame(&mut bytes, RENDERING, &[rendering.content().as_bytes()]);
                    shown.push(rendering.digest());
                }
                let sealed = &pending.sealed;
                let statement = sealed.statement.to_canonical();
                frame(&mut bytes, STATEMENT, &[sealed.salt.as_bytes(), &statement]);
            }
            let end = backlog.end + bytes.len() as u64;
            if end > LIMIT {
                return Err(io::ErrorKind::QuotaExceeded.into());
            }
            let written = backlog.file.write_all(&bytes);
            if let Err(error) = written.and_then(|()| backlog.file.sync_data()) {
                // What was not acknowledged must not stand before what will be.
                backlog.file.set_len(backlog.end)?;
                return Err(error);
            }
            backlog.end = end;
            backlog.records += batch.len() as u64;
            backlog.shown.extend(shown);
            Ok(())
        })
    }

    /// Hands over all that waits, and empties the file if `take` took it.
    pub(super) fn drain<E: From<io::Error>>(
        &mut self,
        take: impl FnOnce(&[Pending]) -> Result<(), E>,
    ) -> Result<u64, E> {
        let mut taken = Ok(());
        let count = self.locked(|backlog| {
            let waiting = backlog.read()?;
            taken = take(&waiting);
            if taken.is_ok() {
                backlog.file.set_len(0)?;
                backlog.file.sync_data()?;
                (backlog.end, backlog.records) = (0, 0);
                backlog.shown.clear();
            }
            Ok(waiting.len() as u64)
        })?;
        taken.map(|()| count)
    }

    /// Every whole frame, and where they end.
    fn read(&mut self) -> io::Result<Vec<Pending>> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(0))?;
        (&self.file).take(2 * LIMIT).read_to_end(&mut bytes)?;
        let (mut rest, mut waiting) = (bytes.as_slice(), Vec::new());
        let mut renderings: Vec<Arc<Rendering>> = Vec::new();
        while let Some((payload, after)) = split_frame(rest) {
            match payload.split_first() {
                Some((&STATEMENT, content)) => waiting.extend(statement(content)),
                Some((&RENDERING, content)) => {
                    let content = String::from_utf8_lossy(content).into_owned();
                    renderings.push(Arc::new(Rendering::new(content)));
                }
                _ => {}
            }
            rest = after;
        }
        self.end = (bytes.len() - rest.len()) as u64;
        self.records = waiting.len() as u64;
        self.shown = renderings
            .iter()
            .map(|rendering| rendering.digest())
            .collect();
        // Whose they are doesn't matter: each is kept once.
        let mut renderings = renderings.into_iter();
        let mut waiting: Vec<Pending> = waiting
            .into_iter()
            .map(|sealed| Pending {
                sealed,
                rendering: renderings.next(),
            })
            .collect();
        waiting.shrink_to_fit();
        Ok(waiting)
    }
}

fn checksum(payload: &[u8]) -> [u8; 8] {
    let digest = Digest::of(LABEL, &[payload]);
    let mut checksum = [0; 8];
    for (into, byte) in checksum.iter_mut().zip(digest.as_bytes()) {
        *into = *byte;
    }
    checksum
}

fn frame(out: &mut Vec<u8>, kind: u8, parts: &[&[u8]]) {
    let payload: Vec<u8> = [&[kind][..]]
        .iter()
        .chain(parts)
        .copied()
        .flatten()
        .copied()
        .collect();
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&checksum(&payload));
    out.extend_from_slice(&payload);
}

/// The payload of the first frame, and what is behind it; `None` if it is cut off or damaged.
fn split_frame(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (head, rest) = bytes.split_at_checked(HEAD)?;
    let (length, sum) = head.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (payload, after) = rest.split_at_checked(length)?;
    (checksum(payload) == sum).then_some((payload, after))
}

fn statement(content: &[u8]) -> Option<Sealed> {
    let (salt, canonical) = content.split_at_checked(32)?;
    let statement = Statement::from_canonical(canonical)?;
    Some(Sealed::new(Salt::from_slice(salt)?, statement))
}

#[cfg(test)]
#[path = "backlog_tests.rs"]
mod tests;
