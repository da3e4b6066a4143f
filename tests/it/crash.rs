//! `kill -9` of the engine after every event of a run that heals: the next start finishes it, nothing is lost, and nobody is
//! told that it was clean.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command};

use crate::lab::Lab;

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

fn survives_every_kill(scratch: &str, step: usize) {
    let reference = broken(scratch);
    let undisturbed = reference.heals(&[]);
    let expected = reference.tree();
    let mut kills = 0;
    for count in (1..=undisturbed.len()).step_by(step) {
        let lab = broken(scratch);
        if kill_after(lab.start_run(&[]), count) {
            kills += 1;
        }
        let next = lab.selfheal(&["run", "--plugins", lab.plugins().to_str().expect("a path")]);
        assert_eq!(next.code, 0, "killed after event {count}: {next:#?}");
        lab.tree().without(".git").is_same_as(&expected.clone().without(".git"));
        assert_eq!(lab.git(&["status", "--porcelain"]), reference.git(&["status", "--porcelain"]), "event {count}");
        // Both runs are in the record, with an end, and lead to the same decisions again; the first was not clean.
        let history = lab.selfheal(&["history", "--format", "json"]);
        let runs: Vec<serde_json::Value> =
            history.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(runs.len(), 2, "killed after event {count}: {history:#?}");
        assert_eq!(
            (&runs[1]["result"], &runs[1]["qualifier"]),
            (&"success".into(), &"healed".into()),
            "killed after event {count}: {history:#?}"
        );
        for run in &runs {
            let id = run["run"].as_str().expect("an id");
            let replayed = lab.selfheal(&["replay", id]);
            assert_eq!(replayed.code, 0, "killed after event {count}: {replayed:#?}");
        }
        assert!(!lab.selfheal(&["explain", runs[1]["run"].as_str().expect("an id")]).stdout.contains("passed in"));
    }
    assert!(kills > 0, "the engine was never killed alive");
}

#[test]
fn a_killed_run_that_heals_in_an_overlay_is_finished_by_the_next_start() {
    survives_every_kill("auto", 2);
}

#[test]
fn a_killed_run_that_heals_in_place_is_finished_by_the_next_start() {
    survives_every_kill("in-place", 2);
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
