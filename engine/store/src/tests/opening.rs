//! Making, finding and refusing databases.

use std::fs;
use std::os::unix::fs::{FileExt, PermissionsExt};

use super::sample::clean_run;
use super::{empty, raw};
use crate::{Store, StoreError};

#[test]
fn a_new_database_and_its_folders_are_for_their_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state/project/journal.db");
    let store = Store::open(&path).unwrap();
    let story = clean_run("r-1", 0);
    store.append(&story.run, &story.records).unwrap();
    let mode = |path: std::path::PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder.path().join("state")), 0o700);
    assert_eq!(mode(folder.path().join("state/project")), 0o700);
    assert_eq!(mode(path.clone()), 0o600);
    assert_eq!(mode(path.with_file_name("journal.db-wal")), 0o600);
}

#[test]
fn what_was_written_is_there_when_the_database_is_opened_again() {
    let (folder, store) = empty();
    let story = clean_run("r-1", 0);
    store.append(&story.run, &story.records).unwrap();
    drop(store);
    let store = Store::open(&folder.path().join("journal.db")).unwrap();
    assert_eq!(store.records(&story.run).unwrap(), story.records);
}

#[test]
fn several_processes_may_create_the_database_at_the_same_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..8)
            .map(|number| {
                let path = &path;
                scope.spawn(move || {
                    let story = clean_run(&format!("r-{number}"), 0);
                    Store::open(path).unwrap().append(&story.run, &story.records).unwrap();
                })
            })
            .collect();
        writers.into_iter().for_each(|writer| writer.join().unwrap());
    });
    let store = Store::open(&path).unwrap();
    assert!(store.verify().unwrap().is_sound());
    assert_eq!(store.history(100, &Default::default()).unwrap().len(), 8);
}

#[test]
fn the_database_of_a_newer_program_is_refused_and_left_alone() {
    let (folder, store) = empty();
    raw(store.path()).pragma_update(None, "user_version", 99).unwrap();
    let error = Store::open(&folder.path().join("journal.db")).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 99, known: crate::schema::VERSION, .. }), "{error}");
    assert!(error.to_string().contains("use a newer selfheal"), "{error}");
}

#[test]
fn a_file_that_is_no_database_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    fs::write(&path, "something else than a database, and long enough to have a header of a hundred bytes".repeat(9))
        .unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
    assert!(error.to_string().contains(&format!("move {}", path.display())), "{error}");
}

#[test]
fn a_database_with_destroyed_pages_is_an_error_and_not_a_panic() {
    let (folder, store) = empty();
    for number in 0..20 {
        let story = clean_run(&format!("r-{number:02}"), 0);
        store.append(&story.run, &story.records).unwrap();
    }
    let path = folder.path().join("journal.db");
    raw(&path).query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(store);
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    let length = file.metadata().unwrap().len();
    // The first page stays: it holds the header and the schema.
    file.write_all_at(&vec![0xAA; usize::try_from(length - 4096).unwrap()], 4096).unwrap();
    let error = Store::open(&path).and_then(|store| store.verify()).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let error = Store::open(&folder.path().join("file/journal.db")).unwrap_err();
    assert!(matches!(&error, StoreError::Create { path, .. } if path.ends_with("file")), "{error:?}");
}

#[test]
fn settings_are_kept() {
    let (folder, store) = empty();
    assert_eq!(store.setting("greeted").unwrap(), None);
    store.set_setting("greeted", "once").unwrap();
    store.set_setting("greeted", "twice").unwrap();
    let again = Store::open(&folder.path().join("journal.db")).unwrap();
    assert_eq!(again.setting("greeted").unwrap().as_deref(), Some("twice"));
    again.remove_setting("greeted").unwrap();
    assert_eq!(store.setting("greeted").unwrap(), None);
}
