//! What the chain shows.

use super::sample::{clean_run, healed_run};
use super::{empty, raw};
use crate::{ChainProblem, Store};

/// A journal of two runs, changed behind the store's back by `sql`; where the chain then breaks, and how.
fn broken_by(sql: &str) -> (u64, ChainProblem) {
    let (_folder, store) = empty();
    for story in [clean_run("r-1", 0), healed_run("r-2", 5000)] {
        store.append(&story.run, &story.records).unwrap();
    }
    assert!(store.verify().unwrap().is_sound());
    let connection = raw(store.path());
    connection.execute_batch("DROP TRIGGER journal_is_never_changed; DROP TRIGGER journal_is_never_shortened").unwrap();
    connection.execute_batch(sql).unwrap();
    let report = store.verify().unwrap();
    let broken = report.broken.unwrap();
    assert_eq!(report.records + 1, broken.position, "everything before it is sound");
    (broken.position, broken.problem)
}

#[test]
fn a_record_that_was_altered_is_found() {
    let sqls = [
        "UPDATE journal SET json = replace(json, '\"exit_code\":0', '\"exit_code\":1') WHERE position = 3",
        "UPDATE journal SET at = at + 1 WHERE position = 3",
        "UPDATE journal SET run = 'r-9' WHERE position = 3",
        "UPDATE journal SET seq = 77 WHERE position = 3",
        "UPDATE journal SET hash = zeroblob(32) WHERE position = 3",
    ];
    for sql in sqls {
        assert_eq!(broken_by(sql), (3, ChainProblem::Altered), "{sql}");
    }
}

#[test]
fn a_record_that_was_taken_out_is_found() {
    assert_eq!(broken_by("DELETE FROM journal WHERE position = 4"), (4, ChainProblem::Missing));
}

#[test]
fn a_record_that_was_taken_out_and_covered_up_is_found() {
    let sql = "DELETE FROM journal WHERE position = 4; UPDATE journal SET position = position - 1 WHERE position > 4";
    assert_eq!(broken_by(sql), (4, ChainProblem::WrongPredecessor));
}

#[test]
fn an_end_that_was_cut_off_is_found() {
    let (position, problem) = broken_by("DELETE FROM journal WHERE run = 'r-2'");
    assert_eq!((position, problem), (clean_run("r", 0).records.len() as u64 + 1, ChainProblem::CutOff));
}

#[test]
fn the_broken_record_is_named() {
    let (_folder, store) = empty();
    let story = clean_run("r-1", 0);
    store.append(&story.run, &story.records).unwrap();
    let connection = raw(store.path());
    connection.execute_batch("DROP TRIGGER journal_is_never_changed; UPDATE journal SET at = 1 WHERE seq = 2").unwrap();
    let broken = store.verify().unwrap().broken.unwrap();
    assert_eq!(broken.record, Some((story.run, 2)));
}

#[test]
fn the_head_follows_from_the_records_alone() {
    let heads: Vec<String> = [1, 3, 100]
        .into_iter()
        .map(|batch| {
            let (_folder, store) = empty();
            let story = healed_run("r-1", 42);
            story.records.chunks(batch).for_each(|records| store.append(&story.run, records).unwrap());
            store.verify().unwrap().head
        })
        .collect();
    assert_eq!(heads[0], heads[1]);
    assert_eq!(heads[0], heads[2]);
}

#[test]
fn an_empty_journal_is_sound() {
    let folder = tempfile::tempdir().unwrap();
    let report = Store::open(&folder.path().join("journal.db")).unwrap().verify().unwrap();
    assert_eq!((report.records, report.head, report.broken), (0, "0".repeat(64), None));
}
