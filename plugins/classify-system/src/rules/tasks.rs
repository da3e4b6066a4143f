//! Programs that run tasks of a file: just, Task, mage, Rake's look-alikes; and PowerShell as the shell of a step.

use plugin_sdk::prelude::*;

use super::tool;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    tool("system.task-unknown", "configuration", "generic")
        .pattern(r"^error: (?:Justfile does not contain recipes? |[Nn]o justfile found|Recipe `\S+` got \d+ arguments? but|Variable `(?P<variable>\w+)` not defined|Unknown (?:attribute|setting|start of token)|Expected .*, but found|Could not find (?:source|import) file)|^task: (?:Task \x22(?P<name>[^\x22]+)\x22 does not exist|No Taskfile found|Failed to parse|.*is not a valid version|Task \x22[^\x22]+\x22 cancelled because it is missing required variables)|^Unknown target specified: \x22|^Error: [Nn]o magefiles|^mise ERROR (?:no task|Config files? in|error parsing)|^lefthook: .*not found")
        .confidence(0.88)
        .strategies(&["config", "escalate"])
        .matches("error: Justfile does not contain recipe `relaese`")
        .matches("task: Task \"relaese\" does not exist")
        .ignores("task: Task \"build\" is up to date"),
    tool("system.task-failed", "unknown", "generic")
        .pattern(r"^error: [Rr]ecipe `[^`]+` (?:failed|was terminated)|^task: Failed to run task \x22|^Error: running \x22.*failed with exit code \d+")
        .summary()
        .confidence(0.3)
        .matches("error: Recipe `build` failed on line 3 with exit code 1")
        .matches("task: Failed to run task \"build\": exit status 1")
        .ignores("task: [build] cargo build"),
    tool("system.powershell-parameter", "configuration", "generic")
        .pattern(r"A parameter cannot be found that matches parameter name|Cannot bind (?:argument to )?parameter|Cannot validate argument on parameter|Cannot find path '(?P<path>[^']+)' because it does not exist|The specified module '(?P<name>[^']+)' was not loaded|Cannot process command because of one or more missing mandatory parameters|cannot be loaded because running scripts is disabled|The variable '(?P<variable>\$\w+)' cannot be retrieved because it has not been set")
        .confidence(0.86)
        .strategies(&["config", "escalate"])
        .matches("Get-Item: Cannot find path 'C:\\src\\x.txt' because it does not exist.")
        .matches("A parameter cannot be found that matches parameter name 'Fsat'.")
        .ignores("PS C:\\src> Get-Item x.txt"),
    tool("system.powershell-syntax", "compile-error", "generic")
        .pattern(r"^\s*\|? ?Missing (?:closing '\S+' in|argument in parameter list|expression after)|^ParserError: |Unexpected token '.*' in expression or statement|The string is missing the terminator|FullyQualifiedErrorId : (?:UnexpectedToken|MissingEndCurlyBrace|TerminatorExpectedAtEndOfString)")
        .confidence(0.88)
        .strategies(&["escalate", "rollback"])
        .matches("Unexpected token '}' in expression or statement.")
        .matches("The string is missing the terminator: \".")
        .ignores("ParserOptions: default"),
    tool("system.flaky-reported", "flaky-test", "generic")
        .pattern(r"^\s*FLKY-\w+ \d+/\d+ \[|\b\d+ tests? completed, (?:\d+ \w+, )*[1-9]\d* failed, (?:\d+ \w+, )*[1-9]\d* flaky|Task :\S*[fF]ailOnFlaky\S* FAILED|Execution failed for task ':\S*[fF]lak\S*'|(?i:^(?:error: |::error::)(?:[1-9]\d* )?flaky tests? (?:detected|found|failed)\b)|(?i:^(?:[1-9]\d* )?flaky tests? failed\b)|(?i:is (?:known to be )?flaky, (?:failing|rerun))")
        .confidence(0.95)
        .specificity(88)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "escalate"])
        .matches("41 tests completed, 2 failed, 1 flaky")
        .matches("error: 2 flaky tests detected")
        .ignores("12 tests completed, 1 failed")
        .ignores("0 flaky tests detected")
        .ignores("     Summary [   1.2s] 12 tests run: 12 passed (1 flaky), 0 skipped"),
    // A test that passed in a later try makes no build fail unless it is told to: this explains a failure only where there is one.
    tool("system.flaky-passed", "flaky-test", "generic")
        .pattern(r"^\s*FLAKY \d+/\d+ \[|\d+ tests? run: \d+ passed \([^)]*[1-9]\d* flaky|\b\d+ tests? completed, [1-9]\d* flaky|^\[MinitestRetry\] retry |^RSpec::Retry: \d+(?:st|nd|rd|th) try|(?i:\bpassed (?:on|after) (?:re-?run|retry|(?:the )?(?:second|third|2nd|3rd) attempt|attempt [2-9]|[1-9]\d* retr(?:y|ies)))|(?i:^(?:[1-9]\d* )?flaky tests? (?:detected|found)\b)|completed successfully after [1-9]\d* retr")
        .severity("warning")
        .confidence(0.8)
        .specificity(88)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "escalate"])
        .matches("  FLAKY 2/3 [   0.512s] widget tests::spins")
        .matches("     Summary [   1.2s] 12 tests run: 12 passed (1 flaky), 0 skipped")
        .matches("RSpec::Retry: 2nd try ./spec/widget_spec.rb:12")
        .matches("spins passed on retry")
        .ignores("12 tests completed, 1 failed, 1 flaky")
        .ignores("0 flaky tests detected"),
];
