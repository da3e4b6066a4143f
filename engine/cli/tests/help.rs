//! The command line itself. What commands do is tested in `tests/` of the workspace, through real plugins.

use std::process::Command;

fn selfheal(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_selfheal")).args(arguments).output().expect("the binary starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the output is text");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

#[test]
fn every_subcommand_has_a_help_that_names_its_purpose() {
    let (code, all, _) = selfheal(&["--help"]);
    assert_eq!(code, 0);
    for command in
        ["run", "exec", "diagnose", "init", "plugin", "history", "explain", "replay", "doctor", "completions", "man"]
    {
        assert!(all.contains(&format!("\n  {command}")), "--help does not list {command}:\n{all}");
        let (code, help, _) = selfheal(&[command, "--help"]);
        assert_eq!(code, 0, "{command} --help");
        assert!(help.contains("Usage: selfheal"), "{command} --help:\n{help}");
    }
    assert!(!all.contains("hold-scratch"), "internal commands are not for people");
}

#[test]
fn bad_arguments_end_with_2_and_say_what_would_be_right() {
    let (code, out, err) = selfheal(&["histroy"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("'history'"), "{err}");
    let (code, _, err) = selfheal(&["run", "--mode", "sometimes"]);
    assert_eq!(code, 2);
    assert!(err.contains("suggest"), "{err}");
}

#[test]
fn a_completion_script_and_a_man_page_are_printed() {
    let (code, script, _) = selfheal(&["completions", "bash"]);
    assert_eq!(code, 0);
    assert!(script.contains("_selfheal"));
    let (code, page, _) = selfheal(&["man"]);
    assert_eq!(code, 0);
    assert!(page.contains(".TH selfheal"), "{page}");
}
