//! A file that keeps the last bytes of what is written to it.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Bytes that are copied at a time.
const COPY_BYTES: usize = 64 * 1024;

/// The last `capacity` bytes, on disk. The file has no name, so it is gone with the engine, however that ends.
#[derive(Debug)]
pub(crate) struct Ring {
    file: File,
    capacity: u64,
    written: u64,
}

impl Ring {
    /// Makes a ring beside `neighbour`, on the same disk.
    pub(crate) fn create(neighbour: &Path, capacity: u64) -> io::Result<Self> {
        let mut name = neighbour.as_os_str().to_owned();
        name.push(format!(".{}.tail", std::process::id()));
        let path = Path::new(&name);
        let file = File::options().read(true).write(true).create(true).truncate(true).open(path)?;
        std::fs::remove_file(path)?;
        Ok(Self { file, capacity, written: 0 })
    }

    /// Adds bytes; the oldest ones make room.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let capacity = usize::try_from(self.capacity).unwrap_or(usize::MAX);
        let surplus = bytes.len().saturating_sub(capacity);
        self.written += surplus as u64;
        let mut rest = &bytes[surplus..];
        while !rest.is_empty() {
            let at = self.written % self.capacity;
            let room = usize::try_from(self.capacity - at).unwrap_or(usize::MAX);
            let (now, later) = rest.split_at(rest.len().min(room));
            self.file.write_all_at(now, at)?;
            self.written += now.len() as u64;
            rest = later;
        }
        Ok(())
    }

    /// Bytes that were written and are gone.
    pub(crate) fn lost(&self) -> u64 {
        self.written.saturating_sub(self.capacity)
    }

    /// How many of the bytes that are left belong to a line whose start is gone; none if nothing is gone, or if the whole
    /// first piece is one line.
    pub(crate) fn cut_line(&self) -> io::Result<u64> {
        if self.lost() == 0 {
            return Ok(0);
        }
        let mut start = vec![0; COPY_BYTES.min(usize::try_from(self.capacity).unwrap_or(COPY_BYTES))];
        let count = self.read_kept(0, &mut start)?;
        let line_end = start[..count].iter().position(|byte| *byte == b'\n');
        Ok(line_end.map_or(0, |end| end as u64 + 1))
    }

    /// Copies what is left, without its first `skip` bytes.
    pub(crate) fn copy_to(&self, out: &mut impl Write, skip: u64) -> io::Result<()> {
        let mut at = skip;
        let mut buffer = vec![0; COPY_BYTES];
        loop {
            let count = self.read_kept(at, &mut buffer)?;
            if count == 0 {
                return Ok(());
            }
            out.write_all(&buffer[..count])?;
            at += count as u64;
        }
    }

    /// Reads from byte `at` of what is left.
    fn read_kept(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let kept = self.written.min(self.capacity);
        if at >= kept {
            return Ok(0);
        }
        let position = (self.lost() + at) % self.capacity;
        let contiguous = (self.capacity - position).min(kept - at);
        let wanted = buffer.len().min(usize::try_from(contiguous).unwrap_or(usize::MAX));
        self.file.read_exact_at(&mut buffer[..wanted], position)?;
        Ok(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(capacity: u64, pieces: &[&str]) -> (String, u64) {
        let dir = tempfile::tempdir().expect("temporary directory");
        let mut ring = Ring::create(&dir.path().join("log"), capacity).expect("create");
        assert_eq!(std::fs::read_dir(dir.path()).expect("list").count(), 0, "the file has no name");
        for piece in pieces {
            ring.write(piece.as_bytes()).expect("write");
        }
        let mut out = Vec::new();
        ring.copy_to(&mut out, 0).expect("copy");
        (String::from_utf8(out).expect("text"), ring.lost())
    }

    #[test]
    fn everything_stays_while_it_fits() {
        assert_eq!(kept(8, &["abc", "", "defgh"]), ("abcdefgh".to_owned(), 0));
    }

    #[test]
    fn last_bytes_stay_in_order_over_the_edge() {
        assert_eq!(kept(8, &["abcdef", "ghijk"]), ("defghijk".to_owned(), 3));
        assert_eq!(kept(4, &["ab", "cdefghijkl"]), ("ijkl".to_owned(), 8));
        assert_eq!(kept(3, &["abcd", "e", "fgh", "i"]), ("ghi".to_owned(), 6));
    }

    #[test]
    fn line_whose_start_is_gone_is_measured() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let mut ring = Ring::create(&dir.path().join("log"), 8).expect("create");
        ring.write(b"one\ntwo\n").expect("write");
        assert_eq!(ring.cut_line().expect("read"), 0);
        ring.write(b"x\n").expect("write");
        assert_eq!(ring.cut_line().expect("read"), 2, "`e` and the line break of `one`");
    }
}
