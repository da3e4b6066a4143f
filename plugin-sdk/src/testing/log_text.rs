//! A log in memory.

use crate::types::{Log, LogLine};

/// Most numbers that one `find` returns.
const MAX_FOUND: usize = 1_000;
/// Most text that one `lines` returns, in bytes.
const MAX_ANSWER_BYTES: usize = 256 << 10;

/// The failed attempt's log of a test, with the limits per answer of the contract.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogText {
    lines: Vec<String>,
}

impl LogText {
    /// Splits a text into lines.
    pub fn new(text: &str) -> Self {
        Self { lines: text.lines().map(str::to_owned).collect() }
    }
}

impl From<&str> for LogText {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// The place of a 1-based line in the vector; `None` for 0.
fn index(line: u64) -> Option<usize> {
    usize::try_from(line.checked_sub(1)?).ok()
}

impl Log for LogText {
    fn line_count(&self) -> u64 {
        self.lines.len() as u64
    }

    fn lines(&self, first: u64, count: u32) -> Vec<LogLine> {
        let Some(start) = index(first) else {
            return Vec::new();
        };
        let mut bytes = 0;
        (first..)
            .zip(self.lines.iter().skip(start))
            .take(usize::try_from(count).unwrap_or(usize::MAX))
            .take_while(|(_, text)| {
                bytes += text.len();
                bytes <= MAX_ANSWER_BYTES
            })
            .map(|(line, text)| LogLine { line, text: text.clone() })
            .collect()
    }

    fn find(&self, text: &str, first: u64, limit: u32) -> Vec<u64> {
        let (Some(start), false) = (index(first), text.is_empty()) else {
            return Vec::new();
        };
        (first..)
            .zip(self.lines.iter().skip(start))
            .filter(|(_, line)| line.contains(text))
            .map(|(number, _)| number)
            .take(usize::try_from(limit).unwrap_or(MAX_FOUND).min(MAX_FOUND))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_one_based_and_line_zero_is_nowhere() {
        let log = LogText::new("a\nb\nab\n");
        assert_eq!(log.line_count(), 3);
        assert_eq!(
            log.lines(2, 9).iter().map(|line| (line.line, line.text.as_str())).collect::<Vec<_>>(),
            [(2, "b"), (3, "ab")]
        );
        assert_eq!(log.find("a", 1, 9), [1, 3]);
        assert_eq!(log.find("a", 2, 9), [3]);
        assert_eq!(log.find("a", 1, 1), [1]);
        assert!(log.lines(0, 9).is_empty() && log.find("a", 0, 9).is_empty() && log.find("", 1, 9).is_empty());
    }
}
