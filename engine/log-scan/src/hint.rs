//! Lines that tell how a job, a step or a suite ended, whatever the rules say.
//!
//! Only lines that end something are here, not those of each test or file: a hint that matches every tenth line would make
//! the whole scan slow.
//!
//! They are not findings. A success after a match makes the match less likely to be the cause; the verdict of a CI service
//! stands in for an exit code when there is none.

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
}

/// A line's wording and what it says.
#[derive(Debug)]
pub(crate) struct Hint {
    pub says: Says,
    /// Tried on normalised lines, like a rule's pattern.
    pub pattern: &'static str,
}

const fn hint(says: Says, pattern: &'static str) -> Hint {
    Hint { says, pattern }
}

/// The documented closing words of CI services, build tools and test runners.
pub(crate) const HINTS: &[Hint] = &[
    hint(Says::JobPassed, r"^Finished: SUCCESS$"),
    hint(Says::JobPassed, r"^Done\. Your build exited with 0\."),
    hint(Says::JobPassed, r"^Job succeeded\b"),
    hint(Says::JobFailed, r"^Finished: (?:FAILURE|UNSTABLE|ABORTED|NOT_BUILT)$"),
    hint(Says::JobFailed, r"^Done\. Your build exited with [1-9]"),
    hint(Says::JobFailed, r"^(?:Error: )?Process completed with exit code (?:-|[1-9])"),
    hint(Says::JobFailed, r"^ERROR: Job failed\b"),
    hint(Says::JobFailed, r#"^The command ".+" (?:exited with [1-9]|failed and exited with [1-9])"#),
    hint(Says::JobFailed, r"^Build step '.+' marked build as failure"),
    hint(Says::JobFailed, r"^The (?:operation was canceled|job was canceled|job running on runner .+ has exceeded)"),
    hint(Says::JobFailed, r"user command error: (?:exit status [1-9]|signal: )"),
    hint(Says::PartPassed, r#"^The command ".+" exited with 0\."#),
    hint(Says::PartPassed, r"^(?:\[INFO\] )?BUILD SUCCESS\b"),
    hint(Says::PartPassed, r"^BUILD SUCCESSFUL\b"),
    hint(Says::PartPassed, r"^\s*Finished .*(?:target\(s\)|profile)"),
    hint(Says::PartPassed, r"^test result: ok\."),
    hint(
        Says::PartPassed,
        r"^(?:=+ )?\d+ passed(?: in |, )(?:\d+ (?:warnings?|skipped|deselected|xfailed|xpassed)(?:, | in ))*[\d.]+ ?s",
    ),
    hint(Says::PartPassed, r"^Tests:\s+(?:\d+ (?:skipped|todo), )*\d+ passed, \d+ total"),
    hint(Says::PartPassed, r"^\s*\d+ passing \("),
    hint(Says::PartPassed, r"^Successfully (?:installed|built) "),
    hint(Says::PartPassed, r"^found 0 vulnerabilities"),
    hint(Says::PartPassed, r"^\[success\] "),
    hint(Says::PartPassed, r"^(?:\[info\] )?Passed: Total \d+, Failed 0, Errors 0"),
    hint(Says::PartFailed, r"^(?:\[(?:INFO|ERROR)\] )?BUILD FAILURE\b"),
    hint(Says::PartFailed, r"^BUILD FAILED\b"),
    hint(Says::PartFailed, r"^FAILURE: Build failed with an exception"),
    hint(Says::PartFailed, r"^make: \*\*\* .*Error \d"),
    hint(Says::PartFailed, r"^make\[[1-8]\]: \*\*\* .*Error \d"),
    hint(Says::PartFailed, r"^ninja: build stopped"),
    hint(Says::PartFailed, r"^test result: FAILED"),
    hint(Says::PartFailed, r"^error: could not compile `"),
    hint(Says::PartFailed, r"^(?:=+ )?\d+ failed(?: in |, )(?:.* in )?[\d.]+ ?s"),
    hint(Says::PartFailed, r"^(?:=+ )?(?:\d+ passed, .*)?\d+ errors? in [\d.]+ ?s"),
    hint(Says::PartFailed, r"^Tests:\s+\d+ failed, "),
    hint(Says::PartFailed, r"^FAILED \((?:failures|errors)="),
    hint(Says::PartFailed, r"^npm (?:ERR!|error) (?:A complete log|code ELIFECYCLE)"),
    hint(Says::PartFailed, r"^(?:error )?Command failed with exit code [1-9]"),
    hint(Says::PartFailed, r"returned (?:a )?non-zero (?:exit status|code)"),
];

/// The last line on which each kind of hint stood; 0 when there was none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct HintLines {
    pub job_passed: u64,
    pub job_failed: u64,
    pub part_passed: u64,
    pub part_failed: u64,
}

impl HintLines {
    /// Notes that a hint stood on a line. Lines come in order.
    pub(crate) fn note(&mut self, says: Says, line: u64) {
        let last = match says {
            Says::JobPassed => &mut self.job_passed,
            Says::JobFailed => &mut self.job_failed,
            Says::PartPassed => &mut self.part_passed,
            Says::PartFailed => &mut self.part_failed,
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
