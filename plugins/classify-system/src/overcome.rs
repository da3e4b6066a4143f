//! Leaves out what the program got over: an attempt that it repeated, and what a test printed that then passed.
//!
//! Programs print the same words for the attempt that ended the build and for one that they try again, and a test of an error
//! path prints the very error. What stands below tells them apart.

use plugin_sdk::prelude::*;

/// Codes of wording that a program also prints for attempts after which it goes on.
pub const ATTEMPTS: &[&str] = &[
    "system.dns",
    "system.connection-refused",
    "system.connection-reset",
    "system.timeout-network",
    "system.download-failed",
    "system.http-5xx",
    "system.rate-limited",
    "system.service-not-ready",
    "system.git-server-error",
    "system.config-syntax",
    "system.config-rejected",
    "system.config-file-missing",
];

/// Lines below a match in which a program says that it tries again.
const AGAIN_WITHIN: u32 = 2;
/// How programs say so, in lower case.
const AGAIN: &[&str] = &[
    "retrying",
    "will retry",
    "trying the mirror",
    "trying again",
    "trying another",
    "trying next",
    "falling back to",
    "reconnecting",
    "backing off",
];

/// Lines below a match in which the result of the test stands that printed it.
const RESULT_WITHIN: usize = 3;
/// Lines below a match in which the closing words of its tests are looked for. Each candidate costs as much text, and a log
/// may have two hundred.
const CLOSING_WITHIN: u32 = 400;

/// Words with which a program says, at the start of a line and in lower case, that what it tried worked in the end.
const WORKED: &[&str] = &["connected", "reconnected", "connection established", "recovered", "succeeded"];

/// How lines of a loop begin that waits for a service, in lower case.
const WAITS: &[&str] = &["waiting for", "still waiting", "wait-for", "not ready yet"];
/// How such a loop ends well.
const IS_THERE: &[&str] =
    &[" is ready", " is up", " is available", " is healthy", " is now available", "connected to "];
/// Words of which one stands below attempts that did not work in the end.
const GAVE_UP: &[&str] = &["giving up", "gave up", "fail", "error", "exit code", "timed out", "abort", "fatal"];

/// What a line says of the tests or steps above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Passed,
    Failed,
}

/// Whether what a match says did not end anything.
pub fn is_overcome(candidate: &Candidate, log: &dyn Log) -> bool {
    if !ATTEMPTS.contains(&candidate.code.as_str()) {
        return false;
    }
    let line = candidate.line.line;
    if is_tried_again(&log.below(line, AGAIN_WITHIN)) {
        return true;
    }
    let below = log.below(line, CLOSING_WITHIN);
    let text = candidate.line.text.to_lowercase();
    is_repeated(&text, &below) || is_next_attempt_there(&text, &below) || is_passed(&below)
}

/// Whether the lines directly below say that the attempt is repeated. The last attempt is the one that counts: nothing below
/// it says so.
fn is_tried_again(below: &[LogLine]) -> bool {
    below.iter().any(|line| {
        let text = line.text.to_lowercase();
        AGAIN.iter().any(|words| text.contains(words))
    })
}

/// Whether the line itself says that it is repeated or waited for, and that worked in the end: nothing below speaks of a
/// failure, or something below says that it worked.
fn is_repeated(text: &str, below: &[LogLine]) -> bool {
    let below = || below.iter().map(|line| line.text.to_lowercase());
    if WAITS.iter().any(|words| text.starts_with(words)) {
        return below().any(|text| IS_THERE.iter().any(|words| text.contains(words)));
    }
    let is_again = ["retrying in", "will retry", "trying again in"].iter().any(|words| text.contains(words));
    is_again
        && below().any(|text| !text.trim().is_empty())
        && !below().any(|text| GAVE_UP.iter().any(|words| text.contains(words)))
}

