//! Scratches that are copies at another path: when there are none, and what they have to do about their path.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use driver::ports::Workspace;
use pipeline::event::ScratchKind;
use workspace::{CopyUnavailable, LocalWorkspace, Options, ScratchPreference, Tie};

use crate::support::{Look, Project, Way, assert_same, picture, run_in, scratch, summary};

/// What a project gets in addition, for a case.
type Addition = fn(&Project);

#[tokio::test]
async fn workspace_that_is_bound_to_its_path_is_tried_in_place_and_comes_back() {
    let cases: [(Addition, &str, Tie); 4] = [
        (|project| project.write(".venv/pyvenv.cfg", "home = /usr/bin\n"), ".venv/pyvenv.cfg", Tie::Environment),
        (
            |project| {
                let text = format!("CMAKE_HOME_DIRECTORY:INTERNAL={}\n", project.root.display());
                project.write("build/CMakeCache.txt", text);
            },
            "build/CMakeCache.txt",
            Tie::Named,
        ),
        (
            |project| {
                project.write("node_modules/.bin/x", "");
                symlink(project.root.join("run.sh"), project.root.join("node_modules/.bin/run")).unwrap();
            },
            "node_modules/.bin/run",
            Tie::AbsoluteLink,
        ),
        (
            |project| project.write("Cargo.toml", "[dependencies]\nother = { path = \"../other\" }\n"),
            "Cargo.toml",
            Tie::LeadsOut,
        ),
    ];
    for (add, expected, tie) in cases {
        let project = Project::rich();
        add(&project);
        let before = picture(&project.root, Look::Exact);
        let workspace = project.open(Way::Copy);
        let bound = Err(CopyUnavailable::Bound { path: expected.into(), tie });
        assert_eq!(workspace.probe_copy(), bound);
        let trial = workspace.open_scratch("s").await.unwrap();
        assert_eq!(trial.kind, ScratchKind::InPlace, "{expected}");
        assert_eq!(trial.place, workspace.place());
        run_in(&trial.place, "echo changed > a.txt; rm -r dir");
        workspace.discard(&trial).await.unwrap();
        assert_same(&before, &picture(&project.root, Look::Exact), expected);
    }
}

#[tokio::test]
async fn commands_that_are_told_the_path_are_tried_in_place() {
    let project = Project::repository();
    project.write("a", "a");
    for (mention, kind) in [
        (format!("/usr/bin:{}/node_modules/.bin", project.root.display()), ScratchKind::InPlace),
        (format!("{}-other/bin", project.root.display()), ScratchKind::Copy),
    ] {
        let options = Options { scratch: ScratchPreference::Copy, mentions: vec![mention], ..Options::default() };
        let workspace = LocalWorkspace::open(project.root.clone(), project.state(), options).unwrap();
        let trial = workspace.open_scratch("s").await.unwrap();
        assert_eq!(trial.kind, kind);
        workspace.discard(&trial).await.unwrap();
    }
}

#[tokio::test]
async fn without_a_holder_a_copy_is_made_and_with_overlays_alone_none_is() {
    let project = Project::repository();
    project.write("a", "a");
    let kinds = [(ScratchPreference::Auto, ScratchKind::Copy), (ScratchPreference::Overlay, ScratchKind::InPlace)];
    for (preference, kind) in kinds {
        let options = Options { scratch: preference, ..Options::default() };
        let workspace = LocalWorkspace::open(project.root.clone(), project.state(), options).unwrap();
        let trial = workspace.open_scratch("s").await.unwrap();
        assert_eq!(trial.kind, kind, "{preference:?}");
        workspace.discard(&trial).await.unwrap();
    }
}

#[tokio::test]
async fn copy_lies_beside_the_state_under_the_project_s_name_and_is_nobody_else_s_business() {
    let project = Project::rich();
    let workspace = project.open(Way::Copy);
    let trial = scratch(&workspace, Way::Copy, "s").await;
    assert_eq!(trial.place.root.file_name(), project.root.file_name());
    assert!(trial.place.root.starts_with(project.state()));
    let mode = fs::metadata(trial.place.root.parent().unwrap()).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0);
    let mut pictures = [&project.root, &trial.place.root].map(|root| picture(root, Look::Exact));
    let [original, copy] = &mut pictures;
    assert_same(original, copy, "the copy");
}

