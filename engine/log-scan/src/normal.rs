//! What rules see of a line, and what people see of it.

use std::borrow::Cow;

use crate::line::{HEAD, LONG, TAIL};
use crate::{ansi, prefix};

/// Longest text of a line that is shown, in bytes: the contract's limit.
const MAX_SHOWN: usize = 4096;

/// Stands where the middle of a very long line is left out, so that no word is made of its two ends.
const GAP: &[u8] = " \u{fffc} ".as_bytes();

/// A line as rules see it.
#[derive(Clone, Debug)]
pub(crate) struct Normal<'a> {
    /// Without control sequences.
    stripped: Cow<'a, str>,
    /// Where the text starts after prefixes.
    start: usize,
    /// Where it ends before trailing white space.
    end: usize,
}

impl Normal<'_> {
    /// The text without control sequences and prefixes.
    pub(crate) fn text(&self) -> &str {
        &self.stripped[self.start..self.end]
    }

    /// The text without control sequences, with its prefixes.
    pub(crate) fn whole(&self) -> &str {
        &self.stripped
    }

    /// Whether the line shows a command that is about to run.
    pub(crate) fn is_echo(&self) -> bool {
        prefix::is_echo(self.text())
    }
}

/// The line in normal form. Copies nothing of an ordinary line.
pub(crate) fn normal(raw: &[u8]) -> Normal<'_> {
    let is_long = raw.len() > LONG;
    let mut stripped = if is_long {
        // The middle is left out first: work on one line is bounded.
        let window = [&raw[..HEAD], GAP, &raw[raw.len() - TAIL..]].concat();
        Cow::Owned(String::from_utf8_lossy(&ansi::strip(&window)).into_owned())
    } else if ansi::needs_stripping(raw) {
        Cow::Owned(String::from_utf8_lossy(&ansi::strip(raw)).into_owned())
    } else {
        String::from_utf8_lossy(raw)
    };
    // Not for long lines: the scanner's filter looks at raw bytes, and must find in them what rules find in the window.
    if !is_long && let Cow::Owned(bare) = ansi::strip_orphans(&stripped) {
        stripped = Cow::Owned(bare);
    }
    let rest = prefix::strip(&stripped);
    let (start, end) = (stripped.len() - rest.len(), stripped.len() - rest.len() + rest.trim_end().len());
    Normal { stripped, start, end }
}

/// Returns the line as rules see it: without control sequences, without what CI services write in front of it, and of a line
/// beyond 32 KiB only the first and last 16 KiB. Bytes that are not UTF-8 become U+FFFD.
pub fn normalised(raw: &[u8]) -> String {
    normal(raw).text().to_owned()
}

/// Returns the line as people see it: without control sequences, at most 4 KiB, with its prefix.
pub fn displayed(raw: &[u8]) -> String {
    let window = &raw[..raw.len().min(LONG)];
    let stripped = ansi::strip(window);
    let mut text: String = String::from_utf8_lossy(&stripped)
        .chars()
        .map(|character| if character.is_control() && character != '\t' { ' ' } else { character })
        .collect();
    if text.len() > MAX_SHOWN {
        let cut = (0..=MAX_SHOWN - '…'.len_utf8()).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(cut);
        text.push('…');
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_see_bare_text_and_people_the_line() {
        let raw = b"2024-05-22T12:43:46.9626461Z \x1b[31mE   \x1b[1mboom\x1b[0m  ";
        assert_eq!(normalised(raw), "E   boom");
        assert_eq!(displayed(raw), "2024-05-22T12:43:46.9626461Z E   boom");
    }

    #[test]
    fn bytes_that_are_no_text_become_replacement_characters() {
        assert_eq!(normalised(b"bad \xff byte"), "bad \u{fffd} byte");
    }

    #[test]
    fn a_very_long_line_is_seen_from_both_ends() {
        let raw = [b"start ".as_slice(), &[b'x'; 100_000], b" end"].concat();
        let text = normalised(&raw);
        assert!(text.starts_with("start ") && text.ends_with(" end"));
        assert_eq!(text.len(), LONG + GAP.len());
        assert!(displayed(&raw).len() <= MAX_SHOWN);
    }

    #[test]
    fn echoed_commands_are_recognised() {
        assert!(normal(b"2024-05-22T12:43:46.9626461Z ##[group]Run npm ci").is_echo());
        assert!(normal(b"\x1b[32;1m$ cargo test\x1b[0;m").is_echo());
        assert!(!normal(b"error: boom").is_echo());
    }
}
