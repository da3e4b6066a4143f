//! The plugin as the host sees it.

use plugin_sdk::testing::{LogText, World, check_rules};

use super::*;
use crate::training::{digest, samples};

/// What the first line of a log that the rule matches makes of the log.
fn ask(log: &str) -> Vec<Finding> {
    let log = LogText::new(log);
    let (line, text) = (1..)
        .zip(log.lines(1, 9_999))
        .find(|(_, line)| window::speaks_of_failure(&line.text))
        .map_or_else(|| (1, String::new()), |(number, line)| (number, line.text));
    let candidate = Candidate {
        code: rules::FAILURE_WORD.to_owned(),
        line: LogLine { line, text },
        captures: Vec::new(),
        outcome: None,
    };
    ClassifyLearned::classify(candidate, &log).expect("an answer")
}

fn event(kind: &str, attrs: &[(&str, &str)]) -> Event {
    Event {
        kind: kind.to_owned(),
        run: "run-1".to_owned(),
        title: String::new(),
        body: String::new(),
        attrs: attrs.iter().map(|(key, value)| Attr::new(*key, *value)).collect(),
    }
}

fn label(category: &str, cause: &str) -> Event {
    event("finding-labelled", &[("incident", "i-1"), ("category", category), ("cause", cause)])
}

fn healed(incident: &str, category: &str, cause: &str) -> Event {
    let attrs = [("incident", incident), ("category", category), ("cause", cause), ("ended", "healed")];
    event("incident-ended", &attrs)
}

const PULL: &str = "\
Step 1/4 : FROM base.example/node:18
pulling manifest
Get \"https://base.example/v2/\": dial tcp 10.1.2.3:443: i/o timeout
error: job failed
Process completed with exit code 1.
";

#[test]
fn the_rule_keeps_to_its_examples_and_to_the_contract() {
    check_rules(rules::ALL);
}

#[test]
fn a_failure_is_named_by_its_cause_line_with_votes_and_reasons() {
    let findings = World::new().enter(|| ask(PULL));
    let [finding] = findings.as_slice() else { panic!("one finding: {findings:?}") };
    assert_eq!((finding.category.as_str(), finding.cause.line), ("network-transient", 3));
    assert_eq!(finding.code, "learned.network-transient");
    assert_eq!((finding.disposition, finding.strategies[0].as_str()), (Disposition::Retry, "retry"));
    assert!(finding.confidence >= f64::from(FLOOR) && finding.confidence < 1.0);
    let vote: f64 = finding.attr("vote.network-transient").expect("its vote").parse().expect("a number");
    assert!(vote > 0.5);
    assert_eq!(finding.attrs.iter().filter(|attr| attr.key.starts_with("vote.")).count(), 3);
    assert!(finding.attr("because").is_some_and(|because| because.contains("timeout")), "{:?}", finding.attrs);
}

#[test]
fn a_healthy_log_that_speaks_of_errors_has_no_answer() {
    let log = "\
Installing collected packages: errors, failures
npm WARN deprecated widget@1.0.0: this package is no longer supported
test error::is_reported ... ok
test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out
tests/test_errors.py::test_failure_is_shown PASSED
found 0 vulnerabilities
";
    assert_eq!(World::new().enter(|| ask(log)), []);
    assert_eq!(World::new().enter(|| ask("")), []);
}

#[test]
fn the_same_log_gives_the_same_answer() {
    let first = World::new().enter(|| ask(PULL));
    let second = World::new().enter(|| ask(PULL));
    assert_eq!(first, second);
}

#[test]
fn the_cause_is_found_far_above_the_end_of_a_long_log() {
    let noise = "compiled another file in 3 ms\n".repeat(5_000);
    let log = format!("{noise}OSError: [Errno 28] No space left on device\n{noise}");
    let findings = World::new().enter(|| ask(&log));
    assert_eq!(
        findings.first().map(|finding| (finding.cause.line, finding.category.as_str())),
        Some((5_001, "resource-disk"))
    );
}

