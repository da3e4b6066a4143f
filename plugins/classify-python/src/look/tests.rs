#![allow(clippy::unwrap_used)]
use super::*;
use crate::rules;
use plugin_sdk::testing::LogText;

/// Asks about the last line of a log.
fn asked(code: &str, captures: &[(&str, &str)], log: &str) -> Finding {
    let log = LogText::new(log);
    let rule = rules::all().into_iter().find(|rule| rule.code == code).unwrap();
    let candidate = Candidate {
        code: code.to_owned(),
        line: log.lines(log.line_count(), 1).remove(0),
        captures: captures
            .iter()
            .map(|(name, value)| Capture { name: (*name).to_owned(), value: (*value).to_owned() })
            .collect(),
        outcome: None,
    };
    findings(&candidate, &rule, &log).remove(0)
}

#[test]
fn a_key_that_the_environment_lacks_is_a_missing_variable() {
    let log = "Traceback (most recent call last):\n  File \"/src/run.py\", line 4, in <module>\n    print(os.environ[\"DATABASE_URL\"])\n  File \"<frozen os>\", line 685, in __getitem__\nKeyError: 'DATABASE_URL'";
    let found = asked(runtime::MISSING_ENV, &[("variable", "DATABASE_URL")], log);
    assert_eq!(found.code, runtime::MISSING_ENV);
    assert_eq!(found.disposition, Disposition::Auto);
}

#[test]
fn a_key_that_a_table_lacks_is_a_mistake_in_the_code() {
    let log = "Traceback (most recent call last):\n  File \"/src/run.py\", line 4, in <module>\n    print(colours[\"RED\"])\nKeyError: 'RED'";
    let found = asked(runtime::MISSING_ENV, &[("variable", "RED")], log);
    assert_eq!(found.category, "test-failure");
    assert_eq!(found.disposition, Disposition::Never);
}

#[test]
fn a_variable_is_named_alike_whatever_framework_misses_it() {
    let log = "decouple.UndefinedValueError: SECRET_KEY not found. Declare it as envvar or define a default value.";
    let found = asked(runtime::MISSING_ENV, &[("variable", ""), ("option", "SECRET_KEY")], log);
    assert_eq!(found.capture("variable"), Some("SECRET_KEY"));
    assert_eq!(found.disposition, Disposition::Auto);
}

#[test]
fn a_method_that_a_package_removed_is_a_conflict() {
    let log = "Traceback (most recent call last):\n  File \"/src/run.py\", line 3, in <module>\nAttributeError: 'Engine' object has no attribute 'execute'";
    let captures = [("object", "Engine"), ("attribute", "execute")];
    assert_eq!(asked(imports::OBJECT_ATTRIBUTE, &captures, log).category, "dependency-conflict");
}

#[test]
fn a_method_that_installed_code_misses_is_a_conflict() {
    let log = "Traceback (most recent call last):\n  File \"/src/run.py\", line 3, in <module>\n  File \"/venv/lib/python3.12/site-packages/gadget/core.py\", line 9, in spin\nAttributeError: 'Widget' object has no attribute 'turn'";
    let captures = [("object", "Widget"), ("attribute", "turn")];
    assert_eq!(asked(imports::OBJECT_ATTRIBUTE, &captures, log).category, "dependency-conflict");
}

#[test]
fn a_method_that_the_project_misses_is_a_mistake_in_the_code() {
    let log = "Traceback (most recent call last):\n  File \"/src/run.py\", line 3, in <module>\nAttributeError: 'Widget' object has no attribute 'turn'";
    let captures = [("object", "Widget"), ("attribute", "turn")];
    let found = asked(imports::OBJECT_ATTRIBUTE, &captures, log);
    assert_eq!(found.category, "test-failure");
    assert_eq!(found.disposition, Disposition::Never);
}

#[test]
fn an_attribute_of_the_project_s_own_module_is_a_mistake_in_the_code() {
    let log = "Traceback (most recent call last):\n  File \"/src/app/run.py\", line 3, in <module>\n  File \"/src/app/shapes.py\", line 3, in area\nAttributeError: module 'app.shapes' has no attribute 'turn'";
    let found = asked(imports::MODULE_ATTRIBUTE, &[("module", "app.shapes"), ("attribute", "turn")], log);
    assert_eq!(found.disposition, Disposition::Never);
    let found = asked(imports::MODULE_ATTRIBUTE, &[("module", "collections"), ("attribute", "Callable")], log);
    assert_eq!(found.disposition, Disposition::Patch);
}

#[test]
fn a_deprecated_package_names_its_replacement_in_either_wording() {
    let log = "The 'widget' index package is deprecated, use 'better-widget'";
    let captures = [("replacement", ""), ("name", "widget"), ("requirement", "better-widget")];
    let found = asked("python.deprecated-package", &captures, log);
    assert_eq!(found.capture("replacement"), Some("better-widget"));
    assert_eq!(found.capture("package"), Some("widget"));
}
