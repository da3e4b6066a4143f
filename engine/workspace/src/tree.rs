//! Copying, comparing and removing files with everything that belongs to them: content, mode, times, owner.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use driver::ports::WorkspaceError;
use rustix::fs::{AtFlags, CWD, Gid, Mode, Timespec, Timestamps, Uid};

/// Bytes that are compared at a time.
const COMPARE_CHUNK: usize = 64 * 1024;

/// Gives an I/O error its context.
pub(crate) fn failed(action: &'static str, path: &Path, source: impl Into<io::Error>) -> WorkspaceError {
    WorkspaceError::Io { action, path: path.to_owned(), source: source.into() }
}

/// Metadata of a path itself, not of what a link points to; `None` where nothing is.
pub(crate) fn lstat(path: &Path) -> Result<Option<Metadata>, WorkspaceError> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(failed("look at", path, error)),
    }
}

/// Whether an error says that nothing is there (a parent that is a file included).
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Whether an absolute path is there and leads over no link.
pub(crate) fn is_direct(path: &Path) -> bool {
    path.canonicalize().is_ok_and(|real| real == path)
}

/// Names in a directory, sorted.
pub(crate) fn names(directory: &Path) -> Result<Vec<std::ffi::OsString>, WorkspaceError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(|error| failed("list", directory, error))? {
        names.push(entry.map_err(|error| failed("list", directory, error))?.file_name());
    }
    names.sort();
    Ok(names)
}

/// Whether two paths hold the same: kind, permission bits, content or link target. Directories are the same when their
/// permission bits are; what lies in them is not looked at.
pub(crate) fn is_same(left: &Path, right: &Path) -> Result<bool, WorkspaceError> {
    let (Some(left_meta), Some(right_meta)) = (lstat(left)?, lstat(right)?) else {
        return Ok(false);
    };
    let is_same_kind = left_meta.file_type() == right_meta.file_type();
    if !is_same_kind {
        return Ok(false);
    }
    if left_meta.is_symlink() {
        let read = |path: &Path| fs::read_link(path).map_err(|error| failed("read link", path, error));
        return Ok(read(left)? == read(right)?);
    }
    if left_meta.mode() != right_meta.mode() {
        return Ok(false);
    }
    if !left_meta.is_file() {
        return Ok(left_meta.rdev() == right_meta.rdev());
    }
    Ok(left_meta.len() == right_meta.len() && is_same_content(left, right)?)
}

/// Whether two regular files hold the same bytes.
pub(crate) fn is_same_content(left: &Path, right: &Path) -> Result<bool, WorkspaceError> {
    let open = |path: &Path| File::open(path).map_err(|error| failed("read", path, error));
    let (mut left_file, mut right_file) = (open(left)?, open(right)?);
    let (mut left_bytes, mut right_bytes) = (vec![0; COMPARE_CHUNK], vec![0; COMPARE_CHUNK]);
    loop {
        let left_count = fill(&mut left_file, &mut left_bytes).map_err(|error| failed("read", left, error))?;
        let right_count = fill(&mut right_file, &mut right_bytes).map_err(|error| failed("read", right, error))?;
        if left_bytes[..left_count] != right_bytes[..right_count] {
            return Ok(false);
        }
        if left_count == 0 {
            return Ok(true);
        }
    }
}

/// Reads until the buffer is full or the input ends.
pub(crate) fn fill(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut count = 0;
    while count < buffer.len() {
        match source.read(&mut buffer[count..]) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

/// Copies one entry that is not a directory to a path where nothing is, with mode, times and owner. On file systems that
/// share blocks the copy shares them (`std::fs::copy` asks the kernel). Sockets and devices cannot be copied: skipped.
pub(crate) fn copy_entry(from: &Path, to: &Path) -> Result<(), WorkspaceError> {
    let meta = fs::symlink_metadata(from).map_err(|error| failed("look at", from, error))?;
    if meta.is_symlink() {
        let target = fs::read_link(from).map_err(|error| failed("read link", from, error))?;
        std::os::unix::fs::symlink(target, to).map_err(|error| failed("link", to, error))?;
    } else if meta.is_file() {
        fs::copy(from, to).map_err(|error| failed("copy", from, error))?;
    } else if meta.file_type().is_fifo() {
        rustix::fs::mkfifoat(CWD, to, Mode::from_raw_mode(0o600)).map_err(|error| failed("make pipe", to, error))?;
    } else {
        return Ok(());
    }
    set_metadata(to, &Attributes::of(&meta))
}

/// What an entry has besides its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attributes {
    /// File type and permission bits.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Modification time: seconds and nanoseconds.
    pub mtime: (i64, i64),
}

impl Attributes {
    /// Those of an entry.
    pub fn of(meta: &Metadata) -> Self {
        Self { mode: meta.mode(), uid: meta.uid(), gid: meta.gid(), mtime: (meta.mtime(), meta.mtime_nsec()) }
    }

    /// Whether they are of a symbolic link, which has no permission bits.
    pub fn is_symlink(&self) -> bool {
        self.mode & libc::S_IFMT == libc::S_IFLNK
    }
}

/// Sets owner (where the process may), permission bits and modification time, in that order: changing the owner clears
/// bits, and both change times.
pub(crate) fn set_metadata(path: &Path, attributes: &Attributes) -> Result<(), WorkspaceError> {
    let now = fs::symlink_metadata(path).map_err(|error| failed("look at", path, error))?;
    if (now.uid(), now.gid()) != (attributes.uid, attributes.gid) {
        let (uid, gid) = (Uid::from_raw(attributes.uid), Gid::from_raw(attributes.gid));
        let is_set = rustix::fs::chownat(CWD, path, Some(uid), Some(gid), AtFlags::SYMLINK_NOFOLLOW).is_ok();
        if !is_set && rustix::process::geteuid().is_root() {
            return Err(failed("change owner of", path, io::Error::last_os_error()));
        }
    }
    let mode = attributes.mode & 0o7777;
    if !attributes.is_symlink() && fs::symlink_metadata(path).map_or(0, |meta| meta.mode() & 0o7777) != mode {
        fs::set_permissions(path, Permissions::from_mode(mode))
            .map_err(|error| failed("change mode of", path, error))?;
    }
    set_mtime(path, attributes.mtime)
}

/// Sets the modification time of an entry itself.
pub(crate) fn set_mtime(path: &Path, (seconds, nanoseconds): (i64, i64)) -> Result<(), WorkspaceError> {
    let times = Timestamps {
        last_access: Timespec { tv_sec: 0, tv_nsec: rustix::fs::UTIME_OMIT },
        last_modification: Timespec { tv_sec: seconds, tv_nsec: nanoseconds },
    };
    rustix::fs::utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW)
        .map_err(|error| failed("set the time of", path, error))
}

