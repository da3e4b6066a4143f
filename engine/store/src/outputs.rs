//! Outputs of stages, content-addressed on disk: what lets a stage whose inputs have not changed be skipped.
//!
//! ```text
//! cache/
//!   entries/KEY      manifest of one result: its files, folders and links with modes and digests, and a digest of itself
//!   contents/AB/CD…  contents of files, named by their SHA-256; several entries may share one
//!   new/             files that are still being written
//!   lock             held by who writes or evicts
//! ```
//!
//! Everything is written under another name first and then renamed, so that a killed engine leaves rubbish, never half an
//! entry. Every digest is checked before the workspace is touched: an entry that is damaged is a miss. The cache may be
//! deleted at any time.

mod contents;
mod eviction;
mod listing;
mod manifest;
mod restoring;
mod storing;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use driver::ports::{CacheError, Kept, OutputCache};
use pipeline::glob;
use pipeline::id::CacheKey;

/// The cache of one project.
#[derive(Clone, Debug)]
pub struct OutputStore {
    folder: Arc<Folder>,
}

/// Where it lies, and how large it may get.
#[derive(Debug)]
struct Folder {
    root: PathBuf,
    cap: u64,
}

impl OutputStore {
    /// The cache in a folder, which is made when something is kept. `cap` is its size in bytes: of more, what was used
    /// longest ago is thrown away.
    pub fn new(root: PathBuf, cap: u64) -> Self {
        Self { folder: Arc::new(Folder { root, cap }) }
    }

    async fn blocking<T: Send + 'static>(&self, work: impl FnOnce(&Folder) -> T + Send + 'static) -> T {
        let folder = Arc::clone(&self.folder);
        match tokio::task::spawn_blocking(move || work(&folder)).await {
            Ok(done) => done,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }
}

impl Folder {
    fn entry(&self, key: &CacheKey) -> PathBuf {
        self.root.join("entries").join(key.as_str())
    }

    fn content(&self, digest: &str) -> PathBuf {
        let (first, rest) = digest.split_at_checked(2).unwrap_or((digest, ""));
        self.root.join("contents").join(first).join(rest)
    }
}

#[async_trait]
impl OutputCache for OutputStore {
    async fn key(&self, parts: &[String], root: &Path, files: &[String]) -> Result<CacheKey, CacheError> {
        let (parts, root, files) = (parts.to_vec(), root.to_owned(), files.to_vec());
        self.blocking(move |_| contents::key(&parts, &root, &files)).await
    }

    async fn has(&self, key: &CacheKey) -> bool {
        let key = key.clone();
        self.blocking(move |folder| folder.entry(&key).is_file()).await
    }

    async fn restore(&self, key: &CacheKey, root: &Path, outputs: &[String]) -> Result<Kept, CacheError> {
        let (key, root, outputs) = (key.clone(), root.to_owned(), glob::checked(outputs));
        self.blocking(move |folder| {
            let restored = restoring::restore(folder, &key, &root, &outputs);
            if matches!(restored, Err(CacheError::Damaged(_))) {
                // Gone, it cannot be found again before it is made anew.
                let _ = fs::remove_file(folder.entry(&key));
            }
            restored
        })
        .await
    }

    async fn store(&self, key: &CacheKey, root: &Path, outputs: &[String]) -> Result<Kept, CacheError> {
        let (key, root, outputs) = (key.clone(), root.to_owned(), glob::checked(outputs));
        self.blocking(move |folder| storing::store(folder, &key, &root, &outputs)).await
    }
}

/// Gives an error of the file system its place.
fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> CacheError {
    let path = path.to_owned();
    move |source| CacheError::Io { action, path, source }
}

#[cfg(test)]
mod tests;
