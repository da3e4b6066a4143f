//! Where outputs of stages are kept between runs.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use pipeline::id::CacheKey;

/// A failure of the cache of outputs. It costs time, never a result: the stage runs, or is not kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// Reading or writing failed.
    #[error("{action} {}: {source}", path.display())]
    Io {
        /// What was attempted, e.g. `read`.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// What is kept is not what was kept.
    #[error("the entry is damaged: {0}")]
    Damaged(String),
    /// The outputs cannot be kept, or put back, as they are.
    #[error("{path}: {reason}")]
    Unfit {
        /// Path relative to the workspace.
        path: String,
        /// Why.
        reason: String,
    },
    /// The outputs are larger than the whole cache may be.
    #[error("the outputs take {bytes} bytes, and the cache may take {cap}")]
    TooLarge {
        /// Their size.
        bytes: u64,
        /// Cap of the cache.
        cap: u64,
    },
}

/// How much was kept or put back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Files and symbolic links.
    pub files: u64,
    /// Size of the files.
    pub bytes: u64,
}

/// Outputs of stages, by the digest of what they depend on. `root` is always the workspace as the engine sees it.
#[async_trait]
pub trait OutputCache: Send + Sync {
    /// Digest over `parts` (texts that count as they are) and over names, kinds, executable bits and contents of `files`,
    /// which are relative to `root`.
    async fn key(&self, parts: &[String], root: &Path, files: &[String]) -> Result<CacheKey, CacheError>;
    /// Whether an entry of this key is there. It may turn out to be damaged.
    async fn has(&self, key: &CacheKey) -> bool;
    /// Makes what `outputs` (patterns) name exactly what was kept: contents, modes, links, and nothing else. Nothing is
    /// touched when the entry is damaged.
    async fn restore(&self, key: &CacheKey, root: &Path, outputs: &[String]) -> Result<Kept, CacheError>;
    /// Keeps what `outputs` name now. An entry of the key that is there already is replaced.
    async fn store(&self, key: &CacheKey, root: &Path, outputs: &[String]) -> Result<Kept, CacheError>;
}
