//! A project in a temporary folder, and pictures of it to compare.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use driver::ports::{Place, Scratch, Workspace};
use pipeline::event::{ChangeKind, FileChange, ScratchKind};
use tempfile::TempDir;
use workspace::{HolderCommand, LocalWorkspace, Options, ScratchPreference};

/// How scratches are made in a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// An overlay in whatever namespace is allowed.
    Overlay,
    /// An overlay in a user namespace, as for users who are not root.
    UserOverlay,
    /// A copy at another path.
    Copy,
    /// In the workspace itself.
    InPlace,
}

/// The ways that this machine allows.
pub fn ways() -> Vec<Way> {
    let project = Project::empty();
    let is_allowed = |way: &Way| matches!(way, Way::Copy | Way::InPlace) || project.open(*way).probe_overlay().is_ok();
    [Way::Overlay, Way::UserOverlay, Way::Copy, Way::InPlace].into_iter().filter(is_allowed).collect()
}

/// The ways in which a scratch stands at the workspace's own path: for workspaces that are bound to it.
pub fn ways_at_its_path() -> Vec<Way> {
    ways().into_iter().filter(|way| *way != Way::Copy).collect()
}

/// The ways in which the workspace stays as it is while a scratch is open.
pub fn ways_apart() -> Vec<Way> {
    ways().into_iter().filter(|way| *way != Way::InPlace).collect()
}

/// Whether this machine allows overlays at all.
pub fn has_overlay() -> bool {
    ways().contains(&Way::Overlay)
}

/// Opens a workspace whose scratches are made in a certain way.
pub fn open_at(way: Way, root: PathBuf, state: PathBuf) -> LocalWorkspace {
    let mut holder = HolderCommand::new(env!("CARGO_BIN_EXE_workspace-hold-scratch"), [] as [&str; 0]);
    holder.is_user_namespace_forced = way == Way::UserOverlay;
    let scratch = match way {
        Way::Overlay | Way::UserOverlay => ScratchPreference::Overlay,
        Way::Copy => ScratchPreference::Copy,
        Way::InPlace => ScratchPreference::InPlace,
    };
    LocalWorkspace::open(root, state, Options { holder: Some(holder), scratch, mentions: Vec::new() }).unwrap()
}

/// A workspace `w` and a state folder in a temporary folder.
pub struct Project {
    base: TempDir,
    /// The workspace.
    pub root: PathBuf,
}

impl Project {
    /// An empty folder without version control.
    pub fn empty() -> Self {
        let base = tempfile::tempdir().unwrap();
        // A path with all that separates mount options.
        let root = base.path().canonicalize().unwrap().join("w: a,b\\c");
        fs::create_dir(&root).unwrap();
        Self { base, root }
    }

    /// A git repository without commits.
    pub fn repository() -> Self {
        let project = Self::empty();
        project.git(&["init", "-q", "-b", "main"]);
        project
    }

    /// The same over a folder inside, or another one beside.
    pub fn at(mut self, root: PathBuf) -> Self {
        self.root = root;
        self
    }

    pub fn base(&self) -> PathBuf {
        self.base.path().canonicalize().unwrap()
    }

    pub fn state(&self) -> PathBuf {
        self.base().join("state")
    }

    pub fn open(&self, way: Way) -> LocalWorkspace {
        self.open_with_state(way, self.state())
    }

    pub fn open_with_state(&self, way: Way, state: PathBuf) -> LocalWorkspace {
        open_at(way, self.root.clone(), state)
    }

    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn git(&self, arguments: &[&str]) -> Vec<u8> {
        git(&self.root, arguments)
    }

    pub fn commit_all(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "all"]);
    }

    /// A project with everything that is easy to get wrong.
    pub fn rich() -> Self {
        let project = Self::repository();
        project.write(".gitignore", "ignored/\n*.log\n");
        project.write("a.txt", "one\ntwo\nthree\n");
        project.write("dir/b.txt", "b\n");
        project.write("dir/sub/c.txt", "c\n");
        project.write("name with space\nand line ü.txt", "odd\n");
        project.write("empty", "");
        project.write("big.bin", vec![7; 5 * 1024 * 1024]);
        project.write("run.sh", "#!/bin/sh\n");
        project.write("read-only.txt", "fixed\n");
        project.write("crlf.txt", "a\r\nb\r\n");
        project.write("gone-from-tree.txt", "x\n");
        project.write("forced.log", "tracked although ignored\n");
        fs::set_permissions(project.root.join("run.sh"), PermissionsExt::from_mode(0o755)).unwrap();
        fs::set_permissions(project.root.join("read-only.txt"), PermissionsExt::from_mode(0o444)).unwrap();
        std::os::unix::fs::symlink("dir/b.txt", project.root.join("link")).unwrap();
        std::os::unix::fs::symlink("nowhere", project.root.join("dangling")).unwrap();
        project.git(&["add", "-f", "forced.log"]);
        project.commit_all();
        project.write("a.txt", "one\nTWO\nthree\n");
        project.write("staged.txt", "staged\n");
        project.git(&["add", "staged.txt"]);
        project.write("staged.txt", "staged and changed\n");
        project.write("untracked.txt", "untracked\n");
        fs::remove_file(project.root.join("gone-from-tree.txt")).unwrap();
        project.write("ignored/cache/x", "cached\n");
        project.write("a.log", "log\n");
        fs::create_dir(project.root.join("empty-dir")).unwrap();
        project
    }
}

