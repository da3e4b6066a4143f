//! Putting back what was kept.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use driver::ports::{CacheError, Kept};
use pipeline::glob::PathPattern;
use pipeline::id::CacheKey;

use super::listing::{is_reached_directly, list};
use super::manifest::{Entry, Manifest};
use super::storing::MODE;
use super::{Folder, contents, eviction, failed};

/// Mode of a folder while it is being filled.
const FILLABLE: u32 = 0o700;

pub(super) fn restore(
    folder: &Folder,
    key: &CacheKey,
    root: &Path,
    outputs: &[PathPattern],
) -> Result<Kept, CacheError> {
    let path = folder.entry(key);
    let bytes = fs::read(&path).map_err(|error| damaged("its manifest", &error))?;
    let manifest = Manifest::parse(&bytes)?;
    check(folder, &manifest, outputs)?;
    for path in manifest.entries.keys() {
        if !is_reached_directly(root, path)? {
            let reason = "a folder above it is a link or a file now".to_owned();
            return Err(CacheError::Unfit { path: path.clone(), reason });
        }
    }
    let present = list(root, outputs)?;
    remove_stale(root, &manifest, &present)?;
    for (path, entry) in &manifest.entries {
        put(folder, root, path, entry, present.get(path))?;
    }
    // Last and from the inside out: a folder that may not be written to could not have been filled.
    for (path, entry) in manifest.entries.iter().rev() {
        if let Entry::Folder { mode } = entry {
            set_mode(&root.join(path), *mode)?;
        }
    }
    eviction::touch(&path);
    Ok(Kept { files: manifest.files(), bytes: manifest.bytes() })
}

/// Finds damage before anything is touched, and refuses what the stage's patterns do not name.
fn check(folder: &Folder, manifest: &Manifest, outputs: &[PathPattern]) -> Result<(), CacheError> {
    for (path, entry) in &manifest.entries {
        if !pipeline::glob::any_matches(outputs, path) || path.split('/').any(|part| part == ".." || part == ".git") {
            return Err(CacheError::Damaged(format!("it holds {path}, which is no output")));
        }
        let Entry::File { digest, .. } = entry else { continue };
        let content = folder.content(digest);
        match contents::of_file(&content) {
            Ok(real) if real == *digest => {}
            Ok(_) => return Err(CacheError::Damaged(format!("the content of {path} is another one"))),
            Err(CacheError::Io { source, .. }) => return Err(damaged(&format!("the content of {path}"), &source)),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn damaged(what: &str, error: &io::Error) -> CacheError {
    CacheError::Damaged(format!("{what} cannot be read: {error}"))
}

/// Takes away what the patterns name and the entry does not hold, or holds as something else.
fn remove_stale(root: &Path, manifest: &Manifest, present: &BTreeMap<String, Metadata>) -> Result<(), CacheError> {
    for (path, meta) in present.iter().rev() {
        let stays = match manifest.entries.get(path) {
            Some(Entry::Folder { .. }) => meta.is_dir(),
            Some(Entry::File { .. }) => meta.is_file(),
            Some(Entry::Link { .. }) => meta.is_symlink(),
            None => false,
        };
        let full = root.join(path);
        if meta.is_dir() {
            make_fillable(&full, meta)?;
        }
        if stays {
            continue;
        }
        let removed = if meta.is_dir() { fs::remove_dir(&full) } else { fs::remove_file(&full) };
        match removed {
            // A folder that still holds something the patterns do not name stays for its sake.
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => other.map_err(failed("remove", &full))?,
        }
    }
    Ok(())
}

fn put(folder: &Folder, root: &Path, path: &str, entry: &Entry, present: Option<&Metadata>) -> Result<(), CacheError> {
    let full = root.join(path);
    if let Some(parent) = full.parent() {
        fs::create_dir_all(parent).map_err(failed("create", parent))?;
    }
    match entry {
        Entry::Folder { .. } => match fs::create_dir(&full) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other.map_err(failed("create", &full)),
        },
        Entry::Link { target } => {
            let new = beside(&full);
            std::os::unix::fs::symlink(target, &new).map_err(failed("write", &new))?;
            fs::rename(&new, &full).map_err(failed("write", &full))
        }
        Entry::File { mode, digest, size } => {
            let is_same = present.is_some_and(|meta| meta.is_file() && meta.len() == *size)
                && contents::of_file(&full).is_ok_and(|real| real == *digest);
            if is_same {
                // Its time stays, so that tools that go by times see that nothing happened.
                return set_mode(&full, *mode);
            }
            let new = beside(&full);
            let content = folder.content(digest);
            let mut from = File::open(&content).map_err(failed("read", &content))?;
            let mut to = File::create(&new).map_err(failed("write", &new))?;
            contents::copy(&mut from, &mut to).map_err(failed("write", &new))?;
            drop(to);
            set_mode(&new, *mode)?;
            fs::rename(&new, &full).map_err(failed("write", &full))
        }
    }
}

/// A name beside a file under which it is written first.
fn beside(path: &Path) -> std::path::PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.selfheal-{}", std::process::id()))
}

fn make_fillable(path: &Path, meta: &Metadata) -> Result<(), CacheError> {
    let mode = meta.permissions().mode() & MODE;
    if mode & FILLABLE == FILLABLE { Ok(()) } else { set_mode(path, mode | FILLABLE) }
}

fn set_mode(path: &Path, mode: u32) -> Result<(), CacheError> {
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(failed("set the mode of", path))
}
