//! Worst outcome wins, over several runs: {fail, pass} on one commit is never `clean`.

use crate::lab::Lab;

/// A stage that fails the first time with this output, and passes from then on.
fn once(output: &str) -> Lab {
    Lab::new("[[stage]]\nname = \"work\"\nrun = \"sh steps.sh\"")
        .file(
            "steps.sh",
            "echo x >> $OUTSIDE/attempts\n[ $(wc -l < $OUTSIDE/attempts) -gt 1 ] && exit 0\ncat output.txt\nexit 1\n",
        )
        .file("output.txt", output)
        .committed()
}

const ASSERTION: &str = "AssertionError: 1 != 2\n";

#[test]
fn a_stage_that_failed_in_an_earlier_run_on_the_same_commit_never_passes_clean() {
    let lab = once(ASSERTION);
    let first = lab.run(&[]);
    assert_eq!(first.end(), "failure clean", "{first:#?}");
    let started = first.facts("run-started").next().expect("the run starts");
    assert_eq!(started["source"]["commit"].as_str(), Some(lab.git(&["rev-parse", "HEAD"]).trim()));
    assert_eq!(started["source"]["is_dirty"], false, "{first:#?}");
    let run = started["run"].as_str().expect("its id").to_owned();

    let second = lab.run(&["--strict"]);
    assert_eq!((second.code(), second.end().as_str()), (10, "success flaky-suspect"), "{second:#?}");
    lab.replays();
    lab.selfheal(&["run"]).ends_with(0).says(&format!("work passed here, failed in run {run} on the same commit"));
    lab.selfheal(&["explain", "last"]).says(&format!("failed in run {run} on the same commit"));
    lab.selfheal(&["history"]).says("flaky-suspect");

    // Another commit is another matter.
    lab.write("more.txt", "more\n");
    lab.commit();
    assert_eq!(lab.run(&[]).end(), "success clean");
}

#[test]
fn a_dirty_work_tree_is_compared_with_nothing() {
    let lab = once(ASSERTION);
    lab.write("more.txt", "more\n");
    assert_eq!(lab.run(&[]).end(), "failure clean");
    lab.git(&["clean", "--quiet", "--force"]);
    assert_eq!(lab.run(&[]).end(), "success clean", "the failure was on no commit");

    let lab = once(ASSERTION);
    assert_eq!(lab.run(&[]).end(), "failure clean");
    lab.write("output.txt", "other\n");
    assert_eq!(lab.run(&[]).end(), "success clean", "the pass is on no commit");
}

#[test]
fn a_pass_after_a_failure_that_comes_and_goes_says_what_it_was() {
    let lab = once("curl: (56) Recv failure: Connection reset by peer\n");
    assert_eq!(lab.run(&["--mode", "off"]).end(), "failure clean");
    let second = lab.run(&[]);
    assert_eq!(second.end(), "success flaky-suspect", "{second:#?}");
    assert!(
        second.text().contains("network-transient, system.connection-reset: a cause that comes and goes"),
        "{second:#?}"
    );
}

#[test]
fn a_command_behind_exec_is_compared_with_the_same_command() {
    let lab = once(ASSERTION);
    lab.selfheal(&["exec", "--", "sh", "steps.sh"]).ends_with(1);
    lab.selfheal(&["exec", "--", "sh", "steps.sh"]).ends_with(0).says("passed here, failed in run r-");
    let other = lab.selfheal(&["exec", "--", "sh", "./steps.sh"]);
    assert!(!other.ends_with(0).text().contains("failed in run"), "another command: {other:#?}");
}

/// A stage that needs a variable or a file that git ignores, and a guest that gives it one.
fn healed_by(action: &str) -> Lab {
    let run = "test -n \\\"$HELPER\\\" || test -f build/helper || { echo 'scripted: the helper is broken'; exit 1; }";
    Lab::bare()
        .with_repository()
        .guest("scripted", "scripted")
        .file(".gitignore", "build\n")
        .pipeline(&format!(
            "[[stage]]\nname = \"work\"\nrun = \"{run}\"\n[healing]\ncontrol-rate = 0.0\n\
             [[plugins.config.scripted.remedies]]\ntitle = \"help\"\nactions = [{action}]\n"
        ))
        .committed()
}

#[test]
fn a_remedy_that_is_still_in_force_explains_the_pass() {
    let lab = healed_by("{ write = [\"build/helper\", \"x\"] }");
    assert_eq!(lab.heals(&[]).healed_by(), "config");
    assert_eq!(lab.run(&[]).end(), "success clean", "what the remedy wrote is still there");

    let lab = healed_by("{ set-env = [\"HELPER\", \"1\"] }");
    lab.heals(&[]);
    lab.heals(&[]);
    let kept = lab.env("HELPER", "1");
    assert_eq!(kept.run(&[]).end(), "success clean", "a person keeps what the remedy set");
    let other = kept.env("HELPER", "2");
    assert_eq!(other.run(&[]).end(), "success flaky-suspect", "it was not this that helped");
}
