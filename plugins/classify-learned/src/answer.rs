//! The finding that a verdict becomes: who may act on it and how, by category.

use plugin_sdk::prelude::*;

use crate::classes::CLASSES;
use crate::verdict::Verdict;

/// What may be done about a category when nothing but the model names it: always the careful reading.
const TABLE: &[(&str, Disposition, &[&str])] = &[
    ("dependency-missing", Disposition::Patch, &["dependency", "config", "alternative", "escalate"]),
    ("dependency-conflict", Disposition::Patch, &["dependency", "escalate"]),
    ("network-transient", Disposition::Retry, &["retry", "alternative"]),
    ("registry-or-service-outage", Disposition::Retry, &["retry", "alternative"]),
    ("rate-limit", Disposition::Retry, &["retry", "alternative", "config"]),
    ("auth-or-permission", Disposition::Never, &["escalate", "config"]),
    ("resource-memory", Disposition::Auto, &["resource", "alternative"]),
    ("resource-disk", Disposition::Auto, &["resource", "config"]),
    ("resource-cpu-timeout", Disposition::Auto, &["resource", "retry"]),
    ("toolchain-missing-or-version", Disposition::Auto, &["alternative", "dependency", "config"]),
    ("configuration", Disposition::Patch, &["config", "escalate"]),
    ("compile-error", Disposition::Never, &["escalate", "rollback"]),
    ("type-error", Disposition::Never, &["escalate", "rollback"]),
    ("lint-or-format", Disposition::Never, &["config", "escalate"]),
    ("test-failure", Disposition::Never, &["escalate", "rollback"]),
    ("flaky-test", Disposition::Never, &["escalate", "retry"]),
    ("security-finding", Disposition::Never, &["escalate", "dependency"]),
    ("infrastructure-runner", Disposition::Retry, &["retry", "alternative"]),
    ("git-or-checkout", Disposition::Never, &["escalate", "config", "retry"]),
    ("port-or-concurrency-conflict", Disposition::Auto, &["alternative", "retry"]),
    ("deployment", Disposition::Never, &["rollback", "escalate"]),
];

/// Words that speak of integrity, trust or a damaged file: nothing about such a line is automatic, whatever its category.
const NEVER_WORDS: &[&str] = &[
    "checksum",
    "hash",
    "integrity",
    "signature",
    "certificate",
    "x509",
    "gpg",
    "pubkey",
    "self-signed",
    "self signed",
    "tampered",
    "mismatch",
    "sha256",
    "sha512",
    "password",
    "credential",
    "token",
    "secret",
    "data race",
];

/// Who may carry a remedy out, and the strategies, for a category and its cause line.
pub fn treatment(category: &str, cause: &str) -> (Disposition, &'static [&'static str]) {
    let (disposition, strategies) = TABLE
        .iter()
        .find(|(listed, _, _)| *listed == category)
        .map_or((Disposition::Never, &["escalate"] as &[_]), |(_, disposition, strategies)| (*disposition, strategies));
    let cause = cause.to_lowercase();
    if NEVER_WORDS.iter().any(|word| cause.contains(word)) {
        return (Disposition::Never, &["escalate"]);
    }
    (disposition, strategies)
}

/// The finding. `reasons` are the n-grams that spoke for it, `learned` the number of lessons from this repository.
pub fn finding(verdict: &Verdict, reasons: &[String], learned: u64) -> Finding {
    let category = CLASSES[verdict.class];
    let (disposition, strategies) = treatment(category, &verdict.cause.text);
    let mut attrs: Vec<Attr> = verdict
        .votes
        .iter()
        .map(|(class, probability)| Attr::new(format!("vote.{}", CLASSES[*class]), format!("{probability:.2}")))
        .collect();
    attrs.push(Attr::new("because", reasons.join(" · ")));
    if learned > 0 {
        attrs.push(Attr::new("lessons", learned.to_string()));
    }
    Finding {
        code: format!("learned.{category}"),
        category: category.to_owned(),
        ecosystem: "generic".to_owned(),
        severity: "error".to_owned(),
        confidence: f64::from((verdict.confidence * 1000.0).round()) / 1000.0,
        signature: String::new(),
        cause: verdict.cause.clone(),
        captures: Vec::new(),
        context: Vec::new(),
        disposition,
        strategies: strategies.iter().copied().map(str::to_owned).collect(),
        attrs,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classes::{CLASSES, FIRST_CAUSE};
    use plugin_sdk::codes::STRATEGIES;

    #[test]
    fn every_cause_has_a_treatment_of_known_strategies() {
        for category in &CLASSES[FIRST_CAUSE..] {
            let row = TABLE.iter().find(|(listed, _, _)| listed == category);
            assert!(row.is_some_and(|(_, _, strategies)| !strategies.is_empty()), "{category}");
        }
        assert!(TABLE.iter().all(|(_, _, strategies)| strategies.iter().all(|strategy| STRATEGIES.contains(strategy))));
    }

    #[test]
    fn what_only_a_person_may_act_on_stays_so() {
        for category in [
            "test-failure",
            "compile-error",
            "type-error",
            "lint-or-format",
            "security-finding",
            "auth-or-permission",
            "flaky-test",
            "deployment",
            "unknown",
            "something-new",
        ] {
            assert_eq!(treatment(category, "a line").0, Disposition::Never, "{category}");
        }
    }

    #[test]
    fn a_line_about_integrity_is_never_automatic() {
        let line = "THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE";
        assert_eq!(treatment("registry-or-service-outage", line).0, Disposition::Never);
        assert_eq!(treatment("network-transient", "x509: certificate has expired").0, Disposition::Never);
        assert_eq!(treatment("network-transient", "connection reset by peer").0, Disposition::Retry);
    }
}
