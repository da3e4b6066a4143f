//! Licences, signatures, commit conventions and other policies.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("scan.licence", "security-finding")
        .pattern(r"denied license|Package \S+ is licensed under \x22(?P<name>[^\x22]+)\x22 which is not permitted|incompatible licen[cs]es|error\[(?:license-not-encountered|unlicensed)\]|failed to satisfy license requirements|license is not explicitly allowed|License .* (?:is not (?:allowed|in the allow)|not approved)|[Ff]orbidden licen[cs]e|fail license .* not in allow-?only list|Found license \S+ .*(?:defined by the --failOn|disallowed)|licenses? (?:check|scan) failed|Dependencies? (?:with|has|have) (?:un)?(?:approved|known|allowed) licen[cs]es?|^Some (?:gems|packages) (?:need|require) to be approved|Dependencies that need approval:")
        .unless(r"(?i)0 (?:denied|incompatible)|headers?")
        .confidence(0.88)
        .strategies(&["escalate", "config", "dependency"])
        .matches("Package widget@1.0.0 is licensed under \"GPL-3.0\" which is not permitted by the --onlyAllow flag. Exiting.")
        .matches("Dependency review detected incompatible licenses.")
        .matches("Dependencies that need approval:")
        .ignores("All licences are approved"),
    rule("scan.signature", "security-finding")
        .pattern(r"Error: no (?:matching (?:signatures|attestations)|signatures found)|cosign.*(?:error: |Error: )(?:no matching|verifying)|gpg: BAD signature from|gpg: Can't check signature: No public key|signature verification failed|Commits must have verified signatures|minisign.*Signature verification failed|invalid signature for|attestation verification failed")
        .confidence(0.9)
        .strategies(&["escalate"])
        .matches("Error: no matching signatures: invalid signature when validating ASN.1 encoded signature")
        .matches("gpg: BAD signature from \"Widget Releases <releases@widget.example>\" [unknown]")
        .ignores("gpg: Good signature from \"Widget Releases <releases@widget.example>\""),
    rule("scan.commit-policy", "lint-or-format")
        .pattern(r"No release type found in pull request title|Unknown release type \x22|The subject \x22[^\x22]+\x22 found in the pull request title|commits? (?:is|are) missing (?:a )?(?:sign-?off|DCO|Signed-off-by)|Commit sha: \w+, Author: .*(?:DCO|sign-off)|The DCO check failed|CLA .*(?:not signed|missing)")
        .confidence(0.92)
        .strategies(&["escalate"])
        .matches("No release type found in pull request title \"spin\". Add a prefix to indicate what kind of release this pull request corresponds to.")
        .ignores("DCO: all commits are signed off"),
];
