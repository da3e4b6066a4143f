//! What a scratch shows, and what commit and discard leave.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use driver::ports::{Workspace, WorkspaceError};
use pipeline::event::ScratchKind;

use crate::support::{Look, Project, Way, assert_same, git, picture, run_in, scratch, summary, ways, ways_apart};

/// Touches everything that a rich project has.
const WRECK: &str = r#"
printf 'ONE\nTWO\nthree\n' > a.txt
rm dir/b.txt; rm -r dir/sub; echo file > dir/sub
rm empty; mkdir empty; echo in > empty/in
mv "name with space
and line ü.txt" moved.txt
chmod 644 run.sh
chmod 600 read-only.txt; echo more >> read-only.txt
ln -sfn ../elsewhere link
rm -r ignored/cache; mkdir -p ignored/new; echo n > ignored/new/n
echo x > b.log
rmdir empty-dir
mkdir fresh; echo fresh > fresh/f; echo '#!' > fresh/exec; chmod 755 fresh/exec
: > untouched-by-nobody
git add -A >/dev/null 2>&1; git -c user.name=x -c user.email=x commit -qm trial >/dev/null
echo after > untracked.txt
printf x | dd of=big.bin bs=1 seek=1000000 conv=notrunc 2>/dev/null
touch -d '2001-02-03 04:05:06' crlf.txt dir
"#;

const WRECKED: [&str; 18] = [
    "M a.txt",
    "(A b.log)",
    "M big.bin",
    "D dir/b.txt",
    "A dir/sub",
    "D dir/sub/c.txt",
    "D empty",
    "A empty/in",
    "A fresh/exec",
    "A fresh/f",
    "(M ignored)",
    "M link",
    "A moved.txt",
    "D name with space\nand line ü.txt",
    "M read-only.txt",
    "M run.sh",
    "A untouched-by-nobody",
    "M untracked.txt",
];

#[tokio::test]
async fn discarded_scratch_leaves_index_refs_untracked_files_and_times_as_they_were() {
    for way in ways() {
        let project = Project::rich();
        let status = project.git(&["status", "--porcelain=v2"]);
        let before = picture(&project.root, Look::Exact);
        let workspace = project.open(way);
        let scratch = scratch(&workspace, way, "s").await;
        run_in(&scratch.place, WRECK);
        let (mut before, mut during) = (before, picture(&project.root, Look::Exact));
        if way != Way::InPlace {
            assert_same(&before, &during, "the workspace must not change while the scratch is open");
        }
        assert_eq!(summary(&workspace.changes(&scratch).await.unwrap()), WRECKED, "{way:?}");
        workspace.discard(&scratch).await.unwrap();
        workspace.discard(&scratch).await.unwrap();
        during = picture(&project.root, Look::Exact);
        if way == Way::InPlace {
            // What is ignored is not promised in place.
            let is_ignored = |path: &Path| path.starts_with("ignored") || path == Path::new("b.log");
            before.retain(|path, _| !is_ignored(path));
            during.retain(|path, _| !is_ignored(path));
        }
        assert_same(&before, &during, &format!("{way:?}"));
        assert_eq!(project.git(&["status", "--porcelain=v2"]), status);
        assert_eq!(fs::read_dir(project.state().join("scratch")).unwrap().count(), 0);
    }
}

#[tokio::test]
async fn committed_scratch_is_what_its_commands_saw() {
    for way in ways() {
        let project = Project::rich();
        let workspace = project.open(way);
        let scratch = scratch(&workspace, way, "s").await;
        run_in(&scratch.place, WRECK);
        let seen = picture(&scratch.place.visible_root, Look::Exact);
        workspace.commit(&scratch).await.unwrap();
        workspace.commit(&scratch).await.unwrap();
        assert_same(&seen, &picture(&project.root, Look::Exact), &format!("{way:?}"));
        assert_eq!(fs::read_dir(project.state().join("scratch")).unwrap().count(), 0);
        let marks = fs::read_dir(&project.root).unwrap().flat_map(|entry| {
            let mut names = vec![0; 4096];
            let length = rustix_list(&entry.unwrap().path(), &mut names);
            String::from_utf8_lossy(&names[..length]).split('\0').map(str::to_owned).collect::<Vec<_>>()
        });
        assert!(!marks.into_iter().any(|name| name.contains("overlay")), "{way:?}: marks of the overlay are left");
        assert_eq!(git(&project.root, &["log", "-1", "--format=%s"]), b"trial\n");
        git(&project.root, &["fsck", "--strict"]);
    }
}

