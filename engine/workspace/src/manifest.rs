//! What a workspace looked like before a trial in place, or its copy before one there: one record for each entry.
//!
//! Text, one record after the other, each ended by NUL: standing, mode, owner, group, modification time, size, device,
//! inode, change time, fingerprint, and the path at the end, where it may hold anything else.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write;
use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Bound;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use driver::ports::WorkspaceError;

use crate::tree::{Attributes, bytes, failed, lstat, names, path_of, write_durably};
use crate::walk::Standing;

const FIRST_LINE: &str = "selfheal-manifest 1";

/// One entry as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// Whether it is ignored; then only that it was there is known.
    pub standing: Standing,
    /// Mode, owner, time.
    pub attributes: Attributes,
    /// Length in bytes.
    pub size: u64,
    /// Device and inode.
    pub identity: (u64, u64),
    /// Change time, which no program can set: seconds and nanoseconds.
    pub ctime: (i64, i64),
    /// Of what lies below an ignored directory; zero for everything else.
    pub fingerprint: u64,
}

impl Record {
    /// The record of an entry.
    pub fn of(meta: &Metadata, standing: Standing) -> Self {
        Self {
            standing,
            attributes: Attributes::of(meta),
            size: meta.len(),
            identity: (meta.dev(), meta.ino()),
            ctime: (meta.ctime(), meta.ctime_nsec()),
            fingerprint: 0,
        }
    }

    /// The record of an ignored entry, whatever lies below it included.
    pub fn of_ignored(path: &Path, meta: &Metadata) -> Result<Self, WorkspaceError> {
        let mut hasher = DefaultHasher::new();
        fingerprint(path, &mut hasher)?;
        Ok(Self { fingerprint: hasher.finish(), ..Self::of(meta, Standing::Ignored) })
    }

    /// Whether it was a directory.
    pub fn is_directory(&self) -> bool {
        self.attributes.mode & libc::S_IFMT == libc::S_IFDIR
    }

    /// Whether nobody touched the entry since: every change of content or attributes sets the change time.
    pub fn is_untouched(&self, meta: &Metadata) -> bool {
        *self == Self::of(meta, self.standing)
    }
}

/// Feeds a hasher with what tells whether anything at or below a path was touched.
fn fingerprint(path: &Path, hasher: &mut impl Hasher) -> Result<(), WorkspaceError> {
    let Some(meta) = lstat(path)? else { return Ok(()) };
    (meta.ino(), meta.len(), meta.ctime(), meta.ctime_nsec()).hash(hasher);
    if meta.is_dir() {
        for name in names(path)? {
            name.hash(hasher);
            fingerprint(&path.join(name), hasher)?;
        }
    }
    Ok(())
}

/// Whose rules say what is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VersionedBy {
    /// Git's.
    Git,
    /// Nobody's: those of a plain folder.
    Nobody,
}

/// All records, by path relative to the workspace; the workspace itself is the empty path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// Whose rules say what is ignored.
    pub versioned_by: VersionedBy,
    /// The records.
    pub records: BTreeMap<PathBuf, Record>,
}

impl Manifest {
    /// Writes it so that it is there whole or not at all.
    pub fn write(&self, path: &Path) -> Result<(), WorkspaceError> {
        let by = if self.versioned_by == VersionedBy::Git { "git" } else { "nobody" };
        let mut out = format!("{FIRST_LINE} {by}\0").into_bytes();
        for (path, record) in &self.records {
            let Record { standing, attributes, size, identity, ctime, fingerprint } = record;
            let Attributes { mode, uid, gid, mtime } = attributes;
            let standing = if *standing == Standing::Kept { "kept" } else { "ignored" };
            let mut fields = String::new();
            write!(fields, "{standing} {mode} {uid} {gid} {} {} {size} ", mtime.0, mtime.1).expect("memory takes text");
            write!(fields, "{} {} {} {} {fingerprint} ", identity.0, identity.1, ctime.0, ctime.1)
                .expect("memory takes text");
            out.extend_from_slice(fields.as_bytes());
            out.extend_from_slice(bytes(path));
            out.push(0);
        }
        write_durably(path, &out)
    }

