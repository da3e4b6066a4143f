//! Every example does what its README says.

use std::path::Path;
use std::process::Command;

use crate::lab::{Lab, repository};

/// The example's files, as a clone of the repository has them: what its `.gitignore` names is left out.
fn copy(from: &Path, to: &Path) {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "."])
        .current_dir(from)
        .output()
        .expect("start git");
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    for name in String::from_utf8_lossy(&listed.stdout).split('\0').filter(|name| !name.is_empty()) {
        let target = to.join(name);
        std::fs::create_dir_all(target.parent().expect("a folder")).expect("make a folder");
        // Copies the mode too.
        std::fs::copy(from.join(name), &target).unwrap_or_else(|error| panic!("copy {name}: {error}"));
    }
}

fn promised_exit_code(folder: &Path) -> i32 {
    let readme = std::fs::read_to_string(folder.join("README.md")).expect("an example has a README.md");
    let code = readme.lines().find_map(|line| line.strip_prefix("exit code: "));
    code.and_then(|code| code.trim().parse().ok()).expect("its README.md has a line `exit code: N`")
}

fn check(name: &str) {
    let folder = repository().join("examples").join(name);
    let lab = Lab::bare();
    copy(&folder, &lab.root());
    let lab = lab.with_repository().committed();
    let events = lab.run(&[]);
    assert_eq!(events.code(), promised_exit_code(&folder), "{name}: {events:#?}");
    lab.replays();
    assert!(!events.incidents().is_empty(), "{name} breaks nothing: {events:#?}");
    for patch in events.patches() {
        // What is offered is offered: versioned files are as they were, and the patch makes the build green.
        assert_eq!(lab.git(&["status", "--porcelain", "--untracked-files=no"]), "", "{name}");
        lab.git(&["apply", "--check", &patch]);
        lab.git(&["apply", &patch]);
        let green = lab.run(&[]);
        assert_eq!((green.code(), green.end().as_str()), (0, "success clean"), "{name}: {green:#?}");
    }
    if events.code() == 0 {
        assert_eq!(events.end(), "success healed", "{name}: {events:#?}");
    } else {
        assert!(!events.patches().is_empty() || !events.tickets().is_empty(), "{name}: {events:#?}");
    }
}

#[test]
fn every_example_ends_as_its_readme_says() {
    let folders = std::fs::read_dir(repository().join("examples")).expect("there are examples");
    let mut names: Vec<String> = folders
        .flatten()
        .filter(|entry| entry.path().is_dir())
        // The project of a plugin is built and tested in `authoring.rs`.
        .filter(|entry| !entry.path().join("plugin.toml").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(!names.is_empty());
    for name in names {
        check(&name);
    }
}
