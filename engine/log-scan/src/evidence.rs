//! What is known about an attempt besides its log.

/// Facts that the host measured. The default is "nothing is known", as for a log file from elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Exit code; absent when a signal ended the process or nothing is known.
    pub exit_code: Option<i32>,
    /// Signal that ended the process.
    pub signal: Option<u32>,
    /// Whether the attempt was stopped because its time was up.
    pub timed_out: bool,
    /// Processes that the kernel killed for lack of memory; absent when nobody counted.
    pub oom_kills: Option<u64>,
    /// Whether a disk that the attempt wrote to was full at its end.
    pub disk_full: bool,
    /// Whether part of the log is missing.
    pub log_truncated: bool,
}

/// What the evidence says about the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passed,
    Failed,
    Silent,
}

impl Evidence {
    /// Whether the tools said yes, no, or nothing is known.
    pub(crate) fn verdict(&self) -> Verdict {
        match (self.exit_code, self.signal) {
            _ if self.timed_out => Verdict::Failed,
            (_, Some(_)) => Verdict::Failed,
            (Some(0), None) => Verdict::Passed,
            (Some(_), None) => Verdict::Failed,
            (None, None) if self.oom_kills.is_some_and(|kills| kills > 0) || self.disk_full => Verdict::Failed,
            (None, None) => Verdict::Silent,
        }
    }

    /// Whether a process was killed: by signal 9, or with the exit code that a shell makes of it.
    pub(crate) fn is_killed(&self) -> bool {
        self.signal == Some(9) || self.exit_code == Some(137)
    }

    /// The first of a rule's facts (`timed-out`, `oom-kill`, `disk-full`, `exit-N`, `signal-N`) that holds, in words.
    pub(crate) fn first_of<'a>(&self, facts: impl Iterator<Item = &'a str>) -> Option<String> {
        facts.into_iter().find_map(|fact| self.holds(fact))
    }

    fn holds(&self, fact: &str) -> Option<String> {
        match fact {
            "timed-out" => self.timed_out.then(|| "stopped because its time was up".to_owned()),
            "oom-kill" => {
                let kills = self.oom_kills.filter(|kills| *kills > 0)?;
                let processes = if kills == 1 { "process" } else { "processes" };
                Some(format!("the kernel killed {kills} {processes} for lack of memory"))
            }
            "disk-full" => self.disk_full.then(|| "the disk was full at the end".to_owned()),
            other => {
                if let Some(code) = other.strip_prefix("exit-") {
                    let code: i32 = code.parse().ok()?;
                    return (self.exit_code == Some(code)).then(|| format!("ended with exit code {code}"));
                }
                let signal: u32 = other.strip_prefix("signal-")?.parse().ok()?;
                (self.signal == Some(signal)).then(|| format!("ended by signal {signal}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_or_a_timeout_is_a_failure_whatever_the_code() {
        assert_eq!(Evidence { exit_code: Some(0), timed_out: true, ..Evidence::default() }.verdict(), Verdict::Failed);
        assert_eq!(Evidence { signal: Some(9), ..Evidence::default() }.verdict(), Verdict::Failed);
        assert_eq!(Evidence { exit_code: Some(0), ..Evidence::default() }.verdict(), Verdict::Passed);
        assert_eq!(Evidence::default().verdict(), Verdict::Silent);
    }

    #[test]
    fn facts_hold_only_when_measured() {
        let killed = Evidence { signal: Some(9), oom_kills: Some(2), ..Evidence::default() };
        assert_eq!(
            killed.first_of(["exit-1", "oom-kill"].into_iter()).as_deref(),
            Some("the kernel killed 2 processes for lack of memory")
        );
        assert_eq!(killed.first_of(["signal-9"].into_iter()).as_deref(), Some("ended by signal 9"));
        let counted = Evidence { signal: Some(9), oom_kills: Some(0), ..Evidence::default() };
        assert_eq!(counted.first_of(["oom-kill", "timed-out", "disk-full", "nonsense"].into_iter()), None);
    }
}
