//! Where things lie in the state folder, and who owns them.
//!
//! ```text
//! scratch/NAME/owner        process that opened it
//! scratch/NAME/token        name under which its overlay is mounted
//! scratch/NAME/layers       overlay: directories that are covered, separated by NUL
//! scratch/NAME/N/{upper,work}  overlay: what was written over layer N
//! scratch/NAME/intent       overlay, copy: a commit is under way, and how far it is
//! scratch/NAME/manifest     in place: every entry that has to come back; written when the copies are complete
//! scratch/NAME/before/      in place: the copies, as a tree
//! scratch/NAME/git/         in place: files of a git directory outside the workspace
//! scratch/NAME/origin       copy: the directory that was copied
//! scratch/NAME/copy/NAME    copy: the copy, under the name of what was copied
//! scratch/NAME/copied       copy: every entry as it was copied; written when the copy is complete
//! scratch/NAME/translated/  copy: files that name the copy's path, with the workspace's in its stead
//! snapshots.git/            named snapshots, a bare repository
//! snapshots.index           what git knows about files of the last snapshot, so that it need not read them again
//! ```

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use driver::ports::WorkspaceError;

use crate::processes::ProcessId;
use crate::tree::{bytes, failed, path_of, write_durably};

/// The state folder.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    /// Makes the folder where it is missing.
    pub fn open(root: &Path) -> Result<Self, WorkspaceError> {
        fs::create_dir_all(root.join("scratch")).map_err(|error| failed("make", root, error))?;
        let root = root.canonicalize().map_err(|error| failed("resolve", root, error))?;
        Ok(Self { root })
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The repository of named snapshots.
    pub fn snapshots(&self) -> PathBuf {
        self.root.join("snapshots.git")
    }

    /// The index of the last named snapshot.
    pub fn snapshot_index(&self) -> PathBuf {
        self.root.join("snapshots.index")
    }

    /// A scratch by name.
    pub fn scratch(&self, name: &str) -> Result<ScratchFolder, WorkspaceError> {
        let is_file_name = !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\0']);
        if !is_file_name {
            let reason = "the name of a scratch is not a file name".to_owned();
            return Err(WorkspaceError::Refused { path: name.to_owned(), reason });
        }
        Ok(ScratchFolder { root: self.root.join("scratch").join(name) })
    }

    /// Names of all scratches that left something behind or are open.
    pub fn scratch_names(&self) -> Result<Vec<String>, WorkspaceError> {
        let names = crate::tree::names(&self.root.join("scratch"))?;
        Ok(names.into_iter().filter_map(|name| name.into_string().ok()).collect())
    }
}

/// How far a commit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    /// Entries that the scratch removed are being removed; the upper layers are untouched.
    Removing,
    /// Entries of the upper layers are being moved into place; those that are still there have to follow.
    Moving,
}

/// What a folder holds, by the files in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ScratchState {
    /// Nothing that was ever handed out.
    Incomplete,
    /// An overlay.
    Overlay(Vec<Layer>),
    /// A complete copy at another path.
    Copy(CopiedTree),
    /// A complete snapshot for the workspace itself.
    InPlace,
}

/// A directory and its copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CopiedTree {
    /// What was copied: the workspace, or the work tree around it.
    pub origin: PathBuf,
    /// The copy.
    pub copy: PathBuf,
}

/// One directory that is covered by an overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layer {
    /// The directory.
    pub lower: PathBuf,
    /// What was written over it.
    pub upper: PathBuf,
    /// Room for the kernel.
    pub work: PathBuf,
}

/// The folder of one scratch.
#[derive(Clone, Debug)]
pub(crate) struct ScratchFolder {
    root: PathBuf,
}

impl ScratchFolder {
    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Manifest of an in-place snapshot.
    pub fn manifest(&self) -> PathBuf {
        self.root.join("manifest")
    }

    /// Copies of an in-place snapshot.
    pub fn before(&self) -> PathBuf {
        self.root.join("before")
    }

