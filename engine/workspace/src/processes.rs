//! Other processes: whether the owner of a scratch is alive, and ending what still runs inside a scratch's namespace.

use std::fmt;
use std::fs;
use std::path::Path;
use std::str::FromStr;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::process::{Pid, PidfdFlags, Signal};

/// A process that cannot be mistaken for a later one with the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProcessId {
    pid: u32,
    /// Clock ticks between boot and its start.
    started: u64,
}

impl ProcessId {
    /// This process.
    pub fn own() -> Self {
        let pid = std::process::id();
        Self { pid, started: start_of(pid).unwrap_or(0) }
    }

    /// Whether it still runs (a zombie does not).
    pub fn is_alive(self) -> bool {
        start_of(self.pid) == Some(self.started)
    }
}

impl fmt::Display for ProcessId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.pid, self.started)
    }
}

impl FromStr for ProcessId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (pid, started) = text.split_once(' ').unwrap_or((text, ""));
        Ok(Self { pid: pid.parse()?, started: started.parse()? })
    }
}

/// When a process that runs was started, in clock ticks after boot.
fn start_of(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The command name may hold spaces and parentheses: fields are counted from the last one.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let (state, started) = (fields.first()?, fields.get(19)?);
    if matches!(*state, "Z" | "X") { None } else { started.parse().ok() }
}

/// Whether a process with this number runs; `false` where that cannot be seen.
pub(crate) fn is_running(pid: u32) -> bool {
    start_of(pid).is_some()
}

/// Numbers of all processes that can be seen.
fn all() -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}

/// Kills every process that lives in the mount namespace in which an overlay with this name is mounted, the holder
/// included: servers that a stage started and left behind, and what an engine left that was killed. Repeats until none is
/// seen, for those that were forked meanwhile. Processes of other users cannot be looked at and are left alone.
pub(crate) fn end_namespace_of(token: &str) {
    /// Enough for a fork bomb to be outrun or given up on; each round sees what the one before it missed.
    const ROUNDS: usize = 50;
    let own_namespace = fs::read_link("/proc/self/ns/mnt").ok();
    for _ in 0..ROUNDS {
        let mut found = Vec::new();
        for pid in all() {
            let folder = format!("/proc/{pid}");
            let namespace = fs::read_link(format!("{folder}/ns/mnt")).ok();
            if namespace.is_none() || namespace == own_namespace {
                continue;
            }
            let mounts = fs::read_to_string(format!("{folder}/mountinfo")).unwrap_or_default();
            if mounts.lines().any(|line| line.split(' ').any(|field| field == token)) {
                found.push(pid);
            }
        }
        if found.is_empty() {
            return;
        }
        for pid in found.into_iter().filter_map(Pid::from_raw) {
            kill_and_wait(pid);
        }
    }
}

/// Kills every process that works in a folder, as far as they can be seen. Repeats as [`end_namespace_of`] does.
pub(crate) fn end_processes_in(folder: &Path) {
    const ROUNDS: usize = 50;
    for _ in 0..ROUNDS {
        let works_in = |pid: &i32| {
            let directory = fs::read_link(format!("/proc/{pid}/cwd"));
            // The dead still have a number until they are waited for, but no directory.
            directory.is_ok_and(|directory| directory.starts_with(folder)) && *pid != std::process::id().cast_signed()
        };
        let found: Vec<i32> = all().into_iter().filter(works_in).collect();
        if found.is_empty() {
            return;
        }
        for pid in found.into_iter().filter_map(Pid::from_raw) {
            kill_and_wait(pid);
        }
    }
}

/// Kills a process and waits until it can write no more. One that is gone already is what we want; one that hangs in
/// the kernel is given up on.
fn kill_and_wait(pid: Pid) {
    const PATIENCE: Timespec = Timespec { tv_sec: 5, tv_nsec: 0 };
    let Ok(process) = rustix::process::pidfd_open(pid, PidfdFlags::empty()) else { return };
    if rustix::process::pidfd_send_signal(&process, Signal::KILL).is_ok() {
        let _ = rustix::event::poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&PATIENCE));
    }
}

/// Whether a live process has a file open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// One has.
    Yes,
    /// None has.
    No,
    /// Some processes could not be looked at, and the others have not.
    Unknown,
}

/// Looks for a live process that has a file open.
pub(crate) fn is_held_open(file: &Path) -> Held {
    let Ok(wanted) = fs::metadata(file) else {
        return Held::No;
    };
    let key = |meta: &fs::Metadata| {
        use std::os::unix::fs::MetadataExt;
        (meta.dev(), meta.ino())
    };
    let mut answer = Held::No;
    for pid in all() {
        let Ok(descriptors) = fs::read_dir(format!("/proc/{pid}/fd")) else {
            // A process that ended meanwhile is not in the way; one of another user may be.
            if Path::new(&format!("/proc/{pid}")).exists() {
                answer = Held::Unknown;
            }
            continue;
        };
        let is_open = |path: &Path| fs::metadata(path).is_ok_and(|meta| key(&meta) == key(&wanted));
        if descriptors.flatten().any(|entry| is_open(&entry.path())) {
            return Held::Yes;
        }
    }
    answer
}
