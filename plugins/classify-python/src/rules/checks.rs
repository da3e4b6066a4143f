//! Spelling, docstring, documentation and project checkers, and sources that a checker cannot parse.

use plugin_sdk::prelude::*;

use super::rule;

/// Where Ruff says what it found on the line above; the plugin moves the finding there.
pub const FILE_ARROW: &str = "python.lint-place";

const fn check(code: &'static str) -> RuleBuilder {
    rule(code, "lint-or-format").strategies(&["escalate", "alternative"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    check("python.codespell")
        .pattern(r"^(?P<file>\S+):(?P<line>\d+): (?P<name>\S+) ==> \S|^error: `[^`]+` should be `")
        .confidence(0.93)
        .matches("docs/guide.md:4: wierd ==> weird")
        .matches("error: `wierd` should be `weird`")
        .ignores("WARNING: Trying next encoding iso-8859-1"),
    check("python.docstyle")
        .pattern(r"^\S+\.py:\d+ (?:in|at) (?:public|private|module)|RESULT: FAILED \(minimum: ")
        .confidence(0.8)
        .matches("app/core.py:1 at module level:")
        .matches("RESULT: FAILED (minimum: 80.0%, actual: 51.2%)")
        .ignores("RESULT: PASSED (minimum: 80.0%, actual: 91.2%)"),
    check("python.project-check")
        .pattern(r": DEP\d{3} '|^Contracts: \d+ kept, [1-9]\d* broken|your project is not compliant with version|lists of files in version control and sdist do not match|No new newsfragments found on this branch|unused (?:function|variable|import|method|class|attribute) '\w+' \(\d+% confidence\)|Unused imports/variables detected|^\S+\.py: .*contains unused|Potential secrets about to be committed|would be (?:reformatted|rewritten|modified) by|File is unsorted|^\S+\.ipynb: (?:failed|would)")
        .confidence(0.82)
        .matches("app/core.py:1:1: DEP001 'widget' imported but missing from the dependency definitions")
        .matches("Contracts: 3 kept, 1 broken.")
        .matches("app/core.py:4: unused function 'spin' (60% confidence)")
        .ignores("Contracts: 4 kept, 0 broken."),
    check("python.check-cannot-parse")
        .category("compile-error")
        .pattern(r"error: cannot format (?P<file>\S+): Cannot parse|error: Failed to parse \S+\.py|\binvalid-syntax: |^\S+\.py:\d+:\d+: SyntaxError: |E999 (?:SyntaxError|IndentationError|TabError)|^\S+\.py:\d+: error: .*\[syntax\]|^\*\* \S+\.py: .*syntax|E0001: (?:Parsing failed|.*syntax)|syntax-error\)$")
        .confidence(0.88)
        .specificity(92)
        .matches("error: cannot format app/core.py: Cannot parse for target version Python 3.12: 3:8: def spin(")
        .matches("app/core.py:3:5: E999 SyntaxError: '(' was never closed")
        .matches("invalid-syntax: Expected `)`, found newline")
        .ignores("app/core.py:3:1: E722 Do not use bare `except`"),
    check("python.check-settings")
        .category("configuration")
        .pattern(r"^mypy: can't read file|Source file found twice under different module names|Duplicate module named '|ruff failed|Failed to load configuration `|unknown (?:rule|rule selector): `|There was a critical error during execution of Flake8|ConfigFileSection|Error code '[^']*' supplied to '(?:extend-)?(?:ignore|select)' option|Invalid regular expression for|^No data to report\.|NoDataError: |No source for code: '|jupyter_client\.kernelspec\.NoSuchKernel|^ERROR +-  +Config value '|Couldn't find (?:a )?pylint|unrecognized option in config|\[mypy\]: Unrecognized option")
        .unless("(?i)^warning")
        .strategies(&["config", "escalate"])
        .confidence(0.82)
        .matches("app/core.py: error: Source file found twice under different module names: \"core\" and \"app.core\"")
        .matches("ruff failed")
        .matches("mypy: can't read file 'srcs': No such file or directory")
        .ignores("Found 2 errors in 1 file (checked 12 source files)"),
    check("python.notebook-failed")
        .category("test-failure")
        .pattern(r"CellExecutionError|PapermillExecutionError|CellTimeoutError|DeadKernelError")
        .symptom()
        .confidence(0.75)
        .matches("nbclient.exceptions.CellExecutionError: An error occurred while executing the following cell:")
        .ignores("[NbConvertApp] Converting notebook guide.ipynb to notebook"),
    check(FILE_ARROW)
        .pattern(r"^\s*--> (?P<file>\S+\.(?:pyi?|ipynb)):(?P<line>\d+):\d+$")
        .confidence(0.86)
        .disposition(Disposition::Never)
        .asks_plugin()
        .matches("  --> app/core.py:3:1")
        .matches(" --> app/core.py:12:80")
        .ignores("  --> src/main.rs:3:1"),
];
