//! What a repository teaches: a person's label and a verified remedy change what the next diagnosis says, and forgetting
//! takes that back.

use std::path::PathBuf;

use serde_json::Value;

use crate::lab::Lab;
use crate::schema::{complaints, schema};
use crate::tree;

/// A failure in words that no rule knows.
const OWN_WORDS: &str = "\
frobd[12]: reading the widget pool
frobd[12]: error: quorum of widget pool lost, giving up
";
/// The same failure another day.
const OTHER_DAY: &str = "\
frobd[977]: reading the widget pool
frobd[977]: error: quorum of widget pool lost, giving up
";
/// A stage whose download fails once, for a reason that time cures.
const FLAKY_NETWORK: &str = r#"
[[stage]]
name = "fetch"
run = "echo x >> $OUTSIDE/tries; test $(wc -l < $OUTSIDE/tries) -gt 1 || { echo 'curl: (28) Operation timed out after 30000 milliseconds with 0 bytes received'; exit 28; }"
"#;

/// The diagnosis of a log of the lab, as the job's exit code was 1.
#[track_caller]
fn diagnosis(lab: &Lab, log: &str) -> Value {
    let answer = lab.selfheal(&["diagnose", "--exit-code", "1", "--format", "json", log]);
    serde_json::from_str(&answer.ends_with(0).stdout).expect("one object")
}

/// The lessons that are shown.
#[track_caller]
fn lessons(lab: &Lab) -> Vec<Value> {
    let answer = lab.selfheal(&["learn", "show", "--format", "json"]);
    let schema = schema("learn");
    let lines = answer.ends_with(0).stdout.lines().map(|line| {
        let line: Value = serde_json::from_str(line).expect("a line is an object");
        assert_eq!(complaints(&schema, &line), Vec::<String>::new(), "{line}");
        line
    });
    lines.filter(|line| line["kind"] == "lesson").collect()
}

/// The store of the learned classifier, once there is one.
fn stores(lab: &Lab) -> Vec<PathBuf> {
    let Ok(projects) = std::fs::read_dir(lab.outside("state")) else { return Vec::new() };
    let paths = projects.map(|entry| entry.expect("an entry").path().join("plugins/classify-learned.json"));
    paths.filter(|path| path.exists()).collect()
}

#[test]
fn a_label_teaches_a_wording_that_no_rule_knows_and_forgetting_takes_it_back() {
    let lab = Lab::bare().file("build.log", OWN_WORDS).file("other.log", OTHER_DAY);
    let before = diagnosis(&lab, "other.log");
    assert_ne!(before["findings"][0]["category"], "infrastructure-runner");

    let label = ["learn", "label", "--log", "build.log", "--line", "2", "infrastructure-runner"];
    lab.selfheal(&label).ends_with(0).says("quorum of widget pool lost").says("learn forget log-");
    let after = diagnosis(&lab, "other.log");
    let root = &after["findings"][0];
    assert_eq!((&after["outcome"], &root["category"]), (&"failure".into(), &"infrastructure-runner".into()), "{after}");
    assert_eq!(root["line"], 2);
    assert!(root["rule"].as_str().is_some_and(|rule| rule.starts_with("classify-learned@")), "{root}");

    let learned = lessons(&lab);
    let [lesson] = learned.as_slice() else { panic!("one lesson: {learned:?}") };
    assert_eq!((&lesson["category"], &lesson["by"]), (&"infrastructure-runner".into(), &"person".into()));
    assert!(lesson["at"].as_str().is_some_and(|at| at.starts_with("20") && at.ends_with('Z')), "{lesson}");
    lab.selfheal(&["learn", "show"]).ends_with(0).says("1 lesson ").says("infrastructure-runner").says("by a person");

    let incident = lesson["incident"].as_str().expect("an id");
    lab.selfheal(&["learn", "forget", incident]).ends_with(0).says("1 lesson");
    assert_eq!(diagnosis(&lab, "other.log"), before);
    assert_eq!(lessons(&lab), Vec::<Value>::new());
    lab.selfheal(&["learn", "forget", incident]).ends_with(2).says("hint:");
}

