//! What the machine gives: processors and descriptors.

use rustix::{
    process::{Resource, Rlimit, getrlimit, setrlimit},
    thread::{CpuSet, sched_getaffinity},
};

/// Descriptors that are not for connections: files, timers, the admin listener.
const RESERVED: u64 = 64;

/// One worker for each processor that the process may run on.
pub(super) fn workers() -> usize {
    let allowed = sched_getaffinity(None).map_or(1, |set| {
        (0..CpuSet::MAX_CPU)
            .filter(|processor| set.is_set(*processor))
            .count()
    });
    allowed.max(1)
}

/// Raises the descriptor limit as far as it goes and returns it.
pub(super) fn descriptors() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let raised = Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        };
        // Where that is not permitted, the limit stays as it was.
        let _ = setrlimit(Resource::Nofile, raised);
    }
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// How many visitors' connections each worker lets in: each may need another one to a website.
pub(super) fn connections_per_worker(
    configured: Option<usize>,
    descriptors: u64,
    workers: usize,
) -> usize {
    let all = configured.unwrap_or_else(|| {
        usize::try_from(descriptors.saturating_sub(RESERVED) / 2).unwrap_or(usize::MAX)
    });
    all.div_ceil(workers).max(1)
}
