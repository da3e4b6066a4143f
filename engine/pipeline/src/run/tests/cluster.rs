//! Several failures at once.

use super::*;

fn of(number: usize) -> IncidentId {
    IncidentId::new(format!("r-1.{number}"))
}

/// A fact about another incident than the first.
fn about(number: usize, mut fact: Fact) -> Fact {
    match &mut fact {
        Fact::Diagnosed { incident, .. }
        | Fact::RemediesProposed { incident, .. }
        | Fact::TrialPrepared { incident, .. }
        | Fact::ScratchInspected { incident, .. }
        | Fact::ScratchCommitted { incident }
        | Fact::ScratchDropped { incident }
        | Fact::TicketSaved { incident, .. } => *incident = of(number),
        other => unreachable!("{other:?} is about no incident"),
    }
    fact
}

/// Two stages side by side that have failed, and one that needs the second.
fn both_failed(definition: Pipeline) -> Run {
    let (mut run, first) = start(definition);
    assert_eq!(words(&first), ["start unit.1", "start e2e.1"]);
    step(&mut run, ended("unit", 1, Purpose::Plain, 1), &[]);
    step(&mut run, ended("e2e", 1, Purpose::Plain, 1), &["diagnose unit.1", "diagnose e2e.1"]);
    run
}

fn two() -> Pipeline {
    let mut definition = pipeline(&[("unit", &[]), ("e2e", &[]), ("publish", &["e2e"])]);
    definition.order = crate::definition::StageOrder::File;
    definition
}

/// Both are diagnosed with the same cause.
fn joined(definition: Pipeline, cause: fn() -> Finding) -> Run {
    let mut run = both_failed(definition);
    step(&mut run, about(2, diagnosed("e2e", 1, cause())), &[]);
    step(&mut run, diagnosed("unit", 1, cause()), &["join e2e to r-1.1", "incident joined", "ask"]);
    run
}

fn inspected(changes: Vec<FileChange>) -> Fact {
    Fact::ScratchInspected { incident: incident(), changes }
}

fn verify() -> Purpose {
    Purpose::Verify { incident: incident() }
}

fn variable() -> Remedy {
    remedy("config", vec![Action::SetEnv { name: "A".to_owned(), value: "1".to_owned() }])
}

#[test]
fn failures_of_one_cause_are_one_incident_and_all_its_stages_pass_in_scratch_first() {
    let mut run = joined(two(), network);
    step(&mut run, proposed(vec![variable()]), &["weighed", "prepare config"]);
    let mut ready = prepared(Vec::new());
    if let Fact::TrialPrepared { env, .. } = &mut ready {
        env.push(("A".to_owned(), "1".to_owned()));
    }
    step(&mut run, ready, &["trial unit.2"]);
    let decisions = run.step(&ended("unit", 2, trial(), 0), NOW).expect("the fact fits");
    let [Decision::StartAttempt { stage, env, purpose, .. }] = decisions.as_slice() else { panic!("{decisions:?}") };
    assert_eq!((stage.as_str(), purpose), ("e2e", &verify()));
    assert_eq!(env.as_slice(), [("A".to_owned(), "1".to_owned())], "it runs under the same remedy");
    step(&mut run, ended("e2e", 2, verify(), 0), &["inspect"]);
    step(&mut run, inspected(Vec::new()), &["commit"]);
    let done = ["incident healed", "unit success healed", "e2e success healed", "start publish.1"];
    step(&mut run, Fact::ScratchCommitted { incident: incident() }, &done);
}

#[test]
fn a_stage_that_the_remedy_does_not_help_leaves_the_cluster_and_gets_an_incident_of_its_own() {
    let mut run = joined(two(), network);
    step(&mut run, proposed(vec![wait()]), &["weighed", "prepare retry"]);
    step(&mut run, prepared(Vec::new()), &["trial unit.2"]);
    step(&mut run, ended("unit", 2, trial(), 0), &["verify e2e.2"]);
    step(&mut run, ended("e2e", 2, verify(), 1), &["inspect"]);
    step(&mut run, inspected(Vec::new()), &["commit"]);
    let done = ["incident healed", "unit success healed", "start e2e.3"];
    step(&mut run, Fact::ScratchCommitted { incident: incident() }, &done);
    step(&mut run, ended("e2e", 3, Purpose::Plain, 1), &["diagnose e2e.3"]);
    step(&mut run, about(3, diagnosed("e2e", 3, network())), &["ask"]);
}

