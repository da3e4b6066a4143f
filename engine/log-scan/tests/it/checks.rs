//! Rules are refused with their name and the reason; samples are tried.

use expect_test::{Expect, expect};
use log_scan::{RuleSet, RuleSetError, RuleSpec, check_examples};

use crate::rules::{self, With, rule};

fn check(rule: RuleSpec, expect: Expect) {
    let error = RuleSet::compile(vec![rule]).expect_err("the rule is not sound");
    expect.assert_eq(&error.to_string());
}

#[test]
fn unsound_rules_are_refused_by_name() {
    check(rule("a.b", "unknown", "("), expect!["compile rule test@1.0.0/a.b: its pattern is not a regular expression"]);
    check(
        rule("a.b", "unknown", "abc").negative("["),
        expect!["compile rule test@1.0.0/a.b: its negative pattern is not a regular expression"],
    );
    check(
        rule("a.b", "unknown", &"a".repeat(3000)),
        expect!["compile rule test@1.0.0/a.b: its pattern has 3000 bytes, at most 2048 are allowed"],
    );
    check(
        rule("a.b", "unknown", r"word(?:\w{200}){200}"),
        expect!["compile rule test@1.0.0/a.b: its pattern needs too much memory"],
    );
    check(rule("a.b", "unknown", "x*"), expect!["compile rule test@1.0.0/a.b: its pattern matches an empty line"]);
    check(
        rule("a.b", "unknown", "abc").sure(1.5),
        expect!["compile rule test@1.0.0/a.b: confidence 1.5 is not between 0 and 1"],
    );
    check(
        rule("a.b", "unknown", &format!("{}x{}", "(".repeat(100), ")".repeat(100))),
        expect!["compile rule test@1.0.0/a.b: its pattern is not a regular expression"],
    );
}

#[test]
fn two_rules_may_not_share_an_id() {
    let error = RuleSet::compile(vec![rule("a.b", "unknown", "abc"), rule("a.b", "unknown", "abd")])
        .expect_err("the ids are equal");
    assert!(matches!(error, RuleSetError::Duplicate { rule } if rule == "test@1.0.0/a.b"));
}

#[test]
fn rules_without_fixed_text_work_and_are_named_as_slow() {
    let set = RuleSet::compile(vec![rule("a.slow", "unknown", r"^\d+!$"), rule("a.fast", "unknown", "boom now")])
        .expect("both are sound");
    assert_eq!(set.slow_rules().map(|rule| rule.code.as_str()).collect::<Vec<_>>(), ["a.slow"]);
    let mut scanner = log_scan::Scanner::new(&set);
    scanner.push(b"a\n12!\nboom now\n");
    assert_eq!(scanner.matched(), 2);
}

fn faults(rules: &[RuleSpec]) -> Vec<String> {
    check_examples(rules).iter().map(ToString::to_string).collect()
}

#[test]
fn samples_that_do_what_they_say_are_no_fault() {
    let sound = rule("a.b", "unknown", "^boom: ").example("x\nboom: y", true).example("no boom: y", false);
    assert!(faults(&[sound]).is_empty());
}

#[test]
fn samples_that_do_not_are_named() {
    let missed = rule("a.missed", "unknown", "^boom: ").example("bang", true).example("x", false);
    let matched = rule("a.matched", "unknown", "^crash: ").example("crash: 1", true).example("a\ncrash: 2", false);
    let lacking = rule("a.lacking", "unknown", "^smash: ").example("smash: 1", true);
    expect![[r#"
        rule test@1.0.0/a.missed: does not match its example "bang"
        rule test@1.0.0/a.matched: matches "crash: 2" of an example that it must not match
        rule test@1.0.0/a.lacking: needs an example that matches and one that does not"#]]
    .assert_eq(&faults(&[missed, matched, lacking]).join("\n"));
}

#[test]
fn a_rule_that_wins_on_another_rules_sample_is_a_thief() {
    let owner = rule("a.owner", "unknown", "^boom: ").sure(0.6).example("boom: now", true).example("x", false);
    let thief = rule("b.thief", "unknown", "boom").sure(0.95).example("boom", true).example("x", false);
    assert_eq!(
        faults(&[owner, thief]),
        [r#"rule test@1.0.0/a.owner: loses its example "boom: now" to rule test@1.0.0/b.thief"#]
    );
}

#[test]
fn rules_survive_the_cache() {
    let text = serde_json::to_string(&rules::specs()).expect("rules are plain data");
    let back: Vec<RuleSpec> = serde_json::from_str(&text).expect("they read back");
    assert_eq!(back, rules::specs());
    assert!(RuleSet::load(back).is_ok());
}
