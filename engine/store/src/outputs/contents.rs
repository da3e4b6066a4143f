//! Digests of files.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use driver::ports::CacheError;
use pipeline::id::CacheKey;
use sha2::{Digest, Sha256};

use super::failed;

/// Bytes that are read at once.
const CHUNK: usize = 128 << 10;

/// Bits of a mode by which anybody may execute a file.
const EXECUTABLE: u32 = 0o111;

/// Digest of what a stage depends on: `parts`, then each file's name, kind, executable bit and content. A file that is gone
/// by now counts as gone.
pub(super) fn key(parts: &[String], root: &Path, files: &[String]) -> Result<CacheKey, CacheError> {
    let mut digest = Sha256::new();
    let mut take = |text: &[u8]| {
        digest.update((text.len() as u64).to_le_bytes());
        digest.update(text);
    };
    for part in parts {
        take(part.as_bytes());
    }
    for name in files {
        let path = root.join(name);
        let meta = match fs::symlink_metadata(&path) {
            Ok(meta) => meta,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(failed("look at", &path)(error)),
        };
        take(name.as_bytes());
        if meta.is_symlink() {
            take(b"link");
            take(fs::read_link(&path).map_err(failed("read", &path))?.as_os_str().as_bytes());
        } else if meta.is_file() {
            let is_executable = meta.permissions().mode() & EXECUTABLE != 0;
            take(if is_executable { b"program" } else { b"file" });
            take(of_file(&path)?.as_bytes());
        } else {
            // A repository in the repository stands for itself; what is in it is listed on its own, if at all.
            take(b"other");
        }
    }
    Ok(CacheKey::new(hex(digest)))
}

/// Digest of a file's content.
pub(super) fn of_file(path: &Path) -> Result<String, CacheError> {
    let mut file = File::open(path).map_err(failed("read", path))?;
    copy(&mut file, &mut io::sink()).map(|(digest, _)| digest).map_err(failed("read", path))
}

/// Digest of bytes in memory.
pub(super) fn of_bytes(bytes: &[u8]) -> String {
    hex(Sha256::new_with_prefix(bytes))
}

/// Copies to the end; returns the digest and the number of bytes.
pub(super) fn copy(from: &mut impl Read, to: &mut impl Write) -> io::Result<(String, u64)> {
    let (mut digest, mut count) = (Sha256::new(), 0);
    let mut chunk = vec![0; CHUNK];
    loop {
        match from.read(&mut chunk) {
            Ok(0) => return Ok((hex(digest), count)),
            Ok(read) => {
                digest.update(&chunk[..read]);
                to.write_all(&chunk[..read])?;
                count += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn hex(digest: Sha256) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
