use super::*;
use crate::classifier::RuleBuilder;
use crate::rules;
use crate::types::Disposition;

const fn good(code: &'static str, pattern: &'static str) -> RuleBuilder {
    Rule::new(code)
        .category("dependency-missing")
        .ecosystem("python")
        .pattern(pattern)
        .confidence(0.9)
        .specificity(90)
        .disposition(Disposition::Auto)
        .strategies(&["dependency"])
        .matches("ModuleNotFoundError: No module named 'PIL'")
        .ignores("no module was harmed")
}

fn check(rules: &[Rule], expected: &[&str]) {
    let complaints = rule_complaints(&[rules]);
    assert_eq!(complaints.len(), expected.len(), "{complaints:#?}");
    for (complaint, wanted) in complaints.iter().zip(expected) {
        assert!(complaint.contains(wanted), "{complaint:?} does not contain {wanted:?}");
    }
}

#[test]
fn a_good_rule_is_not_complained_about() {
    check(rules![good("python.module-not-found", r"No module named '(?P<module>[^']+)'")], &[]);
}

#[test]
fn examples_are_tried_with_pattern_and_negative() {
    check(rules![good("a.b", "No module called")], &["does not match its example"]);
    check(rules![good("a.b", "(?i)no module")], &["does not ignore its example"]);
    check(rules![good("a.b", "(?i)no module").unless("harmed")], &[]);
    check(rules![good("a.b", "No module").unless("PIL")], &["does not match its example"]);
}

#[test]
fn one_matching_line_of_a_longer_sample_is_enough() {
    check(rules![good("a.b", "No module").matches("Traceback\nImportError: No module named x\n")], &[]);
}

#[test]
fn both_kinds_of_example_are_asked_for() {
    check(
        rules![Rule::new("a.b").pattern("No module")],
        &["no example that it matches", "no example that it does not match"],
    );
}

#[test]
fn misspelt_codes_and_captures_are_found() {
    check(rules![good("a.b", "No module").category("dependency-mising")], &["category `dependency-mising`"]);
    check(rules![good("a.b", "No module").strategies(&["dependencies"])], &["strategy `dependencies`"]);
    check(rules![good("a.b", "No (?P<modul>module)")], &["capture `modul`"]);
    check(rules![good("NoDots", "No module")], &["dotted kebab-case"]);
    check(rules![good("a.b", "No module").block("traceback")], &["block `traceback`"]);
    check(rules![good("a.b", "No module").evidence(&["exit-75", "exit-x", "oom-kill"])], &["evidence `exit-x`"]);
}

#[test]
fn a_pattern_that_the_host_cannot_compile_is_found() {
    check(rules![good("a.b", "No module(?=x)")], &["look-around"]);
}

#[test]
fn limits_of_the_contract_hold() {
    let [good_rule] = rules![good("a.b", "No module")] else { panic!("one rule") };
    check(&[Rule { confidence: 1.5, ..*good_rule }], &["confidence 1.5"]);
    check(&[Rule { specificity: 101, ..*good_rule }], &["specificity 101"]);
    check(rules![good("a.b", "No module"), good("a.b", "No module named")], &["used twice"]);
}

#[test]
fn a_heavier_rule_must_not_take_another_s_example() {
    const OWNER: RuleBuilder = good("python.module-not-found", "No module named");
    const THIEF: RuleBuilder = good("python.anything", "Error").ignores("fine").specificity(95);
    const OTHER: RuleBuilder = Rule::new("python.anything").pattern("Error").matches("Error: other").ignores("fine");
    check(rules![OWNER, THIEF], &["python.anything: takes the example"]);
    check(rules![OWNER, THIEF.specificity(10)], &["python.module-not-found: takes the example"]);
    check(rules![OWNER, OTHER.specificity(10)], &[]);
}

#[test]
#[should_panic(expected = "1 complaints")]
fn check_rules_fails_the_test() {
    check_rules(&[rules![good("a.b", "No module called")]]);
}
