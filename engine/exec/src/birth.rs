//! Creates a process without copying the engine's memory.
//!
//! A plain fork copies the page tables: 10 ms for an engine that holds 30 MB, 40 ms for 100 MB, against 0.7 ms for a child
//! that shares the memory until it becomes another program (measured 2026-11-23 on 2 busy cores). So on Linux this does
//! what `posix_spawn` does (`CLONE_VM | CLONE_VFORK`: the calling thread stands still meanwhile), with our own steps in
//! between, which `posix_spawn` has no room for. A child that joins a user namespace gets a copy of the memory all the
//! same: the kernel marks the memory of whoever changes credentials as not dumpable, and that would be the engine's.
//!
//! Invariant: the child makes system calls only, on a stack of its own, with all signals blocked until no handler of the
//! engine is left.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicI64, Ordering};

use rustix::process::Pid;

use crate::child_setup::{ChildSetup, SetupStep, check};

/// Shell for files without a `#!` line, as `execvp` uses it.
const FALLBACK_SHELL: &std::ffi::CStr = c"/bin/sh";

/// Number of the step [`Report::step`] for exec itself; those of [`SetupStep`] are smaller.
const EXEC: i32 = 100;

/// A process to be created, prepared so that nothing is left to allocate.
#[derive(Debug)]
pub(crate) struct ProcessPlan {
    /// Files that are tried in this order; relative ones are looked up from the child's directory. Never empty.
    pub(crate) candidates: Vec<CString>,
    /// The program's name and its arguments.
    pub(crate) argv: Vec<CString>,
    /// The whole environment, as `NAME=value`.
    pub(crate) env: Vec<CString>,
    /// Standard input; the engine's own if there is none.
    pub(crate) stdin: Option<OwnedFd>,
    /// Standard output.
    pub(crate) stdout: OwnedFd,
    /// Standard error.
    pub(crate) stderr: OwnedFd,
    /// Whether the child leads a process group of its own.
    pub(crate) leads_group: bool,
    /// Everything else.
    pub(crate) setup: ChildSetup,
}

/// A process that was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Born {
    /// Its id.
    pub(crate) pid: Pid,
    /// Its peak of memory before exec, in units of `ru_maxrss`: that of the engine, whose memory it shared. The kernel keeps
    /// it over exec, so a later peak that is not above it says nothing about the command.
    pub(crate) memory_floor: i64,
}

/// Why a process was not created.
#[derive(Debug)]
pub(crate) enum BirthError {
    /// There is no child at all.
    Process(io::Error),
    /// It could not be prepared.
    Setup(SetupStep, io::Error, Pid),
    /// It could not become the program.
    Exec(io::Error, Pid),
}

/// What the child tells; lies in memory that both sides share in any case.
#[derive(Debug)]
struct Report {
    memory_floor: AtomicI64,
    step: AtomicI32,
    errno: AtomicI32,
}

/// What creating processes needs again and again. One process at a time.
#[derive(Debug)]
pub(crate) struct Nursery {
    report: ptr::NonNull<Report>,
    #[cfg(target_os = "linux")]
    stack: Box<[Frame]>,
}

/// A piece of stack with the alignment that every architecture asks for.
#[cfg(target_os = "linux")]
#[derive(Clone, Copy, Debug)]
#[repr(align(16))]
struct Frame(#[allow(dead_code, reason = "only its size counts")] [u8; 16]);

/// The child needs a few hundred bytes; unoptimised code a few thousand.
#[cfg(target_os = "linux")]
const STACK_FRAMES: usize = 64 * 1024 / size_of::<Frame>();

/// All that the child looks at.
struct Call<'a> {
    plan: &'a ProcessPlan,
    candidates: Vec<*const libc::c_char>,
    argv: Vec<*const libc::c_char>,
    /// `/bin/sh`, a place for the file, the arguments.
    shell_argv: Vec<*const libc::c_char>,
    env: Vec<*const libc::c_char>,
    report: &'a Report,
}

