//! Pipelines that nobody wrote, files of the older kind, plans that run nothing, and modes that change nothing.

use serde_json::Value;

use crate::lab::Lab;

fn rust_project() -> Lab {
    Lab::bare()
        .with_repository()
        .file(".gitignore", "target/\n")
        .file("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[workspace]\n")
        .file(
            "src/lib.rs",
            "pub fn total() -> u32 {\n    5\n}\n\n#[test]\nfn five() {\n    assert_eq!(total(), 5);\n}\n",
        )
        .committed()
}

fn plan(lab: &Lab) -> Value {
    let answer = lab.selfheal(&["run", "--plan", "--format", "json"]);
    assert_eq!(answer.code, 0, "{answer:#?}");
    serde_json::from_str(&answer.stdout).expect("one object")
}

#[test]
fn a_project_without_a_pipeline_gets_one_with_a_reason_for_every_stage() {
    let lab = rust_project();
    let before = lab.tree();
    let plan = plan(&lab);
    assert_eq!(plan["source"], "planned");
    let stages = plan["pipeline"]["stages"].as_array().expect("stages");
    assert!(stages.iter().any(|stage| stage["command"].to_string().contains("cargo test")), "{plan:#}");
    for stage in stages {
        assert!(stage["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{stage:#}");
        assert!(stage["evidence"].as_array().is_some_and(|evidence| !evidence.is_empty()), "{stage:#}");
    }
    lab.tree().is_same_as(&before);
}

#[test]
fn init_writes_down_what_would_be_planned_and_the_file_is_understood() {
    let lab = rust_project();
    let planned = plan(&lab);
    lab.selfheal(&["init"]).ends_with(0);
    lab.selfheal(&["init"]).ends_with(2).says("--force");
    let written = plan(&lab);
    assert_eq!(written["source"], "selfheal.toml");
    let names = |plan: &Value| -> Vec<String> {
        plan["pipeline"]["stages"].as_array().expect("stages").iter().map(|stage| stage["name"].to_string()).collect()
    };
    assert_eq!(names(&written), names(&planned));
}

#[test]
fn a_file_of_the_older_kind_changes_the_planned_pipeline_key_by_key() {
    let lab = rust_project().file(
        ".autonomous-cicd.yml",
        "autonomous_cicd:\n  pipeline:\n    max_concurrent_tasks: 3\n    default_timeout_minutes: 7\n  \
         error_detection:\n    confidence_threshold: 0.9\n    enable_learning: false\n  \
         self_healing:\n    max_healing_attempts: 2\n    enable_rollback: false\n  \
         integrations:\n    linear:\n      enable_notifications: true\n",
    );
    let answer = lab.selfheal(&["run", "--plan", "--format", "json"]);
    answer.ends_with(0).says("enable_notifications");
    let plan: Value = serde_json::from_str(&answer.stdout).expect("one object");
    assert_eq!(plan["source"], ".autonomous-cicd.yml");
    let pipeline = &plan["pipeline"];
    assert_eq!(pipeline["max_parallel"], 3);
    assert_eq!(pipeline["healing"]["max_attempts"], 2);
    assert_eq!(pipeline["healing"]["rollback"], false);
    assert_eq!(pipeline["detection"]["learning"], false);
    assert_eq!(pipeline["detection"]["confidence_threshold"], 0.9);
    for stage in pipeline["stages"].as_array().expect("stages") {
        assert_eq!(stage["limits"]["timeout_ms"], 7 * 60 * 1000, "{stage:#}");
    }
    lab.write(".autonomous-cicd.yml", "autonomous_cicd:\n  self_healing:\n    max_healing_attempts: many\n");
    lab.selfheal(&["run", "--plan"]).ends_with(2).says(".autonomous-cicd.yml:3:");
}

#[test]
fn a_plan_shows_stages_and_rails_and_runs_nothing() {
    let lab = Lab::new(
        "[[stage]]\nname = \"b\"\nneeds = [\"a\"]\nrun = \"touch ran-b\"\n[[stage]]\nname = \"a\"\nrun = \"touch ran-a\"\n",
    );
    let before = lab.tree();
    let answer = lab.selfheal(&["run", "--plan"]);
    answer.ends_with(0).says("touch ran-a").says("never").says("patches").says("budget");
    let (a, b) = (answer.stdout.find("ran-a"), answer.stdout.find("ran-b"));
    assert!(a < b, "{answer:#?}");
    lab.tree().is_same_as(&before);
    assert_eq!(lab.selfheal(&["history"]).stdout, "");
}

#[test]
fn modes_below_auto_diagnose_and_change_nothing() {
    for mode in ["off", "shadow", "suggest"] {
        let lab = Lab::new("[[stage]]\nname = \"build\"\nrun = \"echo x >> $OUTSIDE/attempts; exit 75\"\n");
        let before = lab.tree();
        let events = lab.run(&["--mode", mode]);
        assert_eq!((events.code(), lab.count("attempts")), (1, 1), "{mode}: {events:#?}");
        assert_eq!((events.causes(), events.tried().len()), (vec!["system.tempfail".to_owned()], 0), "{mode}");
        let chosen = events.decisions("weighed").any(|weighed| weighed.to_string().contains("\"is_chosen\":true"));
        assert_eq!(chosen, mode != "off", "{mode}: {events:#?}");
        assert_eq!(events.incidents(), ["reported"], "{mode}");
        lab.tree().is_same_as(&before);
        lab.replays();
        assert_eq!(lab.selfheal(&["run", "--mode", mode]).text().contains("would try"), mode != "off", "{mode}");
    }
}

#[test]
fn only_the_named_stages_and_what_they_need_are_run() {
    let lab = Lab::new(
        "[[stage]]\nname = \"a\"\nrun = \"true\"\n[[stage]]\nname = \"b\"\nneeds = [\"a\"]\nrun = \"true\"\n[[stage]]\nname = \"c\"\nrun = \"false\"\n",
    );
    let events = lab.run(&["--stage", "b"]);
    assert_eq!((events.end().as_str(), events.stage("a").as_str()), ("success clean", "success clean"), "{events:#?}");
    assert_eq!(events.stage("c"), "");
}

#[test]
fn what_needs_a_failed_stage_is_skipped_and_what_may_fail_does_not_fail_the_run() {
    let lab = Lab::new(
        "[[stage]]\nname = \"a\"\nrun = \"false\"\nallow-failure = true\n[[stage]]\nname = \"b\"\nrun = \"true\"\n",
    );
    let events = lab.run(&["--mode", "off"]);
    assert_eq!((events.code(), events.stage("a").as_str()), (0, "failure clean"), "{events:#?}");
    let lab = Lab::new(
        "[[stage]]\nname = \"a\"\nrun = \"false\"\n[[stage]]\nname = \"b\"\nneeds = [\"a\"]\nrun = \"touch ran\"\n",
    );
    let events = lab.run(&["--mode", "off"]);
    assert_eq!((events.code(), events.stage("b").as_str()), (1, "skip clean"), "{events:#?}");
    assert!(!lab.root().join("ran").exists());
}
