//! Learns that a process has ended, and takes from the kernel what it counted.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// What the kernel says about a process that has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reaped {
    /// Its exit code, if it exited.
    pub(crate) exit_code: Option<i32>,
    /// The signal that ended it, if one did.
    pub(crate) signal: Option<u32>,
    /// Processor time of it and of all descendants that were waited for.
    pub(crate) cpu_time: Duration,
    /// Largest resident set of any one of the same, in units of `ru_maxrss`.
    pub(crate) peak_memory: i64,
}

impl Reaped {
    /// Bytes for a number in units of `ru_maxrss`: kibibytes, but bytes on macOS.
    pub(crate) fn memory_bytes(maxrss: i64) -> u64 {
        let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
        u64::try_from(maxrss).unwrap_or(0).saturating_mul(unit)
    }
}

/// A descriptor that is readable or hung up once a child has ended. The child is not reaped by that.
pub(crate) fn exit_watch(pid: Pid) -> io::Result<OwnedFd> {
    #[cfg(target_os = "linux")]
    if let Ok(descriptor) = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()) {
        return Ok(descriptor);
    }
    // macOS, old kernels and some sandboxes.
    exit_watch_by_thread(pid)
}

fn exit_watch_by_thread(pid: Pid) -> io::Result<OwnedFd> {
    let (reader, writer) = io::pipe()?;
    let wait = move || {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while matches!(waitid(WaitId::Pid(pid), options), Err(rustix::io::Errno::INTR)) {}
        drop(writer);
    };
    std::thread::Builder::new().name("exit watch".to_owned()).spawn(wait)?;
    Ok(reader.into())
}

/// Reaps a child, waiting for its end where that has not come yet.
pub(crate) fn reap(pid: Pid) -> Reaped {
    let mut status = 0;
    // SAFETY: all zeroes is a valid rusage, and wait4 only writes to what it is given.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        while libc::wait4(pid.as_raw_pid(), &mut status, 0, &mut usage) == -1
            && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted
        {}
        usage
    };
    let signal = libc::WIFSIGNALED(status).then(|| libc::WTERMSIG(status).cast_unsigned());
    Reaped {
        exit_code: libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)),
        signal,
        cpu_time: time(usage.ru_utime) + time(usage.ru_stime),
        peak_memory: usage.ru_maxrss,
    }
}

fn time(value: libc::timeval) -> Duration {
    let micros = u64::try_from(value.tv_usec).unwrap_or(0);
    Duration::from_secs(u64::try_from(value.tv_sec).unwrap_or(0)) + Duration::from_micros(micros)
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn end_is_seen_without_a_process_descriptor_and_the_child_can_be_reaped_after() {
        let mut child = Command::new("sh").args(["-c", "read x; exit 7"]).stdin(Stdio::piped()).spawn().expect("spawn");
        let pid = Pid::from_child(&child);
        let watch = exit_watch_by_thread(pid).expect("watch");
        drop(child.stdin.take());
        let mut bytes = Vec::new();
        std::fs::File::from(watch).read_to_end(&mut bytes).expect("it hangs up");
        assert_eq!(reap(pid).exit_code, Some(7));
        assert!(child.wait().is_err(), "it is reaped already");
    }
}
