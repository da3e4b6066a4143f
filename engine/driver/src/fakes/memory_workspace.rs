//! A workspace in memory.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use async_trait::async_trait;
use pipeline::event::{ChangeKind, FileChange, ScratchKind};

use super::{Files, lock};
use crate::ports::{Place, Recovery, Scratch, Workspace, WorkspaceError};

/// A workspace in memory. A scratch is a copy of its files; committing moves what differs from them.
#[derive(Debug, Default)]
pub struct MemoryWorkspace {
    root: PathBuf,
    pub(super) files: Mutex<Files>,
    scratches: Mutex<HashMap<String, Files>>,
    /// By scratch: the files that it was made of, and paths that others have committed since.
    bases: Mutex<HashMap<String, (Files, BTreeSet<String>)>>,
    /// Whether scratches cannot be open beside each other.
    has_no_room: bool,
    snapshots: Mutex<HashMap<String, Files>>,
    /// Operations that may fail, counted from 1; and the one that does.
    operations: Mutex<(usize, Option<usize>)>,
}

impl MemoryWorkspace {
    /// A workspace with files.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let this = Self { root: "workspace".into(), ..Self::default() };
        *lock(&this.files) = files.iter().map(|(path, content)| ((*path).to_owned(), (*content).to_owned())).collect();
        this
    }

    /// Says that commands run in a real folder; the files stay in memory.
    pub fn at(mut self, root: &Path) -> Self {
        self.root = root.to_owned();
        self
    }

    /// Takes away the room for scratches beside each other.
    pub fn without_room(mut self) -> Self {
        self.has_no_room = true;
        self
    }

    /// Makes the `number`th operation from the start fail, as a full disk would; `None` for none.
    pub fn fail_at(&self, number: Option<usize>) {
        lock(&self.operations).1 = number;
    }

    /// Operations so far that could have failed.
    pub fn operations(&self) -> usize {
        lock(&self.operations).0
    }

    fn operate(&self, action: &'static str, path: &str) -> Result<(), WorkspaceError> {
        let mut operations = lock(&self.operations);
        operations.0 += 1;
        if operations.1 == Some(operations.0) {
            let source = std::io::Error::other("no space left on device");
            return Err(WorkspaceError::Io { action, path: path.into(), source });
        }
        Ok(())
    }

    /// Its files now.
    pub fn files(&self) -> Files {
        lock(&self.files).clone()
    }

    /// Names of open scratches.
    pub fn open_scratches(&self) -> BTreeSet<String> {
        lock(&self.scratches).keys().cloned().collect()
    }

    /// Reads or changes the files of a place.
    pub fn with<T>(&self, place: &Place, change: impl FnOnce(&mut Files) -> T) -> T {
        let name = place.root.to_string_lossy().into_owned();
        match lock(&self.scratches).get_mut(&name) {
            Some(files) => change(files),
            None => change(&mut lock(&self.files)),
        }
    }
}

#[async_trait]
impl Workspace for MemoryWorkspace {
    fn place(&self) -> Place {
        Place { root: self.root.clone(), visible_root: self.root.clone(), namespace: None }
    }

