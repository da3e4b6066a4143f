//! What the host's own measurements say where no rule explains a failure.

use std::collections::BTreeMap;

use pipeline::finding::{Disposition, Finding};
use pipeline::id::Signature;
use pipeline::outcome::Outcome;

/// Exit code by which any command says that trying again later may help (`EX_TEMPFAIL` of sysexits.h).
const TEMPFAIL: i32 = 75;
/// Signal of the kernel's out-of-memory killer.
const SIGKILL: u32 = 9;
/// What a shell reports for a child that was ended by [`SIGKILL`].
const SHELL_SIGKILL: i32 = 137;
/// Names the host as the maker of a finding.
const RULE_PREFIX: &str = concat!("host@", env!("CARGO_PKG_VERSION"));

/// The finding that an outcome makes by itself, if it does. `lines` is the length of the log.
pub(super) fn of(outcome: &Outcome, lines: u64) -> Option<Finding> {
    let made = if outcome.timed_out {
        Made {
            code: "system.timeout",
            category: "resource-cpu-timeout",
            disposition: Disposition::Auto,
            strategies: &["resource", "escalate"],
            confidence: 0.9,
            text: format!("stopped after {:.1} s: its time was up", outcome.duration_ms as f64 / 1000.0),
        }
    } else if let Some(text) = out_of_memory(outcome) {
        Made {
            code: "system.out-of-memory",
            category: "resource-memory",
            disposition: Disposition::Auto,
            strategies: &["resource"],
            confidence: 0.95,
            text,
        }
    } else if outcome.exit_code == Some(TEMPFAIL) {
        Made {
            code: "system.tempfail",
            category: "infrastructure-runner",
            disposition: Disposition::Retry,
            strategies: &["retry"],
            confidence: 0.9,
            text: "exit code 75: the command asks to be run again later".to_owned(),
        }
    } else if let Some(reason) = &outcome.not_started {
        Made {
            code: "system.command-not-found",
            category: "toolchain-missing-or-version",
            disposition: Disposition::Auto,
            strategies: &["alternative", "escalate"],
            confidence: 0.9,
            text: format!("not started: {reason}"),
        }
    } else {
        return None;
    };
    Some(made.finding(lines))
}

/// Counter evidence for a lack of memory, in words. A kill alone is none: anybody can send the signal.
fn out_of_memory(outcome: &Outcome) -> Option<String> {
    if let Some(kills @ 1..) = outcome.oom_kills {
        return Some(format!("the kernel killed {kills} processes for lack of memory"));
    }
    let was_killed = outcome.signal == Some(SIGKILL) || outcome.exit_code == Some(SHELL_SIGKILL);
    let peak = outcome.peak_memory_bytes.filter(|_| was_killed && !outcome.cancelled)?;
    // The limit that was in force, or else all that there is.
    let (most, of) = match outcome.memory_limit_bytes {
        Some(limit) => (limit, "its memory limit"),
        None => (machine_memory()?, "the machine's memory"),
    };
    (peak >= most / 10 * 9)
        .then(|| format!("killed by signal 9 while it used {} of {} MiB of {of}", peak >> 20, most >> 20))
}

/// Physical memory in bytes, where the system tells.
#[cfg(target_os = "linux")]
fn machine_memory() -> Option<u64> {
    let info = rustix::system::sysinfo();
    #[allow(clippy::unnecessary_cast, reason = "32-bit systems count in 32 bits")]
    Some((info.totalram as u64).saturating_mul(u64::from(info.mem_unit)))
}

/// Physical memory in bytes, where the system tells.
#[cfg(not(target_os = "linux"))]
fn machine_memory() -> Option<u64> {
    None
}

struct Made {
    code: &'static str,
    category: &'static str,
    disposition: Disposition,
    strategies: &'static [&'static str],
    confidence: f64,
    text: String,
}

impl Made {
    fn finding(self, lines: u64) -> Finding {
        let name = self.code.trim_start_matches("system.");
        Finding {
            code: self.code.to_owned(),
            category: self.category.to_owned(),
            ecosystem: "generic".to_owned(),
            severity: "error".to_owned(),
            confidence: self.confidence,
            line: lines,
            // Numbers are masked in signatures, so that two time-outs of one stage are the same failure.
            signature: Signature::new(log_scan::signature(self.code, &self.text)),
            text: self.text,
            captures: BTreeMap::new(),
            disposition: self.disposition,
            strategies: self.strategies.iter().map(|&code| code.to_owned()).collect(),
            context: Vec::new(),
            rule: format!("{RULE_PREFIX}/{name}"),
        }
    }
}
