//! A failed attempt's log file as plugins may read it.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::ports::LogText;

/// Most bytes of a log that are held for healers. A larger log is cut at its end; attempts' logs are capped below this.
const MOST_BYTES: u64 = 64 << 20;

/// A log that was read whole and is normalised line by line, on demand. Secrets were masked when it was written.
pub struct FileLog {
    lines: Vec<Vec<u8>>,
}

impl FileLog {
    /// Reads a log; one that cannot be read is empty.
    pub fn open(path: &Path) -> Self {
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes));
        if read.is_err() {
            bytes.clear();
        }
        Self::new(&bytes)
    }

    /// A log from bytes. CR, LF and CRLF each end a line, as in `selfheal diagnose`.
    pub fn new(bytes: &[u8]) -> Self {
        let mut lines: Vec<Vec<u8>> = Vec::new();
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|&byte| byte == b'\n' || byte == b'\r') {
            lines.push(rest[..end].to_vec());
            let width = if rest[end..].starts_with(b"\r\n") { 2 } else { 1 };
            rest = &rest[end + width..];
        }
        if !rest.is_empty() {
            lines.push(rest.to_vec());
        }
        Self { lines }
    }

    fn from(&self, first: u64) -> impl Iterator<Item = (u64, String)> + '_ {
        let skipped = usize::try_from(first.max(1) - 1).unwrap_or(usize::MAX);
        (1u64..).zip(&self.lines).skip(skipped).map(|(number, raw)| (number, log_scan::normalised(raw)))
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
