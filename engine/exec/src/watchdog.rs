//! Kills the commands of an engine that was killed.
//!
//! `PR_SET_PDEATHSIG` reaches only the direct child of the engine, not what that started. So one small process watches
//! over all commands: it holds the other end of a socket on which each command's group is announced (by the child itself,
//! before exec) and forgotten (by the engine, when the group is gone). When the engine ends in whatever way, the kernel
//! closes the engine's end, and the watchdog kills the groups that are left.
//!
//! The watchdog is a fork without exec: 0.2 ms once, no second program to install. It therefore uses system calls only.
//! Limits: groups that a command made for its own children (`setsid`, job control) are not known here, and neither are
//! commands that share the terminal's group; of those, only the direct child dies with a killed engine.

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;

use rustix::process::Pid;

use crate::child_setup::send;

/// Groups that are watched at most at one time; later ones are not protected against a killed engine.
const MAX_GROUPS: usize = 4096;

/// The engine's end.
#[derive(Debug)]
pub(crate) struct Watchdog {
    line: UnixStream,
    process: libc::pid_t,
}

impl Watchdog {
    /// Starts the process.
    pub(crate) fn start() -> io::Result<Self> {
        let (line, far_end) = UnixStream::pair()?;
        // SAFETY: the child calls nothing but async-signal-safe functions and never returns.
        match unsafe { libc::fork() } {
            -1 => Err(io::Error::last_os_error()),
            0 => unsafe { watch(far_end.as_raw_fd()) },
            process => Ok(Self { line, process }),
        }
    }

    /// A copy of the line for a child that will announce itself on it.
    pub(crate) fn line(&self) -> io::Result<OwnedFd> {
        self.line.as_fd().try_clone_to_owned()
    }

    /// Tells that a group is gone.
    pub(crate) fn forget(&self, group: Pid) {
        // Fails only when the watchdog was killed; then there is nothing to forget.
        let _ = send(self.line.as_raw_fd(), &(-group.as_raw_pid()).to_ne_bytes());
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        let _ = self.line.shutdown(std::net::Shutdown::Both);
        // SAFETY: waits for our own child; a null status is allowed.
        unsafe { libc::waitpid(self.process, std::ptr::null_mut(), 0) };
    }
}

/// Life of the watchdog process.
///
/// # Safety
/// Runs in the child of a fork of a process with threads: nothing here may allocate, lock or panic.
unsafe fn watch(line: RawFd) -> ! {
    unsafe {
        leave_the_engines_surroundings(line);
        let mut groups = [0 as libc::pid_t; MAX_GROUPS];
        let mut message = [0_u8; 4];
        while read_whole(0, &mut message) {
            let group = libc::pid_t::from_ne_bytes(message);
            let (find, put) = if group > 0 { (0, group) } else { (-group, 0) };
            if let Some(slot) = groups.iter_mut().find(|slot| **slot == find) {
                *slot = put;
            }
        }
        for group in groups {
            if group > 1 {
                libc::kill(-group, libc::SIGKILL);
            }
        }
        libc::_exit(0)
    }
}

/// Keeps nothing of the engine's but the line: no terminal signals, no open pipes, locks or directories.
unsafe fn leave_the_engines_surroundings(line: RawFd) {
    unsafe {
        libc::setsid();
        let mut all: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::sigprocmask(libc::SIG_SETMASK, &all, std::ptr::null_mut());
        libc::chdir(c"/".as_ptr());
        libc::dup2(line, 0);
        #[cfg(target_os = "linux")]
        {
            libc::prctl(libc::PR_SET_NAME, c"selfheal-guard".as_ptr(), 0, 0, 0);
            if libc::syscall(libc::SYS_close_range, 1, libc::c_uint::MAX, 0) == 0 {
                return;
            }
        }
        let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit);
        // An unlimited table would take minutes; nothing opens that many files before the first command.
        for fd in 1..limit.rlim_cur.min(65_536) {
            libc::close(fd as RawFd);
        }
    }
}

unsafe fn read_whole(fd: RawFd, message: &mut [u8; 4]) -> bool {
    let mut filled = 0;
    while let Some(rest) = message.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        let count = unsafe { libc::read(fd, rest.as_mut_ptr().cast(), rest.len()) };
        if count <= 0 {
            // Signals are blocked, so an interruption cannot be the reason.
            return false;
        }
        filled += count.cast_unsigned();
    }
    true
}
