//! What one git repository says about its paths: tracked, ignored, or neither.
//!
//! `git check-ignore` is kept running and asked one path at a time, so a walk can leave out ignored folders with all
//! that is in them. It is started at the first path that is not tracked.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use driver::ports::WorkspaceError;

use crate::git::Git;
use crate::tree::{bytes, lstat, path_of};

const CHECK_IGNORE: [&str; 5] = ["check-ignore", "-z", "-v", "-n", "--stdin"];

/// One repository. Paths are relative to the directory it was opened with.
#[derive(Debug)]
pub(crate) struct Oracle {
    git: Git,
    /// Where the rules are read: the workspace, or a folder in it.
    directory: PathBuf,
    tracked: HashSet<PathBuf>,
    tracked_directories: HashSet<PathBuf>,
    process: Option<Conversation>,
}

#[derive(Debug)]
struct Conversation {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Oracle {
    /// Reads the list of tracked files.
    pub fn open(directory: &Path) -> Result<Self, WorkspaceError> {
        let git = Git::of_user(directory);
        let list = git.run(&["ls-files", "-z", "--cached"])?;
        let tracked: HashSet<PathBuf> =
            list.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(path_of).collect();
        let mut tracked_directories = HashSet::new();
        for path in &tracked {
            for parent in path.ancestors().skip(1) {
                if !tracked_directories.insert(parent.to_owned()) {
                    break;
                }
            }
        }
        Ok(Self { git, directory: directory.to_owned(), tracked, tracked_directories, process: None })
    }

    /// Whether a path whose parents are not ignored is ignored.
    pub fn is_ignored(&mut self, path: &Path, is_directory: bool) -> Result<bool, WorkspaceError> {
        if self.tracked.contains(path) || self.tracked_directories.contains(path) {
            return Ok(false);
        }
        let directories = path.ancestors().skip(usize::from(!is_directory));
        let directories: Vec<&Path> = directories.filter(|parent| !parent.as_os_str().is_empty()).collect();
        // From the outside in: what is looked at lies behind no link.
        for parent in directories.into_iter().rev() {
            // Below a submodule, or a directory where a file or link was: git refuses the question, and what is there
            // may replace something versioned.
            let is_versioned = self.tracked.contains(parent);
            if is_versioned || lstat(&self.directory.join(parent))?.is_some_and(|meta| meta.is_symlink()) {
                return Ok(false);
            }
        }
        self.ask(path, is_directory)
    }

    fn ask(&mut self, path: &Path, is_directory: bool) -> Result<bool, WorkspaceError> {
        let fault = |git: &Git, error: std::io::Error| git.fault(&CHECK_IGNORE, format!("{}: {error}", path.display()));
        let process = match &mut self.process {
            Some(process) => process,
            none => none.insert(Conversation::start(&self.git)?),
        };
        // The dot keeps a name that begins with a colon from being read as a pathspec with magic.
        let mut question = [b"./", bytes(path)].concat();
        if is_directory {
            question.push(b'/');
        }
        question.push(0);
        let answer = process.stdin.write_all(&question).and_then(|()| process.answer());
        answer.map_err(|error| fault(&self.git, error))
    }
}

impl Conversation {
    fn start(git: &Git) -> Result<Self, WorkspaceError> {
        let fault = |message: String| git.fault(&CHECK_IGNORE, message);
        let mut command = git.command(&CHECK_IGNORE);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| fault(error.to_string()))?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(fault("it has no pipes".to_owned()));
        };
        Ok(Self { child, stdin, stdout: BufReader::new(stdout) })
    }

    /// Reads one answer: source, line, pattern and path, each ended by NUL; the first three are empty without a match.
    fn answer(&mut self) -> std::io::Result<bool> {
        let mut pattern = Vec::new();
        for index in 0..4 {
            let mut field = Vec::new();
            self.stdout.read_until(0, &mut field)?;
            if field.pop() != Some(0) {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            if index == 2 {
                pattern = field;
            }
        }
        let is_exception = pattern.starts_with(b"!");
        Ok(!pattern.is_empty() && !is_exception)
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        // It only reads, so nothing is lost.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
