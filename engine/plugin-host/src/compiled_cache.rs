//! Machine code and metadata from earlier runs, authenticated.
//!
//! Loading machine code from a file can run anything, so nothing in the directory is believed: each entry carries an
//! HMAC-SHA-256 over all of its bytes, under a random key of this installation that only its user can read. What is
//! verified is the bytes in memory, and those same bytes are used.
//!
//! Every failure here is a miss: the plugin is compiled again.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use hmac::{Hmac, KeyInit, Mac};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawMode, fchmod, fstat, linkat, openat, renameat, unlinkat};
use rustix::io::Errno;
use sha2::{Digest, Sha256};

/// First bytes of every entry; the digit is the version of the format.
const MAGIC: &[u8; 8] = b"SHCACHE1";
const TAG_BYTES: usize = 32;
const KEY_BYTES: usize = 32;
const KEY_FILE: &str = "key";
/// Larger files are not ours.
const MAX_ENTRY: u64 = 512 << 20;
/// Entries that are kept; the oldest go first. A host with all standard plugins and a few dozen more has half as many.
const MAX_ENTRIES: usize = 256;

/// Others can put something there.
const WRITABLE: Mode = Mode::WGRP.union(Mode::WOTH);
/// Others can do anything with it.
const OPEN: Mode = Mode::RWXG.union(Mode::RWXO);

/// A directory of authenticated entries.
pub struct CompiledCache {
    path: PathBuf,
    directory: OwnedFd,
    key: [u8; KEY_BYTES],
}

/// Which entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// Machine code.
    Code,
    /// Rules of a classifier.
    Rules,
    /// Interests of a healer.
    Interests,
}

impl EntryKind {
    fn extension(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Rules => "rules",
            Self::Interests => "interests",
        }
    }
}

/// What an entry was made from; a different one is a different entry.
#[derive(Clone, Debug)]
pub struct EntryKey<'a> {
    /// Kind.
    pub kind: EntryKind,
    /// `sha256:…` of the component.
    pub digest: &'a str,
    /// Everything else that the content depends on, e.g. version and configuration of the compiler.
    pub context: &'a str,
}

/// What a lookup gave.
#[derive(Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The content, verified.
    Hit(Vec<u8>),
    /// There is no such entry.
    Miss,
    /// There is a file, and it is not believed.
    Rejected(String),
}

/// The cache cannot be used, or an entry could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// Reading or writing failed.
    #[error("{action} {}: {source}", path.display())]
    Io {
        /// What was attempted.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// Somebody else could have put something there.
    #[error("trust {}: {why}", path.display())]
    Untrusted {
        /// The directory or file.
        path: PathBuf,
        /// Why not.
        why: &'static str,
    },
}

impl CompiledCache {
    /// Opens the cache below `parent`, and makes it where it is missing.
    pub fn open(parent: &Path) -> Result<Self, CacheError> {
        let path = parent.join("plugins");
        let io = |action| {
            let path = path.clone();
            move |source| CacheError::Io { action, path, source }
        };
        fs::create_dir_all(parent).map_err(io("create the parent of"))?;
        match rustix::fs::mkdir(&path, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(errno) => return Err(io("create")(errno.into())),
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let directory = rustix::fs::open(&path, flags, Mode::empty()).map_err(|errno| io("open")(errno.into()))?;
        let stat = fstat(&directory).map_err(|errno| io("look at")(errno.into()))?;
        if let Some(why) = distrust(stat.st_uid, stat.st_mode, WRITABLE) {
            return Err(CacheError::Untrusted { path, why });
        }
        if Mode::from_raw_mode(stat.st_mode).intersects(OPEN) {
            fchmod(&directory, Mode::RWXU).map_err(|errno| io("close to others")(errno.into()))?;
        }
        let key = read_or_make_key(&directory, &path)?;
        Ok(Self { path, directory, key })
    }

    /// Looks an entry up and verifies it.
    pub fn get(&self, key: &EntryKey<'_>) -> Lookup {
        let bytes = match self.read(&file_name(key)) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Lookup::Miss,
            Err(why) => return Lookup::Rejected(why),
        };
        match self.verified(key, bytes) {
            Ok(content) => Lookup::Hit(content),
            Err(why) => Lookup::Rejected(why.to_owned()),
        }
    }

