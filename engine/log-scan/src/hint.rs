//! Lines that tell how a job, a step or a suite ended, whatever the rules say.
//!
//! Only lines that end something are here, not those of each test or file: a hint that matches every tenth line would make
//! the whole scan slow.
//!
//! They are not findings. A success after a match makes the match less likely to be the cause; the verdict of a CI service
//! stands in for an exit code when there is none.

use std::sync::LazyLock;

use regex::bytes::{RegexSet, RegexSetBuilder};

/// What a hint says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// A CI service or shell says that the job or step passed.
    JobPassed,
    /// A CI service or shell says that the job or step failed.
    JobFailed,
    /// A tool says that its part passed.
    PartPassed,
    /// A tool says that its part failed.
    PartFailed,
    /// A CI service that always ends with a verdict starts the job: without the verdict, the log is cut off.
    JobStarted,
    /// A CI service or build tool starts the next step: what came before did not end the job.
    StepStarted,
    /// A shell starts that shows each command before it runs it, and stops at the first that fails.
    ShellTraces,
}

/// What of a line a hint looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sees {
    /// The normalised line, like a rule.
    Text,
    /// The line with its prefixes, because one of them says it.
    WholeLine,
}

/// A line's wording and what it says.
#[derive(Debug)]
pub(crate) struct Hint {
    pub says: Says,
    pub sees: Sees,
    pub pattern: &'static str,
    /// The pattern's literals, so that loading rules need not parse it; a test compares them with the pattern's.
    pub literals: &'static [&'static str],
}