#[test]
fn forgetting_everything_leaves_nothing_of_any_lesson() {
    let lab = Lab::bare().file("build.log", OWN_WORDS);
    let before = diagnosis(&lab, "build.log");
    for (line, category) in [("1", "deployment"), ("2", "rate-limit")] {
        lab.selfheal(&["learn", "label", "--log", "build.log", "--line", line, category]).ends_with(0);
    }
    assert_eq!(lessons(&lab).len(), 2);
    lab.selfheal(&["learn", "forget", "--all"]).ends_with(0).says("2 lessons");
    assert_eq!(diagnosis(&lab, "build.log"), before);
    lab.selfheal(&["learn", "show"]).ends_with(0).says("nothing was learned");
}

#[test]
fn where_a_rule_is_sure_of_the_cause_nobody_is_asked_for_an_opinion() {
    const SURE: &str = "error[E0432]: unresolved import `shop::cart`\n --> src/main.rs:3:5\nerror: could not compile `shop` (bin \"shop\") due to 1 previous error\n";
    let lab = Lab::bare().file("sure.log", SURE).file("build.log", OWN_WORDS);
    // Nothing is compiled yet in a cache of its own, so that the engine says when a plugin is called.
    let cache = lab.outside("cache");
    let lab = lab.env("SELFHEAL_CACHE_DIR", cache.to_str().expect("a path of the lab is text"));
    for (log, is_asked) in [("sure.log", false), ("build.log", true)] {
        let answer = lab.selfheal(&["diagnose", "--exit-code", "1", log]);
        assert_eq!(answer.ends_with(0).stderr.contains("compiling 1 plugin"), is_asked, "{log}: {answer:#?}");
    }
}

