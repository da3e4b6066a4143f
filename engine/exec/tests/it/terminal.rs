//! Commands that share the engine's terminal.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::ptr::{null, null_mut};

use driver::ports::Stdin;

use crate::bench::{Bench, Holders, TOO_LONG};

/// Names the workspace for a copy of this program that plays the engine: `script` is run there, `end` is written there.
const VARIABLE: &str = "SELFHEAL_EXEC_TEST_TERMINAL";

/// Plays the engine in a process of its own, if it is asked to by the tests below; else there is nothing to do.
#[tokio::test]
async fn engine_in_a_terminal() {
    let Some(root) = std::env::var_os(VARIABLE) else { return };
    let root = Path::new(&root);
    let bench = Bench::new();
    let mut request = bench.shell(&fs::read_to_string(root.join("script")).expect("script"));
    request.place.root = root.to_owned();
    request.stdin = Stdin::Inherit;
    request.limits.timeout_ms = fs::read_to_string(root.join("timeout")).ok().and_then(|ms| ms.parse().ok());
    let end = bench.run(request).await;
    fs::write(root.join("output"), end.stdout_tail).expect("write");
    let (outcome, group) = (end.outcome, rustix::process::getpgrp().as_raw_pid());
    fs::write(
        root.join("end"),
        format!("timed out: {}, signal: {:?}, group: {group}", outcome.timed_out, outcome.signal),
    )
    .expect("write");
}

/// Starts the engine in a session with a new terminal. Returns it with the terminal's other end.
fn engine(root: &Path, script: &str) -> (Child, File) {
    fs::write(root.join("script"), script).expect("write");
    let (mut outer, mut inner) = (-1, -1);
    // SAFETY: the descriptors are written by the call and belong to nobody else.
    let (outer, inner) = unsafe {
        assert_eq!(libc::openpty(&mut outer, &mut inner, null_mut(), null(), null()), 0, "no terminal can be made");
        (File::from_raw_fd(outer), OwnedFd::from_raw_fd(inner))
    };
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", "terminal::engine_in_a_terminal"]).env(VARIABLE, root);
    command.stdin(inner).stdout(Stdio::null()).stderr(Stdio::null());
    let take_terminal = || {
        // SAFETY: system calls on plain numbers.
        let result = unsafe { libc::setsid() + libc::ioctl(0, libc::TIOCSCTTY, 0) };
        if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    };
    // SAFETY: system calls only.
    unsafe { command.pre_exec(take_terminal) };
    (command.spawn().expect("spawn"), outer)
}

async fn wait(mut engine: Child) {
    let wait = tokio::task::spawn_blocking(move || engine.wait().expect("wait"));
    let status = tokio::time::timeout(TOO_LONG, wait).await.expect("it ends").expect("join");
    assert!(status.success());
}

#[tokio::test]
async fn command_reads_from_the_terminal_and_stays_in_the_engines_group() {
    let bench = Bench::new();
    let (engine, mut terminal) = engine(bench.root(), "read line; echo got $line; ps -o pgid= -p $$");
    terminal.write_all(b"hello\n").expect("write");
    wait(engine).await;
    let output = fs::read_to_string(bench.root().join("output")).expect("output");
    let end = fs::read_to_string(bench.root().join("end")).expect("end");
    let (said, group) = output.split_once('\n').expect("two lines");
    assert_eq!(said, "got hello");
    assert!(end.ends_with(&format!("group: {}", group.trim())), "{end} but the command is in {group}");
}

#[tokio::test]
async fn tree_of_a_command_in_the_terminal_is_killed_without_the_engine() {
    let bench = Bench::new();
    let holders = Holders::of(bench.fifo("held"));
    fs::write(bench.root().join("timeout"), "300").expect("write");
    let script = "trap '' TERM; exec 3>held; sh -c 'while :; do sleep 1000; done' & while :; do sleep 1000; done";
    let (engine, terminal) = engine(bench.root(), script);
    holders.gone().await;
    wait(engine).await;
    let end = fs::read_to_string(bench.root().join("end")).expect("end");
    assert!(end.starts_with("timed out: true, signal: Some(9)"), "{end}");
    drop(terminal);
}
