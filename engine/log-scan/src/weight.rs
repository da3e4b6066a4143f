//! How much a match weighs: the log-odds that it is the cause.
//!
//! ```text
//! log-odds = ln(c / (1 − c))          c: the rule's confidence, kept within 0.02 … 0.98
//!          + (specificity − 50) / 100
//!          + evidence                 +0.5 it failed for sure; +0.3 the log's closing words say so
//!          + support                  +1.5 the evidence proves it (exit code of the rule, OOM counter, timeout, full disk)
//!                                     −1.5 the evidence speaks against it (killed, but the counter says not for memory)
//!          + severity                 −2.0 warning, −4.0 info
//!          + level                    −1.0 the line of an error rule calls itself a warning
//!          + position                 −0.4 symptom, −0.8 summary; −2.0 more when a cause above explains it
//!          + cause                    +0.2 when it explains a symptom below
//!          + vote                     −0.8 … +0.8 by the learned classifier, see `vote`
//!          + place                    −1.2 the job went on after it: the next step started, or a tool said `passed`
//!                                     −2.0 a tool said `passed` after it and nothing says that anything failed
//!                                     −2.0 the line shows a command, not what it printed
//! confidence = 1 / (1 + e^−(log-odds − 1.2 · closeness of the best rival of another category))
//! ```
//!
//! Closeness is 0 for a rival 1.5 or more below, 1 for one that weighs the same. The result stays within 0.01 … 0.99.
//! The constants are set by hand so that each term moves a middling match by a plausible amount (0.5 → 0.62 for +0.5);
//! they are the place where measured outcomes enter later.

use crate::course::Course;
use crate::evidence::{Evidence, Verdict};
use crate::hint::HintLines;
use crate::rule::{Position, RuleSpec, Severity};

/// Distance at which a rival no longer matters.
const RIVAL_RANGE: f64 = 1.5;
/// What a rival that weighs the same costs.
const RIVAL_COST: f64 = 1.2;
/// What it costs a match that the job went on after it. Twice the range within which the first line wins.
const WENT_ON_COST: f64 = 1.2;

/// What is the same for all matches of a log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    pub evidence: &'a Evidence,
    pub hints: HintLines,
    pub course: &'a Course,
}

/// What is known about whether anything failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// The evidence says that it passed, or without evidence the log's closing words do.
    Passed,
    /// The evidence says that it failed.
    Failed,
    /// There is no evidence, but the log's closing words say that it failed.
    FailedByLog,
    /// Nothing says either.
    Nothing,
}

impl Scene<'_> {
    pub(crate) fn known(&self) -> Known {
        match self.evidence.verdict() {
            Verdict::Passed => Known::Passed,
            Verdict::Failed => Known::Failed,
            Verdict::Silent if self.hints.job_passed > self.hints.job_failed => Known::Passed,
            Verdict::Silent if self.hints.job_failed > 0 => Known::FailedByLog,
            Verdict::Silent => Known::Nothing,
        }
    }

    /// Whether a CI service that always ends with a verdict gave none.
    pub(crate) fn is_cut_off(&self) -> bool {
        self.known() == Known::Nothing && self.hints.job_started > 0
    }

    /// Whether a tool said `passed` after a line and nothing said `failed` since.
    pub(crate) fn passed_after(&self, line: u64) -> bool {
        self.hints.part_passed > line && self.hints.part_failed <= line && self.hints.job_failed <= line
    }

    /// Log-odds of a match before other matches are looked at.
    pub(crate) fn log_odds(&self, facts: &Facts<'_>) -> f64 {
        let confidence = facts.confidence.clamp(0.02, 0.98);
        let mut sum = (confidence / (1.0 - confidence)).ln();
        sum += (f64::from(facts.specificity) - 50.0) / 100.0;
        sum += match self.known() {
            Known::Failed => 0.5,
            Known::FailedByLog => 0.3,
            Known::Passed | Known::Nothing => 0.0,
        };
        sum += self.support(facts);
        sum += match facts.severity {
            Severity::Error => 0.0,
            Severity::Warning => -2.0,
            Severity::Info => -4.0,
        };
        if facts.severity == Severity::Error && facts.calls_itself_warning {
            sum -= 1.0;
        }
        sum += match facts.rule.position {
            Position::Cause => 0.0,
            Position::Symptom => -0.4,
            Position::Summary => -0.8,
        };
        if facts.line > 0 {
            if self.known() == Known::Nothing && self.passed_after(facts.line) {
                sum -= 2.0;
            } else if self.course.went_on_after(facts.line) {
                sum -= WENT_ON_COST;
            }
        }
        if facts.is_echo {
            sum -= 2.0;
        }
        sum
    }

    fn support(&self, facts: &Facts<'_>) -> f64 {
        let evidence = self.evidence;
        let has_kills = evidence.oom_kills.is_some_and(|kills| kills > 0);
        let names_exit_code = evidence.exit_code.is_some_and(|code| {
            code != 0 && facts.rule.attr_list("exit-codes").any(|listed| listed.parse() == Ok(code))
        });
        let is_proven = names_exit_code
            || facts.line == 0
            || match facts.category {
                "resource-memory" => has_kills,
                "resource-cpu-timeout" => evidence.timed_out,
                "resource-disk" => evidence.disk_full,
                _ => false,
            };
        let is_refuted = facts.category == "resource-memory" && evidence.is_killed() && evidence.oom_kills == Some(0);
        match (is_proven, is_refuted) {
            (_, true) => -1.5,
            (true, _) => 1.5,
            _ => 0.0,
        }
    }
}

/// What the weight of a match depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    pub rule: &'a RuleSpec,
    pub specificity: u8,
    pub category: &'a str,
    pub severity: Severity,
    pub confidence: f64,
    /// 1-based line; 0 when the evidence alone makes the finding.
    pub line: u64,
    pub is_echo: bool,
    /// Whether the line starts with a warning's level.
    pub calls_itself_warning: bool,
}

/// Whether a normalised line starts with the level that loggers and tools give to warnings.
pub(crate) fn calls_itself_warning(text: &str) -> bool {
    const LEVELS: [&str; 8] =
        ["[WARNING]", "[WARN]", "[warn]", "WARNING:", "WARN ", "warning: ", "warning ", "npm WARN"];
    let text = text.trim_start();
    LEVELS.iter().any(|level| text.starts_with(level)) || text.starts_with("npm warn")
}

/// The confidence of a finding of this weight beside its best rival of another category, with two decimals.
pub(crate) fn confidence(log_odds: f64, rival: Option<f64>) -> f64 {
    let closeness = rival.map_or(0.0, |rival| (1.0 - (log_odds - rival) / RIVAL_RANGE).clamp(0.0, 1.0));
    let probability = 1.0 / (1.0 + (-(log_odds - RIVAL_COST * closeness)).exp());
    (probability.clamp(0.01, 0.99) * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_rival_costs_confidence() {
        let alone = confidence(2.0, None);
        assert_eq!(alone, confidence(2.0, Some(-1.0)));
        assert!(confidence(2.0, Some(1.9)) < confidence(2.0, Some(1.0)));
        assert!(confidence(2.0, Some(1.0)) < alone);
    }

    #[test]
    fn confidence_never_claims_certainty() {
        assert_eq!(confidence(100.0, None), 0.99);
        assert_eq!(confidence(-100.0, None), 0.01);
        assert_eq!(confidence(0.0, None), 0.5);
    }
}