/// Whether the line numbers its attempt and the next number, or that it worked, stands below.
fn is_next_attempt_there(text: &str, below: &[LogLine]) -> bool {
    let Some(attempt) = attempt(text) else {
        return false;
    };
    below.iter().any(|line| {
        let text = line.text.trim_start().to_lowercase();
        self::attempt(&text) == attempt.checked_add(1) || WORKED.iter().any(|words| text.starts_with(words))
    })
}

/// The number of the attempt that a line in lower case speaks of.
fn attempt(text: &str) -> Option<u32> {
    let (_, after) = text.split_once("attempt ")?;
    let after = after.trim_start_matches('#');
    let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
    after[..end].parse().ok()
}

/// Whether the test that printed a line passed: its own result stands directly below, or the closing words of all of them do
/// before any that say that something failed.
fn is_passed(below: &[LogLine]) -> bool {
    let near = below.iter().take(RESULT_WITHIN).find_map(|line| of_test(&line.text));
    near.or_else(|| below.iter().find_map(|line| of_suite(&line.text))) == Some(Says::Passed)
}

/// What the result line of one test says.
fn of_test(text: &str) -> Option<Says> {
    let text = text.trim();
    let starts = |marks: &[&str]| marks.iter().any(|mark| text.starts_with(mark));
    let ends = |marks: &[&str]| marks.iter().any(|mark| text.ends_with(mark));
    if starts(&["✘", "✗", "✖", "✕", "×", "not ok ", "--- FAIL", "[  FAILED"])
        || ends(&["... FAILED", " FAILED", "... FAIL"])
    {
        return Some(Says::Failed);
    }
    let is_passed = starts(&["✔", "✓", "√", "--- PASS", "[       OK"]) || ends(&["... ok", " PASSED"]);
    is_passed.then_some(Says::Passed)
}

/// What the closing words of a test runner, a build tool or a job say.
fn of_suite(text: &str) -> Option<Says> {
    let text = text.trim();
    let starts = |marks: &[&str]| marks.iter().any(|mark| text.starts_with(mark));
    let contains = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    let is_failed = starts(&[
        "FAIL",
        "--- FAIL",
        "not ok ",
        "make: *** ",
        "ERROR: Job failed",
        "Process completed with exit code",
        "Error: Process completed",
        "npm error",
        "npm ERR!",
        "error:",
        "fatal:",
        "Traceback ",
    ]) || contains(&["test result: FAILED", "BUILD FAIL", "[FAIL]", "FAILED ("])
        || counts(text, &[" failed", " failing", " failures", " failure", " errors", " error", " errored"]);
    if is_failed {
        return Some(Says::Failed);
    }
    if text.contains("Tests run: ") {
        return Some(if text.contains("Failures: 0, Errors: 0") { Says::Passed } else { Says::Failed });
    }
    let is_closing = starts(&[
        "test result: ok.",
        "100% tests passed",
        "Test Run Successful",
        "BUILD SUCCESS",
        "[INFO] BUILD SUCCESS",
        "ℹ fail 0",
        "# fail 0",
        "Passed!  - Failed:     0",
    ]) || text == "OK"
        || text
            .strip_prefix("OK (")
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) || rest.starts_with("skipped="))
        || text.strip_prefix("ok ").is_some_and(|rest| rest.starts_with([' ', '\t']))
        || contains(&[", 0 failures", " 0 failures,"])
        || counts(text, &[" passed", " passing"]);
    is_closing.then_some(Says::Passed)
}

