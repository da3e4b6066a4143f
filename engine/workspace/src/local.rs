//! The workspace port for a folder on this machine.

mod opening;

use std::collections::HashMap;
use std::fmt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use driver::ports::{Place, Recovery, Scratch, Workspace, WorkspaceError};
use pipeline::event::FileChange;
use pipeline::source::Source;

use crate::bound::CopyUnavailable;
use crate::copy::Copy;
use crate::delta::{Deltas, Extent};
use crate::files::{self, Execution};
use crate::git::Repository;
use crate::in_place::InPlace;
use crate::layout::{Layout, ScratchFolder, ScratchState};
use crate::options::Options;
use crate::overlay::{Holder, OverlayUnavailable};
use crate::patch::{Naming, patch};
use crate::processes::{ProcessId, end_namespace_of, end_processes_in};
use crate::rules::Rules;
use crate::seal::seal_others;
use crate::snapshot::Snapshots;
use crate::tree::{failed, lstat, remove_tree};
use crate::walk::{DotGit, Entry, Standing, list};
use crate::{changes, clear, commit, recover, source, standing, upper};

/// A folder on this machine. Cheap to clone.
#[derive(Clone)]
pub struct LocalWorkspace {
    inner: Arc<Inner>,
}

impl fmt::Debug for LocalWorkspace {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("LocalWorkspace").field("root", &self.inner.root).finish_non_exhaustive()
    }
}