    /// Writes an entry: complete under another name, then renamed, so that a reader sees all of it or nothing.
    pub fn put(&self, key: &EntryKey<'_>, content: &[u8]) -> Result<(), CacheError> {
        static DRAFTS: AtomicU64 = AtomicU64::new(0);
        let name = file_name(key);
        let draft = format!(".{}-{}.draft", std::process::id(), DRAFTS.fetch_add(1, Ordering::Relaxed));
        let mut bytes = header(key, content.len());
        bytes.extend_from_slice(content);
        let tag = self.mac(&bytes).finalize().into_bytes();
        bytes.extend_from_slice(&tag);
        let io = |source| CacheError::Io { action: "write", path: self.path.join(&name), source };
        let written = self
            .write_new(&draft, &bytes)
            .and_then(|()| renameat(&self.directory, &draft, &self.directory, &name).map_err(std::io::Error::from));
        written.map_err(|source| {
            // Nobody looks at a draft; that it cannot be removed either is not worth a second error.
            let _ = unlinkat(&self.directory, &draft, AtFlags::empty());
            io(source)
        })?;
        self.prune();
        Ok(())
    }

    fn mac(&self, bytes: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(bytes);
        mac
    }

    fn verified(&self, key: &EntryKey<'_>, mut bytes: Vec<u8>) -> Result<Vec<u8>, &'static str> {
        let Some(body) = bytes.len().checked_sub(TAG_BYTES) else { return Err("it is too short") };
        let (signed, tag) = bytes.split_at(body);
        self.mac(signed).verify_slice(tag).map_err(|_| "its authentication code does not match")?;
        let start = signed.len().checked_sub(content_length(signed).ok_or("it has no header")?);
        let start = start.ok_or("its header is wrong")?;
        // Authentic, but of another entry: somebody moved files about.
        if signed[..start] != *header(key, signed.len() - start) {
            return Err("it is the entry of another plugin or version");
        }
        bytes.truncate(body);
        bytes.drain(..start);
        Ok(bytes)
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, String> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match openat(&self.directory, name, flags, Mode::empty()) {
            Ok(file) => file,
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::LOOP) => return Err("it is a symbolic link".to_owned()),
            Err(errno) => return Err(format!("it cannot be opened: {errno}")),
        };
        let stat = fstat(&file).map_err(|errno| format!("it cannot be looked at: {errno}"))?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err("it is not a regular file".to_owned());
        }
        if let Some(why) = distrust(stat.st_uid, stat.st_mode, WRITABLE) {
            return Err(why.to_owned());
        }
        let size = u64::try_from(stat.st_size).unwrap_or(u64::MAX);
        if size > MAX_ENTRY {
            return Err("it is too large".to_owned());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        match File::from(file).take(MAX_ENTRY).read_to_end(&mut bytes) {
            Ok(_) => Ok(Some(bytes)),
            Err(error) => Err(format!("it cannot be read: {error}")),
        }
    }

    fn write_new(&self, name: &str, bytes: &[u8]) -> std::io::Result<()> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&self.directory, name, flags, Mode::RUSR | Mode::WUSR)?;
        // Not synced: an entry that a power cut tore fails its authentication and is made again.
        File::from(file).write_all(bytes)
    }

    /// Removes the oldest entries beyond [`MAX_ENTRIES`]. Failing to is harmless.
    fn prune(&self) {
        let Ok(entries) = fs::read_dir(&self.path) else { return };
        let mut files: Vec<_> = entries
            .filter_map(|entry| {
                let entry = entry.ok().filter(|entry| entry.file_name() != KEY_FILE)?;
                Some((entry.metadata().ok()?.modified().ok()?, entry.file_name()))
            })
            .collect();
        if files.len() > MAX_ENTRIES {
            files.sort();
            for (_, name) in &files[..files.len() - MAX_ENTRIES] {
                let _ = unlinkat(&self.directory, name.as_os_str(), AtFlags::empty());
            }
        }
    }
}