fn rustix_list(path: &Path, names: &mut [u8]) -> usize {
    let path = std::ffi::CString::new(path.as_os_str().as_encoded_bytes()).unwrap();
    // SAFETY: path and buffer are valid for the lengths given.
    let length = unsafe { libc::llistxattr(path.as_ptr(), names.as_mut_ptr().cast(), names.len()) };
    usize::try_from(length).unwrap_or(0)
}

#[tokio::test]
async fn state_on_another_file_system_commits_by_copying() {
    let shared_memory = Path::new("/dev/shm");
    let Ok(state) = tempfile::tempdir_in(shared_memory) else { return };
    let project = Project::rich();
    let device = |path: &Path| std::os::unix::fs::MetadataExt::dev(&fs::metadata(path).unwrap());
    let workspace = project.open_with_state(Way::Overlay, state.path().to_owned());
    if device(state.path()) == device(&project.root) || workspace.probe_overlay().is_err() {
        return;
    }
    let scratch = scratch(&workspace, Way::Overlay, "s").await;
    run_in(&scratch.place, WRECK);
    let seen = picture(&scratch.place.visible_root, Look::Exact);
    workspace.commit(&scratch).await.unwrap();
    assert_same(&seen, &picture(&project.root, Look::Exact), "committed");
}

#[tokio::test]
async fn what_lies_in_read_only_directories_is_kept_and_comes_back() {
    for way in ways() {
        let project = Project::repository();
        project.write("locked/f", "old\n");
        project.write("locked/sub/g", "old\n");
        let mode =
            |path: &str, mode| fs::set_permissions(project.root.join(path), PermissionsExt::from_mode(mode)).unwrap();
        mode("locked/sub", 0o555);
        mode("locked", 0o555);
        let before = picture(&project.root, Look::Exact);
        let workspace = project.open(way);
        let script = "chmod -R u+w locked; echo new > locked/f; rm locked/sub/g; : > locked/sub/h; chmod -R a-w locked";
        let trial = scratch(&workspace, way, "s").await;
        run_in(&trial.place, script);
        workspace.discard(&trial).await.unwrap();
        assert_same(&before, &picture(&project.root, Look::Exact), &format!("{way:?} discarded"));
        let trial = scratch(&workspace, way, "s").await;
        run_in(&trial.place, script);
        let seen = picture(&trial.place.visible_root, Look::Exact);
        workspace.commit(&trial).await.unwrap();
        assert_same(&seen, &picture(&project.root, Look::Exact), &format!("{way:?} committed"));
        mode("locked/sub", 0o755);
        mode("locked", 0o755);
    }
}

#[tokio::test]
async fn patch_is_accepted_by_git_apply_and_gives_the_versioned_files_of_the_scratch() {
    for way in ways() {
        let project = Project::rich();
        let copy = Project::rich();
        let workspace = project.open(way);
        let scratch = scratch(&workspace, way, "s").await;
        run_in(&scratch.place, WRECK);
        let patch = workspace.patch(&scratch).await.unwrap();
        let file = project.base().join("p.patch");
        fs::write(&file, &patch).unwrap();
        git(&copy.root, &["apply", file.to_str().unwrap()]);
        for path in ["a.txt", "big.bin", "dir/sub", "empty/in", "fresh/f", "moved.txt", "untracked.txt", "crlf.txt"] {
            let read = |root: &Path| fs::read(root.join(path)).unwrap();
            assert_eq!(read(&copy.root), read(&scratch.place.visible_root), "{way:?} {path}");
        }
        let mode = |path: &str| fs::metadata(copy.root.join(path)).unwrap().permissions().mode() & 0o111;
        assert_eq!((mode("run.sh"), mode("fresh/exec")), (0, 0o111));
        assert_eq!(fs::read_link(copy.root.join("link")).unwrap(), Path::new("../elsewhere"));
        assert!(!copy.root.join("dir/b.txt").exists() && !copy.root.join("b.log").exists());
    }
}

