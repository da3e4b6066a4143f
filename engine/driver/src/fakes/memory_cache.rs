//! Outputs of stages, kept in memory.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use pipeline::glob;
use pipeline::id::CacheKey;

use super::{Files, MemoryWorkspace, lock};
use crate::ports::{CacheError, Kept, OutputCache};

/// A cache in memory over a workspace in memory.
pub struct MemoryCache {
    workspace: Arc<MemoryWorkspace>,
    entries: Mutex<BTreeMap<CacheKey, Files>>,
}

impl MemoryCache {
    /// An empty cache.
    pub fn new(workspace: Arc<MemoryWorkspace>) -> Self {
        Self { workspace, entries: Mutex::default() }
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        lock(&self.entries).len()
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Damages every entry: its next restoration fails.
    pub fn damage(&self) {
        lock(&self.entries).values_mut().for_each(|files| drop(files.insert("damaged".to_owned(), String::new())));
    }
}

#[async_trait]
impl OutputCache for MemoryCache {
    async fn key(&self, parts: &[String], _root: &Path, paths: &[String]) -> Result<CacheKey, CacheError> {
        let files = self.workspace.files();
        let contents: Vec<(&String, Option<&String>)> = paths.iter().map(|path| (path, files.get(path))).collect();
        Ok(CacheKey::new(format!("{parts:?}{contents:?}")))
    }

    async fn has(&self, key: &CacheKey) -> bool {
        lock(&self.entries).contains_key(key)
    }

    async fn restore(&self, key: &CacheKey, _root: &Path, outputs: &[String]) -> Result<Kept, CacheError> {
        let kept = lock(&self.entries).get(key).cloned().unwrap_or_default();
        if kept.contains_key("damaged") {
            return Err(CacheError::Damaged("a file is missing".to_owned()));
        }
        let patterns = glob::checked(outputs);
        let mut files = lock(&self.workspace.files);
        files.retain(|path, _| !glob::any_matches(&patterns, path));
        files.extend(kept.clone());
        Ok(Kept { files: kept.len() as u64, bytes: 0 })
    }

    async fn store(&self, key: &CacheKey, _root: &Path, outputs: &[String]) -> Result<Kept, CacheError> {
        let patterns = glob::checked(outputs);
        let mut files = self.workspace.files();
        files.retain(|path, _| glob::any_matches(&patterns, path));
        let count = files.len() as u64;
        lock(&self.entries).insert(key.clone(), files);
        Ok(Kept { files: count, bytes: 0 })
    }
}