impl LocalWorkspace {
    /// Opens the workspace `root`. `state` is a folder of its own for this workspace; it is made where it is missing, and
    /// should lie outside: inside, only scratches in place are possible. Nothing is looked at and nothing started yet.
    pub fn open(root: PathBuf, state: PathBuf, options: Options) -> Result<Self, WorkspaceError> {
        let root = root.canonicalize().map_err(|error| failed("resolve", &root, error))?;
        if !root.is_dir() {
            return Err(failed("open", &root, std::io::Error::from(std::io::ErrorKind::NotADirectory)));
        }
        let layout = Layout::open(&state)?;
        let is_contained = root.starts_with(layout.root()) || root.parent().is_none();
        if is_contained {
            let reason = "a workspace can be neither the whole file system nor a part of the engine's state".to_owned();
            return Err(WorkspaceError::Refused { path: root.to_string_lossy().into_owned(), reason });
        }
        let inner = Inner {
            root,
            layout,
            options,
            process: ProcessId::own(),
            repository: OnceLock::new(),
            open: Mutex::new(HashMap::new()),
            closing: Mutex::new(()),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Tries whether an overlay can stand at the workspace's path, and takes it down again.
    pub fn probe_overlay(&self) -> Result<(), OverlayUnavailable> {
        let name = format!("probe-{}", token());
        let fault = |error: WorkspaceError| OverlayUnavailable::Start(error.to_string());
        let folder = self.inner.layout.scratch(&name).map_err(fault)?;
        let probed = self.inner.open_overlay(&name, &folder);
        let stopped = self.inner.discard(&name).map_err(fault);
        probed.map(drop).and(stopped)
    }

    /// Tries whether a copy at another path can stand for the workspace, and throws it away again.
    pub fn probe_copy(&self) -> Result<(), CopyUnavailable> {
        let name = format!("probe-{}", token());
        let fault = |error: WorkspaceError| CopyUnavailable::Failed(error.to_string());
        let folder = self.inner.layout.scratch(&name).map_err(fault)?;
        let probed = self.inner.open_copy(&name, &folder);
        let removed = self.inner.discard(&name).map_err(fault);
        probed.map(drop).and(removed)
    }

    async fn blocking<T: Send + 'static>(&self, work: impl FnOnce(&Inner) -> T + Send + 'static) -> T {
        let inner = self.inner.clone();
        match tokio::task::spawn_blocking(move || work(&inner)).await {
            Ok(done) => done,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }
}

#[async_trait]
impl Workspace for LocalWorkspace {
    fn place(&self) -> Place {
        self.inner.place()
    }

    fn version_control(&self) -> &'static str {
        match self.inner.repository() {
            Some(repository) if !repository.is_outside => "git",
            _ => "none",
        }
    }

    async fn source(&self) -> Option<Source> {
        self.blocking(Inner::source).await
    }

    async fn snapshot(&self, name: &str) -> Result<(), WorkspaceError> {
        let name = name.to_owned();
        self.blocking(move |inner| inner.snapshots().take(&name)).await
    }

    async fn has_snapshot(&self, name: &str) -> bool {
        let name = name.to_owned();
        self.blocking(move |inner| inner.snapshots().has(&name)).await
    }

    async fn open_scratch(&self, name: &str) -> Result<Scratch, WorkspaceError> {
        let name = name.to_owned();
        self.blocking(move |inner| inner.open_scratch(&name)).await
    }

    async fn open_beside(&self, name: &str) -> Result<Scratch, WorkspaceError> {
        let name = name.to_owned();
        self.blocking(move |inner| inner.open_beside(&name)).await
    }

    async fn write_file(
        &self,
        place: &Place,
        path: &str,
        content: &[u8],
        executable: Option<bool>,
    ) -> Result<(), WorkspaceError> {
        let (place, path, content) = (place.clone(), PathBuf::from(path), content.to_owned());
        let execution = match executable {
            None => Execution::AsBefore,
            Some(true) => Execution::Allowed,
            Some(false) => Execution::Forbidden,
        };
        self.blocking(move |_| files::write(&place, &path, &content, execution)).await
    }

    async fn edit_file(&self, place: &Place, path: &str, find: &str, replace: &str) -> Result<(), WorkspaceError> {
        let (place, path, find, replace) = (place.clone(), PathBuf::from(path), find.to_owned(), replace.to_owned());
        self.blocking(move |_| files::edit(&place, &path, &find, &replace)).await
    }

    async fn remove_file(&self, place: &Place, path: &str) -> Result<(), WorkspaceError> {
        let (place, path) = (place.clone(), PathBuf::from(path));
        self.blocking(move |_| files::remove(&place, &path)).await
    }

    async fn clear_path(&self, place: &Place, path: &str) -> Result<(), WorkspaceError> {
        let (place, path) = (place.clone(), PathBuf::from(path));
        self.blocking(move |inner| clear::clear(&place, &path, &mut inner.rules()?)).await
    }

    async fn files(&self) -> Result<Vec<String>, WorkspaceError> {
        self.blocking(Inner::files).await
    }

    async fn restore_paths(&self, place: &Place, snapshot: &str, paths: &[String]) -> Result<(), WorkspaceError> {
        let (place, snapshot, paths) = (place.clone(), snapshot.to_owned(), paths.to_owned());
        self.blocking(move |inner| inner.snapshots().restore(&place, &snapshot, &paths)).await
    }

    async fn changes(&self, scratch: &Scratch) -> Result<Vec<FileChange>, WorkspaceError> {
        let id = scratch.id.clone();
        self.blocking(move |inner| {
            let folder = inner.layout.scratch(&id)?;
            changes::changes(inner.deltas(&folder)?, &inner.root, &folder.root().join("diff.git"))
        })
        .await
    }

    async fn patch(&self, scratch: &Scratch) -> Result<Vec<u8>, WorkspaceError> {
        let id = scratch.id.clone();
        self.blocking(move |inner| inner.patch(&id)).await
    }

    async fn commit(&self, scratch: &Scratch) -> Result<(), WorkspaceError> {
        let id = scratch.id.clone();
        self.blocking(move |inner| inner.commit(&id)).await
    }

    async fn discard(&self, scratch: &Scratch) -> Result<(), WorkspaceError> {
        let id = scratch.id.clone();
        self.blocking(move |inner| inner.discard(&id)).await
    }

    async fn versioned(&self, place: &Place, paths: &[String]) -> Vec<String> {
        let (place, paths) = (place.clone(), paths.to_owned());
        self.blocking(move |inner| standing::versioned(&place, &paths, inner.rules().ok())).await
    }

    async fn recover(&self) -> Result<Recovery, WorkspaceError> {
        self.blocking(recover::recover).await
    }

    fn read(&self, place: &Place, path: &str, offset: u64, max: usize) -> Result<(Vec<u8>, bool), WorkspaceError> {
        files::read(place, Path::new(path), offset, max)
    }
}

/// What the port's methods work on.
pub(crate) struct Inner {
    root: PathBuf,
    pub(crate) layout: Layout,
    options: Options,
    pub(crate) process: ProcessId,
    /// Looked for when it is first asked for: most runs never need it, and it starts git.
    repository: OnceLock<Option<Repository>>,
    /// Scratches that this value opened.
    open: Mutex<HashMap<String, Open>>,
    /// Held while scratches are closed, so that a commit knows when the last one is.
    closing: Mutex<()>,
}

/// What a scratch needs while it is open.
pub(crate) enum Open {
    Overlay(Holder),
    /// An overlay that is taken down for good, because another one was committed. Where both touch a path, that path: then it
    /// can only be discarded.
    Sealed {
        overlap: Option<PathBuf>,
    },
    Copy,
    InPlace,
}

impl Inner {
    fn place(&self) -> Place {
        Place { root: self.root.clone(), visible_root: self.root.clone(), namespace: None }
    }

