//! What a new process does before it becomes another program.
//!
//! The engine has many threads, and the child may even share its memory ([`crate::birth`]), so only system calls are
//! allowed here: no allocation, no locks, no formatting. Everything is prepared before. A step that fails is returned and
//! leaves its reason in `errno`.

use std::ffi::CString;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

/// A step that may fail in the child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetupStep {
    /// Joining the memory cgroup.
    MemoryGroup,
    /// Setting resource limits.
    Limits,
    /// Joining the scratch's namespaces.
    Namespaces,
    /// Going to the command's directory.
    Directory,
    /// Asking to be killed with the engine.
    DeathSignal,
    /// Taking the pipes, and a process group where one is wanted.
    Streams,
}

impl SetupStep {
    /// All of them, in the order of their numbers.
    pub(crate) const ALL: [Self; 6] =
        [Self::MemoryGroup, Self::Limits, Self::Namespaces, Self::Directory, Self::DeathSignal, Self::Streams];

    /// For people, after "failed to".
    pub(crate) fn action(self) -> &'static str {
        match self {
            Self::MemoryGroup => "enter the memory cgroup",
            Self::Limits => "set resource limits",
            Self::Namespaces => "join the scratch's namespaces",
            Self::Directory => "go to the command's directory",
            Self::DeathSignal => "tie the process to the engine",
            Self::Streams => "give the process its pipes and group",
        }
    }
}

/// The step's result from that of a system call.
pub(crate) fn check(step: SetupStep, result: libc::c_int) -> Result<(), SetupStep> {
    if result == -1 { Err(step) } else { Ok(()) }
}

/// A resource limit; soft and hard are the same, so that the command cannot raise it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResourceLimit {
    /// Processor seconds; the kernel counts no finer. SIGXCPU at the limit, SIGKILL one second later.
    CpuSeconds(u64),
    /// Open files.
    OpenFiles(u64),
    /// Writable private memory (`RLIMIT_DATA`).
    DataBytes(u64),
}

impl ResourceLimit {
    #[allow(clippy::unnecessary_cast, reason = "the numbers of resources have another type with musl and on macOS")]
    fn apply(self) -> Result<(), SetupStep> {
        match self {
            Self::CpuSeconds(seconds) => set_limit(libc::RLIMIT_CPU as u32, seconds, seconds.saturating_add(1)),
            Self::OpenFiles(count) => set_limit(libc::RLIMIT_NOFILE as u32, count, count),
            Self::DataBytes(bytes) => set_limit(libc::RLIMIT_DATA as u32, bytes, bytes),
        }
    }
}

/// Sets a limit, or the nearest that the hard limit allows to an unprivileged process.
fn set_limit(resource: u32, soft: u64, hard: u64) -> Result<(), SetupStep> {
    let clamp = |value: u64| libc::rlim_t::try_from(value).unwrap_or(libc::RLIM_INFINITY);
    let wanted = libc::rlimit { rlim_cur: clamp(soft), rlim_max: clamp(hard) };
    // SAFETY: both calls only read and write the structures given.
    unsafe {
        if libc::setrlimit(resource as _, &wanted) == 0 {
            return Ok(());
        }
        let mut now = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        check(SetupStep::Limits, libc::getrlimit(resource as _, &mut now))?;
        now.rlim_max = now.rlim_max.min(wanted.rlim_max);
        now.rlim_cur = now.rlim_max.min(wanted.rlim_cur);
        check(SetupStep::Limits, libc::setrlimit(resource as _, &now))
    }
}

/// Everything a child needs to know, prepared in the engine.
#[derive(Debug)]
pub(crate) struct ChildSetup {
    /// The engine's process id, to notice that it is gone already.
    pub(crate) engine: u32,
    /// Line to the watchdog, when the child leads a group of its own.
    pub(crate) watchdog: Option<OwnedFd>,
    /// Open `cgroup.procs` of a memory cgroup.
    pub(crate) memory_group: Option<OwnedFd>,
    /// Resource limits.
    pub(crate) limits: Vec<ResourceLimit>,
    /// User namespace to join, if it is another one than the engine's.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux has namespaces"))]
    pub(crate) user_namespace: Option<OwnedFd>,
    /// Mount namespace to join.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux has namespaces"))]
    pub(crate) mount_namespace: Option<OwnedFd>,
    /// Absolute directory, as seen in the mount namespace.
    pub(crate) directory: CString,
}

impl ChildSetup {
    /// Runs in the child.
    pub(crate) fn apply(&self) -> Result<(), SetupStep> {
        if let Some(line) = &self.watchdog {
            // SAFETY: getpid cannot fail.
            let group = unsafe { libc::getpid() };
            // A lost watchdog must not stop builds: it only matters if the engine is killed.
            let _ = send(line.as_raw_fd(), &group.to_ne_bytes());
        }
        if let Some(procs) = &self.memory_group {
            check(SetupStep::MemoryGroup, write(procs.as_raw_fd(), b"0"))?;
        }
        for limit in &self.limits {
            limit.apply()?;
        }
        self.join_namespaces()?;
        // SAFETY: the string ends with NUL.
        check(SetupStep::Directory, unsafe { libc::chdir(self.directory.as_ptr()) })?;
        // After the namespaces: a change of credentials clears the death signal.
        die_with_the_engine(self.engine)
    }

    #[cfg(target_os = "linux")]
    fn join_namespaces(&self) -> Result<(), SetupStep> {
        let namespaces = [(&self.user_namespace, libc::CLONE_NEWUSER), (&self.mount_namespace, libc::CLONE_NEWNS)];
        for (namespace, kind) in namespaces {
            if let Some(namespace) = namespace {
                // SAFETY: setns takes plain numbers. The child has one thread, as the kernel demands for user namespaces.
                check(SetupStep::Namespaces, unsafe { libc::setns(namespace.as_raw_fd(), kind) })?;
            }
        }
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    fn join_namespaces(&self) -> Result<(), SetupStep> {
        Ok(())
    }
}

#[cfg(target_os = "linux")]
fn die_with_the_engine(engine: u32) -> Result<(), SetupStep> {
    // SAFETY: prctl takes plain numbers here; the others cannot fail.
    unsafe {
        check(SetupStep::DeathSignal, libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL as libc::c_ulong, 0, 0, 0))?;
        if libc::getppid().cast_unsigned() != engine {
            libc::_exit(1);
        }
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn die_with_the_engine(_engine: u32) -> Result<(), SetupStep> {
    Ok(())
}

fn write(fd: RawFd, bytes: &[u8]) -> libc::c_int {
    // SAFETY: pointer and length belong together.
    let written = unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) };
    if written < 0 { -1 } else { 0 }
}

/// Writes to a socket without the signal that a closed one would raise.
pub(crate) fn send(fd: RawFd, bytes: &[u8]) -> libc::c_int {
    #[cfg(target_os = "linux")]
    let flags = libc::MSG_NOSIGNAL;
    #[cfg(not(target_os = "linux"))]
    let flags = 0;
    // SAFETY: pointer and length belong together.
    let sent = unsafe { libc::send(fd, bytes.as_ptr().cast(), bytes.len(), flags) };
    if sent < 0 { -1 } else { 0 }
}