const fn hint(says: Says, pattern: &'static str, literals: &'static [&'static str]) -> Hint {
    Hint { says, sees: Sees::Text, pattern, literals }
}

const fn hint_in_prefix(says: Says, pattern: &'static str, literals: &'static [&'static str]) -> Hint {
    Hint { says, sees: Sees::WholeLine, pattern, literals }
}

/// The documented closing words of CI services, build tools and test runners.
pub(crate) const HINTS: &[Hint] = &[
    hint(Says::JobStarted, r"^Running with gitlab-runner ", &["running with gitlab-runner "]),
    hint(Says::JobPassed, r"^Finished: SUCCESS$", &["finished: success"]),
    hint(Says::JobPassed, r"^Done\. Your build exited with 0\.", &["done. your build exited with 0."]),
    hint(Says::JobPassed, r"^Job succeeded\b", &["job succeeded"]),
    hint(
        Says::JobFailed,
        r"^Finished: (?:FAILURE|UNSTABLE|ABORTED|NOT_BUILT)$",
        &["finished: aborted", "finished: failure", "finished: not_built", "finished: unstable"],
    ),
    hint(Says::JobFailed, r"^Done\. Your build exited with [1-9]", &["done. your build exited with "]),
    hint(
        Says::JobFailed,
        r"^(?:Error: )?Process completed with exit code (?:-|[1-9])",
        &["process completed with exit code "],
    ),
    hint(Says::JobFailed, r"^ERROR: Job failed\b", &["error: job failed"]),
    hint(
        Says::JobFailed,
        r#"^The command ".+" (?:exited with [1-9]|failed and exited with [1-9])"#,
        &["the command \""],
    ),
    hint(Says::JobFailed, r"^Build step '.+' marked build as failure", &["' marked build as failure"]),
    hint(
        Says::JobFailed,
        r"^The (?:operation was canceled|job was canceled|job running on runner .+ has exceeded)",
        &["job running on runner ", "job was canceled", "operation was canceled"],
    ),
    hint(Says::JobFailed, r"user command error: (?:exit status [1-9]|signal: )", &["user command error: "]),
    hint(Says::PartPassed, r#"^The command ".+" exited with 0\."#, &["\" exited with 0."]),
    hint(Says::PartPassed, r"^(?:\[INFO\] )?BUILD SUCCESS\b", &["build success"]),
    hint(Says::PartPassed, r"^BUILD SUCCESSFUL\b", &["build successful"]),
    hint(Says::PartPassed, r"^\s*Finished .*(?:target\(s\)|profile)", &["finished "]),
    hint(Says::PartPassed, r"^test result: ok\.", &["test result: ok."]),
    hint(
        Says::PartPassed,
        r"^(?:=+ )?\d+ passed(?: in |, )(?:\d+ (?:warnings?|skipped|deselected|xfailed|xpassed)(?:, | in ))*[\d.]+ ?s",
        &[" passed in ", " passed, "],
    ),
    hint(Says::PartPassed, r"^Tests:\s+(?:\d+ (?:skipped|todo), )*\d+ passed, \d+ total", &[" passed, "]),
    hint(Says::PartPassed, r"^\s*\d+ passing \(", &[" passing ("]),
    hint(Says::PartPassed, r"^Successfully (?:installed|built) ", &["successfully built ", "successfully installed "]),
    hint(Says::PartPassed, r"^found 0 vulnerabilities", &["found 0 vulnerabilities"]),
    hint(Says::PartPassed, r"^\[success\] ", &["[success] "]),
    hint(Says::PartPassed, r"^(?:\[info\] )?Passed: Total \d+, Failed 0, Errors 0", &[", failed 0, errors 0"]),
    hint(Says::PartFailed, r"^(?:\[(?:INFO|ERROR)\] )?BUILD FAILURE\b", &["build failure"]),
    hint(Says::PartFailed, r"^BUILD FAILED\b", &["build failed"]),
    hint(Says::PartFailed, r"^FAILURE: Build failed with an exception", &["failure: build failed with an exception"]),
    hint(Says::PartFailed, r"^make: \*\*\* .*Error \d", &["make: *** "]),
    hint(
        Says::PartFailed,
        r"^make\[[1-8]\]: \*\*\* .*Error \d",
        &[
            "make[1]: *** ",
            "make[2]: *** ",
            "make[3]: *** ",
            "make[4]: *** ",
            "make[5]: *** ",
            "make[6]: *** ",
            "make[7]: *** ",
            "make[8]: *** ",
        ],
    ),
    hint(Says::PartFailed, r"^ninja: build stopped", &["ninja: build stopped"]),
    hint(Says::PartFailed, r"^test result: FAILED", &["test result: failed"]),
    hint(Says::PartFailed, r"^error: could not compile `", &["error: could not compile `"]),
    hint(Says::PartFailed, r"^(?:=+ )?\d+ failed(?: in |, )(?:.* in )?[\d.]+ ?s", &[" failed in ", " failed, "]),
    hint(Says::PartFailed, r"^(?:=+ )?(?:\d+ passed, .*)?\d+ errors? in [\d.]+ ?s", &[" error in ", " errors in "]),
    hint(Says::PartFailed, r"^Tests:\s+\d+ failed, ", &[" failed, "]),
    hint(Says::PartFailed, r"^FAILED \((?:failures|errors)=", &["failed (errors=", "failed (failures="]),
    hint(
        Says::PartFailed,
        r"^npm (?:ERR!|error) (?:A complete log|code ELIFECYCLE)",
        &[
            "npm err! a complete log",
            "npm err! code elifecycle",
            "npm error a complete log",
            "npm error code elifecycle",
        ],
    ),
    hint(Says::PartFailed, r"^(?:error )?Command failed with exit code [1-9]", &["command failed with exit code "]),
    hint(
        Says::PartFailed,
        r"returned (?:a )?non-zero (?:exit status|code)",
        &[
            "returned a non-zero code",
            "returned a non-zero exit status",
            "returned non-zero code",
            "returned non-zero exit status",
        ],
    ),
    hint_in_prefix(Says::StepStarted, r"##\[group\]Run ", &["##[group]run "]),
    hint_in_prefix(Says::StepStarted, r"##\[section\]Starting: ", &["##[section]starting: "]),
    hint(Says::StepStarted, r"^section_start:\d+:(?:step_script|build_script)\b", &["section_start:"]),
    hint(Says::StepStarted, r"^(?:\[INFO\] )?Scanning for projects\.\.\.", &["scanning for projects..."]),
    hint(Says::StepStarted, r"^\[INFO\] --- \S+:\S+ \(.*\) @ \S+ ---$", &["[info] --- "]),
    hint(Says::ShellTraces, r"\$ /bin/sh -[a-z]*x", &["$ /bin/sh -"]),
    hint(Says::ShellTraces, r"\$ /bin/bash -[a-z]*x", &["$ /bin/bash -"]),
];

/// Whether a normalised line is the verdict of a CI service or shell that the job failed.
pub(crate) fn is_verdict(text: &str) -> bool {
    static VERDICTS: LazyLock<RegexSet> = LazyLock::new(|| {
        let patterns = HINTS.iter().filter(|hint| hint.says == Says::JobFailed).map(|hint| hint.pattern);
        RegexSetBuilder::new(patterns).unicode(false).build().expect("the table of hints is tested")
    });
    VERDICTS.is_match(text.as_bytes())
}

/// Whether a normalised line says that something failed, but not what.
pub(crate) fn names_nothing(text: &str) -> bool {
    let text = text.trim_start_matches("[INFO] ").trim_start_matches("[ERROR] ");
    let starts = [
        "BUILD FAIL",
        "FAILURE: Build failed",
        "FAILED (",
        "npm ERR! code ELIFECYCLE",
        "npm ERR! errno ",
        "npm error code ",
        "npm error errno ",
    ];
    is_verdict(text) || starts.iter().any(|start| text.starts_with(start))
}

/// Whether a normalised line is the first that a CI service prints after the commands of a step.
pub(crate) fn ends_step(text: &str) -> bool {
    [
        "Post job cleanup.",
        "Cleaning up orphan processes",
        "section_end:",
        "Archiving artifacts",
        "Recording test results",
    ]
    .iter()
    .any(|start| text.starts_with(start))
}

/// The last line on which each kind of hint stood; 0 when there was none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct HintLines {
    pub job_started: u64,
    pub job_passed: u64,
    pub job_failed: u64,
    pub part_passed: u64,
    pub part_failed: u64,
}

impl HintLines {
    /// Notes that a hint stood on a line. Lines come in order.
    pub(crate) fn note(&mut self, says: Says, line: u64) {
        let last = match says {
            Says::JobStarted => &mut self.job_started,
            Says::JobPassed => &mut self.job_passed,
            Says::JobFailed => &mut self.job_failed,
            Says::PartPassed => &mut self.part_passed,
            Says::PartFailed => &mut self.part_failed,
            Says::StepStarted | Says::ShellTraces => return,
        };
        *last = line;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::literal;

    fn said(line: &str) -> Vec<Says> {
        HINTS
            .iter()
            .filter(|hint| regex::Regex::new(hint.pattern).unwrap().is_match(line))
            .map(|hint| hint.says)
            .collect()
    }

    #[test]
    fn every_hint_has_literals_that_are_long_enough_for_the_quickest_pass() {
        for hint in HINTS {
            let parsed = regex_syntax::Parser::new().parse(hint.pattern).unwrap();
            let literals = literal::required(&parsed).unwrap();
            assert!(
                literals.iter().map(Vec::as_slice).eq(hint.literals.iter().map(|text| text.as_bytes())),
                "{}",
                hint.pattern
            );
            assert!(literals.iter().all(|literal| literal.len() >= 9), "{}", hint.pattern);
        }
    }

    #[test]
    fn closing_words_are_told_apart() {
        assert_eq!(said("Finished: SUCCESS"), [Says::JobPassed]);
        assert_eq!(said("Process completed with exit code 1."), [Says::JobFailed]);
        assert_eq!(said(r#"The command "npm test" exited with 0."#), [Says::PartPassed]);
        assert_eq!(said(r#"The command "npm test" exited with 137."#), [Says::JobFailed]);
        assert_eq!(said("===== 12 passed, 3 warnings in 0.52s ====="), [Says::PartPassed]);
        assert_eq!(said("===== 1 failed, 11 passed in 0.52s ====="), [Says::PartFailed]);
        assert_eq!(said("test result: ok. 3 passed; 0 failed; 0 ignored"), [Says::PartPassed]);
        assert_eq!(said("Tests run: 12, Failures: 1, Errors: 0, Skipped: 0"), []);
    }
}
