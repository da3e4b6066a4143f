//! Several overlays of one workspace at the same time, committed one after the other.

use std::fs;
use std::path::Path;

use driver::ports::{Scratch, Workspace, WorkspaceError};
use pipeline::event::ScratchKind;
use workspace::LocalWorkspace;

use crate::support::{Look, Project, Way, assert_same, has_overlay, picture, run_in, scratch, ways};

/// The overlays that this machine allows.
fn overlays() -> Vec<Way> {
    ways().into_iter().filter(|way| matches!(way, Way::Overlay | Way::UserOverlay)).collect()
}

async fn two(workspace: &LocalWorkspace) -> (Scratch, Scratch) {
    let (one, other) = (workspace.open_beside("one").await.unwrap(), workspace.open_beside("other").await.unwrap());
    assert_eq!((one.kind, other.kind), (ScratchKind::Overlay, ScratchKind::Overlay));
    (one, other)
}

fn is_held(scratch: &Scratch) -> bool {
    let holder = scratch.place.namespace.expect("an overlay has a holder");
    let stat = fs::read_to_string(format!("/proc/{holder}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z")
}

/// A project with something of each kind to touch.
fn small() -> Project {
    let project = Project::repository();
    project.write(".gitignore", "target/\n");
    project.write("a", "a\n");
    project.write("d/x", "x\n");
    project.write("d/y", "y\n");
    project.write("target/lock", "");
    project.write("target/old", "old\n");
    project.commit_all();
    project
}

#[tokio::test]
async fn changes_of_different_paths_are_both_committed_and_nothing_is_mounted_meanwhile() {
    for way in overlays() {
        let project = Project::rich();
        let expected = Project::rich();
        let (first, second) = (
            "echo 1 > dir/new; rm a.txt; mkdir -p ignored/one; echo 1 > ignored/one/x",
            "echo 2 > run.sh; rm -r dir/sub; echo 2 > ignored/cache/y",
        );
        let workspace = project.open(way);
        let (one, other) = two(&workspace).await;
        run_in(&one.place, first);
        run_in(&other.place, &format!("test ! -e dir/new; {second}"));
        assert!(is_held(&one) && is_held(&other));
        workspace.commit(&one).await.unwrap();
        assert!(!is_held(&other), "{way:?}: nobody looks through it at a workspace that has changed");
        workspace.commit(&other).await.unwrap();
        let plain = expected.open(way).place();
        run_in(&plain, first);
        run_in(&plain, second);
        let look = |project: &Project| {
            picture(&project.root, Look::WithoutTimes)
                .into_iter()
                .filter(|(path, _)| !path.starts_with(".git"))
                .collect()
        };
        assert_same(&look(&expected), &look(&project), &format!("{way:?}"));
        assert_eq!(fs::read_dir(project.state().join("scratch")).unwrap().count(), 0);
    }
}

#[tokio::test]
async fn whatever_both_touch_is_committed_once_and_the_other_is_refused_and_lost_without_a_trace() {
    if !has_overlay() {
        return;
    }
    const STEPS: [(&str, &str); 9] = [
        ("edit a file", "echo edited > a"),
        ("open a file for writing", "exec 3>>a"),
        ("remove a file of a directory", "rm d/x"),
        ("write a file of a directory", "echo z > d/z"),
        ("remove the directory", "rm -r d"),
        ("replace the directory by a file", "rm -r d; echo d > d"),
        ("replace the directory by another", "rm -r d; mkdir d; echo n > d/n"),
        ("change the mode of the directory", "chmod 700 d"),
        ("make a new directory", "mkdir -p target/debug; echo new > target/debug/$$; exec 3>>target/lock"),
    ];
    let plain = |scripts: &[&str]| {
        let project = small();
        let place = project.open(Way::Overlay).place();
        scripts.iter().for_each(|script| run_in(&place, script));
        contents(&project)
    };
    for (index, (first, first_script)) in STEPS.iter().enumerate() {
        for (second, second_script) in &STEPS[index..] {
            let what = format!("{first}, then {second}");
            let project = small();
            let workspace = project.open(Way::Overlay);
            let (one, other) = two(&workspace).await;
            run_in(&one.place, &first_script.replace("$$", "one"));
            run_in(&other.place, &second_script.replace("$$", "other"));
            workspace.commit(&one).await.unwrap();
            match workspace.commit(&other).await {
                Ok(()) => {
                    let scripts = [first_script.replace("$$", "one"), second_script.replace("$$", "other")];
                    let both = plain(&[&scripts[0], &scripts[1]]);
                    assert_eq!(contents(&project), both, "{what}");
                    assert!(!must_overlap(first, second), "{what}");
                }
                Err(WorkspaceError::Overlaps(path)) => {
                    assert!(must_overlap(first, second), "{what}: {path}");
                    assert_eq!(contents(&project), plain(&[&first_script.replace("$$", "one")]), "{what}");
                    workspace.discard(&other).await.unwrap();
                }
                Err(error) => panic!("{what}: {error}"),
            }
            assert!(project.git(&["fsck"]).is_empty());
            assert_eq!(fs::read_dir(project.state().join("scratch")).unwrap().count(), 0, "{what}");
        }
    }
}

/// Whether two steps touch the same.
fn must_overlap(first: &str, second: &str) -> bool {
    let is_of = |what: &str| {
        let whole = ["remove the directory", "replace the directory by a file", "replace the directory by another"];
        let part = ["remove a file of a directory", "write a file of a directory"];
        (whole.contains(&what), part.contains(&what), what == "change the mode of the directory", what == "edit a file")
    };
    let (one, other) = (is_of(first), is_of(second));
    let touches_whole = (one.0 && (other.0 || other.1 || other.2)) || (other.0 && (one.1 || one.2));
    let touches_mode = (one.2 && (other.1 || other.2)) || (other.2 && one.1);
    touches_whole || touches_mode || (one.3 && other.3) || (first == second && one.1)
}

/// Paths, kinds, modes and content of everything but git's own.
fn contents(project: &Project) -> Vec<String> {
    let pictures = picture(&project.root, Look::WithoutTimes);
    let is_own = |path: &Path| !path.starts_with(".git");
    pictures.into_iter().filter(|(path, _)| is_own(path)).map(|entry| format!("{entry:?}")).collect()
}

#[tokio::test]
async fn nothing_but_an_overlay_is_opened_beside_others() {
    let project = small();
    for way in [Way::Copy, Way::InPlace] {
        let refused = project.open(way).open_beside("s").await;
        assert!(matches!(refused, Err(WorkspaceError::NoRoom(_))), "{way:?} {refused:?}");
        assert_eq!(fs::read_dir(project.state().join("scratch")).unwrap().count(), 0);
    }
    let workspace = project.open(Way::InPlace);
    let trial = scratch(&workspace, Way::InPlace, "trial").await;
    for name in ["s", "t"] {
        let refused = workspace.open_scratch(name).await;
        assert!(matches!(refused, Err(WorkspaceError::NoRoom(_))), "{refused:?}");
    }
    workspace.discard(&trial).await.unwrap();
    workspace.open_scratch("s").await.unwrap();
}
