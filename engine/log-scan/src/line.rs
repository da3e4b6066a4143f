//! What a line is: its end, its number, and how much of a very long one is looked at.

/// Bytes at the start of a very long line that rules see.
pub(crate) const HEAD: usize = 16 << 10;
/// Bytes at the end of a very long line that rules see.
pub(crate) const TAIL: usize = 16 << 10;
/// Longest line that is looked at as a whole. Beyond it the middle is left out, so that one line of a gigabyte costs neither
/// memory nor quadratic time.
pub(crate) const LONG: usize = HEAD + TAIL;

/// Counts the line ends in a piece of a log that starts at the start of a line: `\n`, `\r\n`, and `\r` by itself.
pub(crate) fn count_ends(piece: &[u8]) -> u64 {
    let newlines = memchr::memchr_iter(b'\n', piece).count();
    let lone_returns = memchr::memchr_iter(b'\r', piece).filter(|at| piece.get(at + 1) != Some(&b'\n')).count();
    (newlines + lone_returns) as u64
}

/// The offset just past the last line end that is certain, or 0. A `\r` at the very end is not: a `\n` may follow.
pub(crate) fn last_certain_end(piece: &[u8]) -> usize {
    let certain = match piece.split_last() {
        Some((b'\r', rest)) => rest,
        _ => piece,
    };
    memchr::memrchr2(b'\n', b'\r', certain).map_or(0, |at| at + 1)
}

/// The start of the line that contains the byte at `at`, which is not a line end.
pub(crate) fn start_of(piece: &[u8], at: usize) -> usize {
    memchr::memrchr2(b'\n', b'\r', &piece[..at]).map_or(0, |end| end + 1)
}

/// The text of the line that starts at `start`, without its end, and the offset of the next line.
pub(crate) fn line_at(piece: &[u8], start: usize) -> (&[u8], usize) {
    let rest = &piece[start..];
    match memchr::memchr2(b'\n', b'\r', rest) {
        None => (rest, piece.len()),
        Some(end) => {
            let is_pair = rest[end] == b'\r' && rest.get(end + 1) == Some(&b'\n');
            (&rest[..end], start + end + if is_pair { 2 } else { 1 })
        }
    }
}

/// Returns the lines of a log in order, without their ends, as [`Scanner`](crate::Scanner) numbers them: `\n`, `\r\n` and a
/// lone `\r` each end a line, and a line end at the very end starts no further one. UTF-16 is not decoded.
pub fn lines(piece: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut next = 0;
    std::iter::from_fn(move || {
        if next >= piece.len() {
            return None;
        }
        let (line, after) = line_at(piece, next);
        next = after;
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newline_pair_and_lone_return_each_end_a_line() {
        let text = b"a\r\nb\rc\n\n\r\rd";
        let split: Vec<&[u8]> = lines(text).collect();
        assert_eq!(split, [&b"a"[..], b"b", b"c", b"", b"", b"", b"d"]);
        assert_eq!(count_ends(text), 6);
    }

    #[test]
    fn a_return_at_the_end_of_a_chunk_is_not_certain() {
        assert_eq!(last_certain_end(b"a\nb\r"), 2);
        assert_eq!(last_certain_end(b"a\nb\rc"), 4);
        assert_eq!(last_certain_end(b"abc"), 0);
    }
}
