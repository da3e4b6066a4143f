//! The holder: a child process in which an overlay stands at the workspace's own path.
//!
//! It is a process of its own because a user namespace can only be entered by a process with a single thread, and
//! because the namespaces live as long as it does: it waits for the end of its standard input, which comes when the
//! engine drops the pipe or dies. A parent-death signal would be wrong here: it fires when the *thread* dies that started
//! the child, and threads of a blocking pool come and go.
//!
//! Arguments: the mount's name, `any` or `user` (whether a namespace without user namespace will do), then `lower`,
//! `upper` and `work` of each layer. Answer on standard output: one line, `ready`, or `failed` and the reason.

use std::ffi::{CString, OsString};
use std::fmt;
use std::fs;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;
use std::process::ExitCode;

use rustix::fs::{Mode, OFlags};
use rustix::mount::{MountFlags, MountPropagationFlags};

/// What the holder failed at.
struct Failure {
    attempt: String,
    source: io::Error,
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.attempt, self.source)
    }
}

fn attempt<T>(what: impl Into<String>, result: Result<T, impl Into<io::Error>>) -> Result<T, Failure> {
    result.map_err(|error| Failure { attempt: what.into(), source: error.into() })
}

/// Runs the holder to its end. `arguments` are those after the hidden subcommand. Must be called while the process has a
/// single thread: before a runtime is started.
pub fn hold_scratch_main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let mut stdout = io::stdout();
    if let Err(failure) = hold(&arguments) {
        let reason = failure.to_string().replace('\n', " ");
        // Nobody can be told when the pipe is gone too.
        let _ = writeln!(stdout, "failed {reason}").and_then(|()| stdout.flush());
        return ExitCode::FAILURE;
    }
    if writeln!(stdout, "ready").and_then(|()| stdout.flush()).is_ok() {
        let mut rest = [0; 64];
        while !matches!(io::stdin().read(&mut rest), Ok(0) | Err(_)) {}
    }
    ExitCode::SUCCESS
}

fn hold(arguments: &[OsString]) -> Result<(), Failure> {
    let usage = || Failure { attempt: "read arguments".into(), source: io::ErrorKind::InvalidInput.into() };
    let [token, namespace, layers @ ..] = arguments else {
        return Err(usage());
    };
    if layers.is_empty() || !layers.len().is_multiple_of(3) {
        return Err(usage());
    }
    // Ctrl-C reaches the foreground process group; the engine has to unwind first, with the scratch still there.
    let _ = rustix::process::setsid();
    let is_user_namespace = enter_namespaces(namespace == "user")?;
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    attempt("make mounts private", rustix::mount::mount_change("/", private))?;
    for layer in layers.as_chunks::<3>().0 {
        mount_overlay(token, layer, is_user_namespace)?;
    }
    // The working directory must not pin what lies under the overlay.
    attempt("change directory", std::env::set_current_dir("/"))
}

/// Enters a mount namespace, with a user namespace around it where that is asked for or needed. Tells whether there is one.
fn enter_namespaces(is_user_wanted: bool) -> Result<bool, Failure> {
    // SAFETY: `unshare` with these flags changes nothing that memory safety depends on.
    let unshare = |flags| match unsafe { libc::unshare(flags) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    };
    if !is_user_wanted && unshare(libc::CLONE_NEWNS).is_ok() {
        return Ok(false);
    }
    let (uid, gid) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    attempt("enter a user namespace", unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNS))?;
    attempt("give up setgroups", fs::write("/proc/self/setgroups", "deny"))?;
    attempt("map the user", fs::write("/proc/self/uid_map", format!("{uid} {uid} 1")))?;
    attempt("map the group", fs::write("/proc/self/gid_map", format!("{gid} {gid} 1")))?;
    Ok(true)
}

/// Mounts one layer at the path of its lower directory. The directories are named by descriptor: their paths may hold
/// any of the characters that separate mount options.
///
/// - `redirect_dir=off`, `metacopy=off`: every entry of the upper directory is complete by itself.
/// - `index=off`: a state folder that was copied or restored from a backup works.
/// - `userxattr`: the only marks that an unprivileged mount may write.
/// - `volatile`, where the kernel knows it (5.10): nothing is put on disk for a scratch, least of all when it is thrown
///   away; a commit does that itself.
fn mount_overlay(token: &OsString, layer: &[OsString; 3], is_user_namespace: bool) -> Result<(), Failure> {
    let [lower, upper, work] = layer.each_ref().map(open_directory);
    let (lower, upper, work) = (lower?, upper?, work?);
    let marks = if is_user_namespace { "userxattr" } else { "metacopy=off,redirect_dir=off" };
    let [lower_fd, upper_fd, work_fd] = [&lower, &upper, &work].map(|fd| format!("/proc/self/fd/{}", fd.as_raw_fd()));
    let options = format!("lowerdir={lower_fd},upperdir={upper_fd},workdir={work_fd},index=off,{marks}");
    let mount = |options: String| {
        let options = CString::new(options).expect("the options are made of words and numbers");
        rustix::mount::mount(token, &layer[0], "overlay", MountFlags::empty(), Some(options.as_c_str()))
    };
    let mounted = mount(format!("{options},volatile")).or_else(|_| mount(options));
    attempt(format!("mount an overlay at {}", Path::new(&layer[0]).display()), mounted)
}

fn open_directory(path: &OsString) -> Result<OwnedFd, Failure> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    attempt(format!("open {}", Path::new(path).display()), rustix::fs::open(path, flags, Mode::empty()))
}
