//! Which process is meant: a pid alone is given to another process sooner or later.

use std::fs;

/// A process, told apart from others that had or will have its pid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProcessIdentity {
    /// Its pid.
    pub(crate) pid: u32,
    /// When it started, in clock ticks since boot; `None` where the system does not tell.
    pub(crate) start: Option<u64>,
    /// Id of the system's boot; empty where the system does not tell.
    pub(crate) boot: String,
    /// The pid namespace in which the pid counts; empty where there are none.
    pub(crate) pid_namespace: String,
}

impl ProcessIdentity {
    /// The process that has this pid now in this process's pid namespace.
    pub(crate) fn of(pid: u32) -> Self {
        let namespace = fs::read_link("/proc/self/ns/pid").map(|link| link.to_string_lossy().into_owned());
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|id| id.trim().to_owned());
        Self {
            pid,
            start: live_start(pid),
            boot: boot.unwrap_or_default(),
            pid_namespace: namespace.unwrap_or_default(),
        }
    }

    /// Whether it is still running. A zombie is not. A process of another pid namespace (a container that shares the
    /// state folder) cannot be seen from here and counts as running until the machine boots anew: taking over a live run
    /// would throw away what it is doing.
    pub(crate) fn is_alive(&self) -> bool {
        let now = Self::of(self.pid);
        if now.boot != self.boot {
            return false;
        }
        if now.pid_namespace != self.pid_namespace {
            return true;
        }
        match self.start {
            Some(_) => now.start == self.start,
            None => has_process(self.pid),
        }
    }
}

/// When the process with this pid started, if there is one that is no zombie.
fn live_start(pid: u32) -> Option<u64> {
    parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Reads `starttime`, field 22 of `/proc/PID/stat` (proc(5)). Field 2 is the program's name in parentheses and may hold
/// anything, parentheses and spaces included; no later field does.
fn parse_stat(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace();
    let state = fields.next()?;
    let is_gone = matches!(state, "Z" | "X" | "x");
    // `state` is field 3, so that 18 fields lie between it and field 22.
    let start = fields.nth(18)?.parse().ok()?;
    (!is_gone).then_some(start)
}

/// Without start times a pid is all there is.
#[cfg(not(target_os = "linux"))]
fn has_process(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    // No permission to signal it means that there is such a process.
    pid.is_some_and(|pid| !matches!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH)))
}

/// Linux always tells the start time of a process that exists.
#[cfg(target_os = "linux")]
fn has_process(_pid: u32) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_time_is_read_behind_a_name_with_parentheses_and_spaces() {
        let stat = "1234 (a) S (b) R 1 1234 1234 0 -1 4194304 100 0 0 0 5 2 0 0 20 0 1 0 987654 1000000 200 18446744073709551615";
        assert_eq!(parse_stat(stat), Some(987_654));
    }

    #[test]
    fn a_zombie_does_not_live() {
        let stat = "1234 (sh) Z 1 1234 1234 0 -1 4194304 100 0 0 0 5 2 0 0 20 0 1 0 987654 0 0 0";
        assert_eq!(parse_stat(stat), None);
    }

    #[test]
    fn a_pid_that_was_given_to_another_process_does_not_live() {
        let this = ProcessIdentity::of(std::process::id());
        assert!(this.is_alive());
        let earlier = ProcessIdentity { start: this.start.map(|start| start - 1), ..this.clone() };
        assert!(!earlier.is_alive());
        let before_the_boot = ProcessIdentity { boot: "another".to_owned(), ..this };
        assert!(!before_the_boot.is_alive());
    }

    #[test]
    fn a_process_of_another_container_counts_as_running() {
        let hidden = ProcessIdentity {
            start: Some(1),
            pid_namespace: "pid:[1]".to_owned(),
            ..ProcessIdentity::of(std::process::id())
        };
        assert!(hidden.is_alive());
    }
}
