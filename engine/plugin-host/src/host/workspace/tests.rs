#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::symlink;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::*;

/// A workspace with a file outside of it.
fn workspace() -> (tempfile::TempDir, WorkspaceView) {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("ws");
    fs::create_dir_all(root.join("src/deep")).unwrap();
    fs::create_dir_all(root.join(".git")).unwrap();
    fs::create_dir_all(root.join("target")).unwrap();
    fs::write(directory.path().join("secret"), "s3cret").unwrap();
    fs::write(root.join("a.txt"), "0123456789").unwrap();
    fs::write(root.join("src/lib.rs"), "fn f() {}").unwrap();
    fs::write(root.join("src/deep/x.rs"), "").unwrap();
    fs::write(root.join(".git/config"), "[core]").unwrap();
    fs::write(root.join(".gitignore"), "target/\n").unwrap();
    fs::write(root.join("target/out.rs"), "").unwrap();
    let view = WorkspaceView::new(root);
    (directory, view)
}

fn paths(entries: Result<Vec<Entry>, WorkspaceError>) -> Vec<String> {
    entries.unwrap().into_iter().map(|entry| entry.path).collect()
}

fn is_denied<T>(result: &Result<T, WorkspaceError>) -> bool {
    matches!(result, Err(WorkspaceError::Denied(_)))
}

#[test]
fn files_are_read_in_pieces() {
    let (_directory, mut view) = workspace();
    let all = view.read("a.txt", 0, 100).unwrap();
    assert_eq!((all.data.as_slice(), all.is_last), (b"0123456789".as_slice(), true));
    let middle = view.read("./a.txt", 3, 4).unwrap();
    assert_eq!((middle.data.as_slice(), middle.is_last), (b"3456".as_slice(), false));
    let past = view.read("a.txt", 99, 4).unwrap();
    assert_eq!((past.data.as_slice(), past.is_last), (b"".as_slice(), true));
    assert!(matches!(view.read("none", 0, 1), Err(WorkspaceError::NotFound)));
    assert!(matches!(view.read("a.txt/b", 0, 1), Err(WorkspaceError::NotFound)));
}

#[test]
fn paths_that_leave_the_workspace_are_denied() {
    let (_directory, mut view) = workspace();
    for path in
        ["", "/etc/passwd", "../secret", "src/../../secret", "a.txt/", "a\0b", "src//lib.rs", ".git/config", ".GIT"]
    {
        assert!(is_denied(&view.read(path, 0, 1)), "{path:?}");
        assert!(is_denied(&view.stat(path)), "{path:?}");
        assert!(is_denied(&view.entries(path)), "{path:?}");
    }
    assert!(is_denied(&view.read(&"a/".repeat(3_000), 0, 1)));
}

#[test]
fn links_are_followed_within_the_workspace_only() {
    let (directory, mut view) = workspace();
    let root = directory.path().join("ws");
    symlink("src/lib.rs", root.join("inside")).unwrap();
    symlink("../a.txt", root.join("src/up")).unwrap();
    symlink("src", root.join("dir")).unwrap();
    symlink("../secret", root.join("outside")).unwrap();
    symlink(directory.path(), root.join("absolute")).unwrap();
    symlink("..", root.join("climb")).unwrap();
    symlink("loop", root.join("loop")).unwrap();
    symlink(".git/config", root.join("config")).unwrap();
    assert_eq!(view.read("inside", 0, 9).unwrap().data, b"fn f() {}");
    assert_eq!(view.read("src/up", 0, 2).unwrap().data, b"01");
    assert_eq!(view.read("dir/up", 0, 2).unwrap().data, b"01");
    assert_eq!(paths(view.entries("dir")), ["dir/deep", "dir/lib.rs", "dir/up"]);
    for path in ["outside", "absolute/secret", "climb/secret", "config"] {
        assert!(is_denied(&view.read(path, 0, 9)), "{path}");
    }
    assert!(view.read("loop", 0, 9).is_err());
    assert!(matches!(view.stat("outside").unwrap().kind, EntryKind::Other));
    assert!(matches!(view.stat("dir").unwrap().kind, EntryKind::Other));
}

