//! Random work in a scratch: thrown away, nothing is left of it; committed, it is exactly what was seen.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::{fs, io};

use driver::ports::Workspace;
use pipeline::event::FileChange;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{Look, Picture, Project, Way, assert_same, picture, ways};

type Pictures = BTreeMap<PathBuf, Picture>;

/// Names are few so that operations meet.
const NAMES: [&str; 6] = ["a", "b", "c.log", "ignored", "d e", "ü"];

#[derive(Clone, Debug)]
enum Operation {
    Write(String, u8),
    Append(String),
    Remove(String),
    MakeDirectory(String),
    Link(String, String),
    Mode(String, u32),
    Move(String, String),
    Touch(String),
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(NAMES.to_vec()), 1..4).prop_map(|names| names.join("/"))
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        4 => (path(), any::<u8>()).prop_map(|(path, byte)| Operation::Write(path, byte)),
        1 => path().prop_map(Operation::Append),
        3 => path().prop_map(Operation::Remove),
        2 => path().prop_map(Operation::MakeDirectory),
        1 => (path(), path()).prop_map(|(path, target)| Operation::Link(path, target)),
        1 => (path(), prop::sample::select(vec![0o600, 0o644, 0o755, 0o700])).prop_map(|(path, mode)| Operation::Mode(path, mode)),
        2 => (path(), path()).prop_map(|(from, to)| Operation::Move(from, to)),
        1 => path().prop_map(Operation::Touch),
    ]
}

/// Carries an operation out as far as it goes: on a path that does not suit it, it fails, as commands do.
fn perform(root: &Path, operation: &Operation) -> io::Result<()> {
    match operation {
        Operation::Write(path, byte) => {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap())?;
            fs::write(path, vec![*byte; usize::from(*byte)])
        }
        Operation::Append(path) => {
            let mut file = fs::File::options().append(true).open(root.join(path))?;
            io::Write::write_all(&mut file, b"more\n")
        }
        Operation::Remove(path) => {
            let path = root.join(path);
            if path.symlink_metadata()?.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
        }
        Operation::MakeDirectory(path) => fs::create_dir_all(root.join(path)),
        Operation::Link(path, target) => std::os::unix::fs::symlink(target, root.join(path)),
        Operation::Mode(path, mode) => {
            let is_directory = root.join(path).metadata()?.is_dir();
            let mode = if is_directory { mode | 0o700 } else { *mode };
            fs::set_permissions(root.join(path), PermissionsExt::from_mode(mode))
        }
        Operation::Move(from, to) => fs::rename(root.join(from), root.join(to)),
        Operation::Touch(path) => {
            fs::File::options().append(true).open(root.join(path))?.set_modified(std::time::UNIX_EPOCH)
        }
    }
}

fn may_be_ignored(path: &Path) -> bool {
    path.iter().any(|part| part == "ignored" || part == "c.log")
}

/// Compares the list of changes with what two pictures show, in both directions.
fn check_changes(before: &Pictures, seen: &Pictures, changes: &[FileChange]) {
    let listed: BTreeSet<&Path> =
        changes.iter().filter(|change| change.is_versioned).map(|change| Path::new(&change.path)).collect();
    let leaf = |tree: &Pictures, path: &Path| tree.get(path).filter(|picture| !picture.is_directory()).cloned();
    let differs = |path: &Path| leaf(before, path) != leaf(seen, path);
    for path in before.keys().chain(seen.keys()).filter(|path| !path.starts_with(".git")) {
        let is_missing = differs(path) && !may_be_ignored(path) && !listed.contains(path.as_path());
        assert!(!is_missing, "a change of {path:?} is not listed");
    }
    for path in listed {
        assert!(differs(path), "{path:?} is listed and did not change");
    }
}

fn check(way: Way, start: &[Operation], work: &[Operation]) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let project = Project::repository();
    project.write(".gitignore", "ignored/\n*.log\n");
    let (tracked, untracked) = start.split_at(start.len() / 2);
    tracked.iter().for_each(|operation| drop(perform(&project.root, operation)));
    project.commit_all();
    untracked.iter().for_each(|operation| drop(perform(&project.root, operation)));
    let workspace = project.open(way);
    let mut before = picture(&project.root, Look::Exact);
    let picture_before = picture(&project.root, Look::WithoutTimes);

    let scratch = runtime.block_on(workspace.open_scratch("drop")).unwrap();
    work.iter().for_each(|operation| drop(perform(&scratch.place.visible_root, operation)));
    let seen = picture(&scratch.place.visible_root, Look::WithoutTimes);
    let changes = runtime.block_on(workspace.changes(&scratch)).unwrap();
    check_changes(&picture_before, &seen, &changes);
    runtime.block_on(workspace.discard(&scratch)).unwrap();
    let mut after = picture(&project.root, Look::Exact);
    if way == Way::InPlace {
        // Ignored paths are not promised in place, nor the time of the directories that hold them.
        before.retain(|path, _| !may_be_ignored(path));
        after.retain(|path, _| !may_be_ignored(path));
    }
    assert_same(&before, &after, "discarded");
    if way == Way::InPlace {
        return;
    }
    let scratch = runtime.block_on(workspace.open_scratch("keep")).unwrap();
    work.iter().for_each(|operation| drop(perform(&scratch.place.visible_root, operation)));
    let seen = picture(&scratch.place.visible_root, Look::Exact);
    runtime.block_on(workspace.commit(&scratch)).unwrap();
    assert_same(&seen, &picture(&project.root, Look::Exact), "committed");
}

#[test]
fn random_work_is_undone_or_kept_exactly() {
    for way in ways() {
        let config = Config { cases: 16, failure_persistence: None, ..Config::default() };
        let strategy = (prop::collection::vec(operation(), 0..30), prop::collection::vec(operation(), 1..30));
        let result = TestRunner::new(config).run(&strategy, |(start, work)| {
            check(way, &start, &work);
            Ok(())
        });
        if let Err(failure) = result {
            panic!("{way:?}: {failure}");
        }
    }
}
