//! Which paths may be touched, and how files are written.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use driver::ports::{Workspace, WorkspaceError};

use crate::support::{Project, Way, run_in, scratch, ways};

fn is_refused<T>(result: Result<T, WorkspaceError>) -> bool {
    matches!(result, Err(WorkspaceError::Refused { .. }))
}

#[tokio::test]
async fn paths_that_lead_out_or_into_git_are_refused_by_every_operation() {
    for way in ways() {
        let project = Project::rich();
        let outside = project.base().join("outside");
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("f"), "safe").unwrap();
        let links = [("out", outside.as_path()), ("git-link", ".git".as_ref()), ("loop", "loop".as_ref())];
        for (name, target) in links {
            symlink(target, project.root.join(name)).unwrap();
        }
        symlink(outside.join("f"), project.root.join("out-file")).unwrap();
        let fifo = std::ffi::CString::new(project.root.join("fifo").as_os_str().as_encoded_bytes()).unwrap();
        // SAFETY: the path is a string that ends in NUL.
        assert_eq!(unsafe { libc::mkfifo(fifo.as_ptr(), 0o600) }, 0);
        let workspace = project.open(way);
        let scratch = scratch(&workspace, way, "s").await;
        let place = &scratch.place;
        // Made only now: a workspace from which a relative link leads out is not copied.
        run_in(place, "ln -s .. up");
        let paths = [
            "../x",
            "/etc/passwd",
            "a/../../x",
            "",
            ".",
            "x\0y",
            ".git/config",
            "dir/.git/x",
            ".GIT/config",
            "out/f",
            "up/x",
            "git-link/config",
            "loop",
            "out-file",
            "a.txt/x",
        ];
        for path in paths {
            assert!(is_refused(workspace.write_file(place, path, b"x", None).await), "write {path:?}");
            assert!(is_refused(workspace.edit_file(place, path, "", "x").await), "edit {path:?}");
            assert!(is_refused(workspace.read(place, path, 0, 10)), "read {path:?}");
            if !["loop", "out-file"].contains(&path) {
                assert!(is_refused(workspace.remove_file(place, path).await), "remove {path:?}");
                assert!(is_refused(workspace.clear_path(place, path).await), "clear {path:?}");
            }
        }
        for path in ["fifo", "dir"] {
            assert!(is_refused(workspace.write_file(place, path, b"x", None).await), "write {path:?}");
            assert!(is_refused(workspace.read(place, path, 0, 10)), "read {path:?}");
        }
        assert!(is_refused(workspace.remove_file(place, "dir").await));
        assert_eq!(fs::read(outside.join("f")).unwrap(), b"safe");
        let all: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        assert_eq!(workspace.versioned(place, &all).await, all, "what is refused counts as versioned");
    }
}

#[tokio::test]
async fn written_files_keep_their_mode_and_new_ones_get_their_directories() {
    for way in ways() {
        let project = Project::rich();
        let workspace = project.open(way);
        let scratch = scratch(&workspace, way, "s").await;
        let place = &scratch.place;
        workspace.write_file(place, "run.sh", b"new", None).await.unwrap();
        workspace.write_file(place, "read-only.txt", b"new", None).await.unwrap();
        workspace.write_file(place, "new/dir/file", b"new", Some(true)).await.unwrap();
        workspace.write_file(place, "link", b"through the link", None).await.unwrap();
        workspace.write_file(place, "name with space\nand line ü.txt", b"new", Some(false)).await.unwrap();
        workspace.edit_file(place, "crlf.txt", "b\n", "c\nd\n").await.unwrap();
        workspace.remove_file(place, "dangling").await.unwrap();
        let root = &place.visible_root;
        let mode = |path: &str| fs::symlink_metadata(root.join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("run.sh"), mode("read-only.txt"), mode("new/dir/file") & 0o111), (0o755, 0o444, 0o111));
        assert_eq!(fs::read(root.join("dir/b.txt")).unwrap(), b"through the link");
        assert_eq!(fs::read(root.join("crlf.txt")).unwrap(), b"a\r\nc\r\nd\r\n");
        assert!(fs::symlink_metadata(root.join("dangling")).is_err());
        let twice = workspace.edit_file(place, "a.txt", "e", "x").await;
        assert!(matches!(twice, Err(WorkspaceError::NotUnique { count: 3, .. })), "{twice:?}");
        let missing = workspace.edit_file(place, "missing", "", "x").await;
        assert!(matches!(missing, Err(WorkspaceError::Io { .. })));
        let is_temporary = |name: String| name.starts_with(".selfheal");
        assert!(
            !fs::read_dir(root).unwrap().any(|entry| is_temporary(entry.unwrap().file_name().into_string().unwrap()))
        );
        workspace.discard(&scratch).await.unwrap();
        assert_eq!(fs::read(project.root.join("dir/b.txt")).unwrap(), b"b\n");
    }
}