#[tokio::test]
async fn changed_lines_are_listed() {
    for way in ways() {
        let project = Project::rich();
        let workspace = project.open(way);
        let scratch = scratch(&workspace, way, "s").await;
        run_in(&scratch.place, "printf 'one\\n-- TWO\\nthree\\nfour' > a.txt; seq 1000 > long; chmod +x crlf.txt");
        let changes = workspace.changes(&scratch).await.unwrap();
        assert_eq!(summary(&changes), ["M a.txt", "M crlf.txt", "A long"]);
        assert_eq!(
            (&*changes[0].removed_lines, &*changes[0].added_lines),
            (&["TWO".into()][..], &["-- TWO".into(), "four".into()][..])
        );
        assert!(changes[1].removed_lines.is_empty() && !changes[1].is_abridged);
        assert_eq!((changes[2].added_lines.len(), changes[2].is_abridged), (500, true));
        workspace.discard(&scratch).await.unwrap();
    }
}

#[tokio::test]
async fn untouched_and_merely_opened_files_are_no_changes() {
    for way in ways() {
        let project = Project::rich();
        let workspace = project.open(way);
        let scratch = scratch(&workspace, way, "s").await;
        run_in(
            &scratch.place,
            "touch a.txt dir; : >> big.bin; chmod 600 dir/b.txt; chmod 644 dir/b.txt; cp a.txt t; mv t a.txt; chmod 644 a.txt",
        );
        assert_eq!(summary(&workspace.changes(&scratch).await.unwrap()), [""; 0], "{way:?}");
        assert_eq!(workspace.patch(&scratch).await.unwrap(), b"");
    }
}

#[tokio::test]
async fn folder_without_git_has_scratches_and_patches_too() {
    for way in ways() {
        let project = Project::empty();
        project.write("a", "a\n");
        project.write("Cargo.toml", "");
        project.write("target/debug/x", "x");
        project.write("node_modules/m/i.js", "1");
        let workspace = project.open(way);
        assert_eq!(workspace.version_control(), "none");
        let before = picture(&project.root, Look::Exact);
        let scratch = scratch(&workspace, way, "s").await;
        run_in(
            &scratch.place,
            "echo b >> a; echo new > b; echo y > target/debug/y; mkdir -p .venv/bin; : > .venv/bin/python",
        );
        let changes = workspace.changes(&scratch).await.unwrap();
        assert_eq!(summary(&changes), ["(A .venv)", "M a", "A b", "(M target)"], "{way:?}");
        let patch = workspace.patch(&scratch).await.unwrap();
        workspace.discard(&scratch).await.unwrap();
        if way != Way::InPlace {
            assert_same(&before, &picture(&project.root, Look::Exact), "discarded");
        }
        let file = project.base().join("p.patch");
        fs::write(&file, patch).unwrap();
        git(&project.root, &["apply", file.to_str().unwrap()]);
        assert_eq!(fs::read(project.root.join("a")).unwrap(), b"a\nb\n");
        assert_eq!(fs::read(project.root.join("b")).unwrap(), b"new\n");
    }
}

