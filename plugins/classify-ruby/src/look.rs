//! Whether the test that a line names failed or was skipped: Minitest prints the same line for both.

use plugin_sdk::prelude::*;

/// The rule whose matches are looked at.
const NAMED: &str = "ruby.test-named";

/// Whether the heading of the entry, one line above, says that the test was skipped.
pub fn is_skipped(candidate: &Candidate, log: &dyn Log) -> bool {
    candidate.code == NAMED
        && log.above(candidate.line.line, 1).first().is_some_and(|line| line.text.trim_end().ends_with(") Skipped:"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_sdk::testing::{LogText, candidate};

    #[test]
    fn a_skipped_test_is_told_from_one_that_failed() {
        for (heading, skipped) in [("  1) Skipped:", true), ("  1) Failure:", false)] {
            let log = LogText::new(&format!("{heading}\nSpinTest#test_turn [test/spin_test.rb:5]:"));
            assert_eq!(is_skipped(&candidate(NAMED, &log, 2).build(), &log), skipped, "{heading}");
        }
    }
}
