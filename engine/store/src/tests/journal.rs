//! Appending and reading.

use driver::ports::Journal;
use pipeline::event::{Fact, Purpose};
use pipeline::id::RunId;
use proptest::prelude::*;

use super::sample::{Story, clean_run, failed, finding, healed_run};
use super::{derived_rows, empty, raw};
use crate::{Store, StoreError};

#[test]
fn the_drivers_journal_keeps_what_it_is_given_in_order() {
    let (_folder, store) = empty();
    let story = healed_run("r-1", 1000);
    let mut journal: Box<dyn Journal> = Box::new(store.run_journal(&story.run));
    for batch in story.records.chunks(3) {
        journal.append(batch).unwrap();
    }
    assert_eq!(store.records(&story.run).unwrap(), story.records);
}

#[test]
fn a_run_that_is_not_known_has_no_records() {
    let (_folder, store) = empty();
    assert_eq!(store.records(&RunId::from("r-none")).unwrap(), Vec::new());
}

#[test]
fn a_gap_in_the_numbers_is_refused() {
    let (_folder, store) = empty();
    let story = clean_run("r-1", 0);
    store.append(&story.run, &story.records[..2]).unwrap();
    let error = store.append(&story.run, &story.records[3..]).unwrap_err();
    assert!(matches!(error, StoreError::Sequence { expected: 3, found: 4, .. }), "{error}");
}

#[test]
fn a_number_that_was_used_is_refused() {
    let (_folder, store) = empty();
    let story = clean_run("r-1", 0);
    store.append(&story.run, &story.records[..2]).unwrap();
    let error = store.append(&story.run, &story.records[1..]).unwrap_err();
    assert!(matches!(error, StoreError::Sequence { expected: 3, found: 2, .. }), "{error}");
}

#[test]
fn a_batch_with_a_bad_record_leaves_nothing_behind() {
    let (_folder, store) = empty();
    let mut story = clean_run("r-1", 0);
    store.append(&story.run, &story.records[..1]).unwrap();
    let before = (derived_rows(store.path()), store.verify().unwrap());
    story.records[3].seq = 9;
    store.append(&story.run, &story.records[1..]).unwrap_err();
    assert_eq!((derived_rows(store.path()), store.verify().unwrap()), before);
    assert_eq!(store.records(&story.run).unwrap().len(), 1);
}

#[test]
fn a_run_begins_with_its_own_start_and_only_once() {
    let (_folder, store) = empty();
    let mut story = Story::begin("r-1", 0);
    let other = RunId::from("r-2");
    assert!(matches!(store.append(&other, &story.records), Err(StoreError::Start { seq: 1, .. })));
    let start = story.records[0].clone();
    story.records.push(pipeline::event::Record { seq: 2, ..start });
    assert!(matches!(store.append(&story.run, &story.records), Err(StoreError::Start { seq: 2, .. })));
    let mut headless = Story::begin("r-3", 0);
    headless.fact(Fact::Interrupted);
    headless.records.remove(0);
    headless.records[0].seq = 1;
    assert!(matches!(store.append(&headless.run, &headless.records), Err(StoreError::Start { seq: 1, .. })));
}

#[test]
fn a_record_of_another_version_is_named_when_it_is_read() {
    let (_folder, store) = empty();
    let story = clean_run("r-1", 0);
    store.append(&story.run, &story.records).unwrap();
    let connection = raw(store.path());
    connection.execute_batch("DROP TRIGGER journal_is_never_changed").unwrap();
    let json = r#"{"seq":2,"at":3,"fact":{"fact":"moon-landed","moon":"Io"}}"#;
    connection.execute("UPDATE journal SET json = ?1 WHERE seq = 2", [json]).unwrap();
    let before = derived_rows(store.path());
    for error in [store.records(&story.run).unwrap_err(), store.rebuild().unwrap_err()] {
        assert!(matches!(&error, StoreError::Foreign { seq: 2, kind, .. } if kind == "moon-landed"), "{error}");
    }
    assert_eq!(derived_rows(store.path()), before, "a rebuild that fails changes nothing");
}

#[test]
fn several_writers_make_one_chain() {
    let (_folder, store) = empty();
    const WRITERS: usize = 4;
    const RUNS: usize = 10;
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let path = store.path();
            scope.spawn(move || {
                let store = Store::open(path).unwrap();
                for number in 0..RUNS {
                    let story = healed_run(&format!("r-{writer}-{number}"), 0);
                    let mut journal = store.run_journal(&story.run);
                    story.records.chunks(4).for_each(|batch| journal.append(batch).unwrap());
                }
            });
        }
    });
    let report = store.verify().unwrap();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(report.records as usize, WRITERS * RUNS * healed_run("r", 0).records.len());
}

#[test]
fn people_with_an_sqlite_shell_see_what_a_record_is_and_cannot_change_it() {
    let (_folder, store) = empty();
    let story = clean_run("r-1", 0);
    store.append(&story.run, &story.records).unwrap();
    let connection = raw(store.path());
    let kinds: Vec<String> = connection
        .prepare("SELECT kind FROM journal ORDER BY position LIMIT 3")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(kinds, ["run-started", "start-attempt", "attempt-ended"]);
    assert!(connection.execute("UPDATE journal SET at = 0", []).is_err());
    assert!(connection.execute("DELETE FROM journal", []).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A replay compares decisions bit by bit, and the seed uses all of its bits.
    #[test]
    fn every_number_comes_back_as_it_was(confidence in proptest::num::f64::NORMAL, duration_ms: u64, line: u64) {
        let (_folder, store) = empty();
        let mut story = Story::begin("r-1", 0);
        let incident = story.incident(1);
        let mut odd = finding("code");
        odd.confidence = confidence;
        odd.line = line;
        story.attempt("test", 1, Purpose::Plain, failed(duration_ms)).diagnose(&incident, "test", 1, odd);
        store.append(&story.run, &story.records).unwrap();
        prop_assert_eq!(store.records(&story.run).unwrap(), story.records);
    }
}
