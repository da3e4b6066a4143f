//! Failures that a person vouches for.

use super::*;
use crate::definition::Quarantine;

fn flaky() -> Finding {
    finding("python.test-failed", "test-failure", Disposition::Never)
}

fn vouched() -> Pipeline {
    let mut definition = pipeline(&[("test", &[]), ("gate", &["test"])]);
    definition.quarantine = vec![Quarantine {
        stage: StageName::new("test"),
        signature: flaky().signature,
        owner: "ada".to_owned(),
        until: "1970-01-03".parse().expect("a day"),
        reason: "it races".to_owned(),
    }];
    definition
}

fn failed(definition: Pipeline) -> Run {
    let (mut run, _) = start(definition);
    step(&mut run, ended("test", 1, Purpose::Plain, 1), &["diagnose test.1"]);
    run
}

fn beside(root: Finding, other: Finding) -> Fact {
    let mut fact = diagnosed("test", 1, root);
    if let Fact::Diagnosed { diagnosis, .. } = &mut fact {
        diagnosis.findings.push(other);
    }
    fact
}

fn ticket() -> Remedy {
    let escalate = Action::Escalate { title: "t".to_owned(), body: "b".to_owned(), labels: Vec::new() };
    remedy("escalate", vec![escalate])
}

fn dropped() -> Fact {
    Fact::ScratchDropped { incident: incident() }
}

#[test]
fn a_failure_that_a_person_vouches_for_is_run_again_and_its_pass_is_quarantined() {
    let mut run = failed(vouched());
    step(&mut run, diagnosed("test", 1, flaky()), &["vouched, 2 days left", "rerun 1"]);
    step(&mut run, prepared(Vec::new()), &["trial test.2"]);
    step(&mut run, ended("test", 2, trial(), 0), &["inspect"]);
    step(&mut run, Fact::ScratchInspected { incident: incident(), changes: Vec::new() }, &["commit"]);
    let done = ["incident quarantined", "test success quarantined", "start gate.1"];
    step(&mut run, Fact::ScratchCommitted { incident: incident() }, &done);
    step(&mut run, ended("gate", 1, Purpose::Plain, 0), &["gate success clean", "run success quarantined"]);
}

#[test]
fn what_fails_each_time_is_an_ordinary_failure_whose_ticket_names_the_owner() {
    let mut run = failed(vouched());
    step(&mut run, diagnosed("test", 1, flaky()), &["vouched, 2 days left", "rerun 1"]);
    for number in [2, 3] {
        step(&mut run, prepared(Vec::new()), &[&format!("trial test.{number}")]);
        step(&mut run, ended("test", number, trial(), 1), &[&format!("diagnose test.{number}")]);
        step(&mut run, diagnosed("test", number, flaky()), &["drop"]);
        let next = if number == 2 { "rerun 2" } else { "ask" };
        step(&mut run, dropped(), &[next]);
    }
    let decisions = run.step(&proposed(vec![wait(), ticket()]), NOW).expect("the fact fits");
    assert_eq!(words(&decisions), ["weighed", "ticket"]);
    let Some(Decision::SaveTicket { body, .. }) = decisions.last() else { panic!("{decisions:?}") };
    assert!(body.starts_with("b\n") && body.contains("Owner: ada.") && body.contains("2 times"), "{body}");
    let done = ["incident escalated", "test failure clean", "gate skip clean", "run failure clean"];
    step(&mut run, Fact::TicketSaved { incident: incident(), path: "t".to_owned() }, &done);
}

#[test]
fn another_failure_beside_it_takes_the_licence_away() {
    let other = finding("python.unknown-exception", "test-failure", Disposition::Never);
    let mut run = failed(vouched());
    let word = "not vouched beside python.unknown-exception: it broke";
    step(&mut run, beside(flaky(), other.clone()), &[word, "ask"]);
    let of_two = "==== 2 failed, 5 passed in 0.05s ====".to_owned();
    let several = Finding { text: of_two, ..finding("python.test-summary", "test-failure", Disposition::Never) };
    let mut run = failed(vouched());
    let word = "not vouched beside python.test-summary: ==== 2 failed, 5 passed in 0.05s ====";
    step(&mut run, beside(flaky(), several), &[word, "ask"]);
    // What a tool repeats of the root is none.
    let summary = Finding { confidence: 0.4, ..finding("python.test-summary", "test-failure", Disposition::Never) };
    let detail = Finding { confidence: 0.1, ..other.clone() };
    let warning = Finding { severity: "warning".to_owned(), ..other };
    for harmless in [summary, detail, warning] {
        let mut run = failed(vouched());
        step(&mut run, beside(flaky(), harmless), &["vouched, 2 days left", "rerun 1"]);
    }
}

