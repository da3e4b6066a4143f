//! What the next engine does about scratches of one that was killed.

use std::fs;
use std::path::Path;

use driver::ports::Workspace;

use crate::support::{Look, Project, Way, assert_same, has_overlay, open_at, picture, run_in, scratch, ways};

const WORK: &str =
    "echo changed > a.txt; rm -r dir; mkdir dir; echo n > dir/n; echo x > new; mkdir -p deep/er; echo y > deep/er/y";

/// Makes the scratch look as if the engine that opened it were dead: as no process has this number and start.
fn orphan(project: &Project, name: &str) {
    fs::write(project.state().join("scratch").join(name).join("owner"), "4194305 1").unwrap();
}

#[tokio::test]
async fn open_scratch_of_a_dead_engine_is_undone() {
    for way in ways() {
        let project = Project::rich();
        let before = picture(&project.root, Look::Exact);
        let dead = project.open(way);
        let scratch = scratch(&dead, way, "s").await;
        run_in(&scratch.place, WORK);
        orphan(&project, "s");
        // The dead engine's holder still runs.
        std::mem::forget(dead);
        let recovery = project.open(way).recover().await.unwrap();
        assert_eq!((recovery.done.len(), recovery.stuck.len()), (1, 0), "{way:?} {recovery:?}");
        assert_same(&before, &picture(&project.root, Look::Exact), &format!("{way:?}"));
        assert_eq!(project.open(way).recover().await.unwrap(), Default::default());
        if let Some(holder) = scratch.place.namespace {
            let stat = fs::read_to_string(format!("/proc/{holder}/stat")).unwrap_or_default();
            assert!(stat.is_empty() || stat.contains(") Z"), "the holder must be gone: {stat}");
        }
    }
}

#[tokio::test]
async fn scratch_of_an_engine_that_runs_is_left_alone() {
    let project = Project::repository();
    project.write("a", "a");
    let workspace = project.open(Way::InPlace);
    let scratch = scratch(&workspace, Way::InPlace, "s").await;
    project.write("a", "changed");
    assert_eq!(workspace.recover().await.unwrap(), Default::default(), "its own scratch is not left over");
    let stat = fs::read_to_string("/proc/1/stat").unwrap();
    let started = stat.rsplit_once(')').unwrap().1.split_whitespace().nth(19).unwrap().to_owned();
    fs::write(project.state().join("scratch/s/owner"), format!("1 {started}")).unwrap();
    let recovery = project.open(Way::InPlace).recover().await.unwrap();
    assert!(recovery.done[0].contains("left scratch s alone"), "{recovery:?}");
    assert_eq!(fs::read(project.root.join("a")).unwrap(), b"changed");
    workspace.discard(&scratch).await.unwrap();
    assert_eq!(fs::read(project.root.join("a")).unwrap(), b"a");
}

#[tokio::test]
async fn snapshot_that_was_never_completed_is_dropped_without_touching_the_workspace() {
    let project = Project::repository();
    project.write("a", "a");
    let workspace = project.open(Way::InPlace);
    std::mem::forget(scratch(&workspace, Way::InPlace, "s").await);
    fs::remove_file(project.state().join("scratch/s/manifest")).unwrap();
    project.write("a", "of the user");
    let recovery = project.open(Way::InPlace).recover().await.unwrap();
    assert_eq!((recovery.done.len(), recovery.stuck.len()), (1, 0));
    assert_eq!(fs::read(project.root.join("a")).unwrap(), b"of the user");
}

#[tokio::test]
async fn commit_that_stopped_anywhere_is_finished() {
    if !has_overlay() {
        return;
    }
    let expected = {
        let project = Project::rich();
        let workspace = project.open(Way::Overlay);
        let scratch = scratch(&workspace, Way::Overlay, "s").await;
        run_in(&scratch.place, WORK);
        workspace.commit(&scratch).await.unwrap();
        without_git(picture(&project.root, Look::WithoutTimes))
    };
    // What a commit does to this scratch, in order: the state of the folders after each prefix of the work.
    for (intent, moved) in [
        ("removing", &[][..]),
        ("removing", &["remove dir"]),
        ("moving", &["remove dir"]),
        ("moving", &["remove dir", "a.txt"]),
        ("moving", &["remove dir", "a.txt", "deep/er/y"]),
        ("moving", &["remove dir", "a.txt", "deep/er/y", "dir/n"]),
        ("moving", &["remove dir", "a.txt", "deep/er/y", "dir/n", "new"]),
    ] {
        let project = Project::rich();
        let dead = project.open(Way::Overlay);
        let scratch = scratch(&dead, Way::Overlay, "s").await;
        run_in(&scratch.place, WORK);
        drop(dead);
        let upper = project.state().join("scratch/s/0/upper");
        for step in moved {
            if *step == "remove dir" {
                fs::remove_dir_all(project.root.join("dir/sub")).unwrap();
                fs::remove_file(project.root.join("dir/b.txt")).unwrap();
            } else {
                fs::create_dir_all(project.root.join(step).parent().unwrap()).unwrap();
                fs::rename(upper.join(step), project.root.join(step)).unwrap();
            }
        }
        fs::write(project.state().join("scratch/s/intent"), intent).unwrap();
        orphan(&project, "s");
        let recovery = project.open(Way::Overlay).recover().await.unwrap();
        assert_eq!((recovery.done.len(), recovery.stuck.len()), (1, 0), "{recovery:?}");
        let now = without_git(picture(&project.root, Look::WithoutTimes));
        assert_same(&expected, &now, &format!("{intent} {moved:?}"));
        assert!(!project.state().join("scratch/s").exists());
    }
}

