//! Scanners of secrets: gitleaks, TruffleHog, detect-secrets, push protection.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("scan.secrets", "security-finding")
        .pattern(r"leaks found: [1-9]\d*|WRN leaks found|^Finding: +\S|^\S+ [AP]M WRN leaks|🐷🔑|Found (?:verified|unverified) result|verified_secrets.: [1-9]|Potential secrets about to be committed|Secret Type: (?P<name>.+)|Secrets? (?:detected|scanning found)|push declined due to repository rule violations|GH013: Repository rule violations found|GITHUB PUSH PROTECTION|Push cannot contain secrets|ggshield.*(?:Incident|policy break)|[1-9]\d* incidents? (?:has|have) been found|Possible secret committed|talisman.*(?:found|detected)")
        .confidence(0.92)
        .strategies(&["escalate"])
        .matches("12:00PM WRN leaks found: 1")
        .matches("remote: - GITHUB PUSH PROTECTION")
        .matches("remote: error: GH013: Repository rule violations found for refs/heads/topic.")
        .matches("ERROR: Potential secrets about to be committed to git repo!")
        .ignores("12:00PM INF no leaks found"),
];
