//! Who may work on a run.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};

use pipeline::id::RunId;
use pipeline::time::Timestamp;

use super::sample::{Story, clean_run};
use super::{empty, raw};
use crate::process::ProcessIdentity;
use crate::{Store, StoreError};

/// A process that lives until its input is closed.
struct Bystander(Child);

impl Bystander {
    fn start() -> Self {
        Self(Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap())
    }

    fn identity(&self) -> ProcessIdentity {
        ProcessIdentity::of(self.0.id())
    }

    /// Ends it; what is left is a zombie, as it is when a parent has not looked yet.
    fn end_unseen(&mut self) {
        drop(self.0.stdin.take());
        // The pipe is closed when the process is gone.
        self.0.stdout.take().unwrap().read_to_end(&mut Vec::new()).unwrap();
    }
}

impl Drop for Bystander {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn unfinished_run(store: &Store, name: &str) -> RunId {
    let story = Story::begin(name, 5);
    store.append(&story.run, &story.records).unwrap();
    story.run
}

#[test]
fn a_run_that_is_under_way_belongs_to_its_process() {
    let (_folder, store) = empty();
    let run = unfinished_run(&store, "r-1");
    let other = Bystander::start();
    store.claim_run(&run, other.0.id()).unwrap();
    let error = store.claim_run(&run, std::process::id()).unwrap_err();
    assert!(matches!(error, StoreError::Claimed { pid, .. } if pid == other.0.id()), "{error}");
    let listed = store.unfinished().unwrap().remove(0);
    assert_eq!((listed.run, listed.pid, listed.is_alive), (run, other.0.id(), true));
    assert_eq!((listed.pipeline.as_str(), listed.started), ("demo", Timestamp(5)));
}

#[test]
fn a_run_whose_process_is_gone_can_be_taken_over_once() {
    let (_folder, store) = empty();
    let run = unfinished_run(&store, "r-1");
    let mut killed = Bystander::start();
    store.claim_run(&run, killed.0.id()).unwrap();
    killed.0.kill().unwrap();
    killed.0.wait().unwrap();
    assert!(!store.unfinished().unwrap()[0].is_alive);
    let (first, second) = (Bystander::start(), Bystander::start());
    store.claim_run(&run, first.0.id()).unwrap();
    assert!(matches!(store.claim_run(&run, second.0.id()), Err(StoreError::Claimed { .. })));
    killed = first;
    assert_eq!(store.unfinished().unwrap()[0].pid, killed.0.id());
}

#[test]
#[cfg(target_os = "linux")]
fn a_process_that_ended_unseen_does_not_hold_its_run() {
    let (_folder, store) = empty();
    let run = unfinished_run(&store, "r-1");
    let mut ended = Bystander::start();
    store.claim_run(&run, ended.0.id()).unwrap();
    ended.end_unseen();
    // The pipe closes a moment before the kernel calls the process a zombie.
    while ended.identity().start.is_some() {
        std::thread::yield_now();
    }
    assert!(!store.unfinished().unwrap()[0].is_alive);
}

#[test]
#[cfg(target_os = "linux")]
fn a_pid_that_was_given_to_another_process_does_not_hold_a_run() {
    let (_folder, store) = empty();
    let run = unfinished_run(&store, "r-1");
    let stranger = Bystander::start();
    let earlier = ProcessIdentity { start: stranger.identity().start.map(|start| start - 1), ..stranger.identity() };
    store.claim_run_for(&run, &earlier).unwrap();
    assert!(!store.unfinished().unwrap()[0].is_alive);
    store.claim_run(&run, std::process::id()).unwrap();
}

#[test]
fn a_run_that_ended_is_not_unfinished_and_its_claim_goes() {
    let (_folder, store) = empty();
    let story = clean_run("r-1", 0);
    store.claim_run(&story.run, std::process::id()).unwrap();
    store.append(&story.run, &story.records).unwrap();
    assert_eq!(store.unfinished().unwrap(), Vec::new());
    let next = unfinished_run(&store, "r-2");
    store.claim_run(&next, std::process::id()).unwrap();
    let claims: Vec<String> = raw(store.path())
        .prepare("SELECT run FROM claims")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(claims, ["r-2"]);
}

#[test]
fn a_released_run_is_given_up_and_can_be_claimed_by_anybody() {
    let (_folder, store) = empty();
    let run = unfinished_run(&store, "r-1");
    let (first, second) = (Bystander::start(), Bystander::start());
    store.claim_run(&run, first.0.id()).unwrap();
    store.claim_run(&run, first.0.id()).unwrap();
    store.release(&run).unwrap();
    assert_eq!(store.unfinished().unwrap(), Vec::new(), "nobody is to recover it");
    store.claim_run(&run, second.0.id()).unwrap();
}