    /// Whether a path lies in something that was ignored.
    pub fn is_in_ignored(&self, path: &Path) -> bool {
        let is_ignored =
            |path: &Path| self.records.get(path).is_some_and(|record| record.standing == Standing::Ignored);
        path.ancestors().any(is_ignored)
    }

    /// Names of what was in a directory.
    pub fn names_in<'a>(&'a self, directory: &'a Path) -> impl Iterator<Item = &'a OsStr> {
        // Paths are ordered by component, so all that is below a directory follows it.
        let below = self.records.range::<Path, _>((Bound::Excluded(directory), Bound::Unbounded));
        let below = below.map(|(path, _)| path).take_while(move |path| path.starts_with(directory));
        below.filter(move |path| path.parent() == Some(directory)).filter_map(|path| path.file_name())
    }

    /// Reads it.
    pub fn read(path: &Path) -> Result<Self, WorkspaceError> {
        let content = fs::read(path).map_err(|error| failed("read", path, error))?;
        Self::parse(&content).ok_or_else(|| failed("read", path, std::io::Error::from(std::io::ErrorKind::InvalidData)))
    }

    fn parse(content: &[u8]) -> Option<Self> {
        let mut lines = content.strip_suffix(b"\0")?.split(|byte| *byte == 0);
        let first = std::str::from_utf8(lines.next()?).ok()?.strip_prefix(FIRST_LINE)?;
        let versioned_by = match first.trim() {
            "git" => VersionedBy::Git,
            "nobody" => VersionedBy::Nobody,
            _ => return None,
        };
        let records = lines.map(record).collect::<Option<BTreeMap<_, _>>>()?;
        Some(Self { versioned_by, records })
    }
}

fn record(line: &[u8]) -> Option<(PathBuf, Record)> {
    const FIELDS: usize = 12;
    let mut fields = line.splitn(FIELDS + 1, |byte| *byte == b' ');
    let mut text = || std::str::from_utf8(fields.next()?).ok();
    let standing = match text()? {
        "kept" => Standing::Kept,
        "ignored" => Standing::Ignored,
        _ => return None,
    };
    let attributes = Attributes {
        mode: text()?.parse().ok()?,
        uid: text()?.parse().ok()?,
        gid: text()?.parse().ok()?,
        mtime: (text()?.parse().ok()?, text()?.parse().ok()?),
    };
    let size = text()?.parse().ok()?;
    let identity = (text()?.parse().ok()?, text()?.parse().ok()?);
    let ctime = (text()?.parse().ok()?, text()?.parse().ok()?);
    let fingerprint = text()?.parse().ok()?;
    Some((path_of(fields.next()?), Record { standing, attributes, size, identity, ctime, fingerprint }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn manifest_survives_names_with_spaces_newlines_and_bytes_that_are_no_text() {
        let folder = tempfile::tempdir().unwrap();
        let meta = folder.path().symlink_metadata().unwrap();
        let paths = ["", "a b", "line\nbreak", " lead"].map(|path| path.as_bytes().to_vec());
        let paths = paths.into_iter().chain([vec![0xff, b'/', 0xfe]]);
        let records = paths.map(|path| (path_of(&path), Record::of(&meta, Standing::Kept))).collect();
        let manifest = Manifest { versioned_by: VersionedBy::Git, records };
        let file = folder.path().join("manifest");
        manifest.write(&file).unwrap();
        assert_eq!(Manifest::read(&file).unwrap(), manifest);
        let whole = fs::read(&file).unwrap();
        assert_eq!(Manifest::parse(&whole[..whole.len() - 1]), None, "a cut file must not pass for a whole one");
    }
}