#[test]
fn only_regular_files_are_read() {
    let (directory, mut view) = workspace();
    let fifo = directory.path().join("ws/fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    assert!(is_denied(&view.read("fifo", 0, 1)));
    assert!(is_denied(&view.read("src", 0, 1)));
    assert!(matches!(view.stat("fifo").unwrap().kind, EntryKind::Other));
}

#[test]
fn listings_leave_out_what_is_not_for_plugins() {
    let (_directory, mut view) = workspace();
    assert_eq!(paths(view.entries(".")), [".gitignore", "a.txt", "src", "target"]);
    assert_eq!(paths(view.entries("src")), ["src/deep", "src/lib.rs"]);
    assert!(matches!(view.entries("a.txt"), Err(WorkspaceError::Failed(_))));
}

#[test]
fn a_glob_honours_ignore_files() {
    let (_directory, mut view) = workspace();
    assert_eq!(paths(view.glob("**/*.rs", 100)), ["src/deep/x.rs", "src/lib.rs"]);
    assert_eq!(paths(view.glob("**/*.rs", 1)), ["src/deep/x.rs"]);
    assert_eq!(paths(view.glob("*", 100)), [".gitignore", "a.txt"]);
    assert_eq!(paths(view.glob("**/config", 100)), [""; 0]);
    assert!(is_denied(&view.glob("../*", 1)));
}

#[test]
fn budgets_end_a_greedy_call() {
    let (directory, mut view) = workspace();
    fs::write(directory.path().join("ws/big"), vec![0; 2 << 20]).unwrap();
    let mut total = 0;
    loop {
        match view.read("big", 0, u32::MAX) {
            Ok(chunk) => total += chunk.data.len() as u64,
            Err(WorkspaceError::BudgetSpent) => break,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(total, READ_BUDGET);
    view.entries_left = 3;
    assert!(matches!(view.glob("**", 10), Err(WorkspaceError::BudgetSpent)));
    assert!(matches!(view.stat("a.txt"), Err(WorkspaceError::BudgetSpent)));
}

/// Parts of paths that could lead somewhere, among others that lead nowhere.
fn part() -> impl Strategy<Value = String> {
    let known = [
        "..",
        ".",
        "",
        "src",
        "deep",
        "a.txt",
        "secret",
        "ws",
        ".git",
        ".GIT",
        "config",
        "inside",
        "outside",
        "climb",
        "absolute",
        "loop",
        "dir",
        "...",
        "..\\secret",
        "C:",
        "~",
        "\u{2024}\u{2024}",
        "..\0",
        "%2e%2e",
    ];
    prop_oneof![8 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
}

#[test]
fn no_path_whatever_leads_out_of_the_workspace() {
    let (directory, _) = workspace();
    let root = directory.path().join("ws").canonicalize().unwrap();
    for (target, name) in [
        ("src/lib.rs", "inside"),
        ("../secret", "outside"),
        ("..", "climb"),
        ("loop", "loop"),
        ("src", "dir"),
        ("../../secret", "src/outside"),
        ("../.git", "src/config"),
    ] {
        symlink(target, root.join(name)).unwrap();
    }
    symlink(directory.path(), root.join("absolute")).unwrap();
    let paths = (
        proptest::sample::select(vec!["", "/", "//", "./", "../", "\\"]),
        proptest::collection::vec(part(), 0..7),
        proptest::sample::select(vec!["", "/", "/.", "/.."]),
    );
    let config = ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() };
    let checked = TestRunner::new(config).run(&paths, |(begin, parts, end)| {
        let path = format!("{begin}{}{end}", parts.join("/"));
        // Each with the budget of a fresh call.
        let mut view = WorkspaceView::new(root.clone());
        if let Ok(chunk) = view.read(&path, 0, 100) {
            prop_assert!(chunk.data != b"s3cret" && chunk.data != b"[core]", "{path:?}");
            // The slow and obvious way says the same.
            // Unlike the kernel, the resolver takes `file/.` for the file.
            let real = root.join(path.trim_end_matches("/.")).canonicalize().unwrap();
            prop_assert!(real.starts_with(&root) && !real.starts_with(root.join(".git")), "{path:?} is {real:?}");
        }
        for entry in view.entries(&path).into_iter().chain(view.glob(&path, 100)).flatten() {
            let name = entry.path.rsplit('/').next().unwrap_or_default();
            prop_assert!(!matches!(name, "secret" | "ws") && !name.eq_ignore_ascii_case(".git"), "{path:?}: {entry:?}");
        }
        if view.stat(&path).is_ok() {
            let real = root.join(path.trim_end_matches("/."));
            let parent = real.parent().unwrap_or(&root).canonicalize().unwrap();
            prop_assert!(parent.starts_with(&root) || real == root.join("."), "{path:?}");
        }
        Ok(())
    });
    checked.unwrap();
}
