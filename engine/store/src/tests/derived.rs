//! The derived tables: always those of the journal.

use pipeline::event::{Decision, Fact, Purpose};
use pipeline::id::IncidentId;
use pipeline::incident::IncidentEnd;
use pipeline::outcome::{Qualifier, RunResult};
use pipeline::time::Timestamp;
use proptest::prelude::*;

use super::sample::{Story, clean_run, failed, finding, healed_run, note, passed, remedy};
use super::{derived_rows, empty, raw};
use crate::{ApprovedFile, BenchedPair, LearnedOutcome, Learning, Statement, TrialOutcome, TypicalDuration};

#[test]
fn a_rebuild_gives_the_same_tables() {
    let (_folder, store) = empty();
    for story in [
        healed_run("r-1", 0),
        clean_run("r-2", 9000),
        Story::begin("r-3", 9500),
        told_run("r-4", 9600),
        eased_run("r-5", 9700),
    ] {
        store.append(&story.run, &story.records).unwrap();
    }
    for statement in statements("r-4.1") {
        store.append_statement(Timestamp(9_900), &statement).unwrap();
    }
    let rows = derived_rows(store.path());
    for table in crate::schema::DERIVED_TABLES {
        assert!(rows.iter().any(|row| row.starts_with(table)), "{table} has rows to compare");
    }
    store.rebuild().unwrap();
    assert_eq!(derived_rows(store.path()), rows);
}

/// A run that leaves a trace in each of the tables that others leave empty.
fn told_run(run: &str, at: u64) -> Story {
    let mut story = Story::begin(run, at);
    let (incident, cause, fix) = (story.incident(1), finding("a.code"), remedy("config", "A"));
    story
        .attempt("test", 1, Purpose::Plain, failed(5))
        .diagnose(&incident, "test", 1, cause.clone())
        .ask(&incident, cause.clone(), &[])
        .shadow(&incident, &fix)
        .fact(Fact::PatchSaved { incident: incident.clone(), path: "a.patch".to_owned(), digest: "d1".to_owned() })
        .hand_over(&incident)
        .end_incident(&incident, IncidentEnd::Proposed, Some(&cause), Some(&fix));
    story
}

/// A run that begins with a learned limit, and in which another one helps.
fn eased_run(run: &str, at: u64) -> Story {
    super::floors::eased(run, at, &[("test", 64, false)], 128)
}

fn statements(incident: &str) -> [Statement; 3] {
    let (incident, by) = (IncidentId::from(incident), "ana".to_owned());
    let file = ApprovedFile { path: "a.txt".to_owned(), before: None, after: Some("d2".to_owned()) };
    [
        Statement::PatchApproved { incident: incident.clone(), by: by.clone(), files: vec![file], head: None },
        Statement::PatchRejected { incident: incident.clone(), by: by.clone(), reason: Some("no".to_owned()) },
        Statement::LearningImported { by, learning: learning(incident.as_str()) },
    ]
}

/// One of each kind.
fn learning(incident: &str) -> Learning {
    Learning {
        outcomes: vec![LearnedOutcome {
            incident: IncidentId::from(incident),
            number: 7,
            code: "a.code".to_owned(),
            strategy: "retry".to_owned(),
            ended: Timestamp(5),
            outcome: TrialOutcome::FalseHeal,
        }],
        benched: vec![BenchedPair {
            signature: "a.code:1".into(),
            remedy: "retry:1".into(),
            code: None,
            strategy: "retry".to_owned(),
            at: Timestamp(5),
        }],
        durations: vec![TypicalDuration { pipeline: "demo".to_owned(), stage: "far".into(), duration_ms: 9 }],
    }
}

#[test]
fn a_rebuild_repairs_tables_that_were_changed_or_lost() {
    let (_folder, store) = empty();
    let story = healed_run("r-1", 0);
    store.append(&story.run, &story.records).unwrap();
    let rows = derived_rows(store.path());
    raw(store.path())
        .execute_batch("UPDATE runs SET result = 'failure'; DELETE FROM stages; DROP TABLE trials")
        .unwrap();
    store.rebuild().unwrap();
    assert_eq!(derived_rows(store.path()), rows);
    // The statements that were prepared before the tables changed go on to work.
    let next = clean_run("r-2", 1);
    store.append(&next.run, &next.records).unwrap();
}

#[test]
fn what_people_told_the_engine_survives_a_rebuild() {
    let (_folder, store) = empty();
    store.set_setting("key", "value").unwrap();
    store.forget(Some("code"), None, pipeline::time::Timestamp(3)).unwrap();
    store.rebuild().unwrap();
    assert_eq!(store.setting("key").unwrap().as_deref(), Some("value"));
    let forgotten: u32 = raw(store.path()).query_row("SELECT count(*) FROM forgotten", [], |row| row.get(0)).unwrap();
    assert_eq!(forgotten, 1);
}

/// One step of a journal that may make no sense: the tables have to stand what the rules would never decide.
fn step(story: &mut Story, kind: u8, number: u32) {
    let incident = story.incident(number % 3);
    let (cause, tried) = (finding(&format!("code-{}", number % 2)), remedy("retry", &format!("V{}", number % 2)));
    let purpose = if number.is_multiple_of(2) { Purpose::Plain } else { Purpose::Trial { incident: incident.clone() } };
    let outcome = if number.is_multiple_of(3) { passed(u64::from(number)) } else { failed(u64::from(number)) };
    match kind {
        0 => story.attempt("test", number, purpose, outcome),
        1 => story.start("build", number, purpose),
        2 => story.lose("build", number),
        3 => story.diagnose(&incident, "test", number, cause),
        4 => story.ask(&incident, cause, &[note(&tried, "ineffective"), note(&tried, "worsened")]),
        5 => story.prepare(&incident, &tried),
        6 => story.end_incident(&incident, IncidentEnd::Healed, Some(&cause), Some(&tried)),
        7 => story.end_incident(&incident, IncidentEnd::Superseded, None, None),
        8 => story.end_stage("test", RunResult::Timeout, Qualifier::FlakySuspect),
        9 => story.end(RunResult::Failure, Qualifier::Clean),
        10 => story.fact(Fact::Interrupted),
        _ => story.decision(Decision::CancelAttempts),
    };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn tables_of_any_journal_are_those_of_its_rebuild(
        steps in proptest::collection::vec((0_u8..12, 0_u32..6), 0..40),
        batch in 1_usize..20,
    ) {
        let (_folder, store) = empty();
        for run in ["r-1", "r-2"] {
            let mut story = Story::begin(run, 100);
            steps.iter().for_each(|(kind, number)| step(&mut story, *kind, *number));
            for records in story.records.chunks(batch) {
                store.append(&story.run, records).unwrap();
            }
            store.attempts(&story.run).unwrap();
            store.incidents(&story.run).unwrap();
        }
        prop_assert!(store.verify().unwrap().is_sound());
        let rows = derived_rows(store.path());
        store.rebuild().unwrap();
        prop_assert_eq!(derived_rows(store.path()), rows);
    }
}
