//! What may be retried, what may be repaired, and what may not be touched.

use crate::finding::{Disposition, Finding};
use crate::policy::tables::failures as table;

/// Who may repair a finding: what the rule says, but never less careful than its category demands.
pub fn floor_of(finding: &Finding) -> Disposition {
    if table::NEVER_CATEGORIES.contains(&finding.category.as_str()) { Disposition::Never } else { finding.disposition }
}

/// Whether a retry may help against a finding.
pub fn is_transient(finding: &Finding) -> bool {
    let (code, category) = (finding.code.as_str(), finding.category.as_str());
    let by_code = table::TRANSIENT_CODES.contains(&code);
    let by_category = table::TRANSIENT_CATEGORIES.contains(&category);
    let by_rule = finding.disposition == Disposition::Retry && table::TRANSIENT_IF_RULE_SAYS_SO.contains(&category);
    floor_of(finding) != Disposition::Never && (by_code || by_category || by_rule)
}

/// Whether the cause is not known.
pub fn is_unknown(finding: &Finding) -> bool {
    table::UNKNOWN_CATEGORIES.contains(&finding.category.as_str())
        && !table::TRANSIENT_CODES.contains(&finding.code.as_str())
}

/// Whether a finding stops healing although another one is the root cause: a broken seal, a credential, a data race.
pub fn is_seal(finding: &Finding) -> bool {
    let has_piece = finding.code.split(['.', '-', '_']).any(|piece| table::SEALS.contains(&piece));
    let is_error = finding.severity == "error";
    floor_of(finding) == Disposition::Never && has_piece && is_error
}
