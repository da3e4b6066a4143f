//! Resolves paths that plugins name, below a place's root, by handles: nothing that is swapped for a link between the
//! check and the use can lead out.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

use driver::ports::{Place, WorkspaceError};
use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

use crate::tree::failed;
use crate::walk::DOT_GIT;

/// Links that are followed for one path; what the kernel allows.
const MOST_LINKS: usize = 40;

/// A name in a directory that is held open.
#[derive(Debug)]
pub(crate) struct Spot {
    /// The directory.
    pub parent: OwnedFd,
    /// The name in it.
    pub name: OsString,
    /// Where that is, relative to the root, with links resolved.
    pub real: PathBuf,
}

/// How a path is resolved.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Resolve {
    last_link: LastLink,
    parents: Parents,
    links: Links,
    dot_git: DotGitRule,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum LastLink {
    /// What a link at the end points to.
    #[default]
    Followed,
    /// The link itself.
    Kept,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Parents {
    #[default]
    Required,
    Made,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Links {
    #[default]
    Allowed,
    Refused,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum DotGitRule {
    #[default]
    Refused,
    Allowed,
}

impl Resolve {
    /// For reading, and writing to what is there: links are followed as long as they stay inside.
    pub fn existing() -> Self {
        Self::default()
    }

    /// For writing: directories that are missing are made.
    pub fn making_parents() -> Self {
        Self { parents: Parents::Made, ..Self::default() }
    }

    /// For removing: a link at the end is meant itself.
    pub fn itself() -> Self {
        Self { last_link: LastLink::Kept, ..Self::default() }
    }

    /// For bringing back paths of a snapshot, which hold no links on the way.
    pub fn without_links() -> Self {
        Self { last_link: LastLink::Kept, links: Links::Refused, parents: Parents::Made, ..Self::default() }
    }

    /// For stale locks of git.
    pub fn in_dot_git() -> Self {
        Self { last_link: LastLink::Kept, links: Links::Refused, dot_git: DotGitRule::Allowed, ..Self::default() }
    }

    /// Resolves a path below a place's root. What is at its end need not exist.
    pub fn find(self, place: &Place, path: &Path) -> Result<Spot, WorkspaceError> {
        let todo = checked_parts(path)?;
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::open(&place.visible_root, flags, Mode::empty())
            .map_err(|error| failed("open", &place.visible_root, error))?;
        Walk { how: self, place, path, root, stack: Vec::new(), todo, links: 0 }.run()
    }
}

/// An error that says that a path may not be touched.
pub(crate) fn refused(path: &Path, reason: &str) -> WorkspaceError {
    WorkspaceError::Refused { path: path.to_string_lossy().into_owned(), reason: reason.to_owned() }
}

/// Components of a path as a plugin gives it.
fn checked_parts(path: &Path) -> Result<VecDeque<OsString>, WorkspaceError> {
    if path.as_os_str().as_bytes().contains(&0) {
        return Err(refused(path, "it holds a NUL byte"));
    }
    let mut parts = VecDeque::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => parts.push_back(part.to_owned()),
            Component::CurDir => {}
            Component::ParentDir => return Err(refused(path, "it holds `..`")),
            Component::RootDir | Component::Prefix(_) => {
                return Err(refused(path, "it is absolute"));
            }
        }
    }
    Ok(parts)
}

struct Walk<'a> {
    how: Resolve,
    place: &'a Place,
    path: &'a Path,
    root: OwnedFd,
    /// Directories between the root and where the walk is.
    stack: Vec<(OwnedFd, OsString)>,
    todo: VecDeque<OsString>,
    links: usize,
}

impl Walk<'_> {
    fn run(mut self) -> Result<Spot, WorkspaceError> {
        while let Some(part) = self.todo.pop_front() {
            if part == ".." {
                if self.stack.pop().is_none() {
                    return Err(self.refused("a link on the way leads out of the workspace"));
                }
                continue;
            }
            if part.eq_ignore_ascii_case(DOT_GIT) && self.how.dot_git == DotGitRule::Refused {
                return Err(self.refused("nobody may touch `.git`"));
            }
            let is_last = self.todo.is_empty();
            let kind = self.kind_of(&part)?;
            let is_final_link = is_last && self.how.last_link == LastLink::Kept;
            match kind {
                Some(FileType::Symlink) if !is_final_link => self.follow(&part)?,
                _ if is_last => return self.spot(part),
                None if self.how.parents == Parents::Made => {
                    match rustix::fs::mkdirat(self.here(), &part, Mode::from_raw_mode(0o777)) {
                        Ok(()) | Err(Errno::EXIST) => self.descend(part)?,
                        Err(error) => return Err(self.fault("make a directory for", error)),
                    }
                }
                None => return Err(self.fault("find", Errno::NOENT)),
                Some(FileType::Directory) => self.descend(part)?,
                Some(_) => return Err(self.refused("something on the way is not a directory")),
            }
        }
        Err(self.refused("it is the workspace itself or a directory named by a link"))
    }

    fn here(&self) -> BorrowedFd<'_> {
        self.stack.last().map_or(self.root.as_fd(), |(directory, _)| directory.as_fd())
    }

    fn kind_of(&self, part: &OsStr) -> Result<Option<FileType>, WorkspaceError> {
        match rustix::fs::statat(self.here(), part, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(FileType::from_raw_mode(stat.st_mode))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(self.fault("look at", error)),
        }
    }

    fn descend(&mut self, part: OsString) -> Result<(), WorkspaceError> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let directory = rustix::fs::openat(self.here(), &part, flags, Mode::empty());
        let directory = directory.map_err(|error| self.fault("open", error))?;
        self.stack.push((directory, part));
        Ok(())
    }

    /// Puts the target of a link in front of what is left to walk.
    fn follow(&mut self, part: &OsStr) -> Result<(), WorkspaceError> {
        self.links += 1;
        if self.how.links == Links::Refused {
            return Err(self.refused("there is a link on the way"));
        }
        if self.links > MOST_LINKS {
            return Err(self.refused("there are too many links on the way"));
        }
        let target = rustix::fs::readlinkat(self.here(), part, Vec::new());
        let target = target.map_err(|error| self.fault("read a link of", error))?;
        let target = PathBuf::from(OsString::from_vec(target.into_bytes()));
        let mut inside = target.as_path();
        if target.is_absolute() {
            inside = target
                .strip_prefix(&self.place.root)
                .map_err(|_| self.refused("a link on the way leads out of the workspace"))?;
            self.stack.clear();
        }
        for component in inside.components().rev() {
            match component {
                Component::Normal(part) => self.todo.push_front(part.to_owned()),
                Component::ParentDir => self.todo.push_front("..".into()),
                Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
            }
        }
        Ok(())
    }

    fn spot(mut self, name: OsString) -> Result<Spot, WorkspaceError> {
        let mut real: PathBuf = self.stack.iter().map(|(_, part)| part).collect();
        real.push(&name);
        let parent = self.stack.pop().map_or(self.root, |(directory, _)| directory);
        Ok(Spot { parent, name, real })
    }

    fn refused(&self, reason: &str) -> WorkspaceError {
        refused(self.path, reason)
    }

    fn fault(&self, action: &'static str, error: Errno) -> WorkspaceError {
        failed(action, self.path, error)
    }
}
