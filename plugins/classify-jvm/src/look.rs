//! The line below a class that the compiler cannot read: whether it is too new or not there.

use plugin_sdk::prelude::*;

use crate::rules::toolchain;

/// Lines below the match in which the compiler says the rest.
const BELOW: u32 = 3;

/// The finding that a candidate is, completed from the lines around it.
pub fn finding(candidate: &Candidate, rule: &Rule, log: &dyn Log) -> Finding {
    let mut finding = candidate.to_finding(rule);
    if candidate.code == toolchain::CLASS_NOT_ACCESSIBLE {
        let below = log.lines(candidate.line.line + 1, BELOW);
        let is_absent = below
            .iter()
            .take_while(|line| !line.text.contains(".java:["))
            .any(|line| line.text.contains("class file for ") && line.text.contains(" not found"));
        if is_absent {
            finding.category = "compile-error".to_owned();
            finding.strategies = ["dependency", "rollback", "escalate"].map(str::to_owned).to_vec();
        }
    }
    finding
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rules;
    use plugin_sdk::testing::LogText;

    fn asked(log: &str) -> Finding {
        let log = LogText::new(log);
        let candidate = Candidate {
            code: toolchain::CLASS_NOT_ACCESSIBLE.to_owned(),
            line: log.lines(1, 1).remove(0),
            captures: Vec::new(),
            outcome: None,
        };
        finding(&candidate, candidate.rule_in(rules::ALL).unwrap(), &log)
    }

    #[test]
    fn a_class_that_is_too_new_is_a_matter_of_the_toolchain() {
        let log = "[ERROR] /src/app/Shape.java:[4,26] cannot access widget.core.Spin\n  bad class file: /m2/widget-2.0.jar\n    class file has wrong version 61.0, should be 55.0";
        assert_eq!(asked(log).category, "toolchain-missing-or-version");
    }

    #[test]
    fn a_class_that_is_not_there_is_a_compile_error() {
        let log = "[ERROR] /src/app/Shape.java:[4,26] cannot access widget.core.Spin\n  class file for widget.core.Spin not found";
        assert_eq!(asked(log).category, "compile-error");
    }

    #[test]
    fn the_reason_of_the_next_error_is_not_this_ones() {
        let log = "[ERROR] /src/app/Shape.java:[4,26] cannot access widget.core.Spin\n[ERROR] /src/app/Shape.java:[9,1] cannot access widget.core.Turn\n  class file for widget.core.Turn not found";
        assert_eq!(asked(log).category, "toolchain-missing-or-version");
    }
}