#[tokio::test]
async fn what_a_trial_makes_for_the_copy_s_path_is_committed_for_the_workspace_s() {
    let project = Project::repository();
    project.write(".gitignore", "env/\n");
    project.commit_all();
    let workspace = project.open(Way::Copy);
    let trial = scratch(&workspace, Way::Copy, "s").await;
    run_in(
        &trial.place,
        "mkdir -p env/bin; printf '#!%s/env/bin/python\\n' \"$PWD\" > env/bin/tool; chmod 755 env/bin/tool
         ln -s \"$PWD/env/bin\" env/scripts; ln -s /bin/sh env/bin/python
         printf '\\000%s' \"$PWD\" > env/compiled; printf 'root=%s\\n' \"$PWD\" > settings.ini",
    );
    let changes = workspace.changes(&trial).await.unwrap();
    let root = project.root.to_str().unwrap();
    assert_eq!(summary(&changes), ["(A env)", "A settings.ini"]);
    assert_eq!(changes[1].added_lines, [format!("root={root}")]);
    let patch = workspace.patch(&trial).await.unwrap();
    assert!(String::from_utf8(patch).unwrap().contains(&format!("+root={root}\n")));
    workspace.commit(&trial).await.unwrap();
    let read = |path: &str| fs::read_to_string(project.root.join(path)).unwrap();
    assert_eq!(read("env/bin/tool"), format!("#!{root}/env/bin/python\n"));
    assert_eq!(fs::metadata(project.root.join("env/bin/tool")).unwrap().permissions().mode() & 0o777, 0o755);
    assert_eq!(fs::read_link(project.root.join("env/scripts")).unwrap(), project.root.join("env/bin"));
    assert_eq!(fs::read_link(project.root.join("env/bin/python")).unwrap(), Path::new("/bin/sh"));
    assert!(fs::read(project.root.join("env/compiled")).unwrap().starts_with(b"\0/"), "data stays as it is");
    assert_eq!(read("settings.ini"), format!("root={root}\n"));
}

#[tokio::test]
async fn commit_of_a_copy_that_stopped_anywhere_is_finished() {
    const WORK: &str = "echo changed > a.txt; rm -r dir; mkdir dir; echo n > dir/n; echo x > new; rm empty; mkdir empty
        mkdir -p deep/er; echo y > deep/er/y; echo z > ignored/cache/x";
    let expected = {
        let project = Project::rich();
        let workspace = project.open(Way::Copy);
        let trial = scratch(&workspace, Way::Copy, "s").await;
        run_in(&trial.place, WORK);
        workspace.commit(&trial).await.unwrap();
        without_git(&project)
    };
    // What a commit does, in order: the state of the folders after each prefix of the work.
    let steps = ["remove", "a.txt", "deep/er/y", "dir/n", "ignored/cache/x", "new"];
    for done in 0..=steps.len() {
        let project = Project::rich();
        let dead = project.open(Way::Copy);
        let trial = scratch(&dead, Way::Copy, "s").await;
        run_in(&trial.place, WORK);
        drop(dead);
        for step in &steps[..done] {
            if *step == "remove" {
                fs::remove_dir_all(project.root.join("dir/sub")).unwrap();
                fs::remove_file(project.root.join("dir/b.txt")).unwrap();
                fs::remove_file(project.root.join("empty")).unwrap();
            } else {
                fs::create_dir_all(project.root.join(step).parent().unwrap()).unwrap();
                fs::rename(trial.place.root.join(step), project.root.join(step)).unwrap();
            }
        }
        let folder = project.state().join("scratch/s");
        fs::write(folder.join("intent"), if done < 2 { "removing" } else { "moving" }).unwrap();
        fs::write(folder.join("owner"), "4194305 1").unwrap();
        let recovery = project.open(Way::Copy).recover().await.unwrap();
        assert_eq!((recovery.done.len(), recovery.stuck.len()), (1, 0), "{recovery:?}");
        assert_same(&expected, &without_git(&project), &format!("after {done} steps"));
        assert!(!folder.exists());
    }
}

/// Pictures without `.git`, in which the time of the commit counts.
fn without_git(project: &Project) -> std::collections::BTreeMap<std::path::PathBuf, crate::support::Picture> {
    let mut pictures = picture(&project.root, Look::WithoutTimes);
    pictures.retain(|path, _| !path.starts_with(".git"));
    pictures
}

#[tokio::test]
async fn copy_that_was_never_completed_is_dropped() {
    let project = Project::rich();
    let before = picture(&project.root, Look::Exact);
    let dead = project.open(Way::Copy);
    std::mem::forget(scratch(&dead, Way::Copy, "s").await);
    let folder = project.state().join("scratch/s");
    fs::remove_file(folder.join("copied")).unwrap();
    fs::write(folder.join("owner"), "4194305 1").unwrap();
    let recovery = project.open(Way::Copy).recover().await.unwrap();
    assert_eq!((recovery.done.len(), recovery.stuck.len()), (1, 0), "{recovery:?}");
    assert!(!folder.exists());
    assert_same(&before, &picture(&project.root, Look::Exact), "dropped");
}
