//! From a component to machine code, off the main path.
//!
//! Cranelift's time and memory on hostile input are no security promise of wasmtime's. So a plugin that is not part of the
//! program is compiled in a child process ([`compile_child_main`]) under limits and a deadline.

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::inspect::{MAX_COMPONENT_BYTES, validate};
use crate::sandbox::compiler_engine;

/// The hidden subcommand that a program has to map to [`compile_child_main`].
pub const COMPILE_SUBCOMMAND: &str = "compile-plugin";

/// Processor time of a child. A component of 20 MB takes 20 to 25 s (facts/measured.md).
const CHILD_CPU_SECONDS: u64 = 60;
/// Address space of a child.
const CHILD_ADDRESS_SPACE: u64 = 2 << 30;
/// Wall-clock time of a child, for its parent. Its processor time is what bounds the work; this bounds a child that hangs, and
/// leaves room for a machine that is busy with a build.
pub(crate) const CHILD_DEADLINE: Duration = Duration::from_secs(300);
/// Machine code of one component.
const MAX_CODE: u64 = 256 << 20;
/// First byte of a child's answer: machine code follows.
const ANSWER_CODE: u8 = b'+';
/// First byte of a child's answer: a reason follows.
const ANSWER_REASON: u8 = b'-';

/// Compiles in this process. Blocks for about 1 s per megabyte.
pub(crate) fn compile_here(engine: &wasmtime::Engine, bytes: &[u8]) -> Result<Vec<u8>, String> {
    engine.precompile_component(bytes).map_err(|error| format!("{error:#}"))
}

/// Compiles in a child process. Blocks until it has answered or its time is up.
pub(crate) fn compile_in_child(program: &Path, bytes: &[u8], deadline: Duration) -> Result<Vec<u8>, String> {
    let mut child = Command::new(program)
        .arg(COMPILE_SUBCOMMAND)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("start {}: {error}", program.display()))?;
    let answer = talk(&mut child, bytes, deadline);
    if answer.is_err() {
        // It may be gone already, which is just as well.
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| format!("await the compiler: {error}"))?;
    let mut answer = answer?;
    match (answer.first(), status.success()) {
        (Some(&ANSWER_CODE), true) => {
            answer.remove(0);
            Ok(answer)
        }
        (Some(&ANSWER_REASON), _) => Err(String::from_utf8_lossy(&answer[1..]).into_owned()),
        _ => Err(format!("the compiler ended with {status}: it needs more time or memory than it may have")),
    }
}

/// Sends the component and receives the answer, each in a thread, because a pipe holds only so much.
fn talk(child: &mut Child, bytes: &[u8], deadline: Duration) -> Result<Vec<u8>, String> {
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let stdout = child.stdout.take().expect("stdout is piped");
    let (sender, receiver) = mpsc::sync_channel(1);
    std::thread::scope(|threads| {
        threads.spawn(move || {
            // A child that gave up early does not read to the end; its answer says why.
            let _ = stdin.write_all(bytes);
        });
        // Not scoped: at the deadline it is left alone, and ends when the child is killed.
        std::thread::spawn(move || {
            let mut answer = Vec::new();
            let read = stdout.take(MAX_CODE + 1).read_to_end(&mut answer).map(|_| answer);
            // The receiver is gone after the deadline.
            let _ = sender.send(read);
        });
        let answer = receiver.recv_timeout(deadline);
        if answer.is_err() {
            // Ends the writer, which the scope waits for.
            let _ = child.kill();
        }
        match answer {
            Ok(Ok(answer)) if answer.len() as u64 > MAX_CODE => Err("the machine code is too large".to_owned()),
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(format!("read from the compiler: {error}")),
            Err(_) => Err(format!("compiling took more than {:.1} s", deadline.as_secs_f64())),
        }
    })
}

/// The child's whole life: limits itself, reads a component from standard input, writes machine code to standard output.
/// Needs no arguments and no environment.
pub fn compile_child_main() -> ExitCode {
    limit_this_process();
    let mut bytes = Vec::new();
    let compiled = match std::io::stdin().lock().take(MAX_COMPONENT_BYTES + 1).read_to_end(&mut bytes) {
        Ok(_) => compile_untrusted(&bytes),
        Err(error) => Err(format!("read the component: {error}")),
    };
    let (mark, answer, code) = match compiled {
        Ok(code) => (ANSWER_CODE, code, ExitCode::SUCCESS),
        Err(reason) => (ANSWER_REASON, reason.into_bytes(), ExitCode::FAILURE),
    };
    let mut out = std::io::stdout().lock();
    match out.write_all(&[mark]).and_then(|()| out.write_all(&answer)).and_then(|()| out.flush()) {
        Ok(()) => code,
        // The parent is gone, or has enough.
        Err(_) => ExitCode::FAILURE,
    }
}

fn compile_untrusted(bytes: &[u8]) -> Result<Vec<u8>, String> {
    validate(bytes).map_err(|error| error.to_string())?;
    let engine = compiler_engine().map_err(|error| format!("{error:#}"))?;
    compile_here(&engine, bytes)
}

/// Sets limits as far as the system has them; the parent's deadline holds in any case.
fn limit_this_process() {
    // The parent may be killed; nobody wants the answer then.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    let limits = [
        (Resource::Cpu, CHILD_CPU_SECONDS),
        (Resource::As, CHILD_ADDRESS_SPACE),
        (Resource::Data, CHILD_ADDRESS_SPACE),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
    ];
    for (resource, limit) in limits {
        // macOS refuses some of them.
        let _ = setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) });
    }
}
