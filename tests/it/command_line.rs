//! Bad input is answered with what is wrong and what to do, and with the exit code that the manual promises.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::lab::Lab;

const STAGE: &str = "[[stage]]\nname = \"one\"\nrun = \"true\"\n";

#[test]
fn a_broken_pipeline_file_is_shown_with_line_and_column() {
    for (text, place) in [
        ("[[stage]]\nname = \"a\"\nrun = \n", "selfheal.toml:3:"),
        ("[[stage]]\nname = \"a\"\nrun = \"x\"\ntimeout = \"soon\"\n", "selfheal.toml:4:11"),
        ("[[stage]]\nname = \"a\"\nrun = \"x\"\nneeds = [\"b\"]\n", "selfheal.toml:4:10"),
        ("[[stage]]\nname = \"a\"\nrun = \"x\"\nneds = []\n", "selfheal.toml:4:1"),
        ("[healing]\nmode = \"maybe\"\n[[stage]]\nname = \"a\"\nrun = \"x\"\n", "selfheal.toml:2:8"),
    ] {
        let lab = Lab::bare().pipeline(text);
        for command in ["run", "doctor"] {
            let answer = lab.selfheal(&[command]);
            assert_eq!(answer.code, 2, "{command} {text:?}: {answer:#?}");
            assert!(answer.stderr.contains(place), "{command} {text:?}: {answer:#?}");
        }
    }
}

#[test]
fn a_pipeline_file_that_is_no_text_is_refused() {
    let lab = Lab::bare();
    std::fs::write(lab.root().join("selfheal.toml"), b"[[stage]]\nname = \"\xff\"\n").expect("write it");
    lab.selfheal(&["run"]).ends_with(2).says("UTF-8");
}

#[test]
fn what_does_not_exist_is_named_with_a_hint() {
    let lab = Lab::bare().pipeline(STAGE);
    lab.selfheal(&["run", "no/such/folder"]).ends_with(2).says("no/such/folder").says("hint:");
    lab.selfheal(&["run", "selfheal.toml"]).ends_with(2).says("not a folder");
    lab.selfheal(&["run", "--stage", "two"]).ends_with(2).says("two").says("the stages are: one");
    lab.selfheal(&["run", "--plugins", "nowhere"]).ends_with(2).says("nowhere");
    lab.selfheal(&["diagnose", "no.log"]).ends_with(2).says("no.log");
    lab.selfheal(&["plugin", "inspect", "no-such-plugin"]).says("no-such-plugin");
    lab.selfheal(&["explain", "r-never"]).ends_with(2).says("hint:");
    lab.selfheal(&["run"]).ends_with(0);
    for command in ["explain", "replay"] {
        lab.selfheal(&[command, "r-never"]).ends_with(2).says("r-never");
        lab.selfheal(&[command, "last"]).ends_with(0);
    }
    lab.selfheal(&["history", "--dir", "no/such"]).ends_with(2);
}

#[test]
fn a_runner_that_is_not_there_is_a_missing_plugin() {
    let lab = Lab::bare().pipeline(&format!("{STAGE}runner = \"run-elsewhere\"\n"));
    lab.selfheal(&["run"]).ends_with(3).says("run-elsewhere").says("hint:");
}

#[test]
fn an_empty_project_has_nothing_to_run() {
    let lab = Lab::bare();
    lab.selfheal(&["run"]).ends_with(4).says("hint:");
    lab.selfheal(&["init"]).ends_with(4);
    assert!(!lab.root().join("selfheal.toml").exists());
    lab.selfheal(&["history"]).ends_with(0);
}

#[test]
fn arguments_that_make_no_sense_end_with_2() {
    let lab = Lab::bare();
    for args in [&["fly"][..], &[], &["run", "--mode", "bold"], &["exec"], &["exec", "--timeout", "soon", "--", "true"]]
    {
        let answer = lab.selfheal(args);
        assert_eq!((answer.code, answer.stdout.as_str()), (2, ""), "{args:?}: {answer:#?}");
    }
}

