//! Black, Ruff, isort, Flake8, Pylint and pre-commit.

use plugin_sdk::prelude::*;

use super::rule;

const fn lint(code: &'static str) -> RuleBuilder {
    rule(code, "lint-or-format").disposition(Disposition::Patch).strategies(&["alternative", "config", "escalate"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    lint("python.black-would-reformat")
        .pattern(r"^[Ww]ould reformat:? (?P<file>\S.*)$")
        .confidence(0.93)
        .matches("would reformat /src/app/core.py")
        .matches("Would reformat: app/core.py")
        .ignores("All done! 12 files would be left unchanged."),
    lint("python.format-summary")
        .pattern(r"^\d+ files? would be reformatted|^Oh no! ")
        .summary()
        .matches("2 files would be reformatted, 10 files would be left unchanged.")
        .ignores("12 files would be left unchanged."),
    lint("python.isort")
        .pattern(r"^ERROR: (?P<file>\S+) Imports are incorrectly sorted and/or formatted")
        .confidence(0.93)
        .matches("ERROR: /src/app/core.py Imports are incorrectly sorted and/or formatted.")
        .ignores("Fixing /src/app/core.py"),
    lint("python.ruff-fixable")
        .pattern(
            r"\[\*\] (?:\d+ |)(?:potentially )?fix(?:able|es available)(?: with the .--fix. option)?|^(?P<file>\S+\.pyi?):(?P<line>\d+):\d+: (?P<code>[A-Z]{1,4}\d{3,4}) \[\*\] |^(?P<name>[A-Z]{1,4}\d{3,4}) \[\*\] ",
        )
        .confidence(0.9)
        .specificity(90)
        .matches("app/core.py:1:8: F401 [*] `os` imported but unused")
        .matches("F401 [*] `os` imported but unused")
        .matches("[*] 2 fixable with the `--fix` option.")
        .ignores("app/core.py:3:1: E722 Do not use bare `except`"),
    lint("python.lint")
        .pattern(
            r"^(?P<file>\S+\.pyi?):(?P<line>\d+):\d+: (?P<code>[A-Z]{1,4}\d{1,4})[: ]",
        )
        .unless(r"\[\*\]|: [CRIW]\d{4}: |: DEP\d{3} ")
        .disposition(Disposition::Never)
        .confidence(0.86)
        .strategies(&["escalate", "alternative"])
        .matches("app/core.py:3:1: E722 Do not use bare `except`")
        .matches("app/core.py:3:80: E501 line too long (88 > 79 characters)")
        .matches("app/core.py:3:0: E0602: Undefined variable 'x' (undefined-variable)")
        .ignores("app/core.py:1:8: F401 [*] `os` imported but unused"),
    lint("python.pylint-remark")
        .pattern(r"^\S+\.py:\d+:\d+: [CRW]\d{4}: ")
        .confidence(0.6)
        .disposition(Disposition::Never)
        .strategies(&["escalate", "alternative"])
        .matches("app/core.py:1:0: C0114: Missing module docstring (missing-module-docstring)")
        .ignores("app/core.py:3:0: E0602: Undefined variable 'x' (undefined-variable)"),
    lint("python.pre-commit")
        .pattern(r"^[\w .,()/:'-]+\.{3,}Failed$|^- files were modified by this hook")
        .confidence(0.78)
        .matches("trim trailing whitespace.................................................Failed")
        .matches("- files were modified by this hook")
        .ignores("check yaml...............................................................Passed"),
    lint("python.docs-build")
        .category("configuration")
        .pattern(r"^Warning, treated as error:|^(?:Sphinx|Configuration|Extension|Theme) error:$|Aborted with \d+ warnings in strict mode!")
        .disposition(Disposition::Never)
        .strategies(&["escalate"])
        .matches("Warning, treated as error:")
        .matches("Aborted with 3 warnings in strict mode!")
        .ignores("build succeeded, 3 warnings."),
];
