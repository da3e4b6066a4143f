//! Reads, writes, edits and removes single files in a place.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use driver::ports::{Place, WorkspaceError};
use memchr::memmem;
use rustix::fs::{AtFlags, FileType, Gid, Mode, OFlags, Stat, Uid};
use rustix::io::Errno;

use crate::paths::{Resolve, Spot, refused};
use crate::tree::{failed, fill};

/// Largest file that is edited, in bytes: text files are smaller, and it is held in memory.
const MOST_EDITABLE: u64 = 64 * 1024 * 1024;

/// Whether a file may be executed after it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Execution {
    /// As it was; a new file may not.
    AsBefore,
    /// By everybody who may read it.
    Allowed,
    /// By nobody.
    Forbidden,
}

/// Writes a file as a whole: readers see the old or the new content, never a part. Mode and owner stay as they were.
pub(crate) fn write(place: &Place, path: &Path, content: &[u8], execution: Execution) -> Result<(), WorkspaceError> {
    let spot = Resolve::making_parents().find(place, path)?;
    write_at(&spot, path, content, execution)
}

/// The same for a path that is resolved.
pub(crate) fn write_at(spot: &Spot, path: &Path, content: &[u8], execution: Execution) -> Result<(), WorkspaceError> {
    let old = stat(spot, path)?;
    if old.is_some_and(|old| FileType::from_raw_mode(old.st_mode) == FileType::Directory) {
        return Err(refused(path, "it is a directory"));
    }
    let is_replaceable = |old: &Stat| FileType::from_raw_mode(old.st_mode) == FileType::RegularFile;
    if old.is_some_and(|old| !is_replaceable(&old) && FileType::from_raw_mode(old.st_mode) != FileType::Symlink) {
        return Err(refused(path, "it is not a regular file"));
    }
    let old = old.filter(is_replaceable);
    let (temporary, mut file) = temporary_beside(spot, path)?;
    let mut write = || -> Result<(), WorkspaceError> {
        file.write_all(content).map_err(|error| failed("write", path, error))?;
        let fresh = file.metadata().map_err(|error| failed("write", path, error))?.mode();
        if let Some(old) = &old {
            // Only root may give files away; others own what they can replace, or could not write it before either.
            let _ = rustix::fs::fchown(&file, Some(Uid::from_raw(old.st_uid)), Some(Gid::from_raw(old.st_gid)));
        }
        let mode = execution.apply(old.map_or(fresh, |old| old.st_mode) & 0o7777);
        rustix::fs::fchmod(&file, Mode::from_raw_mode(mode)).map_err(|error| failed("change mode of", path, error))?;
        rustix::fs::renameat(&spot.parent, &temporary, &spot.parent, &spot.name)
            .map_err(|error| failed("write", path, error))
    };
    let written = write();
    if written.is_err() {
        // The file keeps its old content; the remains are no use.
        let _ = rustix::fs::unlinkat(&spot.parent, &temporary, AtFlags::empty());
    }
    written
}

impl Execution {
    fn apply(self, mode: u32) -> u32 {
        match self {
            Self::AsBefore => mode,
            Self::Allowed => mode | (mode & 0o444) >> 2,
            Self::Forbidden => mode & !0o111,
        }
    }
}

/// Makes a file with a name of its own beside a spot.
fn temporary_beside(spot: &Spot, path: &Path) -> Result<(String, File), WorkspaceError> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    loop {
        let name = format!(".selfheal-{}-{}.tmp", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        match rustix::fs::openat(&spot.parent, &name, flags, Mode::from_raw_mode(0o666)) {
            Ok(file) => return Ok((name, File::from(file))),
            Err(Errno::EXIST) => {}
            Err(error) => return Err(failed("write", path, error)),
        }
    }
}

fn stat(spot: &Spot, path: &Path) -> Result<Option<Stat>, WorkspaceError> {
    match rustix::fs::statat(&spot.parent, &spot.name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(stat)),
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(failed("look at", path, error)),
    }
}

/// Opens a regular file for reading. Anything else is refused before it is opened: opening a device may do things, and
/// opening a pipe waits.
pub(crate) fn open(spot: &Spot, path: &Path) -> Result<File, WorkspaceError> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let handle: OwnedFd = rustix::fs::openat(&spot.parent, &spot.name, flags, Mode::empty())
        .map_err(|error| failed("read", path, error))?;
    let stat = rustix::fs::fstat(&handle).map_err(|error| failed("look at", path, error))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(refused(path, "it is not a regular file"));
    }
    File::open(format!("/proc/self/fd/{}", handle.as_raw_fd())).map_err(|error| failed("read", path, error))
}