#[test]
fn every_subcommand_explains_itself() {
    let lab = Lab::bare();
    let commands = [
        &["run"][..],
        &["exec"],
        &["diagnose"],
        &["init"],
        &["plugin"],
        &["plugin", "new"],
        &["plugin", "build"],
        &["plugin", "test"],
        &["plugin", "dev"],
        &["plugin", "bench"],
        &["plugin", "list"],
        &["plugin", "inspect"],
        &["plugin", "keygen"],
        &["plugin", "pack"],
        &["plugin", "sign"],
        &["plugin", "verify"],
        &["plugin", "collect"],
        &["plugin", "push"],
        &["plugin", "search-tags"],
        &["plugin", "install"],
        &["plugin", "approve"],
        &["plugin", "update"],
        &["plugin", "remove"],
        &["plugin", "api-range"],
        &["history"],
        &["explain"],
        &["replay"],
        &["learn"],
        &["learn", "show"],
        &["learn", "label"],
        &["learn", "forget"],
        &["doctor"],
        &["completions"],
        &["man"],
        &[],
    ];
    for command in commands {
        let mut args = command.to_vec();
        args.push("--help");
        let answer = lab.selfheal(&args);
        answer.ends_with(0).says("Usage: selfheal");
        assert_eq!(answer.stderr, "");
    }
    assert!(lab.selfheal(&["--version"]).stdout.starts_with("selfheal 0."));
}

#[test]
fn completions_are_scripts_that_their_shell_accepts() {
    let lab = Lab::bare();
    let script = lab.selfheal(&["completions", "bash"]).ends_with(0).stdout.clone();
    let mut bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn().expect("start bash");
    bash.stdin.take().expect("a pipe").write_all(script.as_bytes()).expect("write the script");
    assert!(bash.wait().expect("bash ends").success());
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        assert!(lab.selfheal(&["completions", shell]).ends_with(0).stdout.contains("diagnose"), "{shell}");
    }
}

#[test]
fn a_reader_that_has_gone_ends_what_is_shown_and_not_the_command() {
    let lab = Lab::bare().pipeline(STAGE);
    lab.selfheal(&["run"]).ends_with(0);
    for args in [
        &["plugin", "inspect", "classify-python"][..],
        &["explain", "last"],
        &["completions", "bash"],
        &["init", "--print"],
    ] {
        let mut child = lab.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked") && !said.contains("roken pipe"), "{args:?}: {said}");
        assert_ne!(output.status.code(), Some(70), "{args:?}: {said}");
    }
}

#[test]
fn an_answer_that_could_not_be_written_whole_is_an_error() {
    let lab = Lab::bare();
    for args in [&["plugin", "list"][..], &["completions", "bash"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
        let mut command = lab.command(args);
        let output = command.stdout(full).stderr(Stdio::piped()).output().expect("it ends");
        assert_eq!(output.status.code(), Some(70), "{args:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("could not be written"), "{args:?}");
    }
}

#[test]
fn there_is_a_man_page_for_every_subcommand() {
    let lab = Lab::bare();
    assert!(lab.selfheal(&["man"]).ends_with(0).stdout.contains(".TH selfheal 1"));
    let pages = lab.outside("pages");
    lab.selfheal(&["man", "--dir", pages.to_str().expect("a path")]).ends_with(0);
    for page in ["selfheal.1", "selfheal-run.1", "selfheal-exec.1", "selfheal-diagnose.1", "selfheal-replay.1"] {
        let text = std::fs::read_to_string(pages.join(page)).unwrap_or_else(|error| panic!("{page}: {error}"));
        assert!(text.contains(".TH"), "{page}");
    }
}

#[test]
fn a_log_is_diagnosed_from_a_file_and_from_standard_input_alike() {
    let lab = Lab::bare().file("build.log", "collecting\nModuleNotFoundError: No module named 'yaml'\n");
    let from_file = lab.selfheal(&["diagnose", "--format", "json", "build.log"]);
    let piped = lab.selfheal_with(&["diagnose", "--format", "json"], lab.read("build.log").as_bytes());
    let answer: serde_json::Value = serde_json::from_str(&from_file.stdout).expect("one object");
    assert_eq!(answer, serde_json::from_slice::<serde_json::Value>(&piped.stdout).expect("one object"));
    assert_eq!(answer["findings"][0]["code"], "python.module-not-found");
    assert_eq!(answer["findings"][0]["line"], 2);
    let green = lab.selfheal_with(&["diagnose", "--format", "json", "-"], b"all is well\n");
    let answer: serde_json::Value = serde_json::from_slice(&green.stdout).expect("one object");
    assert_ne!(answer["outcome"], "failure");
}

#[test]
fn doctor_says_what_a_pipeline_misses() {
    let lab = Lab::bare().pipeline("[[stage]]\nname = \"one\"\nrun = \"no-such-tool --now\"\n");
    lab.selfheal(&["doctor"]).ends_with(1).says("no-such-tool").says("one");
    let fine = Lab::bare().with_repository().pipeline("[[stage]]\nname = \"one\"\nrun = \"git status\"\n");
    fine.selfheal(&["doctor"]).ends_with(0);
}