#[test]
fn another_failure_in_the_further_attempt_ends_the_licence() {
    let mut run = failed(vouched());
    step(&mut run, diagnosed("test", 1, flaky()), &["vouched, 2 days left", "rerun 1"]);
    step(&mut run, prepared(Vec::new()), &["trial test.2"]);
    step(&mut run, ended("test", 2, trial(), 1), &["diagnose test.2"]);
    step(&mut run, diagnosed("test", 2, missing()), &["drop"]);
    step(&mut run, dropped(), &["ask"]);
}

#[test]
fn a_failed_gate_takes_the_licence_away() {
    let (mut run, _) = start(vouched());
    let outcome = Outcome { failed_gates: vec!["coverage: 70 < 80".to_owned()], ..outcome(0) };
    let purpose = Purpose::Plain;
    let fact = Fact::AttemptEnded { stage: StageName::new("test"), attempt: 1, purpose, outcome };
    step(&mut run, fact, &["diagnose test.1"]);
    step(&mut run, diagnosed("test", 1, flaky()), &["not vouched beside gate coverage: 70 < 80", "ask"]);
}

#[test]
fn an_expired_entry_is_said_to_be_and_counts_no_longer() {
    let mut run = failed(vouched());
    let next_day = Timestamp(3 * 86_400_000);
    let decisions = run.step(&diagnosed("test", 1, flaky()), next_day).expect("the fact fits");
    assert_eq!(words(&decisions), ["vouched once", "ask"]);
}

#[test]
fn an_entry_is_for_one_stage_and_one_signature() {
    let mut elsewhere = vouched();
    elsewhere.quarantine[0].stage = StageName::new("gate");
    step(&mut failed(elsewhere), diagnosed("test", 1, flaky()), &["ask"]);
    step(&mut failed(vouched()), diagnosed("test", 1, network()), &["ask"]);
}

#[test]
fn a_pass_that_changes_versioned_files_is_not_kept() {
    let mut run = failed(vouched());
    step(&mut run, diagnosed("test", 1, flaky()), &["vouched, 2 days left", "rerun 1"]);
    step(&mut run, prepared(Vec::new()), &["trial test.2"]);
    step(&mut run, ended("test", 2, trial(), 0), &["inspect"]);
    let changes = vec![change("tests/snapshots.json")];
    step(&mut run, Fact::ScratchInspected { incident: incident(), changes }, &["drop"]);
    step(&mut run, dropped(), &["ask"]);
}

#[test]
fn a_stage_that_is_run_again_takes_from_the_budget_of_its_incident() {
    let mut definition = vouched();
    definition.healing.max_attempts = 0;
    step(&mut failed(definition.clone()), diagnosed("test", 1, flaky()), &["vouched, 2 days left", "ask"]);
    definition.healing.max_attempts = 1;
    let mut run = failed(definition);
    step(&mut run, diagnosed("test", 1, flaky()), &["vouched, 2 days left", "rerun 1"]);
    step(&mut run, prepared(Vec::new()), &["trial test.2"]);
    step(&mut run, ended("test", 2, trial(), 1), &["diagnose test.2"]);
    step(&mut run, diagnosed("test", 2, flaky()), &["drop"]);
    step(&mut run, dropped(), &["ask"]);
}

#[test]
fn modes_that_only_tell_run_nothing_again() {
    for mode in [Mode::Shadow, Mode::Suggest] {
        let mut definition = vouched();
        definition.healing.mode = mode;
        step(&mut failed(definition), diagnosed("test", 1, flaky()), &["vouched, 2 days left", "ask"]);
    }
    let mut off = vouched();
    off.healing.mode = Mode::Off;
    let done = ["incident reported", "test failure clean", "gate skip clean", "run failure clean"];
    step(&mut failed(off), diagnosed("test", 1, flaky()), &done);
}

#[test]
fn healing_never_makes_or_extends_an_entry() {
    let entry = vouched().quarantine[0].to_toml();
    let append = Action::EditFile { path: "selfheal.toml".to_owned(), find: String::new(), replace: entry };
    let (find, replace) = ("1970-01-03".to_owned(), "1999-01-03".to_owned());
    let extend = Action::EditFile { path: "selfheal.toml".to_owned(), find, replace };
    let (mut run, _) = start(pipeline(&[("test", &[])]));
    step(&mut run, ended("test", 1, Purpose::Plain, 1), &["diagnose test.1"]);
    step(&mut run, diagnosed("test", 1, missing()), &["ask"]);
    let remedies = vec![remedy("config", vec![append]), remedy("config", vec![extend])];
    let done = ["weighed", "incident reported", "test failure clean", "run failure clean"];
    step(&mut run, proposed(remedies), &done);
}

#[test]
fn an_interrupt_drops_the_scratch_of_a_further_attempt() {
    let mut run = failed(vouched());
    step(&mut run, diagnosed("test", 1, flaky()), &["vouched, 2 days left", "rerun 1"]);
    step(&mut run, Fact::Interrupted, &["cancel", "drop"]);
    step(&mut run, prepared(Vec::new()), &[]);
    let done = ["incident superseded", "test failure clean", "gate cancellation clean", "run cancellation clean"];
    step(&mut run, dropped(), &done);
}
