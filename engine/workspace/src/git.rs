//! The one way in which git is called: with a clean environment, without hooks, monitors and prompts.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use driver::ports::WorkspaceError;

use crate::tree::path_of;

/// Settings that keep git from running anything else and from writing to the user's repository on the side.
const HARMLESS: [&str; 8] = [
    "safe.directory=*",
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.quotePath=true",
    "gc.auto=0",
    "commit.gpgSign=false",
    "advice.detachedHead=false",
];

/// Settings of the engine's own repositories: bytes and modes are stored as they are.
const EXACT: [&str; 9] = [
    "core.autocrlf=false",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.fileMode=true",
    "core.symlinks=true",
    "core.ignoreCase=false",
    "core.compression=1",
    "core.protectNTFS=false",
    "core.fsync=committed",
];

/// A repository as a directory to call git in.
#[derive(Clone, Debug)]
pub(crate) struct Git {
    directory: PathBuf,
    env: Vec<(&'static str, OsString)>,
    is_own: bool,
}

impl Git {
    /// Git as the user has it set up (excludes file included), for questions about the user's repository.
    pub fn of_user(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), env: Vec::new(), is_own: false }
    }

    /// A bare repository of the engine: no configuration of the user or the machine has a say.
    pub fn of_engine(repository: &Path) -> Self {
        let env = vec![
            ("GIT_DIR", repository.into()),
            ("GIT_CONFIG_GLOBAL", "/dev/null".into()),
            ("GIT_CONFIG_NOSYSTEM", "1".into()),
            ("GIT_ATTR_NOSYSTEM", "1".into()),
        ];
        Self { directory: repository.to_owned(), env, is_own: true }
    }

    /// The same with a work tree and an index.
    pub fn with_work_tree(mut self, work_tree: &Path, index: &Path) -> Self {
        self.directory = work_tree.to_owned();
        self.env.push(("GIT_WORK_TREE", work_tree.into()));
        self.env.push(("GIT_INDEX_FILE", index.into()));
        self
    }

    /// The command before it is started, for callers that talk to it.
    pub fn command<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"GIT_") {
                command.env_remove(name);
            }
        }
        command.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
        command.env("GIT_NO_REPLACE_OBJECTS", "1").env("GIT_PAGER", "cat");
        for setting in HARMLESS.iter().chain(self.is_own.then_some(&EXACT).into_iter().flatten()) {
            command.args(["-c", setting]);
        }
        for (name, value) in &self.env {
            command.env(name, value);
        }
        command.args(arguments).current_dir(&self.directory);
        command
    }

    /// Runs git to its end and returns its output.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Result<Vec<u8>, WorkspaceError> {
        self.run_with_input(arguments, &[])
    }

    /// Runs git with something on its standard input.
    pub fn run_with_input<A: AsRef<OsStr>>(&self, arguments: &[A], input: &[u8]) -> Result<Vec<u8>, WorkspaceError> {
        self.run_with_writer(arguments, |stdin| stdin.write_all(input))
    }

    /// Runs git with an input that is made while git reads it.
    pub fn run_with_writer<A: AsRef<OsStr>>(
        &self,
        arguments: &[A],
        write: impl FnOnce(&mut dyn Write) -> std::io::Result<()> + Send,
    ) -> Result<Vec<u8>, WorkspaceError> {
        let fault = |message: String| self.fault(arguments, message);
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| fault(error.to_string()))?;
        let mut stdin = child.stdin.take().expect("standard input was asked for as a pipe");
        let (output, written) = std::thread::scope(|scope| {
            // Its own thread: git may answer before it has read everything.
            let writer = scope.spawn(move || {
                let mut buffered = std::io::BufWriter::with_capacity(64 * 1024, &mut stdin);
                write(&mut buffered).and_then(|()| buffered.flush())
            });
            let output = child.wait_with_output();
            (output, writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        let output = output.map_err(|error| fault(error.to_string()))?;
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(fault(if message.is_empty() { output.status.to_string() } else { message }));
        }
        written.map_err(|error| fault(format!("its input: {error}")))?;
        Ok(output.stdout)
    }

    /// An error about a call.
    pub fn fault<A: AsRef<OsStr>>(&self, arguments: &[A], message: String) -> WorkspaceError {
        let words: Vec<_> = arguments.iter().map(|word| word.as_ref().to_string_lossy()).collect();
        WorkspaceError::Git { arguments: words.join(" "), message }
    }
}

/// The user's repository around a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Repository {
    /// Directory of this work tree's index and HEAD.
    pub git_dir: PathBuf,
    /// Directory of what all work trees share.
    pub common_dir: PathBuf,
    /// Top of the work tree.
    pub top: PathBuf,
    /// Path of the workspace inside the work tree with a `/` at its end, or nothing.
    pub prefix: Vec<u8>,
    /// Name of the hash function.
    pub object_format: String,
    /// Whether the workspace lies in a folder that the repository ignores, so that it is not versioned at all.
    pub is_outside: bool,
}

impl Repository {
    /// Finds the work tree that a directory lies in. Nothing is started when no parent has a `.git`; a repository that
    /// git itself refuses counts as none.
    pub fn around(root: &Path) -> Option<Self> {
        root.ancestors().find(|parent| parent.join(".git").symlink_metadata().is_ok())?;
        let git = Git::of_user(root);
        let line = |arguments: &[&str]| -> Option<Vec<u8>> {
            let mut bytes = git.run(arguments).ok()?;
            bytes.pop_if(|last| *last == b'\n');
            Some(bytes)
        };
        let both = line(&["rev-parse", "--is-inside-work-tree", "--show-object-format"])?;
        let (is_inside, object_format) = std::str::from_utf8(&both).ok()?.split_once('\n')?;
        if is_inside != "true" {
            return None;
        }
        let git_dir = path_of(&line(&["rev-parse", "--absolute-git-dir"])?);
        let common_dir = root.join(path_of(&line(&["rev-parse", "--git-common-dir"])?));
        let common_dir = common_dir.canonicalize().unwrap_or(common_dir);
        let prefix = line(&["rev-parse", "--show-prefix"])?;
        let top = root.ancestors().nth(path_of(&prefix).components().count())?.to_owned();
        let is_outside = !prefix.is_empty()
            && git.run(&["check-ignore", "-q", "--no-index", "."]).is_ok()
            && git.run(&["ls-files", "-z"]).is_ok_and(|tracked| tracked.is_empty());
        Some(Self { git_dir, common_dir, top, prefix, object_format: object_format.to_owned(), is_outside })
    }
}
