//! `kill -9` of the engine after every event of a run that heals: the next start finishes it, nothing is lost, and nobody is
//! told that it was clean.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::lab::{Lab, Tree};

/// Three stages of which the second one needs a versioned file changed, and the third one one more attempt.
fn broken(scratch: &str) -> Lab {
    Lab::bare()
        .with_repository()
        .file(".gitignore", "build/\n")
        .file("flag.txt", "not yet\n")
        .file("precious.txt", "do not lose me\n")
        .pipeline(
            "[[stage]]\nname = \"prepare\"\nrun = \"mkdir -p build && echo prepared > build/prepared.txt\"\n\n\
             [[stage]]\nname = \"build\"\nneeds = [\"prepare\"]\n\
             run = \"grep -q ready flag.txt || { echo 'scripted: the flag is broken'; exit 1; }; cp flag.txt build/product.txt\"\n\n\
             [[stage]]\nname = \"test\"\nneeds = [\"build\"]\nrun = \"grep -q ready build/product.txt\"\n\n\
             [healing]\npatches = \"apply\"\ncontrol-rate = 0.0\n\n\
             [[plugins.config.scripted.remedies]]\ntitle = \"set the flag\"\n\
             actions = [{ edit = [\"flag.txt\", \"not yet\", \"ready\"] }]\n",
        )
        .guest("scripted", "scripted")
        .committed()
        .file("untracked.txt", "mine\n")
        .env("SELFHEAL_SCRATCH", scratch)
}

/// Reads `count` events and kills the engine. Returns whether it was still alive.
fn kill_after(mut child: Child, count: usize) -> bool {
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let seen = lines.by_ref().take(count).map_while(Result::ok).count();
    let is_alive = child.try_wait().expect("ask for the engine's state").is_none();
    child.kill().expect("kill the engine");
    child.wait().expect("the engine is gone");
    assert_eq!(seen, count);
    is_alive
}

/// What a run left in its workspace.
struct Left {
    tree: Tree,
    status: String,
}

impl Left {
    fn of(lab: &Lab) -> Self {
        Self { tree: lab.tree().without(".git"), status: lab.git(&["status", "--porcelain"]) }
    }
}

/// Labs at a time. Most of a run's time is spent waiting: for children, and for the disk.
const AT_A_TIME: usize = 4;