#[test]
fn no_lesson_makes_a_failure_automatic_that_a_rule_leaves_to_a_person() {
    for (line, log) in [
        (
            "1",
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, please update the hashes.\n",
        ),
        (
            "2",
            "thread 'main' panicked at src/lib.rs:3:5:\nassertion `left == right` failed\n  left: 1\n right: 2\ntest tests::adds ... FAILED\n",
        ),
    ] {
        let lab = Lab::bare().file("build.log", log);
        let before = diagnosis(&lab, "build.log");
        assert_eq!(before["findings"][0]["disposition"], "never", "{before}");
        lab.selfheal(&["learn", "label", "--log", "build.log", "--line", line, "network-transient"]).ends_with(0);
        let after = diagnosis(&lab, "build.log");
        let root = &after["findings"][0];
        assert_eq!(root["disposition"], "never", "{after}");
        let strategies: Vec<&str> =
            root["strategies"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        assert!(!strategies.contains(&"retry"), "{after}");
    }
}

#[test]
fn a_remedy_that_was_verified_teaches_once_however_often_the_run_is_replayed() {
    let lab = Lab::new(FLAKY_NETWORK).committed();
    let events = lab.heals(&[]);
    assert_eq!(events.healed_by(), "retry", "{events:#?}");
    let learned = lessons(&lab);
    let [lesson] = learned.as_slice() else { panic!("one lesson: {learned:?}") };
    assert_eq!((&lesson["category"], &lesson["by"]), (&"network-transient".into(), &"verification".into()));
    assert!(lesson["cause"].as_str().is_some_and(|cause| cause.contains("timed out")), "{lesson}");
    lab.replays();
    assert_eq!(lessons(&lab), learned);
    // A person knows better, about the same incident.
    let corrected = lab.selfheal(&["learn", "label", "last", "registry-or-service-outage"]);
    assert_eq!(corrected.ends_with(0).code, 0);
    let after = lessons(&lab);
    assert_eq!(after.len(), 1, "{after:?}");
    assert_eq!(
        (&after[0]["category"], &after[0]["incident"]),
        (&"registry-or-service-outage".into(), &lesson["incident"])
    );
}

#[test]
fn a_failure_of_the_last_run_is_labelled_by_its_line() {
    let script = OWN_WORDS.trim().replace('\n', "'; echo '");
    let lab = Lab::new(&format!("[[stage]]\nname = \"pool\"\nrun = \"echo '{script}'; exit 1\"\n")).committed();
    assert_eq!(lab.run(&[]).code(), 1);
    lab.selfheal(&["learn", "label", "last", "--line", "2", "infrastructure-runner"]).ends_with(0);
    let events = lab.run(&[]);
    let diagnosed = events.facts("diagnosed").next().expect("a diagnosis");
    assert_eq!(diagnosed["diagnosis"]["findings"][0]["category"], "infrastructure-runner", "{events:#?}");
    lab.selfheal(&["learn", "label", "last.9", "rate-limit"]).ends_with(2).says("last.9").says("stage pool");
}

#[test]
fn with_learning_off_nothing_is_learned_asked_or_told() {
    let lab =
        Lab::new(&format!("{FLAKY_NETWORK}\n[detection]\nlearning = false\n")).file("build.log", OWN_WORDS).committed();
    lab.heals(&[]);
    let refused = lab.selfheal(&["learn", "label", "--log", "build.log", "--line", "2", "rate-limit"]);
    refused.ends_with(2).says("learning is switched off").says("hint:");
    assert_eq!(stores(&lab), Vec::<PathBuf>::new());
    assert!(!lab.selfheal(&["plugin", "list"]).ends_with(0).stdout.contains("classify-learned"));

    let old = Lab::bare().file("build.log", OWN_WORDS);
    let label = ["learn", "label", "--log", "build.log", "--line", "2", "infrastructure-runner"];
    old.selfheal(&label).ends_with(0);
    assert_eq!(diagnosis(&old, "build.log")["findings"][0]["category"], "infrastructure-runner");
    old.write(".autonomous-cicd.yml", "autonomous_cicd:\n  error_detection:\n    enable_learning: false\n");
    assert_ne!(diagnosis(&old, "build.log")["findings"][0]["category"], "infrastructure-runner");
    old.selfheal(&label).ends_with(2).says("learning is switched off");
    // What was learned before can still be seen, and forgotten.
    assert_eq!(lessons(&old).len(), 1);
    old.selfheal(&["learn", "forget", "--all"]).ends_with(0);
    assert_eq!(lessons(&old).len(), 0);
}

#[test]
fn a_damaged_store_is_a_notice_and_changes_no_run() {
    let lab = Lab::new(FLAKY_NETWORK).file("build.log", OWN_WORDS).committed();
    lab.selfheal(&["learn", "label", "--log", "build.log", "--line", "2", "rate-limit"]).ends_with(0);
    let stores = stores(&lab);
    assert_eq!(stores.len(), 1);
    std::fs::write(&stores[0], "{").expect("damage the store");
    let events = lab.heals(&[]);
    assert!(events.stderr().contains("notifier classify-learned failed"), "{}", events.stderr());
    lab.selfheal(&["learn", "show"]).says("classify-learned.json").says("hint:");
}

#[test]
fn labels_that_make_no_sense_are_refused_with_what_would() {
    let lab = Lab::bare().file("build.log", OWN_WORDS);
    let unknown = lab.selfheal(&["learn", "label", "--log", "build.log", "--line", "2", "bad-weather"]);
    unknown.ends_with(2).says("bad-weather").says("the categories are:");
    let contract = tree::read("wit/README.md");
    let (_, table) = contract.split_once("### Categories").expect("the contract lists the categories");
    let (table, _) = table.split_once("\n### ").expect("another list follows");
    for category in table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()) {
        unknown.says(category);
    }
    lab.selfheal(&["learn", "label", "--log", "build.log", "--line", "9", "rate-limit"]).ends_with(2).says("line 9");
    lab.selfheal(&["learn", "label", "--log", "no.log", "rate-limit"]).ends_with(2).says("no.log");
    lab.selfheal(&["learn", "label", "last", "rate-limit"]).ends_with(2).says("no recorded run");
    for args in [&["learn", "label"][..], &["learn", "label", "rate-limit"], &["learn", "forget"], &["learn"]] {
        lab.selfheal(args).ends_with(2);
    }
    assert_eq!(stores(&lab), Vec::<PathBuf>::new());
}

