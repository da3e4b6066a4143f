//! The body of a response: decompressed as it comes, and cut off where it grows too large. A kilobyte can unpack to a
//! gigabyte, so what counts is what comes out.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;

/// A body that is being received.
pub(super) enum Receiver {
    /// As it comes.
    Plain(Capped),
    /// Compressed by gzip.
    Gzip(Box<MultiGzDecoder<Capped>>),
}

/// Why a body cannot be had.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BodyError {
    /// More than the limit.
    TooLarge,
    /// It is no gzip, or ends too early.
    Broken(String),
}

impl Receiver {
    pub(super) fn plain(limit: usize) -> Self {
        Self::Plain(Capped::new(limit))
    }

    pub(super) fn gzip(limit: usize) -> Self {
        Self::Gzip(Box::new(MultiGzDecoder::new(Capped::new(limit))))
    }

    /// Takes the next piece.
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<(), BodyError> {
        let (written, is_full) = match self {
            Self::Plain(sink) => (sink.write_all(piece), sink.is_full),
            Self::Gzip(decoder) => (decoder.write_all(piece), decoder.get_ref().is_full),
        };
        written.map_err(|error| if is_full { BodyError::TooLarge } else { broken(&error) })
    }

    /// The whole body.
    pub(super) fn finish(self) -> Result<Vec<u8>, BodyError> {
        match self {
            Self::Plain(sink) => Ok(sink.bytes),
            Self::Gzip(mut decoder) => match decoder.try_finish() {
                Ok(()) => Ok(std::mem::take(&mut decoder.get_mut().bytes)),
                Err(_) if decoder.get_ref().is_full => Err(BodyError::TooLarge),
                Err(error) => Err(broken(&error)),
            },
        }
    }
}

fn broken(error: &io::Error) -> BodyError {
    BodyError::Broken(format!("its body cannot be unpacked: {error}"))
}

/// Keeps what is written up to a limit; a byte beyond it is an error.
pub(super) struct Capped {
    bytes: Vec<u8>,
    limit: usize,
    is_full: bool,
}

impl Capped {
    fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit, is_full: false }
    }
}

impl Write for Capped {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if piece.len() > self.limit - self.bytes.len() {
            self.is_full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn received(mut receiver: Receiver, pieces: &[u8]) -> Result<Vec<u8>, BodyError> {
        for piece in pieces.chunks(7) {
            receiver.push(piece)?;
        }
        receiver.finish()
    }

    #[test]
    fn a_body_arrives_whole_in_any_pieces() {
        let text = b"the quick brown fox jumps over the lazy dog, again and again and again".repeat(3);
        assert_eq!(received(Receiver::plain(1_000), &text), Ok(text.clone()));
        assert_eq!(received(Receiver::gzip(1_000), &packed(&text)), Ok(text.clone()));
        assert_eq!(received(Receiver::plain(text.len()), &text), Ok(text.clone()));
        assert_eq!(received(Receiver::plain(text.len() - 1), &text), Err(BodyError::TooLarge));
    }

    #[test]
    fn a_bomb_is_stopped_by_what_comes_out_of_it() {
        let bomb = packed(&vec![0; 8 << 20]);
        assert!(bomb.len() < 16 << 10);
        assert_eq!(received(Receiver::gzip(4 << 20), &bomb), Err(BodyError::TooLarge));
        // Two members, one after the other, each within the limit.
        let half = packed(&vec![0; 3 << 20]);
        assert_eq!(received(Receiver::gzip(4 << 20), &[half.clone(), half].concat()), Err(BodyError::TooLarge));
    }

    #[test]
    fn a_broken_body_is_an_error_not_half_an_answer() {
        let whole = packed(b"the quick brown fox jumps over the lazy dog");
        assert!(matches!(received(Receiver::gzip(100), &whole[..whole.len() - 9]), Err(BodyError::Broken(_))));
        assert!(matches!(received(Receiver::gzip(100), b"this is no gzip at all"), Err(BodyError::Broken(_))));
    }
}
