//! Named snapshots.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use driver::ports::{Workspace, WorkspaceError};

use crate::support::{Look, Project, Way, assert_same, git, picture, run_in, scratch, ways};

const SPOIL: &str = r#"
rm -r dir; echo file > dir
rm empty; mkdir empty; echo in > empty/in
chmod 644 run.sh; rm link; echo no-link > link
echo changed > a.txt; rm untracked.txt; echo new > new.txt
printf x | dd of=big.bin bs=1 seek=1000 conv=notrunc 2>/dev/null
"#;

#[tokio::test]
async fn restoring_everything_gives_back_all_files_that_are_not_ignored() {
    let project = Project::rich();
    let index = fs::read(project.root.join(".git/index")).unwrap();
    let workspace = project.open(Way::InPlace);
    assert!(!workspace.has_snapshot("last-good").await);
    workspace.snapshot("last-good").await.unwrap();
    assert!(workspace.has_snapshot("last-good").await);
    assert!(fs::read(project.root.join(".git/index")).unwrap() == index);
    let before = picture(&project.root, Look::WithoutTimes);
    run_in(&workspace.place(), SPOIL);
    workspace.restore_paths(&workspace.place(), "last-good", &[]).await.unwrap();
    assert_same(&before, &picture(&project.root, Look::WithoutTimes), "restored");
    assert!(git(&project.root, &["for-each-ref"]).windows(9).all(|part| part != b"snapshots"));
}

#[tokio::test]
async fn chosen_paths_are_restored_in_a_scratch_and_nothing_else() {
    for way in ways() {
        let project = Project::rich();
        let workspace = project.open(way);
        workspace.snapshot("good").await.unwrap();
        run_in(&workspace.place(), SPOIL);
        let scratch = scratch(&workspace, way, "s").await;
        let paths = ["dir".to_owned(), "./run.sh".into(), "link".into(), "new.txt".into()];
        workspace.restore_paths(&scratch.place, "good", &paths).await.unwrap();
        let root = &scratch.place.visible_root;
        assert_eq!(fs::read(root.join("dir/sub/c.txt")).unwrap(), b"c\n");
        assert_eq!(fs::read_link(root.join("link")).unwrap(), Path::new("dir/b.txt"));
        assert_eq!(fs::metadata(root.join("run.sh")).unwrap().permissions().mode() & 0o111, 0o111);
        assert!(!root.join("new.txt").exists(), "it was not there");
        assert_eq!(fs::read(root.join("a.txt")).unwrap(), b"changed\n", "nobody asked for it");
        workspace.discard(&scratch).await.unwrap();
        assert_eq!(fs::read(project.root.join("dir")).unwrap(), b"file\n");
    }
}

#[tokio::test]
async fn snapshot_is_replaced_and_follows_what_was_added_and_removed() {
    let project = Project::empty();
    project.write("a", "1");
    project.write("d/x", "x");
    let workspace = project.open(Way::InPlace);
    workspace.snapshot("good").await.unwrap();
    workspace.snapshot("first").await.unwrap();
    fs::remove_dir_all(project.root.join("d")).unwrap();
    project.write("a", "2");
    project.write("d", "now a file");
    workspace.snapshot("good").await.unwrap();
    project.write("a", "3");
    fs::remove_file(project.root.join("d")).unwrap();
    workspace.restore_paths(&workspace.place(), "good", &[]).await.unwrap();
    let read = |path: &str| fs::read_to_string(project.root.join(path)).unwrap();
    assert_eq!((read("a"), read("d")), ("2".into(), "now a file".into()));
    workspace.restore_paths(&workspace.place(), "first", &[]).await.unwrap();
    assert_eq!((read("a"), read("d/x")), ("1".into(), "x".into()));
}

#[tokio::test]
async fn files_of_nested_repositories_are_part_of_a_snapshot() {
    let project = Project::repository();
    let nested = project.root.join("nested");
    fs::create_dir(&nested).unwrap();
    git(&nested, &["init", "-q"]);
    project.write("nested/f", "f");
    let workspace = project.open(Way::InPlace);
    workspace.snapshot("good").await.unwrap();
    let before = picture(&project.root, Look::WithoutTimes);
    project.write("nested/f", "changed");
    project.write("nested/g", "new");
    workspace.restore_paths(&workspace.place(), "good", &[]).await.unwrap();
    assert_same(&before, &picture(&project.root, Look::WithoutTimes), "restored");
}

#[tokio::test]
async fn unknown_and_ill_formed_names_are_errors() {
    let project = Project::empty();
    let workspace = project.open(Way::InPlace);
    let missing = workspace.restore_paths(&workspace.place(), "none", &[]).await;
    assert!(matches!(missing, Err(WorkspaceError::NoSnapshot(name)) if name == "none"));
    for name in ["", "../x", "a/b", "-x", ".x", "a..b", "x.lock", "a b"] {
        assert!(matches!(workspace.snapshot(name).await, Err(WorkspaceError::Refused { .. })), "{name}");
    }
    workspace.snapshot("good").await.unwrap();
    for path in ["../x", "/etc", ".git/config", "a/../b"] {
        let restored = workspace.restore_paths(&workspace.place(), "good", &[path.to_owned()]).await;
        assert!(matches!(restored, Err(WorkspaceError::Refused { .. })), "{path}");
    }
}
