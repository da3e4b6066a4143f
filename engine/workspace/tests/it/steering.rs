//! What a trial does to `.git`: what steers git is listed, what git stores is not.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use driver::ports::{Scratch, Workspace};
use pipeline::event::ChangeKind;
use workspace::LocalWorkspace;

use crate::support::{Look, Project, Way, assert_same, git, picture, run_in, scratch, summary, ways, ways_at_its_path};

/// What a script changes, in a scratch of its own that is thrown away afterwards.
async fn listed(workspace: &LocalWorkspace, way: Way, name: &str, script: &str) -> Vec<String> {
    let trial = scratch(workspace, way, name).await;
    run_in(&trial.place, script);
    let changes = summary(&workspace.changes(&trial).await.unwrap());
    workspace.discard(&trial).await.unwrap();
    changes
}

/// A repository with a hook, a sample of one, and an ignored folder.
fn project() -> Project {
    let project = Project::repository();
    project.write(".gitignore", "build/\n");
    project.write("a", "a\n");
    project.write(".git/hooks/old", "#!/bin/sh\n");
    project.write(".git/hooks/pre-push.sample", "#!/bin/sh\n");
    project.write(".git/info/exclude", "*.tmp\n");
    project.write(".git/objects/info/alternates", "# none\n");
    fs::set_permissions(project.root.join(".git/hooks/old"), PermissionsExt::from_mode(0o755)).unwrap();
    project.commit_all();
    project
}

#[tokio::test]
async fn hooks_and_settings_that_a_trial_changes_are_listed_and_come_back() {
    for way in ways() {
        let project = project();
        let before = picture(&project.root, Look::Exact);
        let workspace = project.open(way);
        let scripts: [(&str, &[&str]); 13] = [
            ("echo x > .git/hooks/pre-commit", &["(A .git/hooks/pre-commit)"]),
            ("mkdir .git/hooks/more; echo x > .git/hooks/more/x", &["(A .git/hooks/more/x)"]),
            ("echo x >> .git/hooks/old", &["(M .git/hooks/old)"]),
            ("chmod 644 .git/hooks/old", &["(M .git/hooks/old)"]),
            ("rm .git/hooks/old", &["(D .git/hooks/old)"]),
            ("git config core.fsmonitor ./x", &["(M .git/config)"]),
            ("echo x > .git/config.worktree", &["(A .git/config.worktree)"]),
            (
                "echo a >> .git/info/exclude; echo '* text' > .git/info/attributes",
                &["(A .git/info/attributes)", "(M .git/info/exclude)"],
            ),
            ("echo /elsewhere > .git/objects/info/alternates", &["(M .git/objects/info/alternates)"]),
            ("echo /elsewhere > .git/commondir", &["(A .git/commondir)"]),
            ("mv .git/hooks .git/away; ln -s /elsewhere .git/hooks", &["(A .git/hooks)", "(D .git/hooks/old)"]),
            (
                "mv .git/info/exclude x; mv x .git/info/exclude; rm -r .git/hooks; mkdir .git/hooks; echo x > .git/hooks/new",
                &["(A .git/hooks/new)", "(D .git/hooks/old)"],
            ),
            (
                "rm -r .git; echo 'gitdir: elsewhere' > .git",
                &[
                    "(A .git)",
                    "(D .git/config)",
                    "(D .git/hooks/old)",
                    "(D .git/info/exclude)",
                    "(D .git/objects/info/alternates)",
                ],
            ),
        ];
        for (index, (script, expected)) in scripts.into_iter().enumerate() {
            assert_eq!(listed(&workspace, way, &index.to_string(), script).await, expected, "{way:?}: {script}");
            assert_same(&before, &picture(&project.root, Look::Exact), &format!("{way:?}: {script}"));
        }
    }
}

#[tokio::test]
async fn what_git_stores_and_what_is_written_again_as_it_was_is_not_listed() {
    for way in ways() {
        let project = project();
        let other = project.base().join("other");
        project.git(&["clone", "-q", ".", other.to_str().unwrap()]);
        git(&other, &["commit", "-q", "--allow-empty", "-m", "more"]);
        let before = picture(&project.root, Look::Exact);
        let workspace = project.open(way);
        let fetch = format!(
            "git -c safe.directory='*' fetch -q '{}'; git update-ref ORIG_HEAD FETCH_HEAD; : > .git/shallow",
            other.display()
        );
        let scripts = [
            "cp .git/config c; cat c > .git/config; rm c",
            "cp -p .git/config .git/c; mv .git/c .git/config; chmod 600 .git/config",
            "cp -p .git/hooks/old .git/h; rm .git/hooks/old; mv .git/h .git/hooks/old",
            "echo x >> .git/hooks/pre-push.sample; echo x > .git/hooks/new.sample",
            "git -c safe.directory='*' -c user.name=t -c user.email=t@t commit -q --allow-empty -m x; git gc -q",
            &fetch,
            "git -c safe.directory='*' pack-refs --all; git checkout -q -b other",
        ];
        for (index, script) in scripts.into_iter().enumerate() {
            let changes = listed(&workspace, way, &index.to_string(), script).await;
            assert_eq!(changes, [""; 0], "{way:?}: {script}");
            assert_same(&before, &picture(&project.root, Look::Exact), &format!("{way:?}: {script}"));
        }
    }
}

