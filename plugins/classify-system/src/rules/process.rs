//! How processes end.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("system.tempfail", "unknown")
        .pattern(r"(?i)\bEX_TEMPFAIL\b")
        .disposition(Disposition::Retry)
        .strategies(&["retry"])
        .confidence(0.85)
        .evidence(&["exit-75"])
        .matches("widget: exiting with EX_TEMPFAIL")
        .ignores("widget: exiting with EX_USAGE"),
    rule("system.segfault", "test-failure")
        .pattern(
            r"(?i)segmentation fault|\bSIGSEGV\b|\bSIGBUS\b|\bBus error\b|core dumped|Illegal instruction|double free or corruption|stack smashing detected|A fatal error has been detected by the Java Runtime",
        )
        .unless(r"(?i)rustc interrupted|bad_alloc|time limit|size limit|handler")
        .confidence(0.75)
        .strategies(&["escalate", "rollback"])
        .evidence(&["signal-11", "exit-139"])
        .matches("Segmentation fault (core dumped)")
        .matches("*** stack smashing detected ***: terminated")
        .ignores("Segmentation fault handler installed")
        .ignores("fault tolerance: enabled"),
    rule("system.killed", "infrastructure-runner")
        .pattern(
            r"^Killed$|line \d+: +\d+ Killed\b|(?:exit(?:ed with)? (?:status|code):?|exit code) 137\b|signal: killed|received SIGKILL|make(?:\[\d+\])?: \*\*\* .* Killed$|Process was killed|died with <Signals\.SIGKILL",
        )
        .category("resource-memory")
        .confidence(0.62)
        .disposition(Disposition::Auto)
        .strategies(&["resource", "retry"])
        .exit_codes(&[137])
        .evidence(&["signal-9", "exit-137"])
        .matches("Killed")
        .matches("run.sh: line 4:  4711 Killed                  ./widget")
        .matches("Process completed with exit code 137.")
        .ignores("Killed process 4711 (widget)"),
    rule("system.terminated", "infrastructure-runner")
        .pattern(
            r"^Terminated$|(?:exit(?:ed with)? (?:status|code):?|exit code) 143\b|received SIGTERM|line \d+: +\d+ Terminated\b|signal: terminated|Aborted by ",
        )
        .confidence(0.6)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "resource", "escalate"])
        .evidence(&["signal-15", "exit-143"])
        .matches("Terminated")
        .ignores("The job was requeued."),
    rule("system.aborted", "test-failure")
        .pattern(r"^Aborted(?: \(core dumped\))?$|terminate called (?:after throwing an instance of|without an active exception)|Assertion [`'].*' failed\.?$|: Assertion .* failed\.$")
        .unless("bad_alloc")
        .confidence(0.72)
        .strategies(&["escalate", "rollback"])
        .evidence(&["signal-6"])
        .matches("app: main.c:12: main: Assertion `x > 0' failed.")
        .matches("terminate called after throwing an instance of 'std::runtime_error'")
        .ignores("terminate called after throwing an instance of 'std::bad_alloc'"),
    rule("system.exit-status", "unknown")
        .pattern(
            r"^(?:Error: )?Process completed with exit code (?:-|[1-9])|^ERROR: Job failed: (?:exit (?:code|status)|command terminated)|^The command .* (?:exited with|failed and exited with) [1-9]|^Build step '.+' marked build as failure|[Ee]xited with code exit status [1-9]|^Error: The process '.+' failed with exit code [1-9]|user command error: exit status|(?:did not complete successfully|returned a non-zero code): (?:exit code: )?[1-9]",
        )
        .unless(r"\b(?:137|143|127|126|124)\b")
        .summary()
        .confidence(0.3)
        .specificity(25)
        .strategies(&["escalate"])
        .matches("Process completed with exit code 1.")
        .matches("ERROR: Job failed: exit code 1")
        .ignores("The command \"make\" exited with 0."),
];
