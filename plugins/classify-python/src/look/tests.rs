#![allow(clippy::unwrap_used)]
use super::*;
use crate::rules;
use plugin_sdk::testing::{LogText, candidate};

/// Asks about the last line of a log.
fn asked(code: &str, captures: &[(&str, &str)], log: &str) -> Finding {
    let log = LogText::new(log);
    let candidate = captures
        .iter()
        .fold(candidate(code, &log, log.line_count()), |candidate, (name, value)| candidate.capture(*name, *value))
        .build();
    findings(&candidate, candidate.rule_in(rules::ALL).unwrap(), &log).remove(0)
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

#[test]
fn an_index_that_never_answered_is_a_network_that_failed() {
    let log = "WARNING: Retrying (Retry(total=0)) after connection broken by 'ReadTimeoutError(\"timed out\")': /simple/widget/\nERROR: Could not find a version that satisfies the requirement widget (from versions: none)";
    let found = asked(pip::NO_SUCH_VERSION, &[("versions", "none")], log);
    assert_eq!(found.category, "network-transient");
    assert_eq!(found.cause.line, 1);
    assert_eq!(found.disposition, Disposition::Retry);
}

#[test]
fn an_index_that_offered_nothing_and_says_nothing_leaves_a_doubt() {
    let log = "Looking in indexes: https://index.example/simple\nERROR: Could not find a version that satisfies the requirement widget (from versions: none)";
    let found = asked(pip::NO_SUCH_VERSION, &[("versions", "none"), ("requirement", "widget")], log);
    assert_eq!((found.code.as_str(), found.category.as_str()), (pip::NOTHING_OFFERED, "dependency-missing"));
    assert_eq!((found.disposition, found.capture("requirement")), (Disposition::Retry, Some("widget")));
    let offered = asked(pip::NO_SUCH_VERSION, &[("versions", "1.0")], log);
    assert_eq!((offered.code.as_str(), offered.disposition), (pip::NO_SUCH_VERSION, Disposition::Patch));
}

#[test]
fn an_index_with_a_bad_certificate_is_not_tried_again() {
    let log = "WARNING: Retrying (Retry(total=0)) after connection broken by 'SSLError(1)': /simple/widget/\nERROR: Could not find a version that satisfies the requirement widget (from versions: none)";
    let found = asked(pip::NO_SUCH_VERSION, &[("versions", "none")], log);
    assert_eq!(found.category, "dependency-missing");
    assert_eq!(found.disposition, Disposition::Patch);
}

#[test]
fn what_was_logged_in_a_suite_that_passed_is_no_cause() {
    let log = "ERROR:shop.sync:sync failed\nTraceback (most recent call last):\n  File \"/src/run.py\", line 3, in sync\nshop.SyncError: peer gone\n..\nRan 2 tests in 0.012s\n\nOK";
    for (log, count) in
        [(log.to_owned(), 0), (log.replace("OK", "FAILED (errors=1)"), 1), (log.replace("ERROR:", ""), 1)]
    {
        let log = LogText::new(&log);
        let candidate = candidate(testing::ANY_EXCEPTION, &log, 4).build();
        assert_eq!(findings(&candidate, candidate.rule_in(rules::ALL).unwrap(), &log).len(), count);
    }
}

#[test]
fn a_remark_of_ruff_stands_above_its_place() {
    let log = "E722 Do not use bare `except`\n --> app/core.py:3:1";
    assert_eq!(asked(checks::FILE_ARROW, &[], log).cause.line, 1);
}

#[test]
fn an_unknown_exception_counts_below_a_traceback_only() {
    let finds = |text: &str| {
        let log = LogText::new(text);
        let candidate = candidate(testing::ANY_EXCEPTION, &log, log.line_count()).build();
        findings(&candidate, candidate.rule_in(rules::ALL).unwrap(), &log).len()
    };
    assert_eq!(
        finds("Traceback (most recent call last):\n  File \"/src/run.py\", line 3, in pay\nshop.EmptyCartError: none"),
        1
    );
    assert_eq!(finds("shop.EmptyCartError: none"), 0);
    assert_eq!(
        finds(
            "Exception ignored in: <function Cart.__del__ at 0x7f>\nTraceback (most recent call last):\n  File \"/src/run.py\", line 3, in pay\nshop.EmptyCartError: none"
        ),
        0
    );
}

#[test]
fn an_argument_that_is_not_taken_is_a_matter_of_packages_only_where_a_package_is_called() {
    let asked = |object: &str, name: &str, frame: &str, code: &str| {
        let log = format!(
            "Traceback (most recent call last):\n  File \"{frame}\n    {code}\nTypeError: {name}() got an unexpected keyword argument 'speed'"
        );
        let captures: Vec<(&str, &str)> = [("object", object), ("name", name), ("option", "speed")]
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .collect();
        asked(runtime::UNEXPECTED_ARGUMENT, &captures, &log).category
    };
    let (script, function) = ("/src/run.py\", line 4, in <module>", "/src/app/total.py\", line 4, in total");
    let package = "/src/.venv/lib/python3.12/site-packages/gadget/core.py\", line 9, in turn";
    assert_eq!(asked("Widget", "__init__", script, "w = Widget(speed=3)"), "dependency-conflict");
    assert_eq!(asked("", "read", function, "widget.read(speed=3)"), "dependency-conflict");
    assert_eq!(asked("", "spin", package, "spin(speed=3)"), "dependency-conflict");
    assert_eq!(asked("", "spin", script, "spin(speed=3)"), "test-failure");
    assert_eq!(asked("Cart", "total", function, "return self.total(speed=3)"), "test-failure");
    assert_eq!(asked("Cart", "__init__", function, "cart = Cart(speed=3)"), "test-failure");
}