/// `DIGEST-CONTEXT.KIND`: entries of other versions stay beside each other.
fn file_name(key: &EntryKey<'_>) -> String {
    let digest = key.digest.trim_start_matches("sha256:");
    let context: String = Sha256::digest(key.context).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{digest}-{context}.{}", key.kind.extension())
}

/// Everything before the content: magic, kind, context, digest, length of the content.
fn header(key: &EntryKey<'_>, content: usize) -> Vec<u8> {
    let mut header = MAGIC.to_vec();
    for text in [key.kind.extension(), key.context, key.digest] {
        header.extend_from_slice(&(text.len() as u64).to_le_bytes());
        header.extend_from_slice(text.as_bytes());
    }
    header.extend_from_slice(&(content as u64).to_le_bytes());
    header
}

/// The length that a header claims.
fn content_length(bytes: &[u8]) -> Option<usize> {
    let number = |at: usize| -> Option<usize> {
        let bytes = bytes.get(at..at.checked_add(8)?)?;
        usize::try_from(u64::from_le_bytes(bytes.try_into().ok()?)).ok()
    };
    let mut at = bytes.starts_with(MAGIC).then_some(MAGIC.len())?;
    for _ in 0..3 {
        at = at.checked_add(8)?.checked_add(number(at)?)?;
    }
    number(at)
}

/// Why a file or directory may not be trusted, if it may not. `open` are the permissions that make it so.
fn distrust(owner: u32, mode: RawMode, open: Mode) -> Option<&'static str> {
    if owner != rustix::process::geteuid().as_raw() {
        return Some("it belongs to another user");
    }
    if Mode::from_raw_mode(mode).intersects(open) {
        return Some("others can write or read it");
    }
    None
}

/// The key of this installation. Two processes that start at once agree on one: the first link to its name wins.
fn read_or_make_key(directory: &OwnedFd, path: &Path) -> Result<[u8; KEY_BYTES], CacheError> {
    let io = |action| move |source| CacheError::Io { action, path: path.join(KEY_FILE), source };
    if let Some(key) = read_key(directory, path)? {
        return Ok(key);
    }
    let mut key = [0; KEY_BYTES];
    File::open("/dev/urandom")
        .and_then(|mut random| random.read_exact(&mut key))
        .map_err(io("find random bytes for"))?;
    let draft = format!(".{}.key", std::process::id());
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = openat(directory, &draft, flags, Mode::RUSR | Mode::WUSR).map_err(|errno| io("create")(errno.into()))?;
    File::from(file).write_all(&key).map_err(io("write"))?;
    let linked = linkat(directory, &draft, directory, KEY_FILE, AtFlags::empty());
    // Its second name is not needed any more, whoever won.
    let _ = unlinkat(directory, &draft, AtFlags::empty());
    match linked {
        Ok(()) => Ok(key),
        Err(Errno::EXIST) => read_key(directory, path)?.ok_or_else(|| io("read")(ErrorKind::NotFound.into())),
        Err(errno) => Err(io("create")(errno.into())),
    }
}

fn read_key(directory: &OwnedFd, path: &Path) -> Result<Option<[u8; KEY_BYTES]>, CacheError> {
    let path = path.join(KEY_FILE);
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match openat(directory, KEY_FILE, flags, Mode::empty()) {
        Ok(file) => file,
        Err(Errno::NOENT) => return Ok(None),
        Err(errno) => return Err(CacheError::Io { action: "open", path, source: errno.into() }),
    };
    let stat =
        fstat(&file).map_err(|errno| CacheError::Io { action: "look at", path: path.clone(), source: errno.into() })?;
    if let Some(why) = distrust(stat.st_uid, stat.st_mode, OPEN) {
        return Err(CacheError::Untrusted { path, why });
    }
    let mut key = [0; KEY_BYTES];
    match File::from(file).read_exact(&mut key) {
        Ok(()) => Ok(Some(key)),
        Err(source) => Err(CacheError::Io { action: "read", path, source }),
    }
}

#[cfg(test)]
mod tests;
