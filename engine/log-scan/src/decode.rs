//! Reads UTF-16 with a byte order mark as UTF-8, piece by piece.

/// What the bytes of the log turned out to be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Decoder {
    kind: Kind,
    /// Bytes held back: the start of the log, or half a unit.
    held: Vec<u8>,
    /// First half of a surrogate pair.
    high: Option<u16>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    /// Fewer than two bytes were seen.
    #[default]
    Unknown,
    Bytes,
    LittleEndian,
    BigEndian,
}

impl Decoder {
    /// Whether bytes go through unchanged, so that the caller may skip the copy.
    pub(crate) fn is_transparent(&self) -> bool {
        self.kind == Kind::Bytes
    }

    /// Appends what `chunk` says to `out`.
    pub(crate) fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) {
        let mut chunk = chunk;
        if self.kind == Kind::Unknown {
            let missing = 2usize.saturating_sub(self.held.len()).min(chunk.len());
            self.held.extend_from_slice(&chunk[..missing]);
            chunk = &chunk[missing..];
            match self.held.as_slice() {
                [0xff, 0xfe] => self.become_kind(Kind::LittleEndian),
                [0xfe, 0xff] => self.become_kind(Kind::BigEndian),
                [_, _] => {
                    out.append(&mut self.held);
                    self.kind = Kind::Bytes;
                }
                _ => return,
            }
        }
        if self.kind == Kind::Bytes {
            out.extend_from_slice(chunk);
            return;
        }
        for byte in chunk {
            self.held.push(*byte);
            if let [first, second] = *self.held {
                self.held.clear();
                let bytes = [first, second];
                let unit =
                    if self.kind == Kind::LittleEndian { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) };
                self.unit(unit, out);
            }
        }
    }

    /// Appends what was held back at the end of the log.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        if self.kind == Kind::Unknown {
            out.append(&mut self.held);
        } else if self.high.take().is_some() || !self.held.is_empty() {
            put(char::REPLACEMENT_CHARACTER, out);
        }
        self.held.clear();
    }

    fn become_kind(&mut self, kind: Kind) {
        self.kind = kind;
        self.held.clear();
    }

    fn unit(&mut self, unit: u16, out: &mut Vec<u8>) {
        let units: &[u16] = match self.high.take() {
            Some(high) => &[high, unit],
            None if (0xd800..0xdc00).contains(&unit) => {
                self.high = Some(unit);
                return;
            }
            None => &[unit],
        };
        for decoded in char::decode_utf16(units.iter().copied()) {
            put(decoded.unwrap_or(char::REPLACEMENT_CHARACTER), out);
        }
    }
}

fn put(character: char, out: &mut Vec<u8>) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn decode(bytes: &[u8], chunk: usize) -> String {
        let mut decoder = Decoder::default();
        let mut out = Vec::new();
        for piece in bytes.chunks(chunk) {
            decoder.push(piece, &mut out);
        }
        decoder.finish(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn both_byte_orders_read_the_same_in_any_chunks() {
        let text = "\u{feff}naïve 🦀\r\nend";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for chunk in 1..6 {
            assert_eq!(decode(&little, chunk), "naïve 🦀\r\nend");
            assert_eq!(decode(&big, chunk), "naïve 🦀\r\nend");
        }
    }

    #[test]
    fn other_bytes_go_through() {
        assert_eq!(decode(b"a", 1), "a");
        assert_eq!(decode(b"plain text", 1), "plain text");
    }
}