#[tokio::test]
async fn repositories_that_are_new_or_ignored_are_not_listed() {
    for way in ways() {
        let project = project();
        for nested in ["build/old", "nested"] {
            project.write(&format!("{nested}/f"), "f\n");
            git(&project.root.join(nested), &["init", "-q", "--template="]);
        }
        let workspace = project.open(way);
        let script =
            "echo x >> build/old/.git/config; git clone -q --no-hardlinks . build/new; echo x >> build/new/.git/config
            git init -q --template= fresh; echo f > fresh/f; mkdir -p nested/.git/hooks; echo x > nested/.git/hooks/h";
        let changes = listed(&workspace, way, "s", script).await;
        let build = "(M build)";
        assert_eq!(changes, [build, "A fresh/f", "(A nested/.git/hooks/h)"], "{way:?}");
        let changes = listed(&workspace, way, "t", "rm -r nested; mkdir build/x").await;
        assert_eq!(changes, [build, "(D nested/.git/config)", "D nested/f"], "{way:?}");
    }
}

#[tokio::test]
async fn git_directory_of_a_submodule_is_part_of_the_one_around_it() {
    for way in ways() {
        let library = Project::repository();
        library.write("lib", "lib\n");
        library.commit_all();
        let project = project();
        project.git(&["submodule", "--quiet", "add", "--name", "x/y", library.root.to_str().unwrap(), "sub"]);
        project.commit_all();
        let workspace = project.open(way);
        let script = "echo x > .git/modules/x/y/hooks/post-checkout; echo 'gitdir: ../.git' > sub/.git
            cp -r .git/modules/x/y .git/modules/new";
        let expected = ["(A .git/modules/x/y/hooks/post-checkout)", "(M sub/.git)"];
        assert_eq!(listed(&workspace, way, "s", script).await, expected, "{way:?}");
    }
}

#[tokio::test]
async fn git_directory_outside_the_workspace_is_listed_and_comes_back() {
    for way in ways_at_its_path() {
        let outer = project();
        outer.write("pkg/a", "a\n");
        outer.commit_all();
        let main = outer.root.clone();
        let tree = outer.base().join("tree");
        outer.git(&["worktree", "add", "-q", tree.to_str().unwrap()]);
        let project = outer.at(tree);
        let before = picture(&main.join(".git"), Look::WithoutTimes);
        let script = |git: &str| {
            format!(
                "git -c safe.directory='*' config core.fsmonitor ./x; echo x > '{git}/hooks/new'; rm '{git}/hooks/old'
                 echo x > '{git}/worktrees/tree/config.worktree'; git -c safe.directory='*' add -A"
            )
        };
        let expected = |git: &str| {
            let lines = ["(M G/config)", "(A G/hooks/new)", "(D G/hooks/old)", "(A G/worktrees/tree/config.worktree)"];
            lines.map(|line| line.replacen('G', git, 1))
        };
        let git_directory = main.join(".git");
        let script = script(git_directory.to_str().unwrap());
        let changes = listed(&project.open(way), way, "s", &script).await;
        assert_eq!(changes, expected("../w: a,b\\c/.git"), "{way:?}");
        assert_same(&before, &picture(&git_directory, Look::WithoutTimes), "of a linked work tree");
        let project = project.at(main.join("pkg"));
        let changes = listed(&project.open(way), way, "t", &script).await;
        assert_eq!(changes, expected("../.git"), "{way:?}");
        assert_same(&before, &picture(&git_directory, Look::WithoutTimes), "of the repository around a folder");
    }
}

#[tokio::test]
async fn steering_files_carry_no_lines_and_are_no_part_of_the_patch() {
    for way in ways() {
        let project = project();
        let workspace = project.open(way);
        let trial: Scratch = scratch(&workspace, way, "s").await;
        run_in(&trial.place, "echo x > .git/hooks/new");
        let changes = workspace.changes(&trial).await.unwrap();
        assert_eq!((changes.len(), changes[0].change, changes[0].is_versioned), (1, ChangeKind::Added, false));
        assert!(changes[0].added_lines.is_empty());
        assert!(workspace.patch(&trial).await.unwrap().is_empty(), "{way:?}");
        workspace.commit(&trial).await.unwrap();
        assert_eq!(fs::read(project.root.join(".git/hooks/new")).unwrap(), b"x\n");
    }
}
