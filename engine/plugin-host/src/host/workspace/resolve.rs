//! Walks a path by handles, one part at a time, so that nothing that happens meanwhile can lead it out of the workspace.
//!
//! Each part is opened with `O_NOFOLLOW` below the directory before it. A symbolic link is read and walked by hand: one
//! that stays within the workspace is followed, one that is absolute or climbs above the root is denied.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, openat, readlinkat, statat};
use rustix::io::Errno;

use crate::bindings::capabilities::selfheal::plugin::workspace::WorkspaceError;

/// Longest path in bytes; what Linux takes.
const MAX_PATH: usize = 4_096;
/// Links that one path may cross; what Linux takes.
const MAX_LINKS: u32 = 40;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// Anything else.
    Other,
}

/// An open workspace root.
pub(super) struct Resolver {
    root: OwnedFd,
}

/// Where a walk ended: an entry of an open directory.
struct Found {
    /// The directory that holds it; the root itself for `.`.
    parent: OwnedFd,
    /// Its name there; `.` for the directory itself.
    name: String,
}

const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
/// Never blocks on a FIFO, never becomes a controlling terminal.
const FILE: OFlags =
    OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

impl Resolver {
    /// Opens the root. It is the host's own path, so links in it are followed.
    pub(super) fn open(root: &Path) -> Result<Self, WorkspaceError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::open(root, flags, Mode::empty()).map_err(failed)?;
        Ok(Self { root })
    }

    /// Kind and size, without following a link in the last part.
    pub(super) fn stat(&self, path: &str) -> Result<(Kind, u64), WorkspaceError> {
        let found = self.walk(path, LastLink::Stays)?;
        found.stat()
    }

    /// Names in a directory with kind and size, in no order, without `.git`. More than `limit` are an error.
    pub(super) fn names(&self, path: &str, limit: usize) -> Result<Vec<(String, Kind, u64)>, WorkspaceError> {
        let found = self.walk(path, LastLink::Followed)?;
        let directory = openat(&found.parent, &found.name, DIRECTORY, Mode::empty()).map_err(|errno| match errno {
            Errno::NOTDIR | Errno::LOOP => WorkspaceError::Failed("it is not a directory".to_owned()),
            other => failed(other),
        })?;
        let mut names = Vec::new();
        for entry in Dir::read_from(&directory).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            // A name that is not UTF-8 cannot be told to a plugin.
            let Ok(name) = entry.file_name().to_str() else { continue };
            if matches!(name, "." | "..") || is_private(name) {
                continue;
            }
            if names.len() == limit {
                return Err(WorkspaceError::BudgetSpent);
            }
            // An entry that vanished between listing and looking was not there.
            let Ok(stat) = statat(&directory, name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
            names.push((name.to_owned(), kind(stat.st_mode), u64::try_from(stat.st_size).unwrap_or(0)));
        }
        Ok(names)
    }

    /// At most `max` bytes of a regular file from `offset`, and whether the file ends with them.
    pub(super) fn read(&self, path: &str, offset: u64, max: u64) -> Result<(Vec<u8>, bool), WorkspaceError> {
        let found = self.walk(path, LastLink::Followed)?;
        // Looked at before it is opened: opening a device can already have an effect.
        if found.stat()?.0 != Kind::File {
            return Err(WorkspaceError::Denied("only regular files are read".to_owned()));
        }
        let file = openat(&found.parent, &found.name, FILE, Mode::empty()).map_err(failed)?;
        let stat = rustix::fs::fstat(&file).map_err(failed)?;
        if kind(stat.st_mode) != Kind::File {
            return Err(WorkspaceError::Denied("only regular files are read".to_owned()));
        }
        let mut file = File::from(file);
        let read = (|| {
            file.seek(SeekFrom::Start(offset))?;
            let mut data = Vec::new();
            (&mut file).take(max).read_to_end(&mut data)?;
            let is_last = file.read(&mut [0])? == 0;
            Ok::<_, std::io::Error>((data, is_last))
        })();
        read.map_err(|error| WorkspaceError::Failed(error.to_string()))
    }

    fn walk(&self, path: &str, last_link: LastLink) -> Result<Found, WorkspaceError> {
        check(path)?;
        // The open directories from the root down to where the walk stands.
        let mut stack = vec![self.root.try_clone().map_err(|error| WorkspaceError::Failed(error.to_string()))?];
        let mut parts: VecDeque<String> = path.split('/').map(str::to_owned).collect();
        let mut links_left = MAX_LINKS;
        let mut name = ".".to_owned();
        while let Some(part) = parts.pop_front() {
            let parent = stack.last().expect("the root is never popped");
            match part.as_str() {
                "" | "." => continue,
                // Only a link's target can contain it.
                ".." => {
                    if stack.len() == 1 {
                        return Err(outside());
                    }
                    stack.pop();
                    continue;
                }
                _ if is_private(&part) => return Err(WorkspaceError::Denied(format!("{part} is not for plugins"))),
                _ => {}
            }
            let stat = statat(parent, part.as_str(), AtFlags::SYMLINK_NOFOLLOW).map_err(missing_or_failed)?;
            let is_link = FileType::from_raw_mode(stat.st_mode) == FileType::Symlink;
            let is_last = parts.iter().all(|rest| matches!(rest.as_str(), "" | "."));
            if is_link && !(is_last && last_link == LastLink::Stays) {
                links_left = links_left.checked_sub(1).ok_or_else(|| failed(Errno::LOOP))?;
                let target = readlinkat(parent, part.as_str(), Vec::new()).map_err(missing_or_failed)?;
                let target = target.into_string().map_err(|_| outside())?;
                if target.starts_with('/') {
                    return Err(outside());
                }
                for piece in target.split('/').rev() {
                    parts.push_front(piece.to_owned());
                }
                continue;
            }
            if is_last {
                name = part;
                break;
            }
            let next = openat(parent, part.as_str(), DIRECTORY, Mode::empty()).map_err(missing_or_failed)?;
            stack.push(next);
        }
        let parent = stack.pop().expect("the root is never popped");
        Ok(Found { parent, name })
    }
}

