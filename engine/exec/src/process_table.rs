//! Who is running: the few facts of `/proc/PID/stat` that stopping needs.

/// Whether a process can do anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProcessState {
    /// It can: running, sleeping, waiting for a disk.
    Alive,
    /// It was stopped (SIGSTOP) or is traced.
    Stopped,
    /// It has ended and waits to be reaped.
    Dead,
}

/// One process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProcessEntry {
    /// Its id.
    pub(crate) pid: i32,
    /// Its parent.
    pub(crate) parent: i32,
    /// Its process group.
    pub(crate) group: i32,
    /// Whether it can do anything.
    pub(crate) state: ProcessState,
    /// Clock ticks after boot at which it started; with the id it names a process for good.
    pub(crate) started: u64,
}

/// All processes that are visible; empty where there is no `/proc`. Costs about 10 µs a process.
pub(crate) fn processes() -> Vec<ProcessEntry> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(process).collect()
}

/// One process, if it is there.
pub(crate) fn process(pid: i32) -> Option<ProcessEntry> {
    let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    parse(pid, &String::from_utf8_lossy(&stat))
}

/// Some processes and all below them, in no special order.
pub(crate) fn trees(roots: &[i32]) -> Vec<ProcessEntry> {
    let mut rest = processes();
    let mut found: Vec<ProcessEntry> = rest.extract_if(.., |entry| roots.contains(&entry.pid)).collect();
    let mut looked_below = 0;
    while let Some(parent) = found.get(looked_below).map(|entry| entry.pid) {
        found.extend(rest.extract_if(.., |entry| entry.parent == parent));
        looked_below += 1;
    }
    found
}

/// Reads a line of `/proc/PID/stat`. The program's name may hold anything, closing brackets too, so the last one counts.
fn parse(pid: i32, stat: &str) -> Option<ProcessEntry> {
    let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_ascii_whitespace();
    let state = match fields.next()? {
        "Z" | "X" => ProcessState::Dead,
        "T" | "t" => ProcessState::Stopped,
        _ => ProcessState::Alive,
    };
    let parent = fields.next()?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    // Field 22 of the line; the first three after the name are taken.
    let started = fields.nth(16)?.parse().ok()?;
    Some(ProcessEntry { pid, parent, group, state, started })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_with_brackets_and_spaces_does_not_shift_the_fields() {
        let line = "7 (a) b (c) Z 3 5 5 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4242 0 0";
        let entry = ProcessEntry { pid: 7, parent: 3, group: 5, state: ProcessState::Dead, started: 4242 };
        assert_eq!(parse(7, line), Some(entry));
    }

    #[test]
    fn cut_line_is_no_process() {
        assert_eq!(parse(7, "7 (sh) S 3 5"), None);
        assert_eq!(parse(7, ""), None);
    }
}
