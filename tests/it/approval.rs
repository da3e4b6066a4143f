//! A person's word about a verified patch: given by people only, about what was verified only, and kept on record.

use serde_json::Value;

use crate::lab::{Answer, Lab, binary};
use crate::schema::{complaints, schema};

/// A stage that fails until a versioned file holds the right word.
const STAGE: &str = r#"
[[stage]]
name = "build"
run = "grep -q ready flag.txt || { echo 'scripted: the flag is broken'; exit 1; }"
"#;

/// A remedy that edits the file.
const REMEDY: &str = "[[plugins.config.scripted.remedies]]\ntitle = \"set the flag\"\n\
    actions = [{ edit = [\"flag.txt\", \"not yet\", \"ready\"] }]\n";

fn lab() -> Lab {
    lab_with(STAGE)
}

fn lab_with(stages: &str) -> Lab {
    Lab::bare()
        .with_repository()
        .file("flag.txt", "one\nnot yet\nthree\n")
        .pipeline(&format!("{stages}\n[healing]\ncontrol-rate = 0.0\n{REMEDY}"))
        .guest("scripted", "scripted")
        .committed()
}

/// A lab in which a patch waits.
#[track_caller]
fn offered(lab: Lab) -> Lab {
    let events = lab.run(&[]);
    assert_eq!((events.code(), events.incidents()), (1, vec!["proposed".to_owned()]), "{events:#?}");
    lab
}

