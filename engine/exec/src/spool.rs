//! The log of one command on disk: both streams by lines, without secrets, with a cap.
//!
//! A cap of N keeps the first half as it comes and the last half in a [`Ring`]; the end brings both together with a line
//! between them that says how much is missing. Memory holds one open line of each stream (at most some 64 KiB, longer
//! ones come in parts) and nothing else.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use driver::ports::Stream;
use log_scan::{MaskStream, SecretMask};

use crate::ring::Ring;

/// What a command may write even where earlier ones filled the log: the end of the last command has to be there.
const MIN_CAP: u64 = 4 * 1024;

/// Room for the line that says how much is missing.
const MARK_BYTES: u64 = 64;

/// What became of a log.
#[derive(Debug)]
pub(crate) struct SpoolEnd {
    /// Size of the file.
    pub(crate) log_bytes: u64,
    /// Whether something was left out.
    pub(crate) is_truncated: bool,
    /// The first failure of writing. The rest of the output was dropped then.
    pub(crate) error: Option<io::Error>,
}

/// A log that is being written.
#[derive(Debug)]
pub(crate) struct Spool {
    /// Gives out whole lines; gone when the stream has ended.
    stdout: Option<MaskStream>,
    stderr: Option<MaskStream>,
    file: CappedFile,
    error: Option<io::Error>,
}

impl Spool {
    /// Opens the log for appending and makes it if it is not there. What is in it already counts for `cap`.
    pub(crate) fn open(path: &Path, cap: u64, secrets: &[String]) -> io::Result<Self> {
        let mask = SecretMask::new(secrets);
        let (stdout, stderr) = (Some(mask.stream()), Some(mask.stream()));
        Ok(Self { stdout, stderr, file: CappedFile::open(path, cap)?, error: None })
    }

    /// Adds a piece of output. Whole lines go to the file at once, so that lines of two streams never mix.
    pub(crate) fn push(&mut self, stream: Stream, bytes: &[u8]) {
        if let Some(mask) = self.mask(stream) {
            let lines = mask.push(bytes);
            self.write(&lines);
        }
    }

    /// A stream has ended: its last line is as whole as it will ever be.
    pub(crate) fn end(&mut self, stream: Stream) {
        if let Some(mask) = self.mask(stream).take() {
            self.write(&mask.finish());
        }
    }

    /// Completes the file.
    pub(crate) fn finish(mut self) -> SpoolEnd {
        self.end(Stream::Stdout);
        self.end(Stream::Stderr);
        match self.file.finish() {
            Ok((log_bytes, is_truncated)) => SpoolEnd { log_bytes, is_truncated, error: self.error },
            Err(error) => SpoolEnd { log_bytes: 0, is_truncated: true, error: self.error.or(Some(error)) },
        }
    }

    fn mask(&mut self, stream: Stream) -> &mut Option<MaskStream> {
        match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        }
    }

    fn write(&mut self, block: &[u8]) {
        if self.error.is_none() {
            self.error = self.file.write(block).err();
        }
    }
}

/// A file of which the first and the last part are kept.
#[derive(Debug)]
struct CappedFile {
    path: PathBuf,
    file: File,
    length: u64,
    head_capacity: u64,
    head_room: u64,
    ends_with_newline: bool,
    tail_capacity: u64,
    tail: Option<Ring>,
}

impl CappedFile {
    fn open(path: &Path, cap: u64) -> io::Result<Self> {
        let file = File::options().append(true).create(true).open(path)?;
        let length = file.metadata()?.len();
        let room = cap.saturating_sub(length).max(MIN_CAP.min(cap)).max(2 * MARK_BYTES);
        let head_capacity = room / 2;
        Ok(Self {
            path: path.to_owned(),
            file,
            length,
            head_capacity,
            head_room: head_capacity,
            ends_with_newline: true,
            tail_capacity: room - head_capacity - MARK_BYTES,
            tail: None,
        })
    }

    fn write(&mut self, block: &[u8]) -> io::Result<()> {
        let into_head = if self.tail.is_some() { 0 } else { self.head_part(block) };
        let (head, tail) = block.split_at(into_head);
        self.append(head)?;
        self.head_room -= head.len() as u64;
        if tail.is_empty() {
            return Ok(());
        }
        if self.tail.is_none() {
            self.tail = Some(Ring::create(&self.path, self.tail_capacity.max(1))?);
        }
        self.tail.as_mut().map_or(Ok(()), |ring| ring.write(tail))
    }

    /// How much of a block still belongs to the head: whole lines, or part of one that does not fit even alone.
    fn head_part(&self, block: &[u8]) -> usize {
        let room = usize::try_from(self.head_room).unwrap_or(usize::MAX);
        if block.len() <= room {
            return block.len();
        }
        let is_in_a_line = !self.ends_with_newline || room as u64 == self.head_capacity;
        let without_line_end = if is_in_a_line { room } else { 0 };
        block[..room].iter().rposition(|byte| *byte == b'\n').map_or(without_line_end, |line_end| line_end + 1)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.length += bytes.len() as u64;
        if let Some(last) = bytes.last() {
            self.ends_with_newline = *last == b'\n';
        }
        Ok(())
    }

    /// Brings head and tail together; returns the file's size and whether something is missing.
    fn finish(mut self) -> io::Result<(u64, bool)> {
        let Some(tail) = self.tail.take() else { return Ok((self.length, false)) };
        let is_truncated = tail.lost() > 0;
        let cut_line = tail.cut_line()?;
        if is_truncated {
            let line_break = if self.ends_with_newline { "" } else { "\n" };
            let missing = tail.lost() + cut_line;
            self.append(format!("{line_break}[selfheal: {missing} bytes left out here]\n").as_bytes())?;
        }
        let mut out = BufWriter::new(&self.file);
        tail.copy_to(&mut out, cut_line)?;
        out.flush()?;
        drop(out);
        Ok((self.file.metadata()?.len(), is_truncated))
    }
}

#[cfg(test)]
mod tests;
