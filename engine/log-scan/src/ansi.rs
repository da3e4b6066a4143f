//! Takes terminal control out of a line: colours, cursor movement, links, titles, backspaces, NUL bytes.

use std::borrow::Cow;

const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;
const BACKSPACE: u8 = 0x08;

/// Whether a line has anything for [`strip`] to take out.
pub(crate) fn needs_stripping(line: &[u8]) -> bool {
    next_special(line, 0).is_some()
}

/// The offset of the first byte at or after `from` that makes its line need stripping.
pub(crate) fn next_special(piece: &[u8], from: usize) -> Option<usize> {
    memchr::memchr3(ESC, BACKSPACE, 0, &piece[from..]).map(|at| from + at)
}

/// The line without terminal control. Sequences may stand in the middle of a word. Linear in the length.
///
/// A backspace takes the character before it along, as spinners and overstriking mean it.
pub(crate) fn strip(line: &[u8]) -> Cow<'_, [u8]> {
    if !needs_stripping(line) {
        return Cow::Borrowed(line);
    }
    let mut out = Vec::with_capacity(line.len());
    let mut at = 0;
    while at < line.len() {
        match line[at] {
            ESC => at = after_sequence(line, at),
            BACKSPACE => {
                while out.pop().is_some_and(|byte: u8| byte & 0xc0 == 0x80) {}
                at += 1;
            }
            0 | BEL => at += 1,
            byte => {
                out.push(byte);
                at += 1;
            }
        }
    }
    Cow::Owned(out)
}

/// The offset just past the control sequence that starts at `at`. One that is cut off ends with the line, unless it is a
/// string (title, link): of these only the introducer goes, so that a stray one cannot hide a whole line.
fn after_sequence(line: &[u8], at: usize) -> usize {
    let body = at + 2;
    match line.get(at + 1) {
        None => at + 1,
        Some(b'[') => {
            let parameters = line[body..].iter().take_while(|byte| (0x20..0x40).contains(*byte)).count();
            match line.get(body + parameters) {
                Some(0x40..=0x7e) => body + parameters + 1,
                _ => body + parameters,
            }
        }
        Some(b']' | b'P' | b'X' | b'^' | b'_') => {
            let Some(end) = memchr::memchr2(BEL, ESC, &line[body..]) else {
                return body;
            };
            let end = body + end;
            match (line[end], line.get(end + 1)) {
                (ESC, Some(b'\\')) => end + 2,
                (ESC, _) => end,
                _ => end + 1,
            }
        }
        Some(0x20..0x30) => (body + 1).min(line.len()),
        Some(0x30..=0x7e) => body,
        Some(_) => at + 1,
    }
}

/// The line without colour codes that lost their escape byte on the way, such as `[31merror[0m`, as copies of logs have them.
/// Only lines that also have a reset code are touched, so that `[5m 3s]` stays.
pub(crate) fn strip_orphans(line: &str) -> Cow<'_, str> {
    let is_reset = |open: usize| {
        let code = &line[open + 1..];
        code.starts_with("0m") || code.starts_with("39m") || code.starts_with('m') && !is_word_in_brackets(code)
    };
    if !memchr::memchr_iter(b'[', line.as_bytes()).any(is_reset) {
        return Cow::Borrowed(line);
    }
    // Terminals echo the lost escape byte as `^[`.
    let line = line.replace("^[[", "[");
    let mut out = String::with_capacity(line.len());
    let mut rest = line.as_str();
    while let Some(open) = rest.find('[') {
        let code = &rest[open + 1..];
        let digits = code.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b';').count();
        let is_code = digits > 0 || !is_word_in_brackets(code);
        if is_code && digits <= 20 && code.as_bytes().get(digits) == Some(&b'm') {
            out.push_str(&rest[..open]);
            rest = &code[digits + 1..];
        } else {
            out.push_str(&rest[..=open]);
            rest = code;
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Whether what follows a `[` is a word and its closing bracket, such as the name of a check: `misc-unused]`.
fn is_word_in_brackets(code: &str) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b',');
    let word = code.bytes().take_while(is_word).count();
    code.as_bytes().get(word) == Some(&b']')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(line: &str) -> String {
        String::from_utf8_lossy(&strip(line.as_bytes())).into_owned()
    }

    #[test]
    fn colours_go_even_in_the_middle_of_words() {
        assert_eq!(stripped("\x1b[1m\x1b[38;5;9merr\x1b[0mor\x1b[0m: no \x1b[Kspace"), "error: no space");
    }

    #[test]
    fn links_titles_and_character_sets_go() {
        assert_eq!(
            stripped("see \x1b]8;;https://docs.example/E1\x1b\\E1\x1b]8;;\x07 \x1b(Bnow\x1b]0;title\x07"),
            "see E1 now"
        );
        assert_eq!(stripped("\x1b_bk;t=1700000000000\x07$ make"), "$ make");
    }

    #[test]
    fn sequences_that_are_cut_off_do_not_hide_the_line() {
        assert_eq!(stripped("a\x1b"), "a");
        assert_eq!(stripped("a\x1b[31"), "a");
        assert_eq!(stripped("a\x1b]8;;https://docs.example"), "a8;;https://docs.example");
    }

    #[test]
    fn backspaces_take_the_character_before_along() {
        assert_eq!(stripped("|\x08/\x08-\x08done"), "done");
        assert_eq!(stripped("é\x08\x08\x08x"), "x");
        assert_eq!(stripped("a\0b"), "ab");
    }

    #[test]
    fn colours_without_their_escape_byte_go_too() {
        assert_eq!(strip_orphans("[31merror[0m: ^[[1mbad^[[0m [E0308]"), "error: bad [E0308]");
        assert_eq!(strip_orphans("[1;31mbad[m: no"), "bad: no");
        assert_eq!(strip_orphans("took [5m 3s]"), "took [5m 3s]");
    }

    #[test]
    fn a_name_in_brackets_that_begins_with_an_m_stays() {
        assert_eq!(strip_orphans("a.c:1: unused [misc-unused,-warnings]"), "a.c:1: unused [misc-unused,-warnings]");
        assert_eq!(strip_orphans("[31mbad[0m [modernize-use]"), "bad [modernize-use]");
    }
}