impl Nursery {
    /// Makes one. Blocks all signals of the calling thread, which has to be the one that creates the processes.
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: a new anonymous mapping, whose zeroes are valid atomics; the mask is written before it is read.
        unsafe {
            let protection = libc::PROT_READ | libc::PROT_WRITE;
            let flags = libc::MAP_SHARED | libc::MAP_ANON;
            let address = libc::mmap(ptr::null_mut(), size_of::<Report>(), protection, flags, -1, 0);
            if address == libc::MAP_FAILED {
                return Err(io::Error::last_os_error());
            }
            let mut all: libc::sigset_t = std::mem::zeroed();
            libc::sigfillset(&mut all);
            libc::pthread_sigmask(libc::SIG_SETMASK, &all, ptr::null_mut());
            Ok(Self {
                report: ptr::NonNull::new(address.cast()).ok_or(io::ErrorKind::OutOfMemory)?,
                #[cfg(target_os = "linux")]
                stack: vec![Frame([0; 16]); STACK_FRAMES].into_boxed_slice(),
            })
        }
    }

    /// Creates a process and returns when it has become its program, or has failed to.
    pub(crate) fn create(&mut self, plan: &ProcessPlan) -> Result<Born, BirthError> {
        // SAFETY: the mapping lives as long as the nursery, and its fields are atomics.
        let report = unsafe { self.report.as_ref() };
        report.step.store(-1, Ordering::Relaxed);
        let mut call = Call::new(plan, report);
        let pid = self.start(&mut call).map_err(BirthError::Process)?;
        let pid = Pid::from_raw(pid).ok_or_else(|| BirthError::Process(io::Error::other("a process without id")))?;
        let step = report.step.load(Ordering::Relaxed);
        if step == -1 {
            return Ok(Born { pid, memory_floor: report.memory_floor.load(Ordering::Relaxed) });
        }
        // SAFETY: our own child, which has ended or is about to; a null status is allowed.
        unsafe { libc::waitpid(pid.as_raw_pid(), ptr::null_mut(), 0) };
        let error = io::Error::from_raw_os_error(report.errno.load(Ordering::Relaxed));
        match usize::try_from(step).ok().and_then(|step| SetupStep::ALL.get(step)) {
            Some(step) => Err(BirthError::Setup(*step, error, pid)),
            None => Err(BirthError::Exec(error, pid)),
        }
    }

    #[cfg(target_os = "linux")]
    fn start(&mut self, call: &mut Call<'_>) -> io::Result<libc::pid_t> {
        let memory = if call.plan.setup.user_namespace.is_none() { libc::CLONE_VM } else { 0 };
        let flags = libc::CLONE_VFORK | memory | libc::SIGCHLD;
        let argument: *mut Call<'_> = call;
        // SAFETY: the stack is ours and nobody uses it before the child has left it, because CLONE_VFORK holds this thread;
        // for the same reason `call` outlives the child's use of it. Stacks grow down, so the end is its start.
        let pid = unsafe {
            let stack = self.stack.as_mut_ptr_range().end;
            libc::clone(become_program, stack.cast(), flags, argument.cast())
        };
        if pid == -1 { Err(io::Error::last_os_error()) } else { Ok(pid) }
    }

    #[cfg(not(target_os = "linux"))]
    fn start(&mut self, call: &mut Call<'_>) -> io::Result<libc::pid_t> {
        use std::io::Read;
        // Closed by exec or by the child's end.
        let (mut reader, writer) = io::pipe()?;
        let argument: *mut Call<'_> = call;
        // SAFETY: the child makes system calls only.
        match unsafe { libc::fork() } {
            -1 => Err(io::Error::last_os_error()),
            0 => std::process::exit(become_program(argument.cast())),
            pid => {
                drop(writer);
                let _ = reader.read(&mut [0]);
                Ok(pid)
            }
        }
    }
}

impl Drop for Nursery {
    fn drop(&mut self) {
        // SAFETY: our own mapping, which nobody uses any more.
        unsafe { libc::munmap(self.report.as_ptr().cast(), size_of::<Report>()) };
    }
}