    fn repository(&self) -> Option<&Repository> {
        self.repository.get_or_init(|| Repository::around(&self.root)).as_ref()
    }

    /// The commit it stands on; `None` where it is not versioned.
    fn source(&self) -> Option<Source> {
        // The top of a work tree is never ignored by its own repository, and to know that saves four calls of git.
        let is_top = self.root.join(".git").symlink_metadata().is_ok();
        let is_versioned = is_top || self.repository().is_some_and(|repository| !repository.is_outside);
        is_versioned.then(|| source::source(&self.root)).flatten()
    }

    /// The rules of the workspace without what a trial wrote.
    fn rules(&self) -> Result<Rules, WorkspaceError> {
        let open = self.opened();
        let trial = open.iter().find(|(_, open)| matches!(open, Open::InPlace)).map(|(name, _)| name.clone());
        drop(open);
        match trial {
            Some(name) => self.in_place(&self.layout.scratch(&name)?).rules(),
            None => self.rules_in(&self.root, None),
        }
    }

    fn rules_in(&self, base: &Path, after: Option<&Path>) -> Result<Rules, WorkspaceError> {
        match self.repository() {
            Some(repository) if !repository.is_outside => Rules::of_repository(base),
            _ => Ok(Rules::of_folder(base, after)),
        }
    }

    /// Files and links that are not ignored, relative to the root, sorted.
    fn files(&self) -> Result<Vec<String>, WorkspaceError> {
        let entries = list(&self.root, &mut self.rules()?, DotGit::Skip, self.layout.root())?;
        let is_kept = |entry: &Entry| entry.standing == Standing::Kept && !entry.meta.is_dir();
        let kept = entries.into_iter().filter(is_kept);
        let mut names: Vec<String> = kept.filter_map(|entry| Some(entry.path.to_str()?.to_owned())).collect();
        names.sort_unstable();
        Ok(names)
    }

    fn snapshots(&self) -> Snapshots<'_> {
        Snapshots { layout: &self.layout, root: &self.root, repository: self.repository() }
    }

    fn in_place<'a>(&'a self, folder: &'a ScratchFolder) -> InPlace<'a> {
        InPlace { folder, root: &self.root, repository: self.repository(), state: self.layout.root() }
    }

    fn opened(&self) -> MutexGuard<'_, HashMap<String, Open>> {
        // Every change of the map is one call, so a panic leaves it whole.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Names of overlays that this value has open and that can still be committed, sorted.
    pub(crate) fn open_overlays(&self) -> Vec<String> {
        let opened = self.opened();
        let is_whole = |open: &Open| matches!(open, Open::Overlay(_) | Open::Sealed { overlap: None });
        let mut names: Vec<String> =
            opened.iter().filter(|(_, open)| is_whole(open)).map(|(name, _)| name.clone()).collect();
        names.sort_unstable();
        names
    }

    /// Notes what a scratch needs from now on.
    pub(crate) fn note_open(&self, name: &str, open: Open) {
        self.opened().insert(name.to_owned(), open);
    }

    /// Whether this value has a scratch of that name open.
    pub(crate) fn is_open(&self, name: &str) -> bool {
        self.opened().contains_key(name)
    }