#[tokio::test]
async fn reading_returns_the_part_and_whether_the_file_ends_there() {
    let project = Project::empty();
    project.write("f", "0123456789");
    project.write("e", "");
    let workspace = project.open(Way::InPlace);
    let read = |path: &str, offset, max| workspace.read(&workspace.place(), path, offset, max).unwrap();
    assert_eq!(read("f", 2, 3), (b"234".to_vec(), false));
    assert_eq!(read("f", 7, 3), (b"789".to_vec(), true));
    assert_eq!(read("f", 7, 30), (b"789".to_vec(), true));
    assert_eq!(read("f", 70, 30), (vec![], true));
    assert_eq!(read("e", 0, 30), (vec![], true));
}

#[tokio::test]
async fn only_ignored_paths_are_cleared() {
    for way in ways() {
        let project = Project::rich();
        let workspace = project.open(way);
        let scratch = scratch(&workspace, way, "s").await;
        let place = &scratch.place;
        run_in(place, "echo 'dir/' >> .gitignore; echo 'untracked.txt' >> .gitignore");
        for path in ["dir", "dir/sub", "a.txt", "untracked.txt", "forced.log", "link", "empty-dir"] {
            assert!(is_refused(workspace.clear_path(place, path).await), "{way:?} {path}");
        }
        for path in ["ignored/cache", "ignored", "a.log", "ignored/never-was", "never/was"] {
            workspace.clear_path(place, path).await.unwrap();
            assert!(!place.visible_root.join(path).exists(), "{path}");
        }
        let paths = ["a.log", "ignored/x/y", "new.txt", "new/dir/x.log", "dir", "forced.log"].map(str::to_owned);
        assert_eq!(workspace.versioned(place, &paths).await, ["new.txt", "dir", "forced.log"]);
    }
}

#[tokio::test]
async fn stale_lock_of_git_is_cleared_and_a_held_one_is_not() {
    for way in ways() {
        let project = Project::rich();
        project.write(".git/index.lock", "");
        project.write(".git/refs/heads/main.lock", "");
        let workspace = project.open(way);
        let scratch = scratch(&workspace, way, "s").await;
        let place = &scratch.place;
        assert!(is_refused(workspace.clear_path(place, ".git/refs/heads/main.lock").await));
        assert!(is_refused(workspace.clear_path(place, ".git/index").await));
        let lock = place.visible_root.join(".git/index.lock");
        let held = fs::File::open(&lock).unwrap();
        assert!(is_refused(workspace.clear_path(place, ".git/index.lock").await), "{way:?}: it is held");
        drop(held);
        fs::File::options().write(true).open(&lock).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
        workspace.clear_path(place, ".git/index.lock").await.unwrap();
        assert!(!lock.exists());
        workspace.clear_path(place, ".git/index.lock").await.unwrap();
    }
}

#[tokio::test]
async fn file_that_names_a_live_process_is_not_cleared() {
    for way in ways() {
        let project = Project::rich();
        let workspace = project.open(way);
        let scratch = scratch(&workspace, way, "s").await;
        let place = &scratch.place;
        // No process has the highest number that Linux may give; this one is alive.
        run_in(place, "mkdir -p ignored; echo 4194305 > ignored/gone.pid; echo - > ignored/odd.lock");
        fs::write(place.visible_root.join("ignored/own.pid"), format!("{}\n", std::process::id())).unwrap();
        assert!(is_refused(workspace.clear_path(place, "ignored/own.pid").await), "{way:?}");
        for path in ["ignored/gone.pid", "ignored/odd.lock"] {
            workspace.clear_path(place, path).await.unwrap();
            assert!(!place.visible_root.join(path).exists(), "{path}");
        }
    }
}
