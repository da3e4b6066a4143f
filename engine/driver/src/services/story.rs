//! What a failed service leaves for those who read the attempt: lines in the stage's log, and an outcome.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use pipeline::definition::Service;
use pipeline::outcome::Outcome;

use super::{Scene, log_of};
use crate::effects::Reach;

/// Bytes of a service's log that go into the stage's.
const TAIL: u64 = 64 << 10;

/// The outcome of an attempt that a service ended. `own` is what was measured for the service.
pub(super) fn failure(
    reach: &Reach,
    scene: &Scene<'_>,
    service: &Service,
    what: &str,
    own: &Outcome,
    spent_ms: u64,
) -> Outcome {
    // One that was stopped because it was late has no end of its own.
    let own_end = if own.cancelled { String::new() } else { format!(" ({own})") };
    let said = format!("service {} {what}{own_end}", service.name);
    let fault = write(scene.log, &said, &log_of(reach, scene, service), &service.name).err();
    let exit_code = own.exit_code.filter(|code| *code != 0 && !own.cancelled);
    let signal = own.signal.filter(|_| !own.cancelled);
    Outcome {
        exit_code: if signal.is_some() { None } else { Some(exit_code.unwrap_or(1)) },
        signal,
        duration_ms: spent_ms,
        cpu_ms: own.cpu_ms,
        peak_memory_bytes: own.peak_memory_bytes,
        oom_kills: own.oom_kills,
        log_bytes: std::fs::metadata(scene.log).map_or(0, |meta| meta.len()),
        fault: fault.map(|error| format!("write the log {}: {error}", scene.log.display())),
        failed_service: Some(said),
        ..Outcome::default()
    }
}

fn write(log: &Path, said: &str, service_log: &Path, name: &str) -> std::io::Result<()> {
    if let Some(folder) = log.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().create(true).append(true).open(log)?;
    writeln!(file, "--- {said}; the end of its output:")?;
    // A service that could not be started has no output.
    let tail = tail(service_log).unwrap_or_default();
    file.write_all(&tail)?;
    if !tail.is_empty() && !tail.ends_with(b"\n") {
        writeln!(file)?;
    }
    writeln!(file, "--- end of the output of service {name}")
}

/// The end of a log, from the start of a line.
fn tail(log: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(log)?;
    let from = file.metadata()?.len().saturating_sub(TAIL);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    if from > 0
        && let Some(end) = bytes.iter().position(|&byte| byte == b'\n')
    {
        bytes.drain(..=end);
    }
    Ok(bytes)
}