#[test]
fn a_patch_is_verified_by_the_whole_pipeline_with_the_stages_of_the_cluster() {
    let mut run = joined(two(), missing);
    step(&mut run, proposed(vec![edit()]), &["weighed", "prepare dependency"]);
    step(&mut run, prepared(vec![change("requirements.txt")]), &["trial unit.2"]);
    step(&mut run, ended("unit", 2, trial(), 0), &["verify e2e.2"]);
    step(&mut run, ended("e2e", 2, verify(), 0), &["verify publish.1"]);
    step(&mut run, ended("publish", 1, verify(), 0), &["inspect"]);
    step(&mut run, inspected(vec![change("requirements.txt")]), &["patch"]);
    step(&mut run, Fact::PatchSaved { incident: incident(), path: "p".to_owned(), digest: String::new() }, &["drop"]);
    let done =
        ["incident proposed", "unit failure clean", "e2e failure clean", "publish skip clean", "run failure clean"];
    step(&mut run, Fact::ScratchDropped { incident: incident() }, &done);
}

#[test]
fn what_needs_a_stage_that_left_the_cluster_is_not_held_against_the_patch() {
    let mut run = joined(two(), missing);
    step(&mut run, proposed(vec![edit()]), &["weighed", "prepare dependency"]);
    step(&mut run, prepared(vec![change("requirements.txt")]), &["trial unit.2"]);
    step(&mut run, ended("unit", 2, trial(), 0), &["verify e2e.2"]);
    step(&mut run, ended("e2e", 2, verify(), 1), &["inspect"]);
}

#[test]
fn one_ticket_names_all_stages_of_a_cluster() {
    let assertion = || finding("python.test-failed", "test-failure", Disposition::Never);
    let mut run = joined(two(), assertion);
    let escalate = Action::Escalate { title: "t".to_owned(), body: "b".to_owned(), labels: Vec::new() };
    let decisions = run.step(&proposed(vec![remedy("escalate", vec![escalate])]), NOW).expect("the fact fits");
    assert_eq!(words(&decisions), ["weighed", "ticket"]);
    let Some(Decision::SaveTicket { body, .. }) = decisions.last() else { panic!("{decisions:?}") };
    assert!(body.contains("\n- e2e\n"), "{body}");
    let done =
        ["incident escalated", "unit failure clean", "e2e failure clean", "publish skip clean", "run failure clean"];
    step(&mut run, Fact::TicketSaved { incident: incident(), path: "t.md".to_owned() }, &done);
}

#[test]
fn luck_of_the_first_stage_proves_nothing_for_the_others() {
    let mut definition = two();
    definition.healing.control_rate = 1.0;
    let mut run = joined(definition, missing);
    step(&mut run, proposed(vec![variable()]), &["weighed", "prepare config"]);
    step(&mut run, prepared(Vec::new()), &["trial unit.2"]);
    step(&mut run, ended("unit", 2, trial(), 0), &["control unit.3"]);
    step(&mut run, ended("unit", 3, Purpose::Control { incident: incident() }, 0), &["drop"]);
    let next = ["incident flaky-suspect", "start unit.4", "start e2e.2"];
    step(&mut run, Fact::ScratchDropped { incident: incident() }, &next);
    step(&mut run, ended("unit", 4, Purpose::Plain, 0), &["unit success flaky-suspect"]);
    step(&mut run, ended("e2e", 2, Purpose::Plain, 0), &["e2e success flaky-suspect", "start publish.1"]);
}