#[test]
fn a_long_log_of_errors_is_answered_from_a_bounded_number_of_lines() {
    let log = LogText::new(&"error: connection reset by peer\n".repeat(20_000));
    assert!(window::read(&log, 1).len() <= 160);
    assert_eq!(window::read(&LogText::new(""), 1), []);
}

const OWN_WORDS: &str =
    "frobd[12]: error: quorum of widget pool lost, giving up\nProcess completed with exit code 1.\n";

#[test]
fn a_persons_label_changes_the_answer_and_forgetting_brings_the_old_one_back() {
    let world = World::new();
    let before = world.enter(|| ask(OWN_WORDS));
    let cause = "frobd[7]: error: quorum of widget pool lost, giving up";
    world.enter(|| ClassifyLearned::notify(label("infrastructure-runner", cause))).expect("learned");
    let after = world.enter(|| ask(OWN_WORDS));
    assert_eq!(after.first().map(|finding| finding.category.as_str()), Some("infrastructure-runner"));
    assert_eq!(after[0].attr("lessons"), Some("1"));
    assert_ne!(before, after);
    world.enter(|| ClassifyLearned::notify(event("lessons-forgotten", &[]))).expect("forgotten");
    assert_eq!(world.stored("learned/head"), None);
    assert_eq!(world.enter(|| ask(OWN_WORDS)), before);
}

#[test]
fn a_label_none_makes_a_line_quiet() {
    let world = World::new();
    let log = "widgetd: fatal error: connection refused by peer, connection timed out\n";
    assert!(!world.enter(|| ask(log)).is_empty());
    for incident in ["i-1", "i-2"] {
        let attrs = [("incident", incident), ("category", "none"), ("cause", log)];
        world.enter(|| ClassifyLearned::notify(event("finding-labelled", &attrs))).expect("learned");
    }
    assert_eq!(world.enter(|| ask(log)), []);
}

#[test]
fn forgetting_one_incident_leaves_what_the_others_taught() {
    let (both, one) = (World::new(), World::new());
    let other = healed("i-2", "rate-limit", "slow down, widget quota spent");
    let cause = "frobd[7]: error: quorum of widget pool lost, giving up";
    both.enter(|| ClassifyLearned::notify(label("infrastructure-runner", cause))).expect("learned");
    for world in [&both, &one] {
        world.enter(|| ClassifyLearned::notify(other.clone())).expect("learned");
    }
    assert_ne!(both.stored("learned/0"), one.stored("learned/0"));
    both.enter(|| ClassifyLearned::notify(event("lessons-forgotten", &[("incident", "i-1")]))).expect("forgotten");
    for key in ["learned/head", "learned/0"] {
        assert_eq!(both.stored(key), one.stored(key), "{key}");
    }
    both.enter(|| ClassifyLearned::notify(event("lessons-forgotten", &[("incident", "i-9")]))).expect("nothing to do");
    assert_eq!(both.stored("learned/0"), one.stored("learned/0"));
    both.enter(|| ClassifyLearned::notify(event("lessons-forgotten", &[("incident", "i-2")]))).expect("forgotten");
    assert_eq!(both.enter(|| host::state::keys("")), Ok(Vec::new()));
}