fn without_git<T>(
    mut tree: std::collections::BTreeMap<std::path::PathBuf, T>,
) -> std::collections::BTreeMap<std::path::PathBuf, T> {
    tree.retain(|path, _| !path.starts_with(Path::new(".git")));
    tree
}

#[tokio::test]
async fn a_commit_is_finished_while_another_scratch_of_the_dead_engine_is_dropped() {
    if !has_overlay() {
        return;
    }
    let project = Project::rich();
    let dead = project.open(Way::Overlay);
    let (committed, open) = (dead.open_beside("a").await.unwrap(), dead.open_beside("b").await.unwrap());
    run_in(&committed.place, "echo committed > a.txt; echo new > new");
    run_in(&open.place, "echo lost > run.sh; echo lost > lost");
    // The engine dies when it has noted that it commits; the other scratch is still mounted.
    fs::write(project.state().join("scratch/a/intent"), "removing").unwrap();
    orphan(&project, "a");
    orphan(&project, "b");
    std::mem::forget(dead);
    let recovery = project.open(Way::Overlay).recover().await.unwrap();
    assert_eq!((recovery.done.len(), recovery.stuck.len()), (2, 0), "{recovery:?}");
    assert_eq!(fs::read(project.root.join("a.txt")).unwrap(), b"committed\n");
    assert_eq!(fs::read(project.root.join("new")).unwrap(), b"new\n");
    assert_eq!(fs::read(project.root.join("run.sh")).unwrap(), b"#!/bin/sh\n");
    assert!(!project.root.join("lost").exists());
    assert_eq!(fs::read_dir(project.state().join("scratch")).unwrap().count(), 0);
}

#[tokio::test]
async fn restore_that_stopped_halfway_is_repeated() {
    let project = Project::rich();
    let before = picture(&project.root, Look::Exact);
    let dead = project.open(Way::InPlace);
    let scratch = scratch(&dead, Way::InPlace, "s").await;
    run_in(&scratch.place, WORK);
    run_in(&scratch.place, "rm -rf .git; rm .gitignore");
    // As a restore leaves it that dies in the middle.
    fs::remove_file(project.root.join("new")).unwrap();
    fs::write(project.root.join(".selfheal-restore.tmp"), "half").unwrap();
    orphan(&project, "s");
    let recovery = project.open(Way::InPlace).recover().await.unwrap();
    assert_eq!((recovery.done.len(), recovery.stuck.len()), (1, 0), "{recovery:?}");
    assert_same(&before, &picture(&project.root, Look::Exact), "restored");
}

#[tokio::test]
async fn locks_that_a_dead_engine_left_beside_snapshots_are_removed() {
    let project = Project::repository();
    project.write("a", "a");
    let workspace = project.open(Way::InPlace);
    workspace.snapshot("good").await.unwrap();
    fs::write(project.state().join("snapshots.git/refs/snapshots/good.lock"), "").unwrap();
    fs::write(project.state().join("snapshots.index.4194305"), "half").unwrap();
    workspace.recover().await.unwrap();
    workspace.snapshot("good").await.unwrap();
    assert!(!project.state().join("snapshots.index.4194305").exists());
}

/// Set in a child of the test below: way, workspace and state folder, one to a line.
const DYING_ENGINE: &str = "WORKSPACE_TEST_DYING_ENGINE";

#[tokio::test]
async fn engine_that_is_killed_is_recovered_from() {
    if let Ok(order) = std::env::var(DYING_ENGINE) {
        return die(&order).await;
    }
    for way in ways() {
        let project = Project::rich();
        let before = picture(&project.root, Look::Exact);
        let name = "recovery::engine_that_is_killed_is_recovered_from";
        let order = format!("{way:?}\n{}\n{}", project.root.display(), project.state().display());
        let mut engine = std::process::Command::new(std::env::current_exe().unwrap());
        engine.args(["--exact", name, "--nocapture"]).env(DYING_ENGINE, order);
        let end = engine.stdout(std::process::Stdio::null()).status().unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&end), Some(libc::SIGKILL), "{end:?}");
        let recovery = project.open(way).recover().await.unwrap();
        let left_over = if is_overlay(way) { 2 } else { 1 };
        assert_eq!((recovery.done.len(), recovery.stuck.len()), (left_over, 0), "{way:?} {recovery:?}");
        assert_same(&before, &picture(&project.root, Look::Exact), &format!("{way:?}"));
    }
}

fn is_overlay(way: Way) -> bool {
    matches!(way, Way::Overlay | Way::UserOverlay)
}

async fn die(order: &str) {
    let mut lines = order.splitn(3, '\n');
    let way = match lines.next().unwrap() {
        "Overlay" => Way::Overlay,
        "UserOverlay" => Way::UserOverlay,
        "Copy" => Way::Copy,
        _ => Way::InPlace,
    };
    let mut path = || std::path::PathBuf::from(lines.next().unwrap());
    let workspace = open_at(way, path(), path());
    let scratch = scratch(&workspace, way, "s").await;
    run_in(&scratch.place, WORK);
    if is_overlay(way) {
        let beside = workspace.open_beside("t").await.unwrap();
        run_in(&beside.place, WORK);
    }
    // SAFETY: the signal ends this process, which is the purpose.
    unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
}
