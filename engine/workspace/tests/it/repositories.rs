//! Repositories of every shape.

use std::fs;
use std::path::Path;

use driver::ports::Workspace;

use crate::support::{Look, Project, Way, assert_same, git, picture, run_in, scratch, summary, ways, ways_at_its_path};

#[tokio::test]
async fn folder_in_a_repository_gives_a_patch_that_applies_there() {
    for way in ways() {
        let outer = Project::repository();
        outer.write("pkg/a", "a\n");
        outer.write("other", "o\n");
        outer.write(".gitignore", "*.tmp\n");
        outer.commit_all();
        let index = fs::read(outer.root.join(".git/index")).unwrap();
        let top = outer.root.clone();
        let project = outer.at(top.join("pkg"));
        let workspace = project.open(way);
        assert_eq!(workspace.version_control(), "git");
        let scratch = scratch(&workspace, way, "s").await;
        run_in(&scratch.place, "echo b >> a; echo n > n; echo t > x.tmp; git add -A");
        assert_eq!(summary(&workspace.changes(&scratch).await.unwrap()), ["M a", "A n", "(A x.tmp)"], "{way:?}");
        if way != Way::InPlace {
            run_in(&scratch.place, "echo changed > ../other");
            let changes = workspace.changes(&scratch).await.unwrap();
            assert_eq!(summary(&changes), ["M ../other", "M a", "A n", "(A x.tmp)"], "{way:?}");
            run_in(&scratch.place, "echo o > ../other");
        }
        let patch = workspace.patch(&scratch).await.unwrap();
        workspace.discard(&scratch).await.unwrap();
        assert!(fs::read(top.join(".git/index")).unwrap() == index, "{way:?}: the index outside is as it was");
        let file = project.base().join("p");
        fs::write(&file, patch).unwrap();
        project.git(&["apply", file.to_str().unwrap()]);
        assert_eq!(fs::read(project.root.join("a")).unwrap(), b"a\nb\n");
    }
}

#[tokio::test]
async fn ignored_folder_in_a_repository_is_a_folder_without_version_control() {
    for way in ways_at_its_path() {
        let outer = Project::repository();
        outer.write(".gitignore", "/build/\n");
        outer.write("build/p/a", "a\n");
        let top = outer.root.clone();
        let project = outer.at(top.join("build/p"));
        let workspace = project.open(way);
        assert_eq!(workspace.version_control(), "none");
        let scratch = scratch(&workspace, way, "s").await;
        run_in(&scratch.place, "echo b > a");
        assert_eq!(summary(&workspace.changes(&scratch).await.unwrap()), ["M a"]);
        let patch = workspace.patch(&scratch).await.unwrap();
        workspace.discard(&scratch).await.unwrap();
        let file = project.base().join("p");
        fs::write(&file, patch).unwrap();
        project.git(&["apply", file.to_str().unwrap()]);
        assert_eq!(fs::read(project.root.join("a")).unwrap(), b"b\n");
    }
}

#[tokio::test]
async fn linked_work_tree_keeps_its_index_and_head() {
    for way in ways_at_its_path() {
        let main = Project::repository();
        main.write("a", "a\n");
        main.commit_all();
        let tree = main.base().join("tree");
        main.git(&["worktree", "add", "-q", tree.to_str().unwrap()]);
        let git_before = picture(&main.root.join(".git/worktrees"), Look::WithoutTimes);
        let project = main.at(tree);
        let before = picture(&project.root, Look::Exact);
        let workspace = project.open(way);
        let scratch = scratch(&workspace, way, "s").await;
        run_in(&scratch.place, "echo b > a; echo n > n; git add -A");
        assert_eq!(summary(&workspace.changes(&scratch).await.unwrap()), ["M a", "A n"], "{way:?}");
        workspace.discard(&scratch).await.unwrap();
        assert_same(&before, &picture(&project.root, Look::Exact), "work tree");
        let main_root = project.base().join("w: a,b\\c");
        assert_same(&git_before, &picture(&main_root.join(".git/worktrees"), Look::WithoutTimes), "its git directory");
    }
}

#[tokio::test]
async fn nested_repositories_and_submodules_come_back_whole_and_follow_their_own_rules() {
    for way in ways() {
        let library = Project::repository();
        library.write("lib", "lib\n");
        library.commit_all();
        let project = Project::repository();
        project.write("a", "a\n");
        project.git(&["submodule", "--quiet", "add", library.root.to_str().unwrap(), "sub"]);
        project.commit_all();
        let nested = project.root.join("vendor/nested");
        fs::create_dir_all(&nested).unwrap();
        git(&nested, &["init", "-q", "--template="]);
        project.write("vendor/nested/.gitignore", "out/\n");
        project.write("vendor/nested/f", "f\n");
        git(&nested, &["add", "-A"]);
        let before = picture(&project.root, Look::Exact);
        let workspace = project.open(way);
        let scratch = scratch(&workspace, way, "s").await;
        run_in(
            &scratch.place,
            "echo x > sub/lib; echo y > vendor/nested/f; mkdir vendor/nested/out; : > vendor/nested/out/o; git -C vendor/nested add -A",
        );
        let changes = workspace.changes(&scratch).await.unwrap();
        assert_eq!(summary(&changes), ["M sub/lib", "M vendor/nested/f", "(A vendor/nested/out)"], "{way:?}");
        run_in(&scratch.place, "rm -rf vendor sub/.git");
        assert_eq!(
            summary(&workspace.changes(&scratch).await.unwrap()),
            [
                "(D sub/.git)",
                "M sub/lib",
                "(D vendor/nested/.git/config)",
                "D vendor/nested/.gitignore",
                "D vendor/nested/f"
            ],
            "{way:?}"
        );
        workspace.discard(&scratch).await.unwrap();
        assert_same(&before, &picture(&project.root, Look::Exact), &format!("{way:?}"));
    }
}