    fn version_control(&self) -> &'static str {
        "git"
    }

    async fn snapshot(&self, name: &str) -> Result<(), WorkspaceError> {
        self.operate("snapshot", name)?;
        let files = self.files();
        lock(&self.snapshots).insert(name.to_owned(), files);
        Ok(())
    }

    async fn has_snapshot(&self, name: &str) -> bool {
        lock(&self.snapshots).contains_key(name)
    }

    async fn open_scratch(&self, name: &str) -> Result<Scratch, WorkspaceError> {
        self.operate("open", name)?;
        let files = self.files();
        lock(&self.bases).insert(name.to_owned(), (files.clone(), BTreeSet::new()));
        lock(&self.scratches).insert(name.to_owned(), files);
        let place = Place { root: name.into(), visible_root: name.into(), namespace: None };
        Ok(Scratch { id: name.to_owned(), place, kind: ScratchKind::Overlay })
    }

    async fn open_beside(&self, name: &str) -> Result<Scratch, WorkspaceError> {
        if self.has_no_room {
            return Err(WorkspaceError::NoRoom("it was taken away".to_owned()));
        }
        self.open_scratch(name).await
    }

    async fn write_file(
        &self,
        place: &Place,
        path: &str,
        content: &[u8],
        _: Option<bool>,
    ) -> Result<(), WorkspaceError> {
        self.operate("write", path)?;
        let content = String::from_utf8_lossy(content).into_owned();
        self.with(place, |files| files.insert(path.to_owned(), content));
        Ok(())
    }

    async fn edit_file(&self, place: &Place, path: &str, find: &str, replace: &str) -> Result<(), WorkspaceError> {
        self.operate("edit", path)?;
        self.with(place, |files| {
            let content = files.entry(path.to_owned()).or_default();
            let count = content.matches(find).count();
            if find.is_empty() {
                content.push_str(replace);
            } else if count == 1 {
                *content = content.replace(find, replace);
            } else {
                return Err(WorkspaceError::NotUnique { path: path.to_owned(), count });
            }
            Ok(())
        })
    }

    async fn remove_file(&self, place: &Place, path: &str) -> Result<(), WorkspaceError> {
        self.operate("remove", path)?;
        self.with(place, |files| files.remove(path));
        Ok(())
    }

    async fn clear_path(&self, place: &Place, path: &str) -> Result<(), WorkspaceError> {
        self.operate("clear", path)?;
        self.with(place, |files| files.retain(|name, _| !name.starts_with(path)));
        Ok(())
    }

    async fn files(&self) -> Result<Vec<String>, WorkspaceError> {
        Ok(lock(&self.files).keys().filter(|path| !path.starts_with("ignored/")).cloned().collect())
    }

    async fn restore_paths(&self, place: &Place, snapshot: &str, paths: &[String]) -> Result<(), WorkspaceError> {
        self.operate("restore", snapshot)?;
        let Some(saved) = lock(&self.snapshots).get(snapshot).cloned() else {
            return Err(WorkspaceError::NoSnapshot(snapshot.to_owned()));
        };
        self.with(place, |files| {
            for (path, content) in saved {
                if paths.is_empty() || paths.contains(&path) {
                    files.insert(path, content);
                }
            }
        });
        Ok(())
    }

    async fn changes(&self, scratch: &Scratch) -> Result<Vec<FileChange>, WorkspaceError> {
        self.operate("list", &scratch.id)?;
        let before = lock(&self.bases).get(&scratch.id).map(|(base, _)| base.clone()).unwrap_or_default();
        let after = self.with(&scratch.place, |files| files.clone());
        let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let change_of = |path: &&String| match (before.get(*path), after.get(*path)) {
            (None, Some(_)) => Some(ChangeKind::Added),
            (Some(_), None) => Some(ChangeKind::Removed),
            (Some(old), Some(new)) if old != new => Some(ChangeKind::Modified),
            _ => None,
        };
        Ok(paths
            .iter()
            .filter_map(|path| {
                Some(FileChange {
                    path: (*path).clone(),
                    change: change_of(path)?,
                    is_versioned: !path.starts_with("ignored/"),
                    removed_lines: before
                        .get(*path)
                        .map(|text| text.lines().map(str::to_owned).collect())
                        .unwrap_or_default(),
                    added_lines: after
                        .get(*path)
                        .map(|text| text.lines().map(str::to_owned).collect())
                        .unwrap_or_default(),
                    is_abridged: false,
                    is_binary: false,
                })
            })
            .collect())
    }

    async fn patch(&self, scratch: &Scratch) -> Result<Vec<u8>, WorkspaceError> {
        self.operate("diff", &scratch.id)?;
        let changes = self.changes(scratch).await?;
        let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
        Ok(paths.join("\n").into_bytes())
    }

    async fn commit(&self, scratch: &Scratch) -> Result<(), WorkspaceError> {
        self.operate("commit", &scratch.id)?;
        let (Some(files), Some((base, moved))) =
            (lock(&self.scratches).get(&scratch.id).cloned(), lock(&self.bases).get(&scratch.id).cloned())
        else {
            return Ok(());
        };
        let touched: BTreeSet<&String> =
            base.keys().chain(files.keys()).filter(|path| base.get(*path) != files.get(*path)).collect();
        if let Some(path) = touched.iter().find(|path| moved.contains(**path)) {
            return Err(WorkspaceError::Overlaps((*path).clone()));
        }
        lock(&self.scratches).remove(&scratch.id);
        lock(&self.bases).remove(&scratch.id);
        for path in touched {
            match files.get(path) {
                Some(content) => lock(&self.files).insert(path.clone(), content.clone()),
                None => lock(&self.files).remove(path),
            };
            for (_, moved) in lock(&self.bases).values_mut() {
                moved.insert(path.clone());
            }
        }
        Ok(())
    }

    async fn discard(&self, scratch: &Scratch) -> Result<(), WorkspaceError> {
        self.operate("discard", &scratch.id)?;
        lock(&self.scratches).remove(&scratch.id);
        lock(&self.bases).remove(&scratch.id);
        Ok(())
    }

    async fn versioned(&self, _place: &Place, paths: &[String]) -> Vec<String> {
        paths.iter().filter(|path| !path.starts_with("ignored/")).cloned().collect()
    }

    async fn recover(&self) -> Result<Recovery, WorkspaceError> {
        lock(&self.bases).clear();
        let names: Vec<String> = lock(&self.scratches).drain().map(|(name, _)| name).collect();
        Ok(Recovery {
            done: names.into_iter().map(|name| format!("dropped scratch {name}")).collect(),
            stuck: Vec::new(),
        })
    }

    fn read(&self, place: &Place, path: &str, offset: u64, max: usize) -> Result<(Vec<u8>, bool), WorkspaceError> {
        let content = self.with(place, |files| files.get(path).cloned()).unwrap_or_default().into_bytes();
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(content.len());
        let end = start.saturating_add(max).min(content.len());
        Ok((content[start..end].to_vec(), end == content.len()))
    }
}