#[tokio::test]
async fn replaced_directory_hides_what_was_in_it() {
    for way in ways() {
        let project = Project::repository();
        for path in ["d/keep", "d/lost", "d/sub/keep", "d/sub/lost"] {
            project.write(path, path);
        }
        project.commit_all();
        let workspace = project.open(way);
        let scratch = scratch(&workspace, way, "s").await;
        run_in(&scratch.place, "rm -r d; mkdir -p d/sub; printf d/keep > d/keep; printf new > d/sub/keep");
        let changes = workspace.changes(&scratch).await.unwrap();
        assert_eq!(summary(&changes), ["D d/lost", "M d/sub/keep", "D d/sub/lost"], "{way:?}");
        workspace.commit(&scratch).await.unwrap();
        assert_eq!(project.git(&["status", "--porcelain"]), b" D d/lost\n M d/sub/keep\n D d/sub/lost\n");
    }
}

#[tokio::test]
async fn state_inside_the_workspace_means_scratches_in_place_that_leave_the_state_alone() {
    let project = Project::repository();
    project.write("a", "a");
    let workspace = project.open_with_state(Way::Overlay, project.root.join("state"));
    let scratch = workspace.open_scratch("s").await.unwrap();
    assert_eq!(scratch.kind, ScratchKind::InPlace);
    run_in(&scratch.place, "echo b > a; echo c > c");
    assert_eq!(summary(&workspace.changes(&scratch).await.unwrap()), ["M a", "A c"]);
    workspace.discard(&scratch).await.unwrap();
    assert_eq!(fs::read(project.root.join("a")).unwrap(), b"a");
    assert!(!project.root.join("c").exists());
}

#[tokio::test]
async fn processes_that_are_left_in_a_scratch_end_with_it() {
    for way in ways_apart() {
        let project = Project::repository();
        let workspace = project.open(way);
        let scratch = scratch(&workspace, way, "s").await;
        let mut server = crate::support::shell(&scratch.place, "echo up; exec tail -f /dev/null");
        let mut server = server.stdout(std::process::Stdio::piped()).spawn().unwrap();
        // Its first word comes when it is where it works.
        std::io::Read::read_exact(server.stdout.as_mut().unwrap(), &mut [0; 3]).unwrap();
        workspace.discard(&scratch).await.unwrap();
        assert!(!server.wait().unwrap().success(), "{way:?}: the server must have been killed");
    }
}

#[tokio::test]
async fn two_scratches_are_open_at_once() {
    for way in ways_apart() {
        let project = Project::repository();
        project.write("a", "a\n");
        let workspace = project.open(way);
        let (trial, control) = (scratch(&workspace, way, "trial").await, scratch(&workspace, way, "control").await);
        run_in(&trial.place, "echo trial > a");
        run_in(&control.place, "test \"$(cat a)\" = a; echo control > b");
        workspace.discard(&control).await.unwrap();
        workspace.commit(&trial).await.unwrap();
        assert_eq!(fs::read(project.root.join("a")).unwrap(), b"trial\n");
        assert!(!project.root.join("b").exists());
        assert!(workspace.open_scratch("trial").await.is_ok(), "a name is free again");
        assert!(workspace.open_scratch("trial").await.is_err(), "a name that is open is refused");
    }
}

#[tokio::test]
async fn commit_does_not_write_over_what_the_user_changed_meanwhile() {
    for way in ways_apart() {
        let project = Project::rich();
        let workspace = project.open(way);
        let scratch = scratch(&workspace, way, "s").await;
        run_in(&scratch.place, "echo trial > a.txt; echo trial > dir/b.txt; echo trial > a.log");
        project.write("a.log", "ignored files are nobody's work");
        project.write("dir/b.txt", "of the user");
        let refused = workspace.commit(&scratch).await;
        assert!(matches!(&refused, Err(WorkspaceError::Refused { path, .. }) if path == "dir/b.txt"), "{refused:?}");
        assert_eq!(fs::read(project.root.join("a.txt")).unwrap(), b"one\nTWO\nthree\n", "nothing was committed");
        workspace.discard(&scratch).await.unwrap();
        assert_eq!(fs::read(project.root.join("dir/b.txt")).unwrap(), b"of the user");
    }
}