#[tokio::test]
async fn repository_that_a_trial_deletes_comes_back() {
    for way in ways() {
        let project = Project::rich();
        let before = picture(&project.root, Look::Exact);
        let workspace = project.open(way);
        let scratch = scratch(&workspace, way, "s").await;
        run_in(&scratch.place, "rm -rf .git .gitignore; git init -q");
        workspace.discard(&scratch).await.unwrap();
        assert_same(&before, &picture(&project.root, Look::Exact), &format!("{way:?}"));
    }
}

#[tokio::test]
async fn ignore_rules_of_a_trial_hide_nothing() {
    for way in ways() {
        let project = Project::rich();
        let workspace = project.open(way);
        let scratch = scratch(&workspace, way, "s").await;
        run_in(&scratch.place, "echo '*' > .gitignore; echo n > new.txt; echo c > dir/b.txt");
        let changes = workspace.changes(&scratch).await.unwrap();
        assert_eq!(summary(&changes), ["M .gitignore", "M dir/b.txt", "A new.txt"], "{way:?}");
        workspace.discard(&scratch).await.unwrap();
        assert!(!project.root.join("new.txt").exists());
    }
}

#[tokio::test]
async fn link_that_becomes_a_directory_is_not_followed() {
    for way in ways() {
        let project = Project::repository();
        let outside = project.base().join("outside");
        fs::create_dir_all(outside.join("d")).unwrap();
        fs::write(outside.join("f"), "outside\n").unwrap();
        fs::write(outside.join("d/g"), "outside\n").unwrap();
        git(&outside, &["init", "-q"]);
        fs::write(outside.join(".gitignore"), "*\n").unwrap();
        std::os::unix::fs::symlink(&outside, project.root.join("link")).unwrap();
        std::os::unix::fs::symlink("loop", project.root.join("loop")).unwrap();
        project.commit_all();
        let before = picture(&outside, Look::Exact);
        let workspace = project.open(way);
        let trial = scratch(&workspace, way, "s").await;
        let script = "rm link loop; mkdir -p link/d loop; echo outside > link/f; echo n > link/n; echo l > loop/l";
        run_in(&trial.place, script);
        let changes = workspace.changes(&trial).await.unwrap();
        assert_eq!(summary(&changes), ["D link", "A link/f", "A link/n", "D loop", "A loop/l"], "{way:?}");
        workspace.discard(&trial).await.unwrap();
        assert_eq!(fs::read_link(project.root.join("link")).unwrap(), outside);
        let trial = scratch(&workspace, way, "t").await;
        run_in(&trial.place, script);
        workspace.commit(&trial).await.unwrap();
        assert_eq!(fs::read(project.root.join("link/f")).unwrap(), b"outside\n");
        assert_same(&before, &picture(&outside, Look::Exact), "what the link led to");
    }
}

#[tokio::test]
async fn filters_and_line_ending_settings_change_no_byte() {
    for way in ways() {
        let project = Project::repository();
        project.write(".gitattributes", "*.txt text eol=crlf\n*.x filter=upper\n*.i ident\n");
        project.git(&["config", "filter.upper.clean", "tr a-z A-Z"]);
        project.git(&["config", "filter.upper.smudge", "tr A-Z a-z"]);
        project.git(&["config", "core.autocrlf", "true"]);
        project.write("a.txt", "one\r\ntwo\r\n");
        project.write("b.x", "lower\n");
        project.write("c.i", "$Id$\n");
        project.commit_all();
        let workspace = project.open(way);
        workspace.snapshot("good").await.unwrap();
        let before = picture(&project.root, Look::WithoutTimes);
        let scratch = scratch(&workspace, way, "s").await;
        run_in(&scratch.place, "printf 'one\\r\\n2\\r\\n' > a.txt; echo LOWER > b.x; echo x >> c.i");
        let changes = workspace.changes(&scratch).await.unwrap();
        assert_eq!(changes[0].added_lines, ["2\r"], "{way:?}");
        assert_eq!(changes[1].removed_lines, ["lower"]);
        workspace.commit(&scratch).await.unwrap();
        workspace.restore_paths(&workspace.place(), "good", &[]).await.unwrap();
        assert_same(&before, &picture(&project.root, Look::WithoutTimes), "restored");
    }
}

#[tokio::test]
async fn hooks_and_monitors_of_the_repository_are_not_run() {
    let project = Project::rich();
    let mark = project.base().join("ran");
    let hook = project.base().join("hook");
    fs::write(&hook, format!("#!/bin/sh\ntouch '{}'\n", mark.display())).unwrap();
    fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    project.git(&["config", "core.fsmonitor", hook.to_str().unwrap()]);
    let workspace = project.open(Way::InPlace);
    let scratch = scratch(&workspace, Way::InPlace, "s").await;
    fs::write(project.root.join("a.txt"), "x").unwrap();
    workspace.changes(&scratch).await.unwrap();
    workspace.discard(&scratch).await.unwrap();
    workspace.snapshot("good").await.unwrap();
    assert!(!mark.exists());
    assert!(!Path::new("/nonexistent").exists());
}
