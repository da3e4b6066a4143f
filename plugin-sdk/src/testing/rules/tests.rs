use super::*;
use crate::types::Disposition;

fn good(code: &str, pattern: &str) -> Rule {
    Rule::new(code)
        .category("dependency-missing")
        .ecosystem("python")
        .pattern(pattern)
        .confidence(0.9)
        .specificity(90)
        .disposition(Disposition::Auto)
        .strategies(["dependency"])
        .matches("ModuleNotFoundError: No module named 'PIL'")
        .ignores("no module was harmed")
}

fn check(rules: &[Rule], expected: &[&str]) {
    let complaints = rule_complaints(rules);
    assert_eq!(complaints.len(), expected.len(), "{complaints:#?}");
    for (complaint, wanted) in complaints.iter().zip(expected) {
        assert!(complaint.contains(wanted), "{complaint:?} does not contain {wanted:?}");
    }
}

#[test]
fn a_good_rule_is_not_complained_about() {
    check(&[good("python.module-not-found", r"No module named '(?P<module>[^']+)'")], &[]);
}

#[test]
fn examples_are_tried_with_pattern_and_negative() {
    check(&[good("a.b", "No module called")], &["does not match its example"]);
    check(&[good("a.b", "(?i)no module")], &["does not ignore its example"]);
    check(&[good("a.b", "(?i)no module").unless("harmed")], &[]);
    check(&[good("a.b", "No module").unless("PIL")], &["does not match its example"]);
}

#[test]
fn one_matching_line_of_a_longer_sample_is_enough() {
    check(&[good("a.b", "No module").matches("Traceback\nImportError: No module named x\n")], &[]);
}

#[test]
fn both_kinds_of_example_are_asked_for() {
    let bare = Rule { examples: Vec::new(), ..good("a.b", "No module") };
    check(&[bare], &["no example that it matches", "no example that it does not match"]);
}

#[test]
fn misspelt_codes_and_captures_are_found() {
    check(&[good("a.b", "No module").category("dependency-mising")], &["category `dependency-mising`"]);
    check(&[good("a.b", "No module").strategies(["dependencies"])], &["strategy `dependencies`"]);
    check(&[good("a.b", "No (?P<modul>module)")], &["capture `modul`"]);
    check(&[good("NoDots", "No module")], &["dotted kebab-case"]);
    check(&[good("a.b", "No module").block("traceback")], &["block `traceback`"]);
    check(&[good("a.b", "No module").evidence(["exit-75", "exit-x", "oom-kill"])], &["evidence `exit-x`"]);
}

#[test]
fn a_pattern_that_the_host_cannot_compile_is_found() {
    check(&[good("a.b", "No module(?=x)")], &["look-around"]);
}

#[test]
fn limits_of_the_contract_hold() {
    check(&[good("a.b", "No module").confidence(1.5)], &["confidence 1.5"]);
    check(&[good("a.b", "No module").specificity(101)], &["specificity 101"]);
    check(&[good("a.b", "No module"), good("a.b", "No module named")], &["used twice"]);
}

#[test]
fn a_heavier_rule_must_not_take_another_s_example() {
    let owner = || good("python.module-not-found", "No module named");
    let thief = || good("python.anything", "Error").ignores("fine").specificity(95);
    check(&[owner(), thief()], &["python.anything: takes the example"]);
    check(&[owner(), thief().specificity(10)], &["python.module-not-found: takes the example"]);
    check(
        &[owner(), Rule { examples: Vec::new(), ..thief() }.matches("Error: other").ignores("fine").specificity(10)],
        &[],
    );
}

#[test]
#[should_panic(expected = "1 complaints")]
fn check_rules_fails_the_test() {
    check_rules(&[good("a.b", "No module called")]);
}
