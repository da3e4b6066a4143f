//! The forms in which tools print a value: itself, encoded, escaped, and the lines of a longer one.

use crate::secrets::MIN_VALUE;

/// Shortest line of a multi-line value that is masked by itself, in bytes: `-----`, `}` and the like must stay.
const MIN_LINE: usize = 8;

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// All forms of a value that are long enough to be masked.
pub(crate) fn of(value: &str) -> Vec<Vec<u8>> {
    let trimmed = value.trim_matches(['\r', '\n']);
    let mut plain: Vec<&str> = vec![trimmed];
    if trimmed.contains(['\n', '\r']) {
        plain.extend(
            trimmed.split(['\n', '\r']).map(str::trim).filter(|line| line.len() >= MIN_LINE && !is_armour(line)),
        );
    }
    let mut forms: Vec<Vec<u8>> = Vec::new();
    for text in plain.into_iter().filter(|text| text.len() >= MIN_VALUE) {
        forms.push(text.as_bytes().to_vec());
        forms.push(percent_encoded(text, Hex::Upper, Space::Percent));
        forms.push(percent_encoded(text, Hex::Lower, Space::Percent));
        forms.push(percent_encoded(text, Hex::Upper, Space::Plus));
        forms.push(json_escaped(text, Slash::Plain));
        forms.push(json_escaped(text, Slash::Escaped));
        for alphabet in [STANDARD, URL_SAFE] {
            forms.extend((0..3).map(|shift| base64_core(text.as_bytes(), shift, alphabet)));
        }
    }
    forms.retain(|form| form.len() >= MIN_VALUE);
    forms.sort();
    forms.dedup();
    forms
}

/// `-----BEGIN …-----` and its like are no secret.
fn is_armour(line: &str) -> bool {
    line.starts_with("-----") && line.ends_with("-----")
}

#[derive(Clone, Copy)]
enum Hex {
    Upper,
    Lower,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Space {
    Percent,
    Plus,
}

fn percent_encoded(text: &str, hex: Hex, space: Space) -> Vec<u8> {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match (byte, hex) {
            (b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~', _) => out.push(char::from(byte)),
            (b' ', _) if space == Space::Plus => out.push('+'),
            (byte, Hex::Upper) => out.push_str(&format!("%{byte:02X}")),
            (byte, Hex::Lower) => out.push_str(&format!("%{byte:02x}")),
        }
    }
    out.into_bytes()
}

/// Whether JSON writes `/` as it is or as `\/`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slash {
    Plain,
    Escaped,
}

fn json_escaped(text: &str, slash: Slash) -> Vec<u8> {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' if slash == Slash::Escaped => out.push_str("\\/"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.into_bytes()
}

/// The characters of the base64 text that depend on `value` alone when `shift` bytes stand before it (modulo 3) and any
/// bytes after it.
fn base64_core(value: &[u8], shift: usize, alphabet: &[u8; 64]) -> Vec<u8> {
    let bit = |index: usize| (value[index / 8] >> (7 - index % 8)) & 1;
    let bits = value.len() * 8;
    // A character of six bits starts at every multiple of six, counted from the start of what stands before.
    let first = (6 - (shift * 8) % 6) % 6;
    let characters = (bits.saturating_sub(first)) / 6;
    let sextet = |character: usize| {
        (0..6).fold(0, |value, offset| (value << 1) | usize::from(bit(first + character * 6 + offset)))
    };
    (0..characters).map(|character| alphabet[sextet(character)]).collect()
}