/// The lines of JSON that a command prints, as the schema says.
#[track_caller]
fn lines(answer: &Answer) -> Vec<Value> {
    let schema = schema("approval");
    let read = |line: &str| -> Value {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {answer:#?}"));
        assert_eq!(complaints(&schema, &line), Vec::<String>::new(), "{line}");
        line
    };
    answer.stdout.lines().map(read).collect()
}

#[track_caller]
fn waiting(lab: &Lab) -> Vec<Value> {
    lines(lab.selfheal(&["approve", "--list", "--format", "json"]).ends_with(0))
}

#[test]
fn an_approved_patch_becomes_the_workspace_in_every_kind_of_scratch_and_is_on_record() {
    for kind in ["overlay", "copy", "in-place"] {
        let lab = offered(lab().env("SELFHEAL_SCRATCH", kind));
        let [one] = &waiting(&lab)[..] else { panic!("one waits in {kind}") };
        assert_eq!((&one["standing"], &one["title"]), (&"waiting".into(), &"set the flag".into()));
        let answer = lab.selfheal(&["approve", "last", "--by", "ana", "--format", "json"]);
        let [done] = &lines(answer.ends_with(0))[..] else { panic!("one line: {answer:#?}") };
        assert_eq!(
            (&done["standing"], &done["by"], &done["changed"]),
            (&"approved".into(), &"ana".into(), &serde_json::json!(["flag.txt"]))
        );
        assert_eq!(lab.read("flag.txt"), "one\nready\nthree\n");
        assert_eq!(lab.git(&["status", "--porcelain"]), " M flag.txt\n", "nothing else changed in {kind}");
        assert_eq!(waiting(&lab), Vec::<Value>::new());
        lab.selfheal(&["explain", "last"]).ends_with(0).says("approved by ana");
        lab.selfheal(&["approve", done["incident"].as_str().expect("an id")]).ends_with(1).says("was approved by ana");
        let green = lab.run(&[]);
        assert_eq!(green.end(), "success clean", "{green:#?}");
        // The word stands beside the runs: theirs replay as before.
        lab.replays();
    }
}

#[test]
fn a_stage_a_remedy_and_a_command_cannot_approve_what_the_engine_proposes() {
    let lab = offered(lab());
    let engine = binary().display().to_string();
    let state = lab.outside("state").display().to_string();
    for speak in [
        format!("SELFHEAL_STATE_DIR={state} {engine} approve last"),
        format!("SELFHEAL_STATE_DIR={state} SELFHEAL_INSIDE= {engine} approve last"),
        // Whoever takes the mark away still speaks while a run is under way.
        format!("env -u SELFHEAL_INSIDE SELFHEAL_STATE_DIR={state} {engine} approve last"),
        format!("env -i PATH=\"$PATH\" SELFHEAL_STATE_DIR={state} {engine} reject last"),
    ] {
        lab.write(
            "selfheal.toml",
            &format!("[[stage]]\nname = \"speak\"\nrun = '''{speak}'''\n[healing]\nmode = \"off\"\n"),
        );
        assert_eq!(lab.run(&[]).code(), 1, "{speak}");
        lab.selfheal(&["exec", "--mode", "off", "--", "sh", "-c", &speak]).ends_with(1);
    }
    let answer = lab.selfheal(&["exec", "--mode", "off", "--", &engine, "approve", "last"]);
    answer.ends_with(1).says("cannot approve its own patches").says("hint:");
    lab.git(&["checkout", "--quiet", "selfheal.toml"]);
    assert_eq!(
        (lab.read("flag.txt").as_str(), lab.git(&["status", "--porcelain"]).as_str()),
        ("one\nnot yet\nthree\n", "")
    );
    assert_eq!(waiting(&lab).len(), 1, "it still waits for a person");
}

#[test]
fn a_stage_of_another_project_cannot_approve_either() {
    let lab = offered(lab());
    let (engine, state) = (binary().display(), lab.outside("state"));
    let speak = format!(
        "env -i PATH=\"$PATH\" SELFHEAL_STATE_DIR={} {engine} approve last --dir {}",
        state.display(),
        lab.root().display()
    );
    let stage = format!("[[stage]]\nname = \"speak\"\nrun = '''{speak}'''\n[healing]\nmode = \"off\"\n");
    let other = Lab::bare().pipeline(&stage);
    assert_eq!(other.run(&[]).code(), 1);
    assert_eq!(waiting(&lab).len(), 1, "it still waits for a person");
    assert_eq!(lab.read("flag.txt"), "one\nnot yet\nthree\n");
}

#[test]
fn a_patch_that_no_longer_fits_changes_nothing() {
    let lab = offered(lab());
    lab.write("flag.txt", "one\nsomething else\nthree\n");
    let before = lab.tree();
    lab.selfheal(&["approve", "last"]).ends_with(1).says("no longer applies").says("hint:");
    // One that would fit, on a file that is not the one it was verified with.
    lab.write("flag.txt", "one\nnot yet\nthree\nfour\n");
    lab.selfheal(&["approve", "last"]).ends_with(1).says("not as they were when it was verified");
    lab.write("flag.txt", "one\nsomething else\nthree\n");
    lab.tree().is_same_as(&before);
    assert_eq!(waiting(&lab).len(), 1);
    lab.git(&["checkout", "--quiet", "flag.txt"]);
    lab.selfheal(&["approve", "last"]).ends_with(0).says("applied");
}

#[test]
fn a_patch_file_that_was_changed_is_not_applied() {
    let lab = offered(lab());
    let patch = waiting(&lab)[0]["patch"].as_str().expect("a path").to_owned();
    let text = std::fs::read_to_string(&patch).expect("read the patch");
    std::fs::write(&patch, text.replace("+ready", "+ready; rm -rf")).expect("change it");
    let before = lab.tree();
    lab.selfheal(&["approve", "last"]).ends_with(1).says("not the one that was verified");
    std::fs::remove_file(&patch).expect("remove it");
    lab.selfheal(&["approve", "last"]).ends_with(1);
    lab.tree().is_same_as(&before);
}

#[test]
fn a_rejected_patch_is_not_offered_again_and_the_reason_is_kept() {
    let lab = offered(lab());
    let before = lab.tree();
    lab.selfheal(&["reject", "last", "--by", "ben", "--reason", "the flag is right"]).ends_with(0).says("by ben");
    lab.tree().is_same_as(&before);
    lab.selfheal(&["explain", "last"]).ends_with(0).says("rejected by ben").says("the flag is right");
    let again = lab.run(&[]);
    assert!(again.refusals().iter().any(|reason| reason.contains("rejected")), "{again:#?}");
    assert_eq!((again.tried(), again.incidents()), (Vec::<String>::new(), vec!["escalated".to_owned()]), "{again:#?}");
    lab.selfheal(&["approve"]).ends_with(0).says("no patch waits");
    lab.selfheal(&["approve", "last"]).ends_with(1).says("no patch waits");
    lab.selfheal(&["approve", "r-never"]).ends_with(2).says("hint:");
}

#[test]
fn a_later_green_run_overtakes_and_a_later_patch_replaces() {
    let lab = offered(lab());
    let first = waiting(&lab)[0]["incident"].as_str().expect("an id").to_owned();
    let lab = offered(lab);
    assert_eq!(waiting(&lab).len(), 1, "one failure, one patch that waits");
    lab.selfheal(&["approve", &first]).ends_with(1).says("replaced");
    lab.selfheal(&["history"]).ends_with(0).says("1 patch waits");
    lab.write("flag.txt", "ready\n");
    assert_eq!(lab.run(&[]).end(), "success clean");
    assert_eq!(waiting(&lab), Vec::<Value>::new());
    lab.selfheal(&["approve", &first]).ends_with(1).says("overtaken");
}

#[test]
fn another_command_behind_exec_does_not_overtake_a_patch() {
    let settings = format!("[healing]\ncontrol-rate = 0.0\n{REMEDY}");
    let lab =
        Lab::bare().with_repository().file("flag.txt", "not yet\n").pipeline(&settings).guest("scripted", "scripted");
    let lab = lab.committed();
    let plugins = lab.plugins().display().to_string();
    let exec = |command: &str| lab.selfheal(&["exec", "--plugins", &plugins, "--", "sh", "-c", command]);
    let broken = "grep -q ready flag.txt || { echo 'scripted: the flag is broken'; exit 1; }";
    exec(broken).ends_with(1).says("selfheal approve");
    exec("true").ends_with(0);
    assert_eq!(waiting(&lab).len(), 1);
    lab.selfheal(&["approve", "last"]).ends_with(0);
    exec(broken).ends_with(0);
}

#[test]
fn a_project_below_the_top_of_its_repository_gets_its_patch() {
    let lab = lab();
    lab.git(&["rm", "--quiet", "-r", "--cached", "."]);
    let below = |name: &str| format!("deep/er/{name}");
    for name in ["flag.txt", "selfheal.toml"] {
        let text = lab.read(name);
        lab.write(&below(name), &text);
        std::fs::remove_file(lab.root().join(name)).expect("move it");
    }
    lab.commit();
    let plugins = lab.plugins().display().to_string();
    for kind in ["overlay", "copy"] {
        lab.git(&["checkout", "--quiet", "."]);
        let lab_env = |args: &[&str]| {
            let mut command = lab.command(args);
            Answer::of(command.env("SELFHEAL_SCRATCH", kind).output().expect("start the engine"))
        };
        lab_env(&["run", "deep/er", "--plugins", &plugins]).ends_with(1);
        lab_env(&["approve", "last", "--dir", "deep/er"]).ends_with(0);
        assert_eq!(lab.read(&below("flag.txt")), "one\nready\nthree\n", "{kind}");
    }
}

#[test]
fn a_ready_to_post_summary_lies_beside_the_patch() {
    let lab = offered(lab());
    let patch = waiting(&lab)[0]["patch"].as_str().expect("a path").to_owned();
    let summary = patch.replace(".patch", ".md");
    let text = std::fs::read_to_string(&summary).unwrap_or_else(|error| panic!("{summary}: {error}"));
    for piece in [
        "# Proposed fix: set the flag",
        "## Cause",
        "scripted: the flag is broken",
        "| `flag.txt` | modified | +1 −1 |",
        "`build` passed in",
        "git apply",
        "selfheal exec --mode off -- sh -c",
        "selfheal approve r-",
        "selfheal reject r-",
    ] {
        assert!(text.contains(piece), "{piece} is missing in\n{text}");
    }
    lab.selfheal(&["explain", "last"]).ends_with(0).says(&summary);
}

#[test]
fn a_patch_that_somebody_takes_out_again_is_a_false_heal() {
    let lab = offered(lab());
    lab.selfheal(&["approve", "last", "--by", "ana"]).ends_with(0);
    let figures = || {
        let answer = lab.selfheal(&["learn", "show", "--format", "json"]);
        let all =
            answer.ends_with(0).stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("an object"));
        let [one] = &all.filter(|line| line["kind"] == "strategy").collect::<Vec<_>>()[..] else {
            panic!("one strategy")
        };
        assert_eq!(complaints(&schema("learn"), one), Vec::<String>::new(), "{one}");
        (one["tried"].clone(), one["healed"].clone(), one["false_heals"].clone())
    };
    assert_eq!(figures(), (1.into(), 1.into(), 0.into()));
    // On another branch the files are other ones for another reason.
    lab.git(&["checkout", "--quiet", "-b", "elsewhere"]);
    lab.git(&["checkout", "--quiet", "flag.txt"]);
    assert_eq!(figures(), (1.into(), 1.into(), 0.into()));
    lab.git(&["checkout", "--quiet", "main"]);
    assert_eq!(figures(), (1.into(), 1.into(), 1.into()));
    lab.selfheal(&["history"]).ends_with(0).says("1 false heal");
    lab.selfheal(&["explain", "last"]).ends_with(0).says("taken out again");
}