fn survives_every_kill(scratch: &str, step: usize) {
    let reference = broken(scratch);
    let undisturbed = reference.heals(&[]);
    // Read once, before the others start: a look at git's status writes into `.git`.
    let left = Left::of(&reference);
    let (next, kills) = (AtomicUsize::new(1), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let count = next.fetch_add(step, Ordering::Relaxed);
                    if count > undisturbed.len() {
                        return;
                    }
                    if survives_a_kill(scratch, count, &left) {
                        kills.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    // The last events come when all is done.
    let kills = kills.into_inner();
    let all = undisturbed.len().div_ceil(step);
    assert!(kills * 2 > all, "only {kills} of {all} engines were killed alive");
}

/// Kills a run after so many events, and compares what the next start makes of it with a run that was left alone. Returns
/// whether the engine was still alive.
fn survives_a_kill(scratch: &str, count: usize, reference: &Left) -> bool {
    let lab = broken(scratch);
    let was_alive = kill_after(lab.start_run(&[]), count);
    let next = lab.selfheal(&["run", "--plugins", lab.plugins().to_str().expect("a path")]);
    assert_eq!(next.code, 0, "killed after event {count}: {next:#?}");
    let left = Left::of(&lab);
    left.tree.is_same_as(&reference.tree);
    assert_eq!(left.status, reference.status, "event {count}");
    // Both runs are in the record, with an end; the first was not clean, and leads to the same decisions again.
    let history = lab.selfheal(&["history", "--format", "json"]);
    let runs: Vec<serde_json::Value> =
        history.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(runs.len(), 2, "killed after event {count}: {history:#?}");
    // A kill between the commit of the scratch and its record leaves a stage that passes, and nobody who knows why.
    let qualifier = runs[1]["qualifier"].as_str().expect("a qualifier");
    let is_honest = runs[1]["result"] == "success" && ["healed", "flaky-suspect"].contains(&qualifier);
    assert!(is_honest, "killed after event {count}: {history:#?}");
    let id = runs[1]["run"].as_str().expect("an id");
    let replayed = lab.selfheal(&["replay", id]);
    assert_eq!(replayed.code, 0, "killed after event {count}: {replayed:#?}");
    assert!(!lab.selfheal(&["explain", id]).stdout.contains("passed in"));
    was_alive
}

#[test]
fn a_killed_run_that_heals_in_an_overlay_is_finished_by_the_next_start() {
    survives_every_kill("overlay", 1);
}

#[test]
fn a_killed_run_that_heals_in_a_copy_is_finished_by_the_next_start() {
    // To the engine a copy differs from an overlay in its commit alone, which the workspace's own tests stop everywhere.
    survives_every_kill("copy", 3);
}

#[test]
fn a_killed_run_that_heals_in_place_is_finished_by_the_next_start() {
    survives_every_kill("in-place", 1);
}

/// `exec` is killed while the command runs under a remedy that is applied and not verified yet.
fn exec_is_undone(scratch: &str) {
    let lab = broken(scratch);
    let made = Command::new("mkfifo").arg(lab.outside("started")).status().expect("start mkfifo");
    assert!(made.success());
    let before = lab.tree();
    let script = "echo x >> $OUTSIDE/attempts
        grep -q ready flag.txt || { echo 'scripted: the flag is broken'; exit 1; }
        echo spoilt > precious.txt; rm untracked.txt; echo new > new.txt
        echo started > $OUTSIDE/started; exec tail -f /dev/null";
    let plugins = lab.plugins();
    let plugins = plugins.to_str().expect("a path");
    let mut command = lab.command(&["exec", "--plugins", plugins, "--", "sh", "-c", script]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("start the engine");
    // Reading from the pipe waits until the second attempt has written to it.
    assert_eq!(std::fs::read_to_string(lab.outside("started")).expect("read the pipe"), "started\n");
    child.kill().expect("kill the engine");
    child.wait().expect("the engine is gone");
    let is_in_place = scratch == "in-place";
    assert_eq!(lab.read("flag.txt") == "ready\n", is_in_place, "where the remedy was applied");
    lab.selfheal(&["exec", "--", "true"]).ends_with(0).says("cut off");
    lab.tree().is_same_as(&before);
    // Nobody said that the command may run again.
    assert_eq!(lab.count("attempts"), 2);
    let history = lab.selfheal(&["history", "--format", "json"]);
    let first: serde_json::Value = serde_json::from_str(history.stdout.lines().last().expect("a run")).expect("JSON");
    assert!(first["result"].is_string() && first["result"] != "success", "{history:#?}");
}

#[test]
fn a_killed_exec_leaves_nothing_of_a_remedy_that_was_not_verified() {
    for scratch in ["overlay", "copy", "in-place"] {
        exec_is_undone(scratch);
    }
}

#[test]
fn a_stage_that_may_not_run_twice_is_not_run_again_after_a_kill() {
    let lab = Lab::new(
        "[[stage]]\nname = \"deploy\"\nidempotent = false\n\
         run = \"echo x >> $OUTSIDE/deploys; echo started > $OUTSIDE/started; tail -f $OUTSIDE/deploys\"\n",
    );
    let made = Command::new("mkfifo").arg(lab.outside("started")).status().expect("start mkfifo");
    assert!(made.success());
    let mut child = lab.start_run(&[]);
    // Reading from the pipe waits until the stage has written to it.
    assert_eq!(std::fs::read_to_string(lab.outside("started")).expect("read the pipe"), "started\n");
    child.kill().expect("kill the engine");
    child.wait().expect("the engine is gone");
    lab.write("selfheal.toml", "[[stage]]\nname = \"other\"\nrun = \"true\"\n");
    lab.selfheal(&["run"]).ends_with(0).says("cut off");
    assert_eq!(lab.count("deploys"), 1);
    let history = lab.selfheal(&["history", "--format", "json"]);
    let first: serde_json::Value = serde_json::from_str(history.stdout.lines().last().expect("a run")).expect("JSON");
    assert!(first["result"].is_string() && first["result"] != "success", "{history:#?}");
}
