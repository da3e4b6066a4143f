//! What a stop signal goes to: a command's process group, or its process tree where it shares the terminal's group.

use rustix::process::{Pid, Signal, WaitOptions, kill_process, kill_process_group, test_kill_process_group, waitpgid};

use crate::process_table::{self, ProcessEntry, ProcessState};

/// How often a tree is looked at until all of it stands still. A process in an uninterruptible system call never does.
const MAX_LOOKS: usize = 50;

/// A started command with all that it started.
#[derive(Debug)]
pub(crate) enum Target {
    /// A process group that the command leads. The kernel signals it at one blow: nobody can fork away.
    Group(Pid),
    /// The command and its descendants. On systems without `/proc` only the command itself is known.
    Tree {
        /// The command itself. Invariant: not reaped while signals are sent to it by number.
        root: Pid,
        /// All that were asked to end; they may lose their parents meanwhile.
        asked: Vec<ProcessEntry>,
    },
}

impl Target {
    /// Asks everything to end. Stopped processes are continued, or they could not obey. Only before the command is reaped.
    pub(crate) fn terminate(&mut self) {
        match self {
            // A group that is gone has ended already: that is what was wanted. The same holds below.
            Self::Group(group) => {
                let _ = kill_process_group(*group, Signal::TERM);
                let _ = kill_process_group(*group, Signal::CONT);
            }
            Self::Tree { root, asked } => {
                *asked = process_table::trees(&[root.as_raw_pid()]);
                send(asked, Signal::TERM);
                send(asked, Signal::CONT);
            }
        }
    }

    /// Ends everything.
    pub(crate) fn kill(&mut self) {
        match self {
            Self::Group(group) => {
                let _ = kill_process_group(*group, Signal::KILL);
            }
            Self::Tree { root, asked } => {
                // Where there is no process table; elsewhere it is in the tree, too.
                if asked.is_empty() {
                    let _ = kill_process(*root, Signal::KILL);
                }
                kill_trees(asked);
            }
        }
    }

    /// Whether nothing of it runs any more. To be asked after the command itself was reaped.
    pub(crate) fn is_gone(&self) -> bool {
        match self {
            Self::Group(group) => is_group_gone(*group),
            // What lost its parent cannot be told from the rest of the terminal's group; only what was stopped is known.
            Self::Tree { asked, .. } => !asked.iter().any(is_running),
        }
    }
}

fn send(entries: &[ProcessEntry], signal: Signal) {
    for pid in entries.iter().filter_map(|entry| Pid::from_raw(entry.pid)) {
        let _ = kill_process(pid, signal);
    }
}

/// Kills processes and what is below them. All of it is stopped first: whoever forks between the look and the blow would
/// leave a child behind that nobody can find any more.
fn kill_trees(roots: &mut Vec<ProcessEntry>) {
    roots.retain(is_running);
    let pids: Vec<i32> = roots.iter().map(|entry| entry.pid).collect();
    for _ in 0..MAX_LOOKS {
        *roots = process_table::trees(&pids);
        let moving: Vec<ProcessEntry> =
            roots.iter().filter(|entry| entry.state == ProcessState::Alive).copied().collect();
        if moving.is_empty() {
            break;
        }
        send(&moving, Signal::STOP);
        std::thread::yield_now();
    }
    send(roots, Signal::KILL);
}

fn is_running(entry: &ProcessEntry) -> bool {
    let now = process_table::process(entry.pid);
    now.is_some_and(|now| now.started == entry.started && now.state != ProcessState::Dead)
}

fn is_group_gone(group: Pid) -> bool {
    // Orphans come to an engine that is the first process of a container; somebody has to reap them.
    while let Ok(Some(_)) = waitpgid(group, WaitOptions::NOHANG) {}
    if test_kill_process_group(group).is_err() {
        return true;
    }
    // In a container whose first process reaps nothing, dead members stay listed for ever.
    let members = process_table::processes();
    let mut members = members.iter().filter(|entry| entry.group == group.as_raw_pid()).peekable();
    members.peek().is_some() && members.all(|entry| entry.state == ProcessState::Dead)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{BufRead, BufReader, Read};
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn tree_is_killed_with_children_that_ignore_the_request_to_end() {
        // Two shells below each other that ignore TERM, and the pipe tells when both are gone.
        let script = "trap '' TERM; sh -c 'echo ready; while :; do sleep 1000; done' & while :; do sleep 1000; done";
        let mut child = Command::new("sh").args(["-c", script]).stdout(Stdio::piped()).spawn().expect("spawn");
        let mut output = BufReader::new(child.stdout.take().expect("pipe"));
        let mut line = String::new();
        output.read_line(&mut line).expect("read");
        assert_eq!(line, "ready\n");

        let mut target = Target::Tree { root: Pid::from_child(&child), asked: Vec::new() };
        target.terminate();
        assert!(child.try_wait().expect("wait").is_none(), "it ignores TERM");
        assert!(!target.is_gone());
        target.kill();
        child.wait().expect("wait");
        let mut rest = Vec::new();
        output.read_to_end(&mut rest).expect("the pipe is closed by all");
        // A process closes its files before it counts as dead.
        while !target.is_gone() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn group_whose_members_are_all_dead_is_gone() {
        let mut child = Command::new("true").process_group(0).spawn().expect("spawn");
        let group = Pid::from_child(&child);
        child.wait().expect("wait");
        assert!(Target::Group(group).is_gone());
    }
}
