//! Commands that join the namespaces of a scratch.

use std::ffi::CString;
use std::io::{self, BufRead, BufReader};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use driver::ports::{CommandRequest, Place};

use crate::bench::Bench;

/// A process in a mount namespace in which a tmpfs with a few files hides a directory.
struct Scratch(Child);

impl Scratch {
    fn open(directory: &Path, namespaces: libc::c_int) -> Self {
        let target = CString::new(directory.as_os_str().as_bytes()).expect("path");
        let map = format!("{0} {0} 1", rustix::process::getuid().as_raw());
        let mut command = Command::new("sh");
        let script = "cd \"$0\" && mkdir bin sub && echo inside > sub/file && printf '#!/bin/sh\\necho tool of the scratch\\n' > bin/tool \
                      && chmod +x bin/tool && echo ready && exec sleep 1000";
        command.args(["-c", script]).arg(directory).stdout(Stdio::piped());
        // SAFETY: system calls only.
        unsafe { command.pre_exec(move || enter(namespaces, &map, &target)) };
        let mut child = command.spawn().unwrap_or_else(|error| {
            panic!("this test needs the right to make mount namespaces, e.g. as root: {error}")
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("pipe")).read_line(&mut line).expect("read");
        assert_eq!(line, "ready\n", "the scratch could not be filled");
        Self(child)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn enter(namespaces: libc::c_int, map: &str, target: &CString) -> io::Result<()> {
    let check = |result: libc::c_int| if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) };
    let null = std::ptr::null();
    // SAFETY: all strings end with NUL, and the rest are plain numbers.
    unsafe {
        check(libc::unshare(namespaces))?;
        if namespaces & libc::CLONE_NEWUSER != 0 {
            for (file, text) in [(c"uid_map", map), (c"setgroups", "deny"), (c"gid_map", map)] {
                let directory = libc::open(c"/proc/self".as_ptr(), libc::O_PATH);
                let file = libc::openat(directory, file.as_ptr(), libc::O_WRONLY);
                check(libc::write(file, text.as_ptr().cast(), text.len()) as libc::c_int)?;
            }
        }
        check(libc::mount(null, c"/".as_ptr(), null, libc::MS_REC | libc::MS_PRIVATE, null.cast()))?;
        check(libc::mount(c"none".as_ptr(), target.as_ptr(), c"tmpfs".as_ptr(), 0, null.cast()))
    }
}

fn in_scratch(bench: &Bench, scratch: &Scratch, place: &Path, argv: &[&str]) -> CommandRequest {
    let mut request = bench.command(argv);
    let pid = scratch.0.id();
    let visible_root = Path::new(&format!("/proc/{pid}/root")).join(place.strip_prefix("/").expect("absolute"));
    request.place = Place { root: place.to_owned(), visible_root, namespace: Some(pid) };
    request
}

async fn command_sees_the_scratch(namespaces: libc::c_int) {
    let bench = Bench::new();
    let place = bench.root().join("place");
    std::fs::create_dir(&place).expect("create");
    let scratch = Scratch::open(&place, namespaces);

    let mut request = in_scratch(&bench, &scratch, &place, &["sh", "-c", "pwd; cat file; echo new > made"]);
    request.directory = "sub".to_owned();
    let end = bench.run(request).await;
    assert!(end.outcome.is_success(), "{:?}: {}", end.outcome, bench.log_text());
    let expected = format!("{}\ninside\n", place.join("sub").display());
    assert_eq!(String::from_utf8_lossy(&end.stdout_tail), expected);
    assert_eq!(std::fs::read_dir(&place).expect("list").count(), 0, "nothing of it is seen outside");

    let mut request = in_scratch(&bench, &scratch, &place, &["tool"]);
    request.env.insert("PATH".to_owned(), format!("{}:/usr/bin:/bin", place.join("bin").display()));
    assert_eq!(bench.run(request).await.stdout_tail, b"tool of the scratch\n");

    let mut request = in_scratch(&bench, &scratch, &place, &["sleep", "1000"]);
    request.limits.timeout_ms = Some(100);
    let outcome = bench.run(request).await.outcome;
    assert!(outcome.timed_out && outcome.signal == Some(15), "{outcome:?}");
}

#[tokio::test]
async fn command_joins_a_mount_namespace() {
    command_sees_the_scratch(libc::CLONE_NEWNS).await;
}

#[tokio::test]
async fn command_joins_a_user_namespace_and_its_mount_namespace() {
    command_sees_the_scratch(libc::CLONE_NEWUSER | libc::CLONE_NEWNS).await;
}

#[tokio::test]
async fn directory_that_is_only_outside_is_missing_in_the_scratch() {
    let bench = Bench::new();
    let place = bench.root().join("place");
    std::fs::create_dir_all(place.join("outside")).expect("create");
    let scratch = Scratch::open(&place, libc::CLONE_NEWNS);
    let mut request = in_scratch(&bench, &scratch, &place, &["true"]);
    request.directory = "outside".to_owned();
    let outcome = bench.run(request).await.outcome;
    assert!(outcome.not_started.expect("not started").contains("outside"));
}
