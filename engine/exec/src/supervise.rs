//! The life of one command, seen from outside: start it, see it through, collect what was measured.

use std::io::PipeReader;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use driver::ports::{CommandEnd, CommandRequest};
use pipeline::outcome::Outcome;

use crate::birth::{BirthError, Born};
use crate::launch::{Grouping, Launch, MemoryLimit, grouping};
use crate::machinery::Machinery;
use crate::memory_group::MemoryGroup;
use crate::reaping::{Reaped, exit_watch, reap};
use crate::spool::Spool;
use crate::start_error::StartError;
use crate::streams::Streams;
use crate::supervision::{Ending, StopReason, Supervision};
use crate::target::Target;

/// By how much a peak of memory has to be above what the child was born with before it counts as the command's own, in
/// bytes: between the child's look and its exec more pages are touched (0.3 to 0.6 MB measured).
const FLOOR_TOLERANCE: u64 = 2 << 20;

/// A command that runs.
struct Started {
    born: Born,
    stdout: OwnedFd,
    stderr: OwnedFd,
}

/// Runs a command to its end. `stop` hangs up when it has to be stopped.
pub(crate) fn supervise(machinery: &Machinery, request: &CommandRequest, stop: PipeReader) -> CommandEnd {
    let spool = match Spool::open(&request.log, request.log_cap, &request.secrets) {
        Ok(spool) => spool,
        Err(error) => return fault(format!("open the log {}: {error}", request.log.display())),
    };
    let kills_before = machinery.memory_groups().own_kills();
    let started_at = Instant::now();
    let grouping = grouping(request.stdin);
    let (started, memory_group) = match start(machinery, request, grouping) {
        Ok(started) => started,
        Err(error) => return not_started(error, spool),
    };
    let Started { born: Born { pid, memory_floor }, stdout, stderr } = started;
    let mut target = match grouping {
        Grouping::OwnGroup => Target::Group(pid),
        Grouping::TerminalGroup => Target::Tree { root: pid, asked: Vec::new() },
    };
    let exit = match exit_watch(pid) {
        Ok(exit) => exit,
        Err(error) => {
            target.kill();
            reap(pid);
            machinery.watchdog.forget(pid);
            return fault(format!("watch over process {}: {error}", pid.as_raw_pid()));
        }
    };

    let deadline = request.limits.timeout_ms.and_then(|ms| started_at.checked_add(Duration::from_millis(ms)));
    let streams = Streams::new(stdout, stderr, spool, request);
    let mut supervision = Supervision::new(target, streams, stop, machinery.options);
    let ending = supervision.attend(&exit, deadline);
    let duration = started_at.elapsed();
    // Before the group is looked at: a command that waits to be reaped still counts as a member of it.
    let reaped = (ending == Ending::Ended).then(|| reap(pid));
    supervision.settle();
    machinery.watchdog.forget(pid);

    let oom_kills = match &memory_group {
        Some(group) => group.kills(),
        None => difference(kills_before, machinery.memory_groups().own_kills()),
    };
    // Ends what left the process group, too, if there was a cgroup.
    drop(memory_group);
    let mut outcome = match reaped {
        Some(reaped) => evidence(&reaped, memory_floor),
        None => {
            Outcome { fault: Some(format!("process {} could not be killed", pid.as_raw_pid())), ..Outcome::default() }
        }
    };
    outcome.timed_out = supervision.stop_reason() == Some(StopReason::TimedOut);
    outcome.cancelled = supervision.stop_reason() == Some(StopReason::Cancelled);
    outcome.duration_ms = milliseconds(duration);
    outcome.oom_kills = oom_kills;
    let (spool, stdout_tail) = supervision.into_streams().into_parts();
    close(spool, &mut outcome);
    CommandEnd { outcome, stdout_tail }
}

/// Starts the command, in a memory cgroup if it has a limit and that is possible.
fn start(
    machinery: &Machinery,
    request: &CommandRequest,
    grouping: Grouping,
) -> Result<(Started, Option<MemoryGroup>), StartError> {
    let launch = Launch::new(request)?;
    let Some(limit) = request.limits.memory_bytes else {
        return Ok((spawn(machinery, &launch, grouping, MemoryLimit::None)?, None));
    };
    if let Some(group) = machinery.memory_groups().create(limit)
        && let Ok(procs) = group.procs()
    {
        match spawn(machinery, &launch, grouping, MemoryLimit::Group(procs)) {
            // Made but not to be entered, e.g. for want of rights on a common parent.
            Err(StartError::MemoryGroup(_)) => {}
            result => return Ok((result?, Some(group))),
        }
    }
    Ok((spawn(machinery, &launch, grouping, MemoryLimit::Data(limit))?, None))
}

fn spawn(
    machinery: &Machinery,
    launch: &Launch<'_>,
    grouping: Grouping,
    memory: MemoryLimit,
) -> Result<Started, StartError> {
    let watchdog: Option<OwnedFd> = match grouping {
        Grouping::OwnGroup => {
            let line = machinery.watchdog.line();
            Some(line.map_err(|error| StartError::engine("copy the line to the watchdog", error))?)
        }
        Grouping::TerminalGroup => None,
    };
    let (plan, stdout, stderr) = launch.plan(memory, watchdog)?;
    match machinery.spawner.spawn(plan) {
        Ok(born) => Ok(Started { born, stdout, stderr }),
        Err(error) => {
            if let BirthError::Setup(_, _, pid) | BirthError::Exec(_, pid) = &error {
                machinery.watchdog.forget(*pid);
            }
            Err(launch.sort(error))
        }
    }
}

/// What the kernel counted.
fn evidence(reaped: &Reaped, memory_floor: i64) -> Outcome {
    let floor = Reaped::memory_bytes(memory_floor);
    let peak = Reaped::memory_bytes(reaped.peak_memory);
    let is_its_own = peak > floor + FLOOR_TOLERANCE;
    Outcome {
        exit_code: reaped.exit_code,
        signal: reaped.signal,
        cpu_ms: milliseconds(reaped.cpu_time),
        peak_memory_bytes: is_its_own.then_some(peak),
        ..Outcome::default()
    }
}

/// Completes the log and notes what became of it.
fn close(spool: Spool, outcome: &mut Outcome) {
    let end = spool.finish();
    outcome.log_bytes = end.log_bytes;
    outcome.log_truncated = end.is_truncated;
    if let Some(error) = end.error {
        outcome.fault.get_or_insert(format!("write the log: {error}"));
    }
}

fn not_started(error: StartError, spool: Spool) -> CommandEnd {
    let mut outcome = match error {
        StartError::NotStarted { reason, exit_code } => {
            Outcome { not_started: Some(reason), exit_code, ..Outcome::default() }
        }
        error => Outcome { fault: Some(error.to_string()), ..Outcome::default() },
    };
    close(spool, &mut outcome);
    CommandEnd { outcome, stdout_tail: Vec::new() }
}

/// An end that is the engine's own doing.
pub(crate) fn fault(message: String) -> CommandEnd {
    let outcome = Outcome { fault: Some(message), ..Outcome::default() };
    CommandEnd { outcome, stdout_tail: Vec::new() }
}

fn difference(before: Option<u64>, after: Option<u64>) -> Option<u64> {
    Some(after?.saturating_sub(before?))
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
