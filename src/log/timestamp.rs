//! Times as the two log formats write them, in UTC: RFC 3339 with milliseconds, and Apache's.
//!
//! The calendar is computed once a second; every other line of that second copies it.

use std::{
    io::Write,
    time::{SystemTime, UNIX_EPOCH},
};

use time::OffsetDateTime;

use crate::config::options::LogFormat;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Writes times, remembering the second it wrote last.
#[derive(Debug)]
pub(super) struct Timestamp {
    format: LogFormat,
    second: u64,
    text: Vec<u8>,
}

impl Timestamp {
    /// Writes times as `format` wants them.
    pub(super) fn new(format: LogFormat) -> Self {
        Self {
            format,
            second: 0,
            text: Vec::new(),
        }
    }

    /// Appends `time`, without quotes or brackets. Before 1970 it is 1970.
    pub(super) fn write(&mut self, time: SystemTime, out: &mut Vec<u8>) {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        if self.second != since.as_secs() || self.text.is_empty() {
            self.second = since.as_secs();
            self.spell();
        }
        out.extend_from_slice(&self.text);
        if self.format == LogFormat::Json {
            let [hundreds, tens, ones] = decimal(since.subsec_millis());
            out.extend_from_slice(&[b'.', hundreds, tens, ones, b'Z']);
        }
    }

    fn spell(&mut self) {
        let second = i64::try_from(self.second).unwrap_or_default();
        let time =
            OffsetDateTime::from_unix_timestamp(second).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let (year, day) = (time.year(), time.day());
        let (hour, minute, second) = time.to_hms();
        let month = u8::from(time.month());
        self.text.clear();
        // Writing to a vector does not fail.
        let _ = match self.format {
            LogFormat::Json => write!(
                self.text,
                "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
            ),
            LogFormat::Combined => write!(
                self.text,
                "{day:02}/{}/{year:04}:{hour:02}:{minute:02}:{second:02} +0000",
                MONTHS.get(usize::from(month) - 1).unwrap_or(&"Jan")
            ),
        };
    }
}

/// The last three decimal digits of `number`.
pub(super) fn decimal(number: u32) -> [u8; 3] {
    let digit = |value: u32| b'0' + (value % 10) as u8;
    [digit(number / 100), digit(number / 10), digit(number)]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn written(timestamp: &mut Timestamp, milliseconds: u64) -> String {
        let mut out = Vec::new();
        timestamp.write(UNIX_EPOCH + Duration::from_millis(milliseconds), &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn times_are_written_as_each_format_wants() {
        let mut json = Timestamp::new(LogFormat::Json);
        let mut combined = Timestamp::new(LogFormat::Combined);
        for (milliseconds, rfc3339, apache) in [
            (0, "1970-01-01T00:00:00.000Z", "01/Jan/1970:00:00:00 +0000"),
            (
                1_795_514_400_007,
                "2026-11-24T10:00:00.007Z",
                "24/Nov/2026:10:00:00 +0000",
            ),
            (
                1_795_514_400_999,
                "2026-11-24T10:00:00.999Z",
                "24/Nov/2026:10:00:00 +0000",
            ),
            (
                1_795_514_401_000,
                "2026-11-24T10:00:01.000Z",
                "24/Nov/2026:10:00:01 +0000",
            ),
            (
                1_709_251_199_123,
                "2024-02-29T23:59:59.123Z",
                "29/Feb/2024:23:59:59 +0000",
            ),
        ] {
            assert_eq!(written(&mut json, milliseconds), rfc3339);
            assert_eq!(written(&mut combined, milliseconds), apache);
        }
    }

    #[test]
    fn a_clock_beyond_the_calendar_does_no_harm() {
        let mut timestamp = Timestamp::new(LogFormat::Json);
        assert_eq!(
            written(&mut timestamp, u64::MAX / 2),
            "1970-01-01T00:00:00.807Z"
        );
        let mut out = Vec::new();
        timestamp.write(UNIX_EPOCH - Duration::from_secs(9), &mut out);
        assert_eq!(out, b"1970-01-01T00:00:00.000Z");
    }
}