/// What `selfheal learn show` says about the one strategy that it lists.
#[track_caller]
fn figures(lab: &Lab) -> Value {
    let answer = lab.selfheal(&["learn", "show", "--format", "json"]);
    let lines = answer.ends_with(0).stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("an object"));
    let strategies: Vec<Value> = lines.filter(|line| line["kind"] == "strategy").collect();
    let [one] = &strategies[..] else { panic!("one strategy: {strategies:?}") };
    assert_eq!(complaints(&schema("learn"), one), Vec::<String>::new(), "{one}");
    one.clone()
}

#[test]
fn a_heal_whose_failure_comes_back_was_a_false_one_and_counts_against_its_strategy() {
    // Every odd attempt fails, so that each run is healed by a retry, and heals nothing for good.
    let lab =
        Lab::new(&FLAKY_NETWORK.replace("-gt 1", "-gt 1 -a $(( $(wc -l < $OUTSIDE/tries) % 2 )) -eq 0")).committed();
    lab.heals(&[]);
    let once = figures(&lab);
    assert_eq!((&once["healed"], &once["false_heals"], &once["missing"]), (&1.into(), &0.into(), &15.into()), "{once}");
    lab.heals(&[]);
    let twice = figures(&lab);
    assert_eq!(
        (&twice["tried"], &twice["healed"], &twice["false_heals"]),
        (&2.into(), &2.into(), &1.into()),
        "{twice}"
    );
    assert_eq!((&twice["precision"], &twice["ready"]), (&0.5.into(), &false.into()), "{twice}");
    lab.selfheal(&["history"]).ends_with(0).says("1 false heal");
    let first = lab.selfheal(&["history", "--format", "json"]);
    let oldest: Value = serde_json::from_str(first.stdout.lines().last().expect("two runs")).expect("an object");
    lab.selfheal(&["explain", oldest["run"].as_str().expect("an id")])
        .ends_with(0)
        .says("false heal:")
        .says("within 7 days");
    lab.selfheal(&["learn", "show"]).ends_with(0).says("tried 2, healed 2 (1 false)").says("not yet (needs");
}

#[test]
fn a_strategy_in_shadow_is_told_and_counted_and_not_tried() {
    let stage = "[[stage]]\nname = \"build\"\nrun = \"test -n \\\"$FLAG\\\" || { echo 'scripted: the flag is broken'; exit 1; }\"\n";
    let remedy = "title = \"set FLAG\"\nactions = [{ set-env = [\"FLAG\", \"1\"] }]";
    let settings = "[healing]\ncontrol-rate = 0.0\n[healing.modes]\nconfig = \"shadow\"\n";
    let lab = Lab::bare()
        .with_repository()
        .pipeline(&format!("{stage}{settings}[[plugins.config.scripted.remedies]]\n{remedy}\n"))
        .guest("scripted", "scripted")
        .committed();
    lab.selfheal(&["run", "--plan"]).ends_with(0).says("config shadow");
    let events = lab.run(&[]);
    assert_eq!((events.code(), events.tried()), (1, Vec::<String>::new()), "{events:#?}");
    lab.replays();
    lab.selfheal(&["explain", "last"]).ends_with(0).says("would try: set FLAG (config");
    let known = figures(&lab);
    assert_eq!(
        (&known["shadowed"], &known["tried"], &known["precision"]),
        (&1.into(), &0.into(), &Value::Null),
        "{known}"
    );
    // The command line does not trust it with more; the file does.
    assert_eq!(lab.run(&["--mode", "auto"]).tried(), Vec::<String>::new());
    lab.write("selfheal.toml", &lab.read("selfheal.toml").replace("config = \"shadow\"", "config = \"auto\""));
    assert_eq!(lab.run(&["--mode", "suggest"]).tried(), Vec::<String>::new());
    lab.heals(&[]);
}