    /// The copy of a directory.
    pub fn copied_tree(&self, origin: PathBuf) -> CopiedTree {
        // The same name: tools take it for the project's.
        let copy = self.copies().join(origin.file_name().unwrap_or("workspace".as_ref()));
        CopiedTree { origin, copy }
    }

    /// Folder of the copy.
    pub fn copies(&self) -> PathBuf {
        self.root.join("copy")
    }

    /// Manifest of the copy.
    pub fn copied(&self) -> PathBuf {
        self.root.join("copied")
    }

    /// Translations of files that name the copy's path.
    pub fn translated(&self) -> PathBuf {
        self.root.join("translated")
    }

    /// Records what the copy is one of.
    pub fn write_origin(&self, origin: &Path) -> Result<(), WorkspaceError> {
        write_durably(&self.root.join("origin"), bytes(origin))
    }

    /// Makes the folder, owned by this process; fails where one exists.
    pub fn create(&self, token: &str) -> Result<(), WorkspaceError> {
        fs::create_dir(&self.root).map_err(|error| failed("make scratch", &self.root, error))?;
        write_durably(&self.root.join("owner"), ProcessId::own().to_string().as_bytes())?;
        write_durably(&self.root.join("token"), token.as_bytes())
    }

    /// The process that opened it, if that is known.
    pub fn owner(&self) -> Option<ProcessId> {
        fs::read_to_string(self.root.join("owner")).ok()?.parse().ok()
    }

    /// Change time of the first file in it: when it was opened, by the file system's clock.
    pub fn opened_at(&self) -> Result<(i64, i64), WorkspaceError> {
        let file = self.root.join("owner");
        let meta = fs::metadata(&file).map_err(|error| failed("look at", &file, error))?;
        Ok((meta.ctime(), meta.ctime_nsec()))
    }

    /// Name under which its overlay is mounted.
    pub fn token(&self) -> Option<String> {
        fs::read_to_string(self.root.join("token")).ok().filter(|token| !token.is_empty())
    }

    /// What is in it.
    pub fn state(&self) -> ScratchState {
        if let Ok(list) = fs::read(self.root.join("layers")) {
            let lowers = list.split(|byte| *byte == 0).filter(|lower| !lower.is_empty()).map(path_of);
            return ScratchState::Overlay(self.layers(lowers));
        }
        if self.copied().exists()
            && let Ok(origin) = fs::read(self.root.join("origin"))
        {
            return ScratchState::Copy(self.copied_tree(path_of(&origin)));
        }
        if self.manifest().exists() { ScratchState::InPlace } else { ScratchState::Incomplete }
    }

    /// The layers that cover these directories.
    pub fn layers(&self, lowers: impl Iterator<Item = PathBuf>) -> Vec<Layer> {
        let layer = |(index, lower): (usize, PathBuf)| {
            let folder = self.root.join(index.to_string());
            Layer { lower, upper: folder.join("upper"), work: folder.join("work") }
        };
        lowers.enumerate().map(layer).collect()
    }

    /// Records which directories are covered.
    pub fn write_layers(&self, layers: &[Layer]) -> Result<(), WorkspaceError> {
        let list: Vec<&[u8]> = layers.iter().map(|layer| bytes(&layer.lower)).collect();
        write_durably(&self.root.join("layers"), &list.join(&0))
    }

    fn intent_file(&self) -> PathBuf {
        self.root.join("intent")
    }

    /// Whether a commit is under way.
    pub fn intent(&self) -> Option<Intent> {
        match fs::read(self.intent_file()).ok()?.as_slice() {
            b"moving" => Some(Intent::Moving),
            _ => Some(Intent::Removing),
        }
    }

    /// Records how far a commit is; on disk on return.
    pub fn write_intent(&self, intent: Intent) -> Result<(), WorkspaceError> {
        let text: &[u8] = match intent {
            Intent::Removing => b"removing",
            Intent::Moving => b"moving",
        };
        write_durably(&self.intent_file(), text)
    }

    /// Records that the commit is complete.
    pub fn clear_intent(&self) -> Result<(), WorkspaceError> {
        crate::tree::remove_durably(&self.intent_file())
    }
}
