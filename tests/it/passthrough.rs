//! `selfheal exec -- CMD`: what goes in and comes out is the command's own, as long as there is nothing to heal.

use std::os::unix::process::ExitStatusExt as _;

use crate::lab::{Answer, Lab};

/// All bytes, several times over, so that no chunk ends where a character does.
fn every_byte() -> Vec<u8> {
    (0..70_000_u32).map(|n| (n % 256) as u8).collect()
}

#[test]
fn standard_input_reaches_the_command_and_its_output_comes_back_byte_for_byte() {
    let lab = Lab::bare();
    let bytes = every_byte();
    let output = lab.selfheal_with(&["exec", "--", "cat"], &bytes);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout == bytes, "{} bytes of {} came back", output.stdout.len(), bytes.len());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn the_two_streams_stay_apart() {
    let lab = Lab::bare();
    let output =
        lab.selfheal_with(&["exec", "--", "sh", "-c", "printf 'a\\0\\377'; printf 'b\\r\\033[1m' >&2; cat >&2"], b"in");
    assert_eq!(output.stdout, b"a\0\xff");
    assert_eq!(output.stderr, b"b\r\x1b[1min");
}

#[test]
fn exit_codes_are_those_of_the_command() {
    let lab = Lab::bare();
    for (script, code) in [("exit 0", 0), ("exit 3", 3), ("exit 255", 255), ("kill -9 $$", 137), ("kill -15 $$", 143)] {
        lab.selfheal(&["exec", "--mode", "off", "--", "sh", "-c", script]).ends_with(code);
        lab.selfheal(&["exec", "--", "sh", "-c", script]).ends_with(code);
    }
}

#[test]
fn a_command_that_does_not_exist_ends_with_127_and_one_that_may_not_run_with_126() {
    let lab = Lab::bare().file("plain.txt", "no program\n");
    lab.selfheal(&["exec", "--", "no-such-program-anywhere"]).ends_with(127);
    lab.selfheal(&["exec", "--", "./plain.txt"]).ends_with(126);
}

#[test]
fn arguments_arrive_as_they_are() {
    let lab = Lab::bare();
    let words = ["--flag", "a b", "$HOME", "'", "", "--", "*"];
    let mut args = vec!["exec", "--", "printf", "<%s>\\n"];
    args.extend(words);
    let expected: String = words.iter().map(|word| format!("<{word}>\n")).collect();
    assert_eq!(lab.selfheal(&args).ends_with(0).stdout, expected);
}

#[test]
fn the_command_runs_where_the_user_is_and_sees_the_user_s_environment() {
    let lab = Lab::bare().with_repository().file("below/deeper/file.txt", "x").env("OWN_VARIABLE", "own value");
    let mut command = lab.command(&["exec", "--", "sh", "-c", "pwd; cat file.txt; printenv OWN_VARIABLE"]);
    let answer = Answer::of(command.current_dir(lab.root().join("below/deeper")).output().expect("start the engine"));
    let here = lab.root().join("below/deeper").canonicalize().expect("it is there");
    assert_eq!(answer.stdout, format!("{}\nxown value\n", here.display()));
}

#[test]
fn a_command_that_is_healed_ends_with_0_and_the_story_goes_to_standard_error() {
    let lab = Lab::new("[[stage]]\nname = \"unused\"\nrun = \"false\"");
    let script = "echo out; echo x >> $OUTSIDE/attempts; [ $(wc -l < $OUTSIDE/attempts) -gt 1 ] || exit 75";
    let answer = lab.selfheal(&["exec", "--", "sh", "-c", script]);
    answer.ends_with(0);
    assert_eq!(answer.stdout, "out\nout\n");
    assert!(answer.stderr.contains("system.tempfail") && answer.stderr.contains("healed"), "{answer:#?}");
    lab.selfheal(&["history"]).says("healed");
}

#[test]
fn a_command_that_stays_broken_ends_with_its_own_code() {
    let lab = Lab::new("[[stage]]\nname = \"unused\"\nrun = \"false\"");
    lab.selfheal(&["exec", "--", "sh", "-c", "exit 75"]).ends_with(75).says("ticket");
    let output =
        lab.selfheal_with(&["exec", "--timeout", "200ms", "--mode", "off", "--", "tail", "-f", "/dev/null"], b"");
    assert_eq!(output.status.signal(), None);
    assert_eq!(output.status.code(), Some(124));
}