#[test]
fn a_persons_word_replaces_what_the_incident_taught_and_no_remedy_replaces_it() {
    let (corrected, right) = (World::new(), World::new());
    let cause = "frobd[7]: error: quorum of widget pool lost, giving up";
    corrected.enter(|| ClassifyLearned::notify(healed("i-1", "rate-limit", cause))).expect("learned");
    corrected.enter(|| ClassifyLearned::notify(label("deployment", cause))).expect("learned");
    for world in [&corrected, &right] {
        world.enter(|| ClassifyLearned::notify(label("infrastructure-runner", cause))).expect("learned");
        world.enter(|| ClassifyLearned::notify(healed("i-1", "rate-limit", cause))).expect("ignored");
    }
    for key in ["learned/head", "learned/0"] {
        assert_eq!(corrected.stored(key), right.stored(key), "{key}");
    }
    let keys = corrected.enter(|| host::state::keys("learned/lesson/")).expect("keys");
    let [key] = keys.as_slice() else { panic!("one lesson: {keys:?}") };
    let kept = corrected.stored(key).and_then(|bytes| lesson::Lesson::from_json(&bytes)).expect("a lesson");
    assert_eq!((kept.category.as_str(), kept.line.as_str()), ("infrastructure-runner", cause));
}

#[test]
fn an_event_that_is_told_twice_teaches_once() {
    let (once, twice) = (World::new(), World::new());
    let told = || ClassifyLearned::notify(healed("i-9", "rate-limit", "slow down, widget quota spent"));
    once.enter(told).expect("learned");
    twice.enter(told).expect("learned");
    twice.enter(told).expect("ignored");
    assert!(once.stored("learned/0").is_some());
    for key in ["learned/head", "learned/0"] {
        assert_eq!(once.stored(key), twice.stored(key), "{key}");
    }
}

#[test]
fn what_is_not_verified_teaches_nothing() {
    let world = World::new();
    let cause = ("cause", "widget quota spent");
    for event in [
        event("incident-ended", &[("incident", "i"), ("category", "rate-limit"), cause, ("ended", "flaky-suspect")]),
        event("incident-ended", &[("incident", "i"), ("category", "rate-limit"), cause, ("ended", "escalated")]),
        event("incident-ended", &[("incident", "i"), ("category", "none"), cause, ("ended", "healed")]),
        event("incident-ended", &[("incident", "i"), ("category", "weather"), cause, ("ended", "healed")]),
        event("incident-ended", &[("incident", "i"), ("category", "rate-limit"), ("ended", "healed")]),
        event("run-ended", &[("incident", "i"), ("category", "rate-limit"), cause, ("ended", "healed")]),
    ] {
        world.enter(|| ClassifyLearned::notify(event.clone())).expect("ignored");
        assert_eq!(world.stored("learned/head"), None, "{event:?}");
    }
}

#[test]
fn a_store_of_another_version_or_a_damaged_one_leaves_the_shipped_answer() {
    let shipped = World::new().enter(|| ask(PULL));
    for head in ["{}", "not json", r#"{"version":2,"features":250,"buckets":1,"pieces":1,"lessons":{}}"#] {
        let world = World::new().state("learned/head", head).state("learned/0", vec![9; 50]);
        assert_eq!(world.enter(|| ask(PULL)), shipped, "{head}");
    }
}

#[test]
fn tickets_are_none_of_its_business() {
    let closed = ClassifyLearned::close("1".to_owned(), "done".to_owned());
    assert!(matches!(closed, Err(PluginError::Unsupported(_))));
}

/// Everything below `data/`, in the order of training.
fn data() -> Vec<training::Sample> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("data/ exists") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            all.extend(samples(&std::fs::read_to_string(&path).expect("readable")).expect("samples"));
        }
    }
    training::data::in_order(all)
}

#[test]
fn the_shipped_weights_were_made_from_the_shipped_data() {
    let shipped = shipped().expect("weights of this version");
    assert_eq!(
        shipped.digest,
        digest(&data()),
        "data/ has changed: train again, see README.md (the digest stands for the whole training, which takes too long here)"
    );
    assert!(WEIGHTS.len() <= 400 * 1024);
}

#[test]
fn the_shipped_data_has_every_class_and_no_doubt_about_a_line() {
    let data = data();
    for class in 0..classes::COUNT {
        let count = data.iter().filter(|sample| sample.class == class).count();
        assert!(count >= 40, "{}: {count} samples", classes::CLASSES[class]);
    }
}
