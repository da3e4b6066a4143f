//! Several stages that fail at the same time, through the built binary.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use crate::lab::{Answer, Events, Lab};

/// Two stages side by side that need the same variable, which the project's example file gives, and one that needs both.
fn lab() -> Lab {
    let stage = |name: &str| {
        format!("[[stage]]\nname = \"{name}\"\nrun = \"echo x >> $OUTSIDE/{name}; sh app.sh && touch build/{name}\"\n")
    };
    let publish = "[[stage]]\nname = \"publish\"\nneeds = [\"unit\", \"e2e\"]\nrun = \"test -f build/unit && test -f build/e2e\"\n";
    Lab::new(&format!("{}{}{publish}", stage("unit"), stage("e2e")))
        .file("app.sh", "echo ${GREETING:?parameter not set}\n")
        .file(".env.example", "GREETING=hello\n")
        .file(".gitignore", "build/\n")
        .file("build/.keep", "")
        .committed()
}

#[test]
fn stages_that_failed_for_one_cause_are_one_incident_that_one_remedy_heals() {
    let lab = lab();
    let events = lab.heals(&[]);
    let mut ends = events.incidents();
    ends.sort();
    assert_eq!(ends, ["healed", "joined"], "{events:#?}");
    assert_eq!(events.tried(), ["config"]);
    assert_eq!((events.stage("unit"), events.stage("e2e")), ("success healed".into(), "success healed".into()));
    assert_eq!((lab.count("unit"), lab.count("e2e")), (2, 2), "each ran once more, in the scratch");
    lab.selfheal(&["explain", "last"]).says("→ joined: ").says("both are one incident").says("(with ");
}

#[test]
fn one_ticket_names_all_stages_that_failed_for_one_cause() {
    let stage =
        |name: &str| format!("[[stage]]\nname = \"{name}\"\nrun = \"echo 'test total ... FAILED'; exit 101\"\n");
    let lab = Lab::new(&format!("{}{}", stage("unit"), stage("e2e"))).committed();
    let events = lab.run(&[]);
    assert_eq!(events.code(), 1, "{events:#?}");
    let tickets = events.tickets();
    assert_eq!(tickets.len(), 1, "{events:#?}");
    let ticket = std::fs::read_to_string(&tickets[0]).expect("the ticket is there");
    assert!(ticket.contains("unit") && ticket.contains("e2e"), "{ticket}");
    lab.replays();
}

/// Two stages side by side that fail for different causes, one that lacks a variable and one whose server hangs up once. Each
/// does `at_trial` when it would pass, with its own name as `$0`, and leaves a file behind that is not versioned.
fn two_causes(at_trial: &str) -> Lab {
    let stage = |name: &str| format!("[[stage]]\nname = \"{name}\"\nrun = \"sh {name}.sh {name}\"\ntimeout = \"2m\"\n");
    let publish = "[[stage]]\nname = \"publish\"\nneeds = [\"unit\", \"e2e\"]\nrun = \"cat build/unit build/e2e\"\n";
    let fetch = "echo x >> $OUTSIDE/fetches\nif [ $(wc -l < $OUTSIDE/fetches) = 1 ]; then\n\
                 echo 'curl: (6) Could not resolve host: files.example' >&2\nexit 6\nfi\n";
    Lab::new(&format!("{}{}{publish}", stage("unit"), stage("e2e")))
        .file("unit.sh", &format!("set -e\necho ${{GREETING:?parameter not set}}\n{at_trial}\necho made > build/$1\n"))
        .file("e2e.sh", &format!("set -e\n{fetch}{at_trial}\necho made > build/$1\n"))
        .file(".env.example", "GREETING=hello\n")
        .file(".gitignore", "build/\n")
        .file("build/.keep", "")
        .committed()
}

/// Positions of events in the journal.
fn positions(events: &Events, is_meant: impl Fn(&serde_json::Value) -> bool) -> Vec<u64> {
    let lines = events.text().lines().map(|line| serde_json::from_str(line).expect("an event is JSON"));
    lines.filter(|line: &serde_json::Value| is_meant(line)).filter_map(|line| line["seq"].as_u64()).collect()
}

