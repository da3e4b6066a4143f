//! Masks output while it is being written.

use crate::secrets::{MASK, SecretMask, replace, token};

/// Longest unfinished line that is held back, in bytes, beside the longest known value. A token that is longer than this and
/// has no line end in it is no token.
const MAX_HELD: usize = 64 << 10;
/// Longest private key, in bytes; when no end came by then, it was no key and lines show again.
const MAX_KEY: usize = 64 << 10;

/// Masks a stream of bytes line by line: no secret gets through because a chunk ends in its middle.
///
/// A line is given out once it is complete; [`MaskStream::flush`] gives out what is safe of an unfinished one, such as a
/// prompt. How the stream is cut into chunks changes nothing in what [`MaskStream::push`] and [`MaskStream::finish`] give
/// out altogether.
#[derive(Clone, Debug)]
pub struct MaskStream {
    mask: SecretMask,
    held: Vec<u8>,
    /// Bytes hidden since a private key began.
    in_key: Option<usize>,
}

impl MaskStream {
    pub(crate) fn new(mask: SecretMask) -> Self {
        Self { mask, held: Vec::new(), in_key: None }
    }

    /// Takes bytes in and returns what can be shown.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(chunk.len());
        let mut rest = chunk;
        // Line by line, so that what is given out does not depend on how many lines a chunk has.
        while let Some(end) = memchr::memchr(b'\n', rest) {
            self.hold(&rest[..=end], &mut out);
            let line = std::mem::take(&mut self.held);
            self.emit(&line, &mut out);
            rest = &rest[end + 1..];
        }
        self.hold(rest, &mut out);
        out
    }

    /// Returns what can be shown of an unfinished line: all but its last word and what may be the start of a known value, and
    /// nothing of a line that may hold a token. For when nothing has come for a while and a person may be waiting.
    pub fn flush(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        if self.in_key.is_some() || token::may_hold(&self.held) {
            return out;
        }
        let last_word = self.held.iter().rposition(u8::is_ascii_whitespace).map_or(0, |at| at + 1);
        let cut = self.safe_cut(last_word.min(self.mask.partial(&self.held)));
        let shown: Vec<u8> = self.held.drain(..cut).collect();
        self.emit(&shown, &mut out);
        out
    }

    /// Ends the stream and returns the rest.
    pub fn finish(mut self) -> Vec<u8> {
        let rest = std::mem::take(&mut self.held);
        let mut out = Vec::new();
        self.emit(&rest, &mut out);
        out
    }

    /// Adds bytes of a line to those held back, giving out the front of a line that is too long.
    fn hold(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let most = MAX_HELD + 2 * self.mask.longest();
        for byte in bytes {
            self.held.push(*byte);
            if self.held.len() > most {
                let cut = self.safe_cut(self.held.len() - MAX_HELD / 2 - self.mask.longest());
                let front: Vec<u8> = self.held.drain(..cut.max(1)).collect();
                self.emit(&front, out);
            }
        }
    }

    /// The last offset at or before `cut` that is not inside a secret.
    fn safe_cut(&self, cut: usize) -> usize {
        let mut spans = self.mask.known_spans(&self.held);
        spans.extend(token::spans(&self.held));
        let inside = spans.into_iter().filter(|(start, end)| *start < cut && cut < *end);
        inside.map(|(start, _)| start).min().unwrap_or(cut)
    }

    fn emit(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        let mut piece = piece;
        if let Some(hidden) = self.in_key {
            match token::key_end(piece) {
                Some(end) => piece = &piece[end..],
                None if hidden + piece.len() < MAX_KEY => {
                    self.in_key = Some(hidden + piece.len());
                    return;
                }
                None => {}
            }
            self.in_key = None;
        }
        let mut spans = self.mask.known_spans(piece);
        spans.extend(token::spans(piece));
        if let Some(open) = token::open_key(piece) {
            spans.retain(|(start, _)| *start < open);
            out.extend_from_slice(&replace(&piece[..open], spans));
            out.extend_from_slice(MASK.as_bytes());
            out.push(b'\n');
            self.in_key = Some(piece.len() - open);
            return;
        }
        out.extend_from_slice(&replace(piece, spans));
    }
}
