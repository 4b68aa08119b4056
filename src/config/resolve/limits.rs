//! `[limits]`: each bound on what a stranger can send or hold open, with its default and range.

use std::time::Duration;

use super::bounds::{DAY, HOUR, duration_within, size_within};
use crate::config::{
    document::Kind,
    options::Limits,
    problem::Problem,
    section::{Keys, Section},
};

/// The keys, in the order in which they are documented.
const KEYS: &[&str] = &[
    "handshake_timeout",
    "header_timeout",
    "idle_timeout",
    "body_timeout",
    "write_timeout",
    "min_rate",
    "connect_timeout",
    "first_byte_timeout",
    "read_timeout",
    "tunnel_timeout",
    "drain_delay",
    "drain_timeout",
    "header_size",
    "header_fields",
    "url_size",
    "body_size",
    "connections",
    "pool_size",
    "pool_timeout",
    "page_memory",
    "page_size",
    "http2_streams",
    "http2_control_frames",
];

pub(super) const TABLE: Keys = Keys {
    allowed: KEYS,
    later: &[],
    top_level: &[],
};

const KIB: u64 = 1024;

fn default() -> Limits {
    let seconds = Duration::from_secs;
    Limits {
        handshake_timeout: seconds(10),
        header_timeout: seconds(10),
        idle_timeout: seconds(75),
        body_timeout: seconds(30),
        write_timeout: seconds(60),
        min_rate: 128,
        connect_timeout: seconds(3),
        first_byte_timeout: seconds(60),
        read_timeout: seconds(60),
        tunnel_timeout: HOUR,
        drain_delay: Duration::from_millis(500),
        drain_timeout: seconds(30),
        header_size: 32 * 1024,
        header_fields: 100,
        url_size: 16 * 1024,
        body_size: None,
        connections: None,
        pool_size: 256,
        pool_timeout: seconds(60),
        page_memory: 64 * 1024,
        page_size: 64 * 1024 * KIB,
        http2_streams: 100,
        http2_control_frames: 1000,
    }
}

/// The limits.
pub(super) fn limits(section: Option<&Section<'_>>) -> Limits {
    let mut limits = default();
    let Some(section) = section else {
        return limits;
    };
    times(section, &mut limits);
    sizes(section, &mut limits);
    counts(section, &mut limits);
    limits
}

fn times(section: &Section<'_>, limits: &mut Limits) {
    let times = [
        ("handshake_timeout", &mut limits.handshake_timeout, HOUR),
        ("header_timeout", &mut limits.header_timeout, HOUR),
        ("idle_timeout", &mut limits.idle_timeout, HOUR),
        ("body_timeout", &mut limits.body_timeout, HOUR),
        ("write_timeout", &mut limits.write_timeout, HOUR),
        ("connect_timeout", &mut limits.connect_timeout, HOUR),
        ("first_byte_timeout", &mut limits.first_byte_timeout, DAY),
        ("read_timeout", &mut limits.read_timeout, DAY),
        ("tunnel_timeout", &mut limits.tunnel_timeout, DAY * 7),
        ("drain_timeout", &mut limits.drain_timeout, DAY),
        ("pool_timeout", &mut limits.pool_timeout, HOUR),
    ];
    for (key, limit, highest) in times {
        let read = |node| duration_within(&node, Duration::from_millis(1), highest);
        *limit = section.get(key).and_then(read).unwrap_or(*limit);
    }
    let delay = section.get("drain_delay");
    limits.drain_delay = delay
        .and_then(|node| duration_within(&node, Duration::ZERO, HOUR))
        .unwrap_or(limits.drain_delay);
}

fn sizes(section: &Section<'_>, limits: &mut Limits) {
    let size = |key: &str, lowest, highest| {
        section
            .get(key)
            .and_then(|node| size_within(&node, lowest, highest))
    };
    let bytes = |key: &str, lowest| {
        size(key, lowest, 1024 * KIB).and_then(|size| usize::try_from(size).ok())
    };
    limits.min_rate = size("min_rate", 1, 1024 * 1024 * KIB).unwrap_or(limits.min_rate);
    // RFC 9112 §3 asks for request lines of 8000 bytes at least; a browser's cookies need as much.
    limits.header_size = bytes("header_size", 8 * KIB).unwrap_or(limits.header_size);
    match bytes("url_size", 256) {
        Some(url) => limits.url_size = url,
        None => limits.url_size = limits.url_size.min(limits.header_size),
    }
    if limits.url_size > limits.header_size
        && let Some(node) = section.get("url_size")
    {
        let problem = Problem::error("is more than header_size, which holds the URL too");
        node.report(problem.expecting("at most limits.header_size"));
    }
    limits.page_memory = bytes("page_memory", 16 * KIB).unwrap_or(limits.page_memory);
    limits.page_size = size("page_size", 64 * KIB, u64::MAX / 2).unwrap_or(limits.page_size);
    if !is(section, "body_size", "off") {
        limits.body_size = size("body_size", 1, u64::MAX / 2);
    }
}

fn counts(section: &Section<'_>, limits: &mut Limits) {
    let count = |key: &str, highest| section.get(key).and_then(|node| node.integer(1..=highest));
    let usize_ =
        |key: &str, highest| count(key, highest).and_then(|count| usize::try_from(count).ok());
    let u32_ = |key: &str, highest| count(key, highest).and_then(|count| u32::try_from(count).ok());
    limits.header_fields = usize_("header_fields", 256).unwrap_or(limits.header_fields);
    limits.pool_size = usize_("pool_size", 100_000).unwrap_or(limits.pool_size);
    limits.http2_streams = u32_("http2_streams", 10_000).unwrap_or(limits.http2_streams);
    limits.http2_control_frames =
        u32_("http2_control_frames", 1_000_000).unwrap_or(limits.http2_control_frames);
    if !is(section, "connections", "auto") {
        limits.connections = usize_("connections", 10_000_000);
    }
}

/// Whether `key` holds `word`.
fn is(section: &Section<'_>, key: &str, word: &str) -> bool {
    section
        .get(key)
        .is_some_and(|node| matches!(&node.value.kind, Kind::String(text) if text == word))
}
