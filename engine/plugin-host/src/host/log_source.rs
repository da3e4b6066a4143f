//! `log-source`: the failed attempt's log, pulled as needed.

use std::sync::Arc;

use driver::ports::LogText;
use wasmtime::component::Resource;

use super::HostState;
use crate::bindings::capabilities::selfheal::plugin::log_source::{self, LogLine};

/// Text that one answer may carry.
const ANSWER_BYTES: usize = 256 << 10;
/// Text that one call may read.
const CALL_BYTES: usize = 4 << 20;
/// Line numbers that one search may return.
const MAX_FOUND: u32 = 1_000;
/// Text of one line.
const LINE_BYTES: usize = 4 << 10;

/// The host's side of the resource `log-reader`.
pub struct LogReader {
    text: Arc<dyn LogText>,
    bytes_left: usize,
}

impl LogReader {
    /// A reader with a full budget.
    pub(crate) fn new(text: Arc<dyn LogText>) -> Self {
        Self { text, bytes_left: CALL_BYTES }
    }

    fn lines(&mut self, first: u64, count: u32) -> Vec<LogLine> {
        let mut lines = Vec::new();
        let mut answer_left = ANSWER_BYTES.min(self.bytes_left);
        if first == 0 || answer_left == 0 {
            return lines;
        }
        // In portions, so that a request for four billion lines reads no more than it may have.
        let mut next = first;
        let mut wanted = count;
        while wanted > 0 {
            let portion = self.text.lines(next, wanted.min(256));
            if portion.is_empty() {
                break;
            }
            for (line, text) in portion {
                let text = cut(text);
                // Even an empty line costs something: its record is copied into the guest.
                let cost = text.len() + 16;
                if cost > answer_left {
                    return lines;
                }
                answer_left -= cost;
                self.bytes_left -= cost;
                next = line + 1;
                wanted -= 1;
                lines.push(LogLine { line, text });
                if wanted == 0 {
                    break;
                }
            }
        }
        lines
    }
}

/// At most [`LINE_BYTES`] of a line.
fn cut(mut text: String) -> String {
    if text.len() > LINE_BYTES {
        let mut end = LINE_BYTES;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
    }
    text
}

impl HostState {
    /// Hands a log to the guest for this call.
    pub(crate) fn lend_log(&mut self, text: Arc<dyn LogText>) -> wasmtime::Result<Resource<LogReader>> {
        let owned = self.table.push(LogReader::new(text))?;
        Ok(Resource::new_borrow(owned.rep()))
    }
}

impl log_source::Host for HostState {}

impl log_source::HostLogReader for HostState {
    fn line_count(&mut self, reader: Resource<LogReader>) -> wasmtime::Result<u64> {
        self.charge()?;
        Ok(self.table.get(&reader)?.text.line_count())
    }

    fn lines(&mut self, reader: Resource<LogReader>, first: u64, count: u32) -> wasmtime::Result<Vec<LogLine>> {
        self.charge()?;
        Ok(self.table.get_mut(&reader)?.lines(first, count))
    }

    fn find(
        &mut self,
        reader: Resource<LogReader>,
        text: String,
        first: u64,
        limit: u32,
    ) -> wasmtime::Result<Vec<u64>> {
        self.charge()?;
        if text.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        Ok(self.table.get(&reader)?.text.find(&text, first.max(1), limit.min(MAX_FOUND)))
    }

    fn drop(&mut self, reader: Resource<LogReader>) -> wasmtime::Result<()> {
        self.table.delete(reader)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `count` lines of `width` bytes.
    struct Lines {
        count: u64,
        width: usize,
    }

    impl LogText for Lines {
        fn line_count(&self) -> u64 {
            self.count
        }

        fn lines(&self, first: u64, count: u32) -> Vec<(u64, String)> {
            let last = self.count.min(first.saturating_add(u64::from(count)) - 1);
            (first..=last).map(|line| (line, "x".repeat(self.width))).collect()
        }

        fn find(&self, _text: &str, _first: u64, _limit: u32) -> Vec<u64> {
            Vec::new()
        }
    }

    fn reader(count: u64, width: usize) -> LogReader {
        LogReader::new(Arc::new(Lines { count, width }))
    }

    #[test]
    fn a_request_gets_the_lines_that_exist() {
        let numbers =
            |first, count| -> Vec<u64> { reader(5, 3).lines(first, count).into_iter().map(|line| line.line).collect() };
        assert_eq!(numbers(1, 2), [1, 2]);
        assert_eq!(numbers(4, 1_000_000), [4, 5]);
        assert_eq!(numbers(0, 10), [0_u64; 0]);
        assert_eq!(numbers(6, 10), [0_u64; 0]);
        assert_eq!(numbers(1, 0), [0_u64; 0]);
    }

    #[test]
    fn answers_and_calls_are_capped() {
        let mut reader = reader(1_000_000, 1_000);
        let first = reader.lines(1, u32::MAX);
        assert_eq!(first.len(), ANSWER_BYTES / 1_016);
        let mut total = first.len();
        loop {
            let more = reader.lines(1, u32::MAX).len();
            if more == 0 {
                break;
            }
            total += more;
        }
        assert!(total <= CALL_BYTES / 1_016, "{total}");
        assert!(reader.lines(1, 1).len() <= 1);
    }

    #[test]
    fn a_long_line_is_cut_at_a_character() {
        assert_eq!(cut("é".repeat(3_000)).len(), LINE_BYTES);
        assert_eq!(cut(format!("a{}", "é".repeat(3_000))).len(), LINE_BYTES - 1);
    }
}
