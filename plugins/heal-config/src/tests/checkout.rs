//! What a checkout or a bare machine lacks, and what earlier builds left behind.

use super::*;

#[test]
fn a_machine_that_only_knows_ascii_gets_utf_8() {
    let remedies = propose(World::new(), incident(code("system.locale")));
    assert_eq!(actions(&remedies)[0], action::set_env("LC_ALL", "C.UTF-8"));
    assert!(actions(&remedies).contains(&action::set_env("PYTHONIOENCODING", "utf-8")));
}

#[test]
fn a_stage_without_a_terminal_is_told_of_one() {
    let remedies = propose(World::new(), incident(code("system.terminal")));
    assert_eq!(actions(&remedies), [action::set_env("TERM", "xterm")]);
}

#[test]
fn temporary_files_move_to_a_directory_that_the_project_ignores() {
    let lost = || incident(code("system.temporary-directory"));
    let remedies = propose(World::new().file(".gitignore", "/tmp/\n"), lost());
    assert_eq!(
        actions(&remedies),
        [action::run_command(["mkdir", "-p", "tmp"]).into(), action::set_env("TMPDIR", "tmp")]
    );
    assert!(propose(World::new().file(".gitignore", "*.tmp\n"), lost()).is_empty());
}

fn missing_place(path: &str) -> IncidentBuilder {
    incident(code("system.directory-missing").capture("path", path))
}

#[test]
fn a_generated_directory_is_made_and_no_other() {
    let world = |ignored: &str| World::new().file(".gitignore", ignored);
    for (ignored, path, made) in [
        ("build/\n", "build/out.txt", "build"),
        ("/out\n", "./out/a/b.o", "out/a"),
        ("logs/*\n!logs/.gitkeep\n", "logs/x.log", "logs"),
    ] {
        let remedies = propose(world(ignored), missing_place(path));
        assert_eq!(actions(&remedies), [action::run_command(["mkdir", "-p", made]).into()], "{path}");
    }
    for (ignored, path) in [("build/\n", "src/out.txt"), ("*.log\n", "logs/x.log"), ("build/\n", "../build/x")] {
        assert!(propose(world(ignored), missing_place(path)).is_empty(), "{path}");
    }
    assert!(propose(world("build/\n").file("build/x", ""), missing_place("build/y")).is_empty());
}

#[test]
fn a_file_that_is_not_there_is_made_from_its_example() {
    let gone = |path: &str| incident(code("system.no-such-file").capture("path", path));
    for (example, path) in [
        (".env.example", ".env"),
        ("config/app.json.sample", "config/app.json"),
        ("config/app.example.json", "config/app.json"),
    ] {
        let remedies = propose(World::new().file(example, "a=1\n"), gone(path));
        assert_eq!(actions(&remedies), [action::write_file(path, "a=1\n")], "{path}");
    }
    let world = World::new().file(".env.example", "KEY=changeme\n");
    assert!(propose(world, gone(".env")).is_empty());
}

#[test]
fn stale_caches_are_cleared_where_they_lie() {
    let stale = |text: &str| incident(code("system.stale-cache").cause(1, text));
    let world = || {
        World::new()
            .file("app/__pycache__/a.pyc", "x")
            .file("app/__pycache__/b.pyc", "x")
            .file("old.pyc", "x")
            .file("target/debug/incremental/a", "x")
    };
    assert_eq!(
        actions(&propose(world(), stale("ImportError: bad magic number in 'a': b''"))),
        [action::clear_path("app/__pycache__"), action::clear_path("old.pyc")]
    );
    assert_eq!(
        actions(&propose(world(), stale("error: encountered incremental compilation error with x"))),
        [action::clear_path("target/debug/incremental")]
    );
    assert!(propose(World::new(), stale("ImportError: bad magic number in 'a': b''")).is_empty());
}

#[test]
fn a_left_over_pid_file_is_found_by_its_name() {
    let left = |path: &str| incident(code("system.process-file").capture("path", path));
    let world = || World::new().file("tmp/pids/server.pid", "4711\n");
    let remedies = propose(world(), left("/src/app/tmp/pids/server.pid"));
    assert_eq!(actions(&remedies), [action::clear_path("tmp/pids/server.pid")]);
    assert!(remedies[0].rationale.contains("4711"), "{}", remedies[0].rationale);
    assert_eq!(actions(&propose(world(), left("server.pid"))).len(), 1);
    assert!(propose(world().file("a/server.pid", ""), left("server.pid")).is_empty());
    assert!(propose(World::new(), left("/run/server.pid")).is_empty());
}

#[test]
fn a_pointer_of_git_lfs_is_recognised_by_its_content() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n";
    let broken = || incident(code("system.git-lfs").cause(1, "Error downloading object: assets/a.bin")).tool("git");
    let remedies = propose(World::new().file("assets/a.bin", pointer), broken());
    assert_eq!(actions(&remedies), [action::run_command(["git", "lfs", "pull"]).into()]);
    assert!(propose(World::new().file("assets/a.bin", "real"), broken()).is_empty());
}

#[test]
fn a_script_with_windows_line_endings_gets_plain_ones() {
    let log = "bash: ./ci/build.sh: /bin/sh^M: bad interpreter: No such file or directory";
    let ends = |code_of: &str, content: &str, script: &str| {
        let incident = incident(code(code_of).cause(1, log)).script(script);
        actions(&propose(World::new().file("ci/build.sh", content), incident))
    };
    let plain = action::write_file("ci/build.sh", "#!/bin/sh\nmake\n");
    assert_eq!(ends("system.not-executable", "#!/bin/sh\r\nmake\r\n", "./ci/build.sh")[0], plain);
    assert_eq!(ends("system.carriage-return", "#!/bin/sh\r\nmake\r\n", "sh ci/build.sh"), [plain]);
    assert!(ends("system.carriage-return", "#!/bin/sh\nmake\n", "sh ci/build.sh").is_empty());
    assert!(ends("system.carriage-return", "#!/bin/sh\r\nmake || true\r\n", "sh ci/build.sh").is_empty());
}

#[test]
fn dependency_files_that_ask_for_a_header_that_is_gone_are_cleared() {
    let rule = || incident(code("c.make-target").capture("target", "src/old.h"));
    let world = || {
        World::new().file("build/a.d", "build/a.o: src/a.c \\\n src/old.h\n").file("build/b.d", "build/b.o: src/b.c\n")
    };
    assert_eq!(actions(&propose(world(), rule())), [action::clear_path("build/a.d")]);
    assert!(propose(world().file("src/old.h", ""), rule()).is_empty());
}

#[test]
fn a_branch_that_the_checkout_left_out_is_fetched() {
    let absent = |wanted: &str| incident(code("system.git-branch-not-found").capture("wanted", wanted)).tool("git");
    let expected = action::run_command(["git", "fetch", "origin", "main:refs/remotes/origin/main"]);
    for wanted in ["origin/main", "origin/main...HEAD", "origin/main..HEAD"] {
        assert_eq!(actions(&propose(World::new(), absent(wanted))), [expected.clone().into()], "{wanted}");
    }
    assert!(propose(World::new(), absent("origin/--upload-pack=x")).is_empty());
    assert!(propose(World::new(), absent("v1.0")).is_empty());
}
