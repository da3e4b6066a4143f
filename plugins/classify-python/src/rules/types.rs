//! mypy, Pyright, Pyre and friends.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("python.type-error", "type-error")
        .pattern(
            r"^(?P<file>\S+\.pyi?):(?P<line>\d+)(?::\d+)*: error: .*|^\s*\S+\.pyi?:\d+:\d+ - error: ",
        )
        .unless(r"\[(?:import|import-not-found|import-untyped)\]|reportMissing(?:Imports|ModuleSource)|Library stubs not installed|Cannot find implementation or library stub")
        .confidence(0.9)
        .strategies(&["escalate", "rollback"])
        .matches("app/core.py:12: error: Incompatible return value type (got \"str\", expected \"int\")  [return-value]")
        .matches("  /src/app/core.py:12:5 - error: \"spin\" is not a known attribute of module (reportAttributeAccessIssue)")
        .ignores("app/core.py:1: error: Cannot find implementation or library stub for module named \"widget\"  [import-not-found]"),
    rule("python.stubs-missing", "dependency-missing")
        .pattern(
            r"Library stubs not installed for .(?P<module>[\w.-]+)|Cannot find implementation or library stub for module named .(?P<package>[\w.]+)|Import .(?P<name>[\w.]+). could not be resolved|missing library stubs or py\.typed marker",
        )
        .unless(r"warning: ")
        .confidence(0.85)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "config"])
        .matches("app/core.py:1: error: Library stubs not installed for \"widget\"  [import-untyped]")
        .matches("app/core.py:1: error: Cannot find implementation or library stub for module named \"widget\"  [import-not-found]")
        .matches("  /src/app/core.py:1:8 - error: Import \"widget\" could not be resolved (reportMissingImports)")
        .ignores("app/core.py:12: error: Incompatible return value type (got \"str\", expected \"int\")  [return-value]"),
    rule("python.type-summary", "type-error")
        .pattern(r"^Found \d+ errors? in \d+ files? \(|^[1-9]\d* errors?, \d+ warnings?, \d+ informations?")
        .summary()
        .confidence(0.75)
        .strategies(&["escalate"])
        .matches("Found 2 errors in 1 file (checked 12 source files)")
        .matches("2 errors, 0 warnings, 0 informations")
        .ignores("Success: no issues found in 12 source files"),
];