#[test]
fn failures_of_different_causes_are_asked_about_at_once_and_tried_one_after_the_other() {
    let mut run = both_failed(two());
    step(&mut run, diagnosed("unit", 1, network()), &[]);
    step(&mut run, about(2, diagnosed("e2e", 1, missing())), &["ask", "ask"]);
    // The second answer may come first; nothing is tried before all are there.
    step(&mut run, about(2, proposed(vec![variable()])), &[]);
    step(&mut run, proposed(vec![wait()]), &["weighed", "prepare retry"]);
    step(&mut run, prepared(Vec::new()), &["trial unit.2"]);
    step(&mut run, ended("unit", 2, trial(), 1), &["diagnose unit.2"]);
    step(&mut run, diagnosed("unit", 2, network()), &["drop"]);
    step(&mut run, Fact::ScratchDropped { incident: incident() }, &["ask"]);
    // Nothing was committed, so what was proposed for the second one still stands.
    let next = ["weighed", "incident reported", "unit failure clean", "weighed", "prepare config"];
    step(&mut run, proposed(Vec::new()), &next);
}

#[test]
fn after_a_commit_the_healers_are_asked_anew() {
    let mut run = both_failed(two());
    step(&mut run, diagnosed("unit", 1, network()), &[]);
    step(&mut run, about(2, diagnosed("e2e", 1, missing())), &["ask", "ask"]);
    step(&mut run, proposed(vec![wait()]), &[]);
    step(&mut run, about(2, proposed(vec![edit()])), &["weighed", "prepare retry"]);
    step(&mut run, prepared(Vec::new()), &["trial unit.2"]);
    step(&mut run, ended("unit", 2, trial(), 0), &["inspect"]);
    step(&mut run, inspected(Vec::new()), &["commit"]);
    let next = ["incident healed", "unit success healed", "ask"];
    step(&mut run, Fact::ScratchCommitted { incident: incident() }, &next);
}

#[test]
fn nobody_knows_whether_two_unknown_causes_are_the_same() {
    let mut run = both_failed(two());
    let unknown = |number, stage| {
        let mut fact = about(number, diagnosed(stage, 1, network()));
        if let Fact::Diagnosed { diagnosis, .. } = &mut fact {
            diagnosis.outcome = DiagnosisOutcome::Unknown;
            diagnosis.findings.clear();
        }
        fact
    };
    step(&mut run, unknown(1, "unit"), &[]);
    step(&mut run, unknown(2, "e2e"), &["ask", "ask"]);
}

#[test]
fn the_end_of_the_run_overtakes_a_cluster_as_a_whole() {
    let mut run = joined(two(), network);
    step(&mut run, proposed(vec![wait()]), &["weighed", "prepare retry"]);
    step(&mut run, Fact::Interrupted, &["cancel", "drop"]);
    let done = [
        "incident superseded",
        "unit failure clean",
        "e2e failure clean",
        "publish cancellation clean",
        "run cancellation clean",
    ];
    step(&mut run, Fact::ScratchDropped { incident: incident() }, &done);
}

#[test]
fn a_cluster_whose_engine_died_runs_again_as_a_whole() {
    let mut run = joined(two(), network);
    let next = ["incident superseded", "start unit.2", "start e2e.2"];
    step(&mut run, Fact::Resumed { lost: Vec::new() }, &next);
    step(&mut run, ended("unit", 2, Purpose::Plain, 0), &["unit success flaky-suspect"]);
}

#[test]
fn journals_from_before_take_one_failure_after_the_other() {
    let mut old = serde_json::to_value(started(two())).expect("a fact is JSON");
    old.as_object_mut().expect("an object").remove("joins_failures");
    let fact: Fact = serde_json::from_value(old).expect("an old journal is read");
    let (mut run, _) = Run::start(&fact, NOW).expect("a run starts with its first fact");
    step(&mut run, ended("unit", 1, Purpose::Plain, 1), &[]);
    step(&mut run, ended("e2e", 1, Purpose::Plain, 1), &["diagnose unit.1"]);
    step(&mut run, diagnosed("unit", 1, network()), &["ask"]);
    step(&mut run, proposed(Vec::new()), &["weighed", "incident reported", "unit failure clean", "diagnose e2e.1"]);
}
