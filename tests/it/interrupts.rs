//! Ctrl-C: everything stops, nothing is left behind, the workspace is as it was.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Command;

use crate::lab::{Answer, Lab};

/// A stage whose remedy makes it run for ever. Each of its processes can be told from others by the lab's folder.
fn endless() -> Lab {
    Lab::bare()
        .with_repository()
        .file("data.txt", "sound\n")
        .pipeline(
            "[[stage]]\nname = \"wait\"\nrun = \"test -n \\\"$GO\\\" || { echo 'scripted: the start is broken'; exit 1; }; \
             echo changed > data.txt; echo new > new.txt; tail -f $OUTSIDE/endless\"\n\
             [[plugins.config.scripted.remedies]]\ntitle = \"go\"\nactions = [{ set-env = [\"GO\", \"1\"] }, { append = [\"data.txt\", \"more\"] }]\n",
        )
        .guest("scripted", "scripted")
        .committed()
}

/// Reads events until the trial's attempt was started.
fn wait_for_trial(child: &mut std::process::Child) -> Vec<String> {
    let mut seen = Vec::new();
    for line in BufReader::new(child.stdout.as_mut().expect("a pipe")).lines() {
        let line = line.expect("an event");
        let event: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        let decision = &event["decision"];
        seen.push(line);
        if decision["decision"] == "start-attempt" && decision["purpose"]["kind"] == "trial" {
            return seen;
        }
    }
    panic!("no trial was started: {seen:#?}");
}

/// Processes whose command line or folder lies in the lab.
fn processes_of(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let text = |name: &str| std::fs::read(entry.path().join(name)).unwrap_or_default();
        let command = String::from_utf8_lossy(&text("cmdline")).replace('\0', " ");
        let here = std::fs::read_link(entry.path().join("cwd")).unwrap_or_default();
        let is_ended = String::from_utf8_lossy(&text("stat")).contains(") Z ");
        if !is_ended && (command.contains(&*folder.to_string_lossy()) || here.starts_with(folder)) {
            found.push(command);
        }
    }
    found
}

fn is_stopped_by(signal: &str, scratch: &str) {
    let lab = endless().env("SELFHEAL_SCRATCH", scratch);
    std::fs::write(lab.outside("endless"), "").expect("a file to wait for");
    let before = lab.tree();
    let mut child = lab.start_run(&["--patches", "apply"]);
    wait_for_trial(&mut child);
    let killed = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("start kill");
    assert!(killed.success());
    let answer = Answer::of(child.wait_with_output().expect("the engine ends"));
    answer.ends_with(130);
    lab.tree().is_same_as(&before);
    let folder = lab.outside("");
    assert_eq!(processes_of(&folder), [""; 0]);
    lab.replays();
    lab.selfheal(&["history"]).says("cancellation");
}

#[test]
fn ctrl_c_during_a_trial_unwinds_cleanly() {
    is_stopped_by("-INT", "auto");
}

#[test]
fn ctrl_c_during_a_trial_in_a_copy_unwinds_cleanly() {
    is_stopped_by("-INT", "copy");
}

#[test]
fn termination_during_a_trial_in_place_unwinds_cleanly() {
    is_stopped_by("-TERM", "in-place");
}