/// Removes whatever is at a path, directories with all that is in them; nothing there is fine. Directories without
/// write permission (overlayfs makes one) are opened up first.
pub(crate) fn remove_tree(path: &Path) -> Result<(), WorkspaceError> {
    let Some(meta) = lstat(path)? else {
        return Ok(());
    };
    if !meta.is_dir() {
        return match fs::remove_file(path) {
            Err(error) if !is_absent(&error) => Err(failed("remove", path, error)),
            _ => Ok(()),
        };
    }
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            open_up(path)?;
            fs::remove_dir_all(path).map_err(|error| failed("remove", path, error))
        }
        Err(error) if !is_absent(&error) => Err(failed("remove", path, error)),
        _ => Ok(()),
    }
}

/// Gives the owner all permissions on a directory and those below it.
fn open_up(directory: &Path) -> Result<(), WorkspaceError> {
    fs::set_permissions(directory, Permissions::from_mode(0o700))
        .map_err(|error| failed("change mode of", directory, error))?;
    for name in names(directory)? {
        let path = directory.join(name);
        if lstat(&path)?.is_some_and(|meta| meta.is_dir()) {
            open_up(&path)?;
        }
    }
    Ok(())
}

/// Runs an operation that changes the entries of `path`'s directory; where the directory's mode forbids it, the owner
/// gets write permission first. The caller sets the directory's final mode afterwards.
pub(crate) fn in_writable<T>(
    path: &Path,
    mut operation: impl FnMut() -> Result<T, WorkspaceError>,
) -> Result<T, WorkspaceError> {
    match operation() {
        Err(WorkspaceError::Io { source, .. }) if source.kind() == io::ErrorKind::PermissionDenied => {
            if let Some(parent) = path.parent()
                && let Some(meta) = lstat(parent)?
            {
                fs::set_permissions(parent, Permissions::from_mode(meta.mode() & 0o7777 | 0o700))
                    .map_err(|error| failed("change mode of", parent, error))?;
            }
            operation()
        }
        other => other,
    }
}

/// Puts everything that was written to the file system of `path` on disk.
pub(crate) fn sync_file_system(path: &Path) -> Result<(), WorkspaceError> {
    let directory = File::open(path).map_err(|error| failed("open", path, error))?;
    rustix::fs::syncfs(directory.as_fd()).map_err(|error| failed("sync", path, error))
}

/// Writes a small file so that after a crash either the old or the new content is there, and is on disk on return.
pub(crate) fn write_durably(path: &Path, content: &[u8]) -> Result<(), WorkspaceError> {
    let temporary = with_suffix(path, ".new");
    let write = || -> io::Result<()> {
        let mut file = File::create(&temporary)?;
        io::Write::write_all(&mut file, content)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        sync_directory(path)
    };
    write().map_err(|error| failed("write", path, error))
}

/// Removes a small file; the removal is on disk on return. Nothing there is fine.
pub(crate) fn remove_durably(path: &Path) -> Result<(), WorkspaceError> {
    match fs::remove_file(path).and_then(|()| sync_directory(path)) {
        Err(error) if !is_absent(&error) => Err(failed("remove", path, error)),
        _ => Ok(()),
    }
}

fn sync_directory(of: &Path) -> io::Result<()> {
    of.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

/// A path with something appended to its last component.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The bytes of a path's text.
pub(crate) fn bytes(path: &Path) -> &[u8] {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str())
}

/// The path with these bytes.
pub(crate) fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes))
}
