//! What another policy would have made of recorded incidents, asked before it is switched on.

use serde_json::Value;

use crate::lab::Lab;
use crate::schema::{complaints, schema};

const STAGE: &str = r#"
[[stage]]
name = "build"
run = "test -n \"$FLAG\" || grep -q ready flag.txt || { echo 'scripted: the flag is broken'; exit 1; }"
"#;

fn lab(healing: &str, remedies: &str) -> Lab {
    Lab::bare()
        .with_repository()
        .file("flag.txt", "not yet\n")
        .pipeline(&format!(
            "{STAGE}\n[healing]\ncontrol-rate = 0.0\n{healing}\n[[plugins.config.scripted.remedies]]\n{remedies}\n"
        ))
        .guest("scripted", "scripted")
        .committed()
}

const EDIT: &str = "title = \"edit the flag\"\nactions = [{ edit = [\"flag.txt\", \"not yet\", \"ready\"] }]";
const SET: &str = "title = \"set FLAG\"\nactions = [{ set-env = [\"FLAG\", \"1\"] }]";

/// The lines that a policy leads to.
#[track_caller]
fn under(lab: &Lab, policy: &str, more: &[&str]) -> Vec<Value> {
    lab.write("new.toml", policy);
    let mut args = vec!["replay", "--policy", "new.toml", "--format", "json"];
    args.extend(more);
    let answer = lab.selfheal(&args);
    let schema = schema("replay-policy");
    answer
        .ends_with(0)
        .stdout
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).expect("an object");
            assert_eq!(complaints(&schema, &line), Vec::<String>::new(), "{line}");
            line
        })
        .collect()
}

#[track_caller]
fn change(lab: &Lab, policy: &str) -> String {
    let lines = under(lab, policy, &["last"]);
    let [incident, summary] = &lines[..] else { panic!("one incident: {lines:?}") };
    assert_eq!(summary["incidents"], 1);
    assert_eq!(summary["same"], u32::from(incident["change"] == "same"), "{lines:?}");
    incident["change"].as_str().expect("a word").to_owned()
}

#[test]
fn each_way_in_which_a_policy_would_have_decided_otherwise_is_told() {
    let own = "[healing]\ncontrol-rate = 0.0\n";
    let healed = lab("patches = \"apply\"", EDIT);
    healed.heals(&[]);
    assert_eq!(change(&healed, &format!("{own}patches = \"apply\"\n")), "same");
    assert_eq!(change(&healed, own), "would-propose");
    assert_eq!(change(&healed, "[healing]\nmode = \"off\"\n"), "would-not-try");
    assert_eq!(change(&healed, "[healing]\nmode = \"shadow\"\n"), "would-tell");
    assert_eq!(
        change(&healed, &format!("{own}patches = \"apply\"\n[healing.modes]\nconfig = \"off\"\n")),
        "would-refuse"
    );
    assert_eq!(
        change(&healed, &format!("{own}patches = \"apply\"\n[healing.modes]\nconfig = \"suggest\"\n")),
        "would-tell"
    );
    assert_eq!(change(&healed, "[healing]\ncontrol-rate = 1.0\npatches = \"apply\"\n"), "would-check");
    let told = lab("mode = \"suggest\"", SET);
    assert_eq!(told.run(&[]).incidents(), ["reported"]);
    assert_eq!(change(&told, own), "would-try");
    let silent = lab("mode = \"off\"", SET);
    silent.run(&[]);
    assert_eq!(change(&silent, own), "would-ask");
}

#[test]
fn several_runs_are_summed_up_and_nothing_is_run() {
    let lab = lab("mode = \"suggest\"", SET);
    for _ in 0..3 {
        lab.run(&[]);
    }
    let before = lab.tree();
    let lines = under(&lab, "[healing]\nmode = \"auto\"\n", &["--last", "2"]);
    let summary = lines.last().expect("a summary");
    assert_eq!((&summary["runs"], &summary["differ"]), (&2.into(), &2.into()), "{lines:?}");
    std::fs::remove_file(lab.root().join("new.toml")).expect("remove it");
    lab.tree().is_same_as(&before);
    lab.write("new.toml", "[healing]\nmode = \"auto\"\n");
    let answer = lab.selfheal(&["replay", "--policy", "new.toml"]);
    answer.ends_with(0).says("would have tried: set FLAG (config)").says("cannot be known from the record");
}

#[test]
fn a_policy_that_cannot_be_read_is_refused_with_its_place() {
    let lab = lab("", SET);
    lab.run(&[]);
    lab.write("new.toml", "[healing]\nmode = \"bold\"\n");
    lab.selfheal(&["replay", "--policy", "new.toml"]).ends_with(2).says("new.toml:2:8");
    lab.selfheal(&["replay", "--policy", "none.toml"]).ends_with(2).says("none.toml");
    lab.selfheal(&["replay", "--last", "2"]).ends_with(2);
}