#[test]
fn failures_of_different_causes_are_on_trial_at_the_same_time() {
    // Each trial waits for the other one: alone, neither would ever pass.
    let lab = two_causes(
        "case $1 in\nunit) echo here > $OUTSIDE/first; read -r word < $OUTSIDE/second;;\n\
         e2e) read -r word < $OUTSIDE/first; echo here > $OUTSIDE/second;;\nesac",
    );
    for pipe in ["first", "second"] {
        assert!(Command::new("mkfifo").arg(lab.outside(pipe)).status().expect("start mkfifo").success());
    }
    let before = lab.tree();
    let events = lab.heals(&[]);
    assert_eq!(events.incidents(), ["healed", "healed"], "{events:#?}");
    let is_trial = |event: &serde_json::Value| event["purpose"]["kind"] == "trial";
    let begun =
        positions(&events, |line| line["decision"]["decision"] == "start-attempt" && is_trial(&line["decision"]));
    let over = positions(&events, |line| line["fact"]["fact"] == "attempt-ended" && is_trial(&line["fact"]));
    assert_eq!((begun.len(), over.len()), (2, 2), "{events:#?}");
    assert!(begun[1] < over[0], "both have begun before either has ended: {events:#?}");
    let commits = positions(&events, |line| line["decision"]["decision"] == "commit-scratch");
    let committed = positions(&events, |line| line["fact"]["fact"] == "scratch-committed");
    assert!(commits[0] > over[1] && committed[0] < commits[1], "one commit after the other: {events:#?}");
    assert_eq!(events.decisions("put-off").count(), 0, "{events:#?}");
    // What both made is there, and nothing else has changed by a byte.
    assert_eq!((lab.read("build/unit"), lab.read("build/e2e")), ("made\n".to_owned(), "made\n".to_owned()));
    for made in ["build/unit", "build/e2e"] {
        std::fs::remove_file(lab.root().join(made)).expect("it is there");
    }
    lab.tree().without("build").is_same_as(&before.without("build"));
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_remedy_that_touches_what_another_one_changed_is_put_off_and_tried_again_alone() {
    let lab = two_causes("echo $1 >> build/shared");
    let events = lab.heals(&[]);
    assert_eq!(events.incidents(), ["healed", "healed"], "{events:#?}");
    assert_eq!(events.tried().len(), 3, "{events:#?}");
    let reasons: Vec<&str> = events.decisions("put-off").filter_map(|put_off| put_off["reason"].as_str()).collect();
    assert!(matches!(reasons.as_slice(), [one] if one.contains("build/shared")), "{reasons:?}");
    let mut shared: Vec<String> = lab.read("build/shared").lines().map(str::to_owned).collect();
    shared.sort();
    assert_eq!(shared, ["e2e", "unit"], "neither has lost what it wrote");
    lab.selfheal(&["explain", "last"]).says("→ put off");
    lab.selfheal(&["history"]).ends_with(0);
}

#[test]
fn where_there_is_no_overlay_remedies_are_tried_one_after_the_other() {
    for scratch in ["copy", "in-place"] {
        let lab = two_causes("true").env("SELFHEAL_SCRATCH", scratch);
        let events = lab.heals(&[]);
        assert_eq!(events.incidents(), ["healed", "healed"], "{scratch}: {events:#?}");
        let scratches = events.facts("trial-prepared").map(|fact| fact["scratch"] == scratch);
        assert_eq!(scratches.collect::<Vec<_>>(), [true, true], "{scratch}: {events:#?}");
        assert_eq!((lab.read("build/unit"), lab.read("build/e2e")), ("made\n".to_owned(), "made\n".to_owned()));
    }
}

/// Two trials that never end, each of which has spoilt its scratch, and the engine that runs them.
fn two_endless_trials() -> (Lab, Child) {
    let lab = two_causes(
        "if [ ! -e $OUTSIDE/go ]; then\necho spoilt > precious.txt\nrm untracked.txt\necho new > new.txt\n\
         echo spoilt > $OUTSIDE/$1\ntail -f $OUTSIDE/endless\nfi",
    );
    lab.write("precious.txt", "do not lose me\n");
    lab.commit();
    lab.write("untracked.txt", "mine\n");
    std::fs::write(lab.outside("endless"), "").expect("a file to wait for");
    for pipe in ["unit", "e2e"] {
        assert!(Command::new("mkfifo").arg(lab.outside(pipe)).status().expect("start mkfifo").success());
    }
    let child = lab.start_run(&[]);
    // Reading from a pipe waits until the trial has written to it.
    for pipe in ["unit", "e2e"] {
        assert_eq!(std::fs::read_to_string(lab.outside(pipe)).expect("read the pipe"), "spoilt\n");
    }
    (lab, child)
}

/// Folders of scratches that are left over.
fn scratches_of(lab: &Lab) -> Vec<PathBuf> {
    let folders = |path: &Path| -> Vec<PathBuf> {
        std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
    };
    folders(&lab.outside("state")).iter().flat_map(|project| folders(&project.join("workspace/scratch"))).collect()
}

#[test]
fn ctrl_c_during_two_trials_leaves_neither_behind() {
    let (lab, child) = two_endless_trials();
    assert_eq!(scratches_of(&lab).len(), 2);
    let before = lab.tree();
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("start kill");
    assert!(killed.success());
    Answer::of(child.wait_with_output().expect("the engine ends")).ends_with(130);
    lab.tree().is_same_as(&before);
    assert_eq!(scratches_of(&lab), Vec::<PathBuf>::new());
    lab.replays();
}

#[test]
fn a_run_that_is_killed_during_two_trials_loses_no_file_and_is_finished_by_the_next_start() {
    let (lab, mut child) = two_endless_trials();
    let before = lab.tree();
    child.kill().expect("kill the engine");
    child.wait().expect("the engine is gone");
    lab.tree().is_same_as(&before);
    std::fs::write(lab.outside("go"), "").expect("let the next trials end");
    lab.selfheal(&["run"]).ends_with(0).says("dropped scratch");
    assert_eq!(scratches_of(&lab), Vec::<PathBuf>::new());
    assert_eq!((lab.read("precious.txt"), lab.read("untracked.txt")), ("do not lose me\n".into(), "mine\n".into()));
    lab.tree().without("build").without(".git").is_same_as(&before.without("build").without(".git"));
}
