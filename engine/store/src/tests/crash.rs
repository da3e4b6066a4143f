//! What a killed process leaves behind: this test binary starts itself as the process that is killed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use pipeline::event::Purpose;
use pipeline::id::RunId;

use super::sample::{Story, passed};
use super::{derived_rows, empty, raw};
use crate::Store;

/// Names the database for the child; the first argument of its kind tells a child from a test.
const PATH_VARIABLE: &str = "STORE_TEST_CRASH_DATABASE";
const RUN_VARIABLE: &str = "STORE_TEST_CRASH_RUN";

/// Records of one append: enough that a kill is likely to come in the middle of one.
const BATCH: usize = 60;

/// The child's half: appends without end and says after each append up to where. Without the variables it is an empty test.
#[test]
fn a_child_appends_until_it_is_killed() {
    let (Ok(path), Ok(run)) = (std::env::var(PATH_VARIABLE), std::env::var(RUN_VARIABLE)) else {
        return;
    };
    let store = Store::open(Path::new(&path)).unwrap();
    store.claim_run(&RunId::from(run.as_str()), std::process::id()).unwrap();
    let mut story = Story::begin(&run, 0);
    let mut appended = 0;
    for attempt in 1.. {
        story.attempt("build", attempt, Purpose::Plain, passed(1));
        if story.records.len() - appended >= BATCH {
            store.append(&story.run, &story.records[appended..]).unwrap();
            appended = story.records.len();
            let mut output = std::io::stdout();
            writeln!(output, "appended {appended}").unwrap();
            output.flush().unwrap();
        }
    }
}

fn start_child(database: &Path, run: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::crash::a_child_appends_until_it_is_killed", "--nocapture"])
        .env(PATH_VARIABLE, database)
        .env(RUN_VARIABLE, run)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits until the child has appended `times` times, kills it, and returns what it last said.
fn kill_after(mut child: Child, times: usize) -> usize {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = lines.map_while(Result::ok).filter_map(|line| line.strip_prefix("appended ")?.parse::<usize>().ok());
    let mut last = said.nth(times - 1).expect("the child appends until it is killed");
    child.kill().unwrap();
    child.wait().unwrap();
    last = said.last().unwrap_or(last);
    last
}

fn check_sound(database: &Path) {
    let integrity: String = raw(database).query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(integrity, "ok");
    let store = Store::open(database).unwrap();
    let report = store.verify().unwrap();
    assert!(report.is_sound(), "{report:?}");
    let rows = derived_rows(database);
    store.rebuild().unwrap();
    assert_eq!(derived_rows(database), rows, "the tables are those of the journal");
}

#[test]
fn a_killed_writer_loses_nothing_that_it_was_told_is_kept() {
    let (_folder, store) = empty();
    for round in 1..=6 {
        let run = format!("r-{round}");
        let told = kill_after(start_child(store.path(), &run), round);
        check_sound(store.path());
        let kept = store.records(&RunId::from(run.as_str())).unwrap().len();
        assert!(kept >= told, "round {round}: {kept} records of {told}");
        assert_eq!(kept, store.records(&RunId::from(run.as_str())).unwrap().last().unwrap().seq as usize);
        let listed = store.unfinished().unwrap();
        assert_eq!(listed.len(), round);
        assert!(listed.iter().all(|run| !run.is_alive));
    }
}

#[test]
fn a_killed_writer_does_not_stop_the_others() {
    let (_folder, store) = empty();
    let (first, second) = (start_child(store.path(), "r-1"), start_child(store.path(), "r-2"));
    kill_after(first, 2);
    let story = super::sample::clean_run("r-3", 0);
    store.append(&story.run, &story.records).unwrap();
    kill_after(second, 3);
    check_sound(store.path());
    assert_eq!(store.history(10, &Default::default()).unwrap().len(), 3);
}