/// What to do with a symbolic link in the last part of a path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LastLink {
    /// It is the answer.
    Stays,
    /// Its target is.
    Followed,
}

impl Found {
    fn stat(&self) -> Result<(Kind, u64), WorkspaceError> {
        let stat = statat(&self.parent, self.name.as_str(), AtFlags::SYMLINK_NOFOLLOW).map_err(missing_or_failed)?;
        Ok((kind(stat.st_mode), u64::try_from(stat.st_size).unwrap_or(0)))
    }
}

/// The checks on the text of a path.
fn check(path: &str) -> Result<(), WorkspaceError> {
    let denied = |why: &str| Err(WorkspaceError::Denied(why.to_owned()));
    if path.len() > MAX_PATH {
        return denied("the path is too long");
    }
    if path.contains('\0') {
        return denied("the path contains NUL");
    }
    if path.is_empty() || path.starts_with('/') || path.ends_with('/') {
        return denied("paths are relative to the workspace root, without a slash at the end");
    }
    if path.split('/').any(|part| part.is_empty() || part == "..") {
        return denied("the path contains .. or an empty part");
    }
    Ok(())
}

/// Whether plugins never see a name: what version control keeps for itself. Without regard to case, because some file
/// systems have none.
fn is_private(name: &str) -> bool {
    name.eq_ignore_ascii_case(".git")
}

fn kind(mode: rustix::fs::RawMode) -> Kind {
    match FileType::from_raw_mode(mode) {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Directory,
        _ => Kind::Other,
    }
}

fn outside() -> WorkspaceError {
    WorkspaceError::Denied("a symbolic link leads out of the workspace".to_owned())
}

fn failed(errno: Errno) -> WorkspaceError {
    WorkspaceError::Failed(std::io::Error::from(errno).to_string())
}

fn missing_or_failed(errno: Errno) -> WorkspaceError {
    match errno {
        Errno::NOENT | Errno::NOTDIR => WorkspaceError::NotFound,
        // A directory that became a link between looking and opening.
        Errno::LOOP => WorkspaceError::Denied("the path changed while it was walked".to_owned()),
        other => failed(other),
    }
}