/// Runs git as a user would, without the machine's settings.
pub fn git(directory: &Path, arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new("git");
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", "/nonexistent");
    command.args(["-c", "user.name=t", "-c", "user.email=t@t", "-c", "safe.directory=*"]);
    command.args(["-c", "protocol.file.allow=always"]);
    let output = command.args(arguments).current_dir(directory).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Runs a shell script in a place, in its namespaces if it has any.
pub fn run_in(place: &Place, script: &str) {
    let output = shell(place, script).output().unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A shell script in a place that is not started yet.
pub fn shell(place: &Place, script: &str) -> Command {
    let mut command = Command::new("sh");
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", "/nonexistent");
    command.args(["-ec", &format!("umask 022; cd \"$0\"\n{script}")]).arg(&place.root);
    if let Some(pid) = place.namespace {
        let own = |kind: &str| fs::read_link(format!("/proc/self/ns/{kind}")).unwrap();
        let kinds = [("user", libc::CLONE_NEWUSER), ("mnt", libc::CLONE_NEWNS)];
        let files: Vec<_> = kinds
            .into_iter()
            .filter(|(kind, _)| fs::read_link(format!("/proc/{pid}/ns/{kind}")).unwrap() != own(kind))
            .map(|(kind, flag)| (fs::File::open(format!("/proc/{pid}/ns/{kind}")).unwrap(), flag))
            .collect();
        // SAFETY: `setns` is a system call and touches no memory of the process.
        unsafe {
            command.pre_exec(move || {
                for (file, flag) in &files {
                    if libc::setns(std::os::fd::AsRawFd::as_raw_fd(file), *flag) != 0 {
                        return Err(std::io::Error::last_os_error());
                    }
                }
                Ok(())
            });
        }
    }
    command
}

/// What an entry is: kind, mode, time in nanoseconds and content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    kind: char,
    mode: u32,
    mtime: Option<(i64, i64)>,
    content: Vec<u8>,
}

impl Picture {
    pub fn is_directory(&self) -> bool {
        self.kind == 'd'
    }
}

/// What of a tree is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Everything.
    Exact,
    /// Everything but times.
    WithoutTimes,
}

/// Pictures of all entries below a folder, `.git` included, the folder itself too.
pub fn picture(root: &Path, look: Look) -> BTreeMap<PathBuf, Picture> {
    let mut pictures = BTreeMap::new();
    let mut pending = vec![PathBuf::new()];
    while let Some(path) = pending.pop() {
        let full = root.join(&path);
        let meta = fs::symlink_metadata(&full).unwrap();
        let kind = meta.file_type();
        let (kind, content) = if kind.is_dir() {
            pending.extend(fs::read_dir(&full).unwrap().map(|entry| path.join(entry.unwrap().file_name())));
            ('d', Vec::new())
        } else if kind.is_symlink() {
            ('l', fs::read_link(&full).unwrap().into_os_string().into_encoded_bytes())
        } else if kind.is_file() {
            ('f', fs::read(&full).unwrap())
        } else if kind.is_fifo() {
            ('p', Vec::new())
        } else {
            ('o', Vec::new())
        };
        let mtime = (look == Look::Exact).then(|| (meta.mtime(), meta.mtime_nsec()));
        pictures.insert(path, Picture { kind, mode: meta.mode() & 0o7777, mtime, content });
    }
    pictures
}

/// Fails with the paths that differ: the pictures themselves are too long to print.
#[track_caller]
pub fn assert_same(left: &BTreeMap<PathBuf, Picture>, right: &BTreeMap<PathBuf, Picture>, what: &str) {
    let paths: std::collections::BTreeSet<_> = left.keys().chain(right.keys()).collect();
    let short = |picture: Option<&Picture>| {
        picture.map(|Picture { kind, mode, mtime, content }| {
            format!("{kind} {mode:o} {mtime:?} {} bytes {:?}", content.len(), &content[..content.len().min(40)])
        })
    };
    let different: Vec<_> = paths
        .into_iter()
        .filter(|path| left.get(*path) != right.get(*path))
        .map(|path| (path, short(left.get(path)), short(right.get(path))))
        .collect();
    assert!(different.is_empty(), "{what}: {different:#?}");
}

/// `A path`, `M path`, `D path`; ignored ones in parentheses.
pub fn summary(changes: &[FileChange]) -> Vec<String> {
    let line = |change: &FileChange| {
        let letter = match change.change {
            ChangeKind::Added => 'A',
            ChangeKind::Modified => 'M',
            ChangeKind::Removed => 'D',
        };
        let line = format!("{letter} {}", change.path);
        if change.is_versioned { line } else { format!("({line})") }
    };
    changes.iter().map(line).collect()
}

/// Opens a scratch and checks that it is of the kind that the way stands for.
pub async fn scratch(workspace: &LocalWorkspace, way: Way, name: &str) -> Scratch {
    let scratch = workspace.open_scratch(name).await.unwrap();
    let kind = match way {
        Way::Overlay | Way::UserOverlay => ScratchKind::Overlay,
        Way::Copy => ScratchKind::Copy,
        Way::InPlace => ScratchKind::InPlace,
    };
    assert_eq!(scratch.kind, kind);
    scratch
}
