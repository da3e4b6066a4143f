use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use driver::ports::{Place, Stdin};
use pipeline::remedy::Limits;
use rustix::process::{Pid, Signal, kill_process};

use super::*;
use crate::local::LocalOptions;
use crate::memory_group::MemoryGroups;
use crate::process_table::{ProcessState, process};

const LIMIT: u64 = 64 << 20;

/// Needs 400 MB in its last program.
const GREEDY: &str = "head -c 400000000 /dev/zero | tail -c 400000000 > out";

fn limited(machinery: &Machinery, root: &Path, script: &str) -> CommandEnd {
    let request = CommandRequest {
        argv: ["sh", "-c", script].map(str::to_owned).to_vec(),
        env: BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]),
        directory: String::new(),
        place: Place { root: root.to_owned(), visible_root: root.to_owned(), namespace: None },
        limits: Limits { memory_bytes: Some(LIMIT), ..Limits::default() },
        log: root.join("log"),
        log_cap: 1 << 20,
        secrets: Arc::default(),
        sink: None,
        stdin: Stdin::Null,
        capture_bytes: 1024,
    };
    let (stopped, _stop) = std::io::pipe().expect("pipe");
    supervise(machinery, &request, stopped)
}

#[test]
fn kill_for_lack_of_memory_is_counted_where_a_cgroup_can_be_made() {
    let dir = tempfile::tempdir().expect("temporary directory");
    let machinery = Machinery::start(LocalOptions::default()).expect("machinery");
    let outcome = limited(&machinery, dir.path(), GREEDY).outcome;
    if machinery.memory_groups().create(LIMIT).is_some() {
        assert_eq!(outcome.exit_code, Some(137), "{outcome:?}");
        assert!(outcome.oom_kills.is_some_and(|kills| kills > 0), "{outcome:?}");
    } else {
        assert_eq!(outcome.exit_code, Some(1), "{outcome:?}");
    }
}

#[test]
fn process_that_left_the_group_ends_with_the_cgroup_where_one_can_be_made() {
    let dir = tempfile::tempdir().expect("temporary directory");
    let machinery = Machinery::start(LocalOptions::default()).expect("machinery");
    let has_groups = machinery.memory_groups().create(LIMIT).is_some();
    // The command ends only when the daemon has told its number: the write end of the FIFO is open until then.
    let script = "mkfifo said; setsid sh -c 'echo $$ | tee said; exec sleep 1000' & cat said > /dev/null";
    let end = limited(&machinery, dir.path(), script);
    let output = String::from_utf8(end.stdout_tail).expect("text");
    let daemon: i32 = output.lines().find_map(|line| line.parse().ok()).expect("it said its number in time");
    let is_alive = process(daemon).is_some_and(|entry| entry.state != ProcessState::Dead);
    assert_eq!(is_alive, !has_groups);
    if is_alive {
        kill_process(Pid::from_raw(daemon).expect("positive"), Signal::KILL).expect("it runs on");
    }
}

#[test]
fn memory_is_limited_without_cgroups_too() {
    let dir = tempfile::tempdir().expect("temporary directory");
    let machinery = Machinery::start(LocalOptions::default()).expect("machinery");
    machinery.use_memory_groups(MemoryGroups::none());
    let end = limited(&machinery, dir.path(), GREEDY);
    let log = std::fs::read_to_string(dir.path().join("log")).expect("log");
    assert_eq!(end.outcome.exit_code, Some(1), "{log}");
    assert!(log.contains("memory exhausted"), "{log}");
    assert_eq!(end.outcome.oom_kills, None);
    assert!(limited(&machinery, dir.path(), "true").outcome.is_success());
}
