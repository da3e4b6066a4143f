//! Why a command could not be started, and what a shell would have said.

use std::io;
use std::path::{Path, PathBuf};

use crate::birth::BirthError;
use crate::child_setup::SetupStep;

/// Exit code of shells for a program that does not exist.
const CODE_NOT_FOUND: i32 = 127;
/// Exit code of shells for a program that exists but cannot be executed.
const CODE_NOT_EXECUTABLE: i32 = 126;

/// A command that could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum StartError {
    /// The request asks for something that is not there: a normal result of a build.
    #[error("{reason}")]
    NotStarted {
        /// For people.
        reason: String,
        /// What a shell would have reported.
        exit_code: Option<i32>,
    },
    /// The child could not enter its memory cgroup; the caller may try again without one.
    #[error("enter the memory cgroup: {0}")]
    MemoryGroup(#[source] io::Error),
    /// The engine or the machine could not do its part.
    #[error("{action}: {source}")]
    Engine {
        /// What was attempted.
        action: String,
        /// Why it failed.
        source: io::Error,
    },
}

impl StartError {
    /// An engine fault.
    pub(crate) fn engine(action: impl Into<String>, source: io::Error) -> Self {
        Self::Engine { action: action.into(), source }
    }

    /// Something that the request asks for and that cannot be.
    pub(crate) fn refused(reason: impl Into<String>) -> Self {
        Self::NotStarted { reason: reason.into(), exit_code: None }
    }
}

/// What is known about a request when its start fails.
pub(crate) struct StartContext<'a> {
    /// The first word of the command.
    pub(crate) program: &'a str,
    /// `PATH` of the command.
    pub(crate) search_path: &'a str,
    /// Where the command's own `/` is visible to the engine.
    pub(crate) visible_base: &'a Path,
    /// The command's directory, as the command sees it.
    pub(crate) directory: &'a Path,
}

impl StartContext<'_> {
    /// Says what it means that no process came of it.
    pub(crate) fn sort(&self, error: BirthError) -> StartError {
        match error {
            BirthError::Process(source) => StartError::engine("start a process", source),
            BirthError::Setup(SetupStep::Directory, source, _) => {
                StartError::refused(format!("directory `{}`: {source}", self.directory.display()))
            }
            BirthError::Setup(SetupStep::MemoryGroup, source, _) => StartError::MemoryGroup(source),
            BirthError::Setup(step, source, _) => StartError::engine(step.action(), source),
            BirthError::Exec(source, _) => self.sort_exec(source),
        }
    }

    fn sort_exec(&self, error: io::Error) -> StartError {
        let program = self.program;
        let (reason, code) = match error.raw_os_error().unwrap_or(0) {
            libc::ENOENT | libc::ENOTDIR => match self.existing_file() {
                Some(file) => (format!("the interpreter of `{}` was not found", file.display()), CODE_NOT_FOUND),
                None if program.contains('/') => (format!("program `{program}` not found"), CODE_NOT_FOUND),
                None => (format!("program `{program}` not found on PATH"), CODE_NOT_FOUND),
            },
            libc::EACCES | libc::EPERM => (format!("program `{program}` is not executable"), CODE_NOT_EXECUTABLE),
            libc::ENOEXEC
            | libc::E2BIG
            | libc::ELOOP
            | libc::ENAMETOOLONG
            | libc::EISDIR
            | libc::ETXTBSY
            | libc::EINVAL => (format!("program `{program}` cannot be executed: {error}"), CODE_NOT_EXECUTABLE),
            _ => return StartError::engine("start a process", error),
        };
        StartError::NotStarted { reason, exit_code: Some(code) }
    }

    /// The file that the program's name leads to, if it does exist.
    fn existing_file(&self) -> Option<PathBuf> {
        let visible = |path: PathBuf| {
            let path = self.directory.join(path);
            let seen = self.visible_base.join(path.strip_prefix("/").unwrap_or(&path));
            seen.is_file().then_some(path)
        };
        if self.program.contains('/') {
            return visible(PathBuf::from(self.program));
        }
        let directories = std::env::split_paths(self.search_path);
        directories.map(|directory| directory.join(self.program)).find_map(visible)
    }
}