impl<'a> Call<'a> {
    fn new(plan: &'a ProcessPlan, report: &'a Report) -> Self {
        let pointers = |strings: &[CString]| strings.iter().map(|string| string.as_ptr()).collect::<Vec<_>>();
        let ended = |mut list: Vec<*const libc::c_char>| {
            list.push(ptr::null());
            list
        };
        let mut shell_argv = vec![FALLBACK_SHELL.as_ptr(), ptr::null()];
        shell_argv.extend(plan.argv.iter().skip(1).map(|string| string.as_ptr()));
        Self {
            candidates: pointers(&plan.candidates),
            argv: ended(pointers(&plan.argv)),
            shell_argv: ended(shell_argv),
            env: ended(pointers(&plan.env)),
            plan,
            report,
        }
    }

    /// Returns only if it fails.
    unsafe fn run(&mut self) -> Result<(), SetupStep> {
        unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            libc::getrusage(libc::RUSAGE_SELF, &mut usage);
            self.report.memory_floor.store(usage.ru_maxrss, Ordering::Relaxed);

            if self.plan.leads_group {
                check(SetupStep::Streams, libc::setpgid(0, 0))?;
            }
            let streams = [self.plan.stdin.as_ref(), Some(&self.plan.stdout), Some(&self.plan.stderr)];
            for (target, source) in (0..).zip(streams) {
                if let Some(source) = source {
                    check(SetupStep::Streams, libc::dup2(source.as_raw_fd(), target))?;
                }
            }
            self.plan.setup.apply()?;
            forget_signal_handlers();
            self.exec();
        }
        Ok(())
    }

    /// Tries all candidates as `execvp` does; returns with the errno that says most.
    unsafe fn exec(&mut self) {
        let mut was_denied = false;
        for candidate in &self.candidates {
            unsafe {
                libc::execve(*candidate, self.argv.as_ptr(), self.env.as_ptr());
                if errno() == libc::ENOEXEC
                    && let Some(slot) = self.shell_argv.get_mut(1)
                {
                    *slot = *candidate;
                    libc::execve(FALLBACK_SHELL.as_ptr(), self.shell_argv.as_ptr(), self.env.as_ptr());
                }
            }
            match errno() {
                libc::EACCES => was_denied = true,
                libc::ENOENT | libc::ENOTDIR | libc::ESTALE | libc::ENODEV | libc::ETIMEDOUT => {}
                other => return self.report.errno.store(other, Ordering::Relaxed),
            }
        }
        let errno = if was_denied { libc::EACCES } else { libc::ENOENT };
        self.report.errno.store(errno, Ordering::Relaxed);
    }
}

/// Life of the child until it is another program.
extern "C" fn become_program(argument: *mut libc::c_void) -> libc::c_int {
    // SAFETY: the argument is the call that the creating thread holds; only the child touches it now.
    unsafe {
        let call = &mut *argument.cast::<Call<'_>>();
        let step = match call.run() {
            Ok(()) => EXEC,
            Err(step) => {
                call.report.errno.store(errno(), Ordering::Relaxed);
                step as i32
            }
        };
        call.report.step.store(step, Ordering::Relaxed);
        libc::_exit(127)
    }
}

/// Sets caught signals back to their defaults, as exec will, but before any can arrive; then lets them arrive. Ignored ones
/// stay ignored (`nohup`), except SIGPIPE, which the Rust runtime ignores and programs do not expect to be.
unsafe fn forget_signal_handlers() {
    unsafe {
        let mut default: libc::sigaction = std::mem::zeroed();
        default.sa_sigaction = libc::SIG_DFL;
        // The numbers that the C library keeps for itself are refused, which is what they are there for.
        for signal in 1..=64 {
            let mut now: libc::sigaction = std::mem::zeroed();
            let is_known = libc::sigaction(signal, ptr::null(), &mut now) == 0;
            let is_caught = now.sa_sigaction != libc::SIG_DFL && now.sa_sigaction != libc::SIG_IGN;
            if is_known && (is_caught || signal == libc::SIGPIPE) {
                libc::sigaction(signal, &default, ptr::null_mut());
            }
        }
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &none, ptr::null_mut());
    }
}

fn errno() -> i32 {
    io::Error::last_os_error().raw_os_error().unwrap_or(0)
}
