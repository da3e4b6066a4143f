//! Keeps secrets out of everything that is shown or stored.
//!
//! Known values are masked in every form in which tools print them ([`variants`]); unknown ones by what tokens look like
//! ([`token`]). [`stream`] does the same to output that is still being written.

mod stream;
mod token;
mod variants;

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, MatchKind};

pub use stream::MaskStream;

/// What stands in the place of a secret.
pub(crate) const MASK: &str = "***";

/// Shortest value that is masked, in bytes. Shorter ones occur everywhere: masking them would mangle the log and, by the
/// holes it leaves, still tell what they are.
pub(crate) const MIN_VALUE: usize = 4;

/// Masks secrets in text.
#[derive(Clone, Debug)]
pub struct SecretMask {
    values: Option<AhoCorasick>,
    forms: Vec<Vec<u8>>,
}

impl SecretMask {
    /// Prepares to mask the values given and whatever looks like a token. Values shorter than four bytes are left alone.
    pub fn new<I>(values: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let mut forms: Vec<Vec<u8>> = values.into_iter().flat_map(|value| variants::of(value.as_ref())).collect();
        forms.sort();
        forms.dedup();
        let values = if forms.is_empty() {
            None
        } else {
            // Leftmost-longest: of a value and its own first line the whole value goes.
            AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&forms).ok()
        };
        Self { values, forms }
    }

    /// Returns the text with secrets replaced by `***`; borrowed when there were none.
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.mask_bytes(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            // Only whole matches of text go, so that text stays; the conversion is for the compiler.
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    /// As [`SecretMask::mask`], for bytes that may not be text.
    pub fn mask_bytes<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let mut spans = self.known_spans(text);
        spans.extend(token::spans(text));
        replace(text, spans)
    }

    /// Starts to mask output that comes in chunks.
    pub fn stream(&self) -> MaskStream {
        MaskStream::new(self.clone())
    }

    /// Where known values stand.
    pub(crate) fn known_spans(&self, text: &[u8]) -> Vec<(usize, usize)> {
        let Some(values) = &self.values else {
            return Vec::new();
        };
        values.find_iter(text).map(|found| (found.start(), found.end())).collect()
    }

    /// Length of the longest form of a known value.
    pub(crate) fn longest(&self) -> usize {
        self.forms.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// Where in the text the start of a known value may stand whose end is still missing; its length when there is none.
    pub(crate) fn partial(&self, text: &[u8]) -> usize {
        let earliest = text.len().saturating_sub(self.longest());
        (earliest..text.len())
            .find(|start| self.forms.iter().any(|form| form.starts_with(&text[*start..])))
            .unwrap_or(text.len())
    }
}

/// Replaces spans, which may overlap, by the mask: what overlaps or touches becomes one.
fn replace(text: &[u8], mut spans: Vec<(usize, usize)>) -> Cow<'_, [u8]> {
    if spans.is_empty() {
        return Cow::Borrowed(text);
    }
    spans.sort_unstable();
    let mut out = Vec::with_capacity(text.len());
    let mut done = 0;
    let mut spans = spans.into_iter().peekable();
    while let Some((start, mut end)) = spans.next() {
        while let Some((_, further)) = spans.next_if(|(next, _)| *next <= end) {
            end = end.max(further);
        }
        out.extend_from_slice(&text[done..start]);
        out.extend_from_slice(MASK.as_bytes());
        done = end;
    }
    out.extend_from_slice(&text[done..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests;
