//! A stand-in finding for a failure whose log does not show its cause, so that it can still be handed over well.

use crate::finding::{Diagnosis, DiagnosisOutcome, Disposition, Finding};
use crate::id::Signature;
use crate::outcome::Outcome;

/// Code of the stand-in.
pub const UNKNOWN_CODE: &str = "system.unknown-failure";

/// The findings of a diagnosis, or one that says that the cause is unknown.
pub fn findings_or_unknown(diagnosis: &Diagnosis, outcome: &Outcome) -> Vec<Finding> {
    if diagnosis.outcome == DiagnosisOutcome::Failure && !diagnosis.findings.is_empty() {
        return diagnosis.findings.clone();
    }
    let last = diagnosis.excerpt.last();
    vec![Finding {
        code: UNKNOWN_CODE.to_owned(),
        category: "unknown".to_owned(),
        ecosystem: "generic".to_owned(),
        severity: "error".to_owned(),
        confidence: 0.0,
        line: last.map_or(diagnosis.lines.max(1), |line| line.line),
        text: last.map_or_else(|| outcome.to_string(), |line| line.text.clone()),
        captures: Default::default(),
        disposition: Disposition::Never,
        strategies: vec!["escalate".to_owned()],
        context: diagnosis.excerpt.clone(),
        rule: "host/unknown-failure".to_owned(),
        signature: Signature::new(format!("{UNKNOWN_CODE}:{}", outcome.shell_code())),
    }]
}
