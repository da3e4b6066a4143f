//! Turns a request into a process that is ready to be started.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use driver::ports::{CommandRequest, Stdin};
use pipeline::remedy::Limits;

use crate::birth::{BirthError, ProcessPlan};
use crate::child_setup::{ChildSetup, ResourceLimit};
use crate::jobs::job_variables;
use crate::start_error::{StartContext, StartError};

/// Milliseconds in a second.
const MS_PER_S: u64 = 1000;

/// Where programs are looked up without `PATH`, as the C library has it.
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// How a command is kept together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grouping {
    /// It leads a process group of its own.
    OwnGroup,
    /// It stays in the engine's group, or the terminal would stop it when it reads.
    TerminalGroup,
}

/// Which grouping a request needs.
pub(crate) fn grouping(stdin: Stdin) -> Grouping {
    match stdin {
        Stdin::Inherit if std::io::stdin().is_terminal() => Grouping::TerminalGroup,
        Stdin::Inherit | Stdin::Null => Grouping::OwnGroup,
    }
}

/// Where memory is limited.
#[derive(Debug)]
pub(crate) enum MemoryLimit {
    /// Nowhere.
    None,
    /// In a cgroup, whose open `cgroup.procs` this is: all processes of the command together.
    Group(OwnedFd),
    /// By `RLIMIT_DATA` in bytes, for each process by itself. Not `RLIMIT_AS`: node, java and go reserve far more addresses
    /// than they use.
    Data(u64),
}

/// A request that is about to be started.
pub(crate) struct Launch<'a> {
    request: &'a CommandRequest,
    directory: PathBuf,
    visible_base: PathBuf,
}

impl<'a> Launch<'a> {
    /// Checks a request.
    pub(crate) fn new(request: &'a CommandRequest) -> Result<Self, StartError> {
        if request.argv.is_empty() {
            return Err(StartError::refused("there is no program to start"));
        }
        let relative = Path::new(&request.directory);
        let is_inside = relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !is_inside {
            return Err(StartError::refused(format!("directory `{}` leads out of the workspace", request.directory)));
        }
        let visible_base = match request.place.namespace {
            Some(pid) => PathBuf::from(format!("/proc/{pid}/root")),
            None => PathBuf::from("/"),
        };
        Ok(Self { request, directory: request.place.root.join(relative), visible_base })
    }

    /// Prepares the process; returns the read ends of its standard output and standard error, too. A process with a watchdog
    /// leads a group of its own.
    pub(crate) fn plan(
        &self,
        memory: MemoryLimit,
        watchdog: Option<OwnedFd>,
    ) -> Result<(ProcessPlan, OwnedFd, OwnedFd), StartError> {
        let request = self.request;
        let pipe = || io::pipe().map_err(|error| StartError::engine("make a pipe", error));
        let (stdout_reader, stdout) = pipe()?;
        let (stderr_reader, stderr) = pipe()?;
        let stdin = match request.stdin {
            Stdin::Null => {
                let null = File::open("/dev/null").map_err(|error| StartError::engine("open /dev/null", error))?;
                Some(null.into())
            }
            Stdin::Inherit => None,
        };
        let jobs = request.limits.jobs.map(|jobs| job_variables(jobs, &request.env)).unwrap_or_default();
        let mut env: BTreeMap<&str, &str> = request.env.iter().map(|(name, value)| (&**name, &**value)).collect();
        env.extend(jobs.iter().map(|(name, value)| (&**name, &**value)));
        let plan = ProcessPlan {
            candidates: self.candidates()?,
            argv: request.argv.iter().map(|word| self.c_string(word.as_bytes())).collect::<Result<_, _>>()?,
            env: env
                .iter()
                .map(|(name, value)| self.c_string(format!("{name}={value}").as_bytes()))
                .collect::<Result<_, _>>()?,
            stdin,
            stdout: stdout.into(),
            stderr: stderr.into(),
            leads_group: watchdog.is_some(),
            setup: self.setup(memory, watchdog)?,
        };
        Ok((plan, stdout_reader.into(), stderr_reader.into()))
    }

    fn setup(&self, memory: MemoryLimit, watchdog: Option<OwnedFd>) -> Result<ChildSetup, StartError> {
        let (user_namespace, mount_namespace) = match self.request.place.namespace {
            Some(pid) => namespaces(pid).map_err(|error| {
                StartError::engine(format!("open the namespaces of the scratch's process {pid}"), error)
            })?,
            None => (None, None),
        };
        let mut limits = resource_limits(&self.request.limits);
        let memory_group = match memory {
            MemoryLimit::None => None,
            MemoryLimit::Group(procs) => Some(procs),
            MemoryLimit::Data(bytes) => {
                limits.push(ResourceLimit::DataBytes(bytes));
                None
            }
        };
        let directory = self.c_string(self.directory.as_os_str().as_bytes())?;
        let engine = std::process::id();
        Ok(ChildSetup { engine, watchdog, memory_group, limits, user_namespace, mount_namespace, directory })
    }

    /// The files that the program's name may mean, as `execvp` finds them: from the command's own `PATH`, in its own
    /// directory, and in the child, which may see other files than the engine.
    fn candidates(&self) -> Result<Vec<CString>, StartError> {
        let program = &self.request.argv[0];
        if program.contains('/') {
            return Ok(vec![self.c_string(program.as_bytes())?]);
        }
        let path = self.request.env.get("PATH").map_or(DEFAULT_PATH, String::as_str);
        let file = |directory: &str| match directory {
            "" => format!("./{program}"),
            _ => format!("{directory}/{program}"),
        };
        path.split(':').map(|directory| self.c_string(file(directory).as_bytes())).collect()
    }

    fn c_string(&self, bytes: &[u8]) -> Result<CString, StartError> {
        CString::new(bytes).map_err(|_| {
            StartError::refused(format!(
                "program `{}` cannot be started: a word holds a NUL byte",
                self.request.argv[0]
            ))
        })
    }

    /// Sorts the error of a start that failed.
    pub(crate) fn sort(&self, error: BirthError) -> StartError {
        let context = StartContext {
            program: &self.request.argv[0],
            search_path: self.request.env.get("PATH").map_or(DEFAULT_PATH, String::as_str),
            visible_base: &self.visible_base,
            directory: &self.directory,
        };
        context.sort(error)
    }
}

/// Opens the user namespace (if it is not the engine's own: nobody may join that again) and the mount namespace.
fn namespaces(pid: u32) -> io::Result<(Option<OwnedFd>, Option<OwnedFd>)> {
    let other = |kind: &str| -> io::Result<Option<OwnedFd>> {
        let theirs = File::open(format!("/proc/{pid}/ns/{kind}"))?;
        let (theirs_at, ours_at) = (theirs.metadata()?, std::fs::metadata(format!("/proc/self/ns/{kind}"))?);
        let is_ours = (theirs_at.dev(), theirs_at.ino()) == (ours_at.dev(), ours_at.ino());
        Ok((!is_ours).then(|| theirs.into()))
    };
    Ok((other("user")?, other("mnt")?))
}

fn resource_limits(limits: &Limits) -> Vec<ResourceLimit> {
    let cpu = limits.cpu_ms.map(|ms| ResourceLimit::CpuSeconds(ms.div_ceil(MS_PER_S).max(1)));
    let files = limits.open_files.map(ResourceLimit::OpenFiles);
    cpu.into_iter().chain(files).collect()
}
