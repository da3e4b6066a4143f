//! `config`, once more: what a fresh checkout or a bare machine lacks, and what earlier builds left behind.

use std::path::Path;
use std::process::Command;

use crate::lab::Lab;

/// Runs git outside of the project.
#[track_caller]
fn git(folder: &Path, args: &[&str]) {
    let who = ["-c", "user.name=lab", "-c", "user.email=lab@example.com", "-c", "protocol.file.allow=always"];
    let output = Command::new("git").args(who).args(args).current_dir(folder).output().expect("start git");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A repository beside the project with one file and a tag, and a commit behind it.
fn origin(lab: &Lab) -> String {
    let origin = lab.outside("origin");
    std::fs::create_dir(&origin).expect("a folder for the origin");
    git(&origin, &["init", "--quiet", "--initial-branch=main"]);
    std::fs::write(origin.join("greeting.txt"), "hello\n").expect("write a file");
    git(&origin, &["add", "--all"]);
    git(&origin, &["commit", "--quiet", "--message=greeting"]);
    git(&origin, &["tag", "v1.0"]);
    git(&origin, &["commit", "--quiet", "--allow-empty", "--message=later"]);
    format!("file://{}", origin.display())
}

#[test]
fn a_version_that_a_shallow_clone_cannot_describe_is_fetched() {
    let lab = Lab::bare();
    let url = origin(&lab);
    git(&lab.root(), &["clone", "--quiet", "--depth=1", "--no-tags", &url, "."]);
    let lab = lab
        .pipeline(&format!("[[stage]]\nname = \"version\"\nrun = \"git describe --tags\"\n{}", crate::lab::QUICK))
        .committed();
    let events = lab.heals(&[]);
    assert_eq!((events.healed_by().as_str(), events.causes()[0].as_str()), ("config", "system.git-shallow"));
}

#[test]
fn a_machine_that_only_knows_ascii_prints_other_letters_all_the_same() {
    let lab = Lab::new("[[stage]]\nname = \"greet\"\nrun = \"python3 -B greet.py\"\n")
        .file("greet.py", "print('gr\\u00fc\\u00dfe')\n")
        .env("PYTHONIOENCODING", "ascii")
        .committed();
    let before = lab.tree();
    let events = lab.heals(&[]);
    assert_eq!((events.healed_by().as_str(), events.causes()[0].as_str()), ("config", "system.locale"));
    lab.tree().is_same_as(&before);
}

#[test]
fn a_directory_that_only_builds_make_is_made() {
    let lab = Lab::new("[[stage]]\nname = \"build\"\nrun = \"sh build.sh\"\n")
        .file("build.sh", "echo built > build/out.txt\n")
        .file(".gitignore", "build/\n")
        .committed();
    let events = lab.heals(&[]);
    assert_eq!(events.healed_by(), "config", "{events:#?}");
    assert_eq!(lab.read("build/out.txt"), "built\n");
}

#[test]
fn a_settings_file_that_everybody_makes_from_its_example_is_made() {
    let lab = Lab::new("[[stage]]\nname = \"test\"\nrun = \"grep colour settings.ini\"\n")
        .file("settings.ini.example", "colour = blue\n")
        .file(".gitignore", "settings.ini\n")
        .committed();
    let events = lab.heals(&[]);
    assert_eq!(events.healed_by(), "config", "{events:#?}");
    assert_eq!(lab.read("settings.ini"), "colour = blue\n");
}

/// A server that does not start while its pid file is there.
fn with_pid_file(owner: u32) -> Lab {
    Lab::new("[[stage]]\nname = \"serve\"\nrun = \"sh serve.sh\"\n")
        .file(
            "serve.sh",
            "[ ! -f tmp/server.pid ] || { echo \"A server is already running. Check $PWD/tmp/server.pid.\"; exit 1; }\necho served\n",
        )
        .file(".gitignore", "tmp/\n")
        .committed()
        .file("tmp/server.pid", &format!("{owner}\n"))
}

#[test]
fn a_pid_file_whose_owner_is_gone_is_removed() {
    // No process has a number above the highest that Linux may give.
    let lab = with_pid_file(4_194_305);
    let events = lab.heals(&[]);
    assert_eq!(events.healed_by(), "config", "{events:#?}");
    assert!(!lab.root().join("tmp/server.pid").exists());
}

#[test]
fn a_pid_file_whose_owner_lives_stays() {
    let lab = with_pid_file(std::process::id());
    let before = lab.tree();
    let events = lab.run(&[]);
    assert_eq!(events.code(), 1, "{events:#?}");
    lab.tree().is_same_as(&before);
}

#[test]
fn a_compiled_file_of_another_python_is_cleared() {
    let lab = Lab::new("[[stage]]\nname = \"test\"\nrun = \"PYTHONPATH=src python3 -B main.py\"\n")
        .file("main.py", "import widget\nprint(widget.NAME)\n")
        .file("src/widget.py", "NAME = 'spin'\n")
        .file(".gitignore", "*.pyc\n")
        .committed()
        // It lies where the module lay before, and shadows the one in `src`.
        .file("widget.pyc", "an old Python wrote this");
    let events = lab.heals(&[]);
    assert_eq!((events.healed_by().as_str(), events.causes()[0].as_str()), ("config", "system.stale-cache"));
    assert!(!lab.root().join("widget.pyc").exists());
}