/// Reads at most `max` bytes from `offset` on, and tells whether the file ends there.
pub(crate) fn read(place: &Place, path: &Path, offset: u64, max: usize) -> Result<(Vec<u8>, bool), WorkspaceError> {
    let fault = |error: std::io::Error| failed("read", path, error);
    let file = open(&Resolve::existing().find(place, path)?, path)?;
    let length = file.metadata().map_err(fault)?.len();
    let wanted = usize::try_from(length.saturating_sub(offset)).unwrap_or(usize::MAX).min(max);
    let mut bytes = vec![0; wanted];
    let mut source = At { file: &file, offset };
    let count = fill(&mut source, &mut bytes).map_err(fault)?;
    bytes.truncate(count);
    let is_end = count < wanted || offset.saturating_add(count as u64) >= length;
    Ok((bytes, is_end))
}

/// A file read from an offset.
struct At<'a> {
    file: &'a File,
    offset: u64,
}

impl Read for At<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read_at(buffer, self.offset)?;
        self.offset += count as u64;
        Ok(count)
    }
}

/// Replaces a text that occurs exactly once, or appends. Where most lines of a file end in CR LF, line feeds in `find` and
/// `replace` mean that too.
pub(crate) fn edit(place: &Place, path: &Path, find: &str, replace: &str) -> Result<(), WorkspaceError> {
    let spot = Resolve::existing().find(place, path)?;
    let mut old = Vec::new();
    let file = open(&spot, path)?;
    if file.metadata().map_err(|error| failed("read", path, error))?.len() > MOST_EDITABLE {
        return Err(refused(path, "it is too large to be edited"));
    }
    file.take(MOST_EDITABLE).read_to_end(&mut old).map_err(|error| failed("read", path, error))?;
    let new = edited(&old, find, replace)
        .map_err(|count| WorkspaceError::NotUnique { path: path.to_string_lossy().into_owned(), count })?;
    if new == old { Ok(()) } else { write_at(&spot, path, &new, Execution::AsBefore) }
}

/// The new content, or how often the text occurs if that is not once.
fn edited(old: &[u8], find: &str, replace: &str) -> Result<Vec<u8>, usize> {
    let carriage_returns = memmem::find_iter(old, b"\r\n").count();
    let is_dos = carriage_returns * 2 > memchr::memchr_iter(b'\n', old).count();
    let ended = |text: &str| {
        let unix = text.replace("\r\n", "\n");
        if is_dos { unix.replace('\n', "\r\n") } else { text.to_owned() }
    };
    let replace = ended(replace);
    if find.is_empty() {
        let is_break_missing = !old.is_empty() && !old.ends_with(b"\n");
        let line_break: &[u8] = match (is_break_missing, is_dos) {
            (false, _) => b"",
            (true, false) => b"\n",
            (true, true) => b"\r\n",
        };
        return Ok([old, line_break, replace.as_bytes()].concat());
    }
    let mut find = find.to_owned();
    if memmem::find(old, find.as_bytes()).is_none() {
        find = ended(&find);
    }
    let found = occurrences(old, find.as_bytes());
    match found.as_slice() {
        [at] => Ok([&old[..*at], replace.as_bytes(), &old[at + find.len()..]].concat()),
        others => Err(others.len()),
    }
}

/// Where a text occurs, overlapping occurrences included: which of them is meant is as unclear as with others.
fn occurrences(text: &[u8], wanted: &[u8]) -> Vec<usize> {
    let finder = memmem::Finder::new(wanted);
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(at) = text.get(from..).and_then(|rest| finder.find(rest)) {
        found.push(from + at);
        from += at + 1;
    }
    found
}

/// Removes a file or a link.
pub(crate) fn remove(place: &Place, path: &Path) -> Result<(), WorkspaceError> {
    let spot = Resolve::itself().find(place, path)?;
    match rustix::fs::unlinkat(&spot.parent, &spot.name, AtFlags::empty()) {
        Err(Errno::ISDIR | Errno::PERM) => Err(refused(path, "it is a directory")),
        result => result.map_err(|error| failed("remove", path, error)),
    }
}

/// A path to a spot that stays right when directories on the way are moved.
pub(crate) fn path_to(spot: &Spot) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", spot.parent.as_raw_fd())).join(&spot.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edit_keeps_line_endings_and_refuses_what_is_not_unique() {
        let check = |old: &str, find: &str, replace: &str| {
            edited(old.as_bytes(), find, replace).map(|new| String::from_utf8_lossy(&new).into_owned())
        };
        let ok = |text: &str| Ok(text.to_owned());
        assert_eq!(check("a\nb\n", "b", "c\nd"), ok("a\nc\nd\n"));
        assert_eq!(check("a\r\nb\r\n", "a\nb", "c\nd"), ok("c\r\nd\r\n"));
        assert_eq!(check("a\r\nb\r\n", "a\r\n", "c\r\nd\n"), ok("c\r\nd\r\nb\r\n"));
        assert_eq!(check("a\n", "a\n", "b\r\n"), ok("b\r\n"));
        assert_eq!(check("aaa", "aa", "b"), Err(2));
        assert_eq!(check("abc", "x", "b"), Err(0));
        assert_eq!(check("a", "", "b\n"), ok("a\nb\n"));
        assert_eq!(check("a\r\nb", "", "c\n"), ok("a\r\nb\r\nc\r\n"));
        assert_eq!(check("", "", "c\n"), ok("c\n"));
    }
}
