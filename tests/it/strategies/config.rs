//! `config`: a variable, a lock, a mode.

use std::os::unix::fs::PermissionsExt as _;

use crate::lab::Lab;

#[test]
fn a_missing_variable_gets_the_default_of_the_project_s_example_file() {
    let lab = Lab::new("[[stage]]\nname = \"migrate\"\nrun = \"sh migrate.sh\"\n")
        .file("migrate.sh", "set -eu\necho \"migrating $DATABASE_URL\"\n[ \"$DATABASE_URL\" = sqlite:///shop.db ]\n")
        .file(".env.example", "# where the data is\nDATABASE_URL=sqlite:///shop.db\n")
        .committed();
    let before = lab.tree();
    let events = lab.heals(&[]);
    assert_eq!(events.healed_by(), "config", "{events:#?}");
    lab.tree().is_same_as(&before);
}

#[test]
fn a_missing_variable_without_a_default_is_not_made_up() {
    let lab = Lab::new("[[stage]]\nname = \"migrate\"\nrun = \"sh -uc 'echo $DATABASE_URL'\"\n").committed();
    let events = lab.run(&[]);
    assert_eq!((events.code(), events.tried().len()), (1, 0), "{events:#?}");
}

#[test]
fn a_stale_lock_of_a_nested_repository_is_removed() {
    let lab = Lab::new("[[stage]]\nname = \"record\"\nrun = \"git -C work/data add --all\"\n")
        .file(".gitignore", "work/\n")
        .committed()
        .file("work/data/one.txt", "1\n");
    lab.git(&["init", "--quiet", "work/data"]);
    lab.write("work/data/.git/index.lock", "");
    let events = lab.heals(&[]);
    assert_eq!(events.healed_by(), "config", "{events:#?}");
    assert!(!lab.root().join("work/data/.git/index.lock").exists());
    assert!(lab.git(&["-C", "work/data", "status", "--porcelain"]).contains("A  one.txt"));
}

#[test]
fn a_script_without_its_executable_bit_runs_all_the_same() {
    let lab = Lab::new("[[stage]]\nname = \"build\"\nrun = \"./tools/build.sh\"\n")
        .file("tools/build.sh", "#!/bin/sh\necho built\n")
        .committed();
    let before = lab.tree();
    let events = lab.heals(&[]);
    assert_eq!(events.healed_by(), "config", "{events:#?}");
    lab.tree().is_same_as(&before);
}

#[test]
fn where_only_the_mode_helps_it_is_a_patch() {
    // The script calls the other one, so that no change of the stage's command helps.
    let lab = Lab::new("[[stage]]\nname = \"build\"\nrun = \"sh build.sh\"\n")
        .file("build.sh", "set -e\n./tools/step.sh\n")
        .file("tools/step.sh", "#!/bin/sh\necho stepped\n")
        .committed();
    let before = lab.tree();
    let events = lab.run(&[]);
    assert_eq!((events.code(), events.incidents()), (1, vec!["proposed".to_owned()]), "{events:#?}");
    lab.tree().is_same_as(&before);
    lab.heals(&["--patches", "apply"]);
    let mode = lab.root().join("tools/step.sh").metadata().expect("it is there").permissions().mode();
    assert_eq!(mode & 0o111, 0o111);
}
