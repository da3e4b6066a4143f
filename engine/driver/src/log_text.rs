//! A failed attempt's log file as plugins may read it.

use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::path::Path;

use crate::ports::LogText;

/// Most bytes of a log that are held for healers. A larger log is cut at its end; attempts' logs are capped below this.
const MOST_BYTES: u64 = 64 << 20;

/// A log that was read whole and is normalised line by line, on demand. Secrets were masked when it was written.
pub struct FileLog {
    bytes: Vec<u8>,
    /// Where each line stands, without its end.
    lines: Vec<Range<usize>>,
}

impl FileLog {
    /// Reads a log; one that cannot be read is empty.
    pub fn open(path: &Path) -> Self {
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes));
        if read.is_err() {
            bytes.clear();
        }
        Self::new(bytes)
    }

    /// A log from bytes. CR, LF and CRLF each end a line, as in `selfheal diagnose`.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let mut lines = Vec::new();
        let mut start = 0;
        while let Some(length) = memchr::memchr2(b'\n', b'\r', &bytes[start..]) {
            let end = start + length;
            lines.push(start..end);
            start = end + if bytes[end..].starts_with(b"\r\n") { 2 } else { 1 };
        }
        if start < bytes.len() {
            lines.push(start..bytes.len());
        }
        Self { bytes, lines }
    }

    fn from(&self, first: u64) -> impl Iterator<Item = (u64, String)> + '_ {
        let skipped = usize::try_from(first.max(1) - 1).unwrap_or(usize::MAX);
        let normalised = |line: &Range<usize>| log_scan::normalised(&self.bytes[line.clone()]);
        (1u64..).zip(&self.lines).skip(skipped).map(move |(number, line)| (number, normalised(line)))
    }
}

impl LogText for FileLog {
    fn line_count(&self) -> u64 {
        self.lines.len() as u64
    }

    fn lines(&self, first: u64, count: u32) -> Vec<(u64, String)> {
        if first == 0 { Vec::new() } else { self.from(first).take(count as usize).collect() }
    }

    fn find(&self, text: &str, first: u64, limit: u32) -> Vec<u64> {
        if text.is_empty() {
            return Vec::new();
        }
        self.from(first)
            .filter(|(_, line)| line.contains(text))
            .map(|(number, _)| number)
            .take(limit as usize)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_ending_ends_a_line() {
        let log = FileLog::new(b"one\r\ntwo\rthree\nfour");
        assert_eq!(log.line_count(), 4);
        assert_eq!(log.lines(2, 2), [(2, "two".to_owned()), (3, "three".to_owned())]);
        assert_eq!(log.lines(0, 2), []);
        assert_eq!(log.find("o", 2, 9), [2, 4]);
        assert_eq!(log.find("", 1, 9), Vec::<u64>::new());
    }
}