    fn deltas(&self, folder: &ScratchFolder) -> Result<Deltas, WorkspaceError> {
        let in_workspace = |list| Deltas { base: self.root.clone(), list };
        match folder.state() {
            ScratchState::Overlay(layers) => {
                let mut layers = layers.into_iter();
                let Some(layer) = layers.next() else { return Ok(in_workspace(Vec::new())) };
                let mut rules = self.rules_in(&layer.lower, Some(&layer.upper))?;
                let mut list = upper::deltas(&layer, &mut rules)?;
                for git in layers {
                    list.extend(upper::git_deltas(&git, &layer.lower)?);
                }
                Ok(Deltas { base: layer.lower, list })
            }
            ScratchState::Copy(tree) => {
                let base = tree.origin.clone();
                let mut rules = self.rules_in(&base, Some(&tree.copy))?;
                let list = Copy { folder, tree }.deltas(&mut rules)?;
                Ok(Deltas { base, list })
            }
            ScratchState::InPlace => self.in_place(folder).deltas().map(in_workspace),
            ScratchState::Incomplete => Ok(in_workspace(Vec::new())),
        }
    }

    fn patch(&self, name: &str) -> Result<Vec<u8>, WorkspaceError> {
        let folder = self.layout.scratch(name)?;
        let deltas = self.deltas(&folder)?;
        // `git apply` takes paths from the top of the repository it is run in, be it one that ignores the folder.
        let repository = self.repository();
        let top = repository.map_or(&self.root, |repository| &repository.top);
        let prefix = deltas.base.strip_prefix(top).unwrap_or(Path::new(""));
        let format = repository.map_or("sha1", |repository| &repository.object_format);
        patch(&deltas.list, Naming::Path(prefix), format, &folder.root().join("patch.git"))
    }

    /// Keeps others from closing scratches.
    pub(crate) fn closing(&self) -> MutexGuard<'_, ()> {
        self.closing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the processes of a scratch, and its mounts with them.
    pub(crate) fn close(&self, name: &str, folder: &ScratchFolder) {
        let _closing = self.closing();
        self.end(name, folder);
    }

    /// The same for who holds [`Inner::closing`].
    pub(crate) fn end(&self, name: &str, folder: &ScratchFolder) {
        let open = self.opened().remove(name);
        let token = folder.token();
        match (open, token) {
            (Some(Open::Overlay(holder)), Some(token)) => holder.stop(&token),
            (_, Some(token)) => end_namespace_of(&token),
            (_, None) => {}
        }
        if matches!(folder.state(), ScratchState::Copy(_)) {
            end_processes_in(&folder.copies());
        }
    }

    /// Refuses to write over a versioned file that somebody changed in the workspace while the scratch was open.
    fn check_edits(&self, folder: &ScratchFolder) -> Result<(), WorkspaceError> {
        let opened_at = folder.opened_at()?;
        for delta in self.deltas(folder)?.list {
            let Some(file) = delta.before.filter(|_| delta.extent == Extent::Versioned) else { continue };
            if lstat(&file)?.is_some_and(|meta| (meta.ctime(), meta.ctime_nsec()) > opened_at) {
                let reason = "it was changed in the workspace while the remedy was tried".to_owned();
                return Err(WorkspaceError::Refused { path: delta.path.to_string_lossy().into_owned(), reason });
            }
        }
        Ok(())
    }

    /// Makes a scratch the workspace; one that is gone has been made so before.
    pub(crate) fn commit(&self, name: &str) -> Result<(), WorkspaceError> {
        let folder = self.layout.scratch(name)?;
        if let Some(Open::Sealed { overlap: Some(path) }) = self.opened().get(name) {
            return Err(WorkspaceError::Overlaps(path.to_string_lossy().into_owned()));
        }
        if matches!(folder.state(), ScratchState::Overlay(_) | ScratchState::Copy(_)) && folder.intent().is_none() {
            self.check_edits(&folder)?;
        }
        self.close(name, &folder);
        seal_others(self, name, &folder)?;
        match folder.state() {
            ScratchState::Overlay(layers) => commit::commit(&folder, &layers)?,
            ScratchState::Copy(tree) => Copy { folder: &folder, tree }.commit()?,
            ScratchState::InPlace => self.in_place(&folder).forget()?,
            ScratchState::Incomplete => {}
        }
        remove_tree(folder.root())
    }

    /// Throws a scratch away; one that is gone is fine.
    pub(crate) fn discard(&self, name: &str) -> Result<(), WorkspaceError> {
        let folder = self.layout.scratch(name)?;
        self.close(name, &folder);
        if folder.state() == ScratchState::InPlace {
            let in_place = self.in_place(&folder);
            in_place.restore()?;
            in_place.forget()?;
        }
        remove_tree(folder.root())
    }
}

/// A name that no other mount on this machine has.
fn token() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
    format!("selfheal-{}-{time}-{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed))
}