/// Whether a summary counts at least one of these: a number from 1 directly before one of the words.
fn counts(text: &str, words: &[&str]) -> bool {
    let is_summary = text.trim_start_matches(['=', ' ']).starts_with(|c: char| c.is_ascii_digit())
        || ["Tests:", "Tests ", "Test Files ", "Summary ["].iter().any(|start| text.starts_with(start));
    let is_counted = |word: &str| {
        text.match_indices(word).any(|(at, _)| {
            let is_whole = text[at + word.len()..].chars().next().is_none_or(|next| !next.is_alphanumeric());
            let number = text[..at].trim_end_matches(|c: char| c.is_ascii_digit()).len();
            is_whole && !text[number..at].trim_start_matches('0').is_empty()
        })
    };
    is_summary && words.iter().any(|word| is_counted(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;
    use plugin_sdk::testing::{LogText, candidate};

    fn overcome(code: &str, log: &str, line: u64) -> bool {
        let log = LogText::new(log);
        is_overcome(&candidate(code, &log, line).build(), &log)
    }

    #[test]
    fn an_attempt_that_is_repeated_is_no_cause_and_the_last_one_is() {
        let log = "attempt 1: connection refused\nretrying in 2 s\nattempt 2: connection refused\ngiving up";
        assert!(overcome("system.connection-refused", log, 1));
        assert!(!overcome("system.connection-refused", log, 3));
    }

    #[test]
    fn the_last_of_numbered_attempts_is_no_cause_where_it_worked() {
        let log = "Attempt #1 failed: connection reset\n  at a.b.C\nAttempt #2 failed: connection reset\nconnected";
        assert!(overcome("system.connection-reset", log, 1));
        assert!(overcome("system.connection-reset", log, 3));
        assert!(!overcome("system.connection-reset", &log.replace("connected", "gave up"), 3));
    }

    #[test]
    fn a_line_that_announces_the_next_try_is_no_cause_unless_it_gives_up() {
        let line = "fetch: 429 Too Many Requests, retrying in 3 s";
        assert!(overcome("system.rate-limited", &format!("{line}\nfetched 3 files"), 1));
        assert!(!overcome("system.rate-limited", &format!("{line}\nstep 2\nfetch failed"), 1));
        assert!(!overcome("system.rate-limited", line, 1));
    }

    #[test]
    fn waiting_for_a_service_that_comes_is_no_cause() {
        let log = "waiting for db: connection refused\nwaiting for db: connection refused\ndb is ready";
        assert!(overcome("system.connection-refused", log, 1) && overcome("system.connection-refused", log, 2));
        assert!(!overcome("system.connection-refused", &log.replace("db is ready", "timed out"), 2));
    }

    #[test]
    fn what_a_test_printed_that_passed_is_no_cause() {
        for below in [
            " ✔ Refused payment is logged",
            "test sync::is_repeated ... ok",
            "--- PASS: TestSync (0.01s)",
            "OK (42 tests, 42 assertions)",
            "3 examples, 0 failures",
            "12 runs, 20 assertions, 0 failures, 0 errors, 0 skips",
            "======= 12 passed, 1 skipped in 0.52s =======",
            "Tests:       12 passed, 12 total",
            "ok  \tshop.example/sync\t0.021s",
            "100% tests passed, 0 tests failed out of 2",
            "[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0",
        ] {
            assert!(overcome("system.http-5xx", &format!("upstream answered 503\n{below}"), 1), "{below}");
        }
    }

    #[test]
    fn what_stands_above_a_failure_stays() {
        for below in [
            "FAIL\tshop.example/sync\t0.021s\nok  \tshop.example/cart\t0.010s",
            "======= 1 failed, 12 passed in 0.52s =======",
            "Tests:       1 failed, 12 passed, 13 total",
            "not ok 3 - sync\nok 4 - cart",
            "3 examples, 1 failure",
            "test sync::is_repeated ... FAILED",
            "make: *** [Makefile:3: sync] Error 1",
            "[ERROR] Tests run: 3, Failures: 1, Errors: 0, Skipped: 0",
            "10 tests were found",
            "",
        ] {
            assert!(!overcome("system.http-5xx", &format!("upstream answered 503\n{below}"), 1), "{below}");
        }
    }

    #[test]
    fn every_code_of_attempts_has_a_rule_that_asks() {
        let rules = rules::ALL.concat();
        for code in ATTEMPTS {
            assert!(rules.iter().any(|rule| rule.code == *code && rule.asks_plugin), "{code}");
        }
    }
}
