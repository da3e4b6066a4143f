//! Trivy, Grype, Docker Scout, Checkov, tfsec, Hadolint and kube-linter.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("scan.image-vulnerabilities", "security-finding")
        .pattern(r"^Total: [1-9]\d* \(|│ *CVE-\d{4}-\d{4,} *│|\bCVE-\d{4}-\d{4,}\b.*\b(?:HIGH|CRITICAL|High|Critical)\b|discovered vulnerabilities (?:at or above|in the image)|Failed: (?:found|vulnerabilities)|\[[1-9]\d* (?:critical|high)\]|✗ (?:CRITICAL|HIGH) CVE-\d{4}|vulnerabilit(?:y|ies) .*(?:exceed|above) .*threshold|^(?P<package>\S+) +\S+ +\S* +\w+ +CVE-\d{4}-\d+ +(?:High|Critical)")
        .unless(r"Total: 0 |(?:HIGH|CRITICAL): 0\)$")
        .confidence(0.9)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("Total: 3 (HIGH: 2, CRITICAL: 1)")
        .matches("│ libwidget │ CVE-2099-0001 │ HIGH │ fixed │ 1.0.0 │ 1.0.1 │ widget: spins forever │")
        .matches("1 error occurred: * discovered vulnerabilities at or above the severity threshold")
        .ignores("Total: 0 (HIGH: 0, CRITICAL: 0)"),
    rule("scan.database", "registry-or-service-outage")
        .pattern(r"FATAL\s.*(?:failed to download (?:vulnerability|Java) DB|init error: DB error|error in vulnerability DB initialize|DB error: failed)|OCI (?:artifact error|repository error)|unable to (?:update|fetch|check for) vulnerability (?:db|database)|failed to load vulnerability db|vulnerability db: (?:database was built|unable to)")
        .unless("TOOMANYREQUESTS")
        .confidence(0.92)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("FATAL\tFatal error\tinit error: DB error: failed to download vulnerability DB: database download error: OCI artifact error")
        .ignores("INFO\tVulnerability scanning is enabled"),
    rule("scan.database-limited", "rate-limit")
        .pattern(r"(?:DB error|OCI|trivy|vulnerability DB).*TOOMANYREQUESTS")
        .confidence(0.95)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative", "config"])
        .matches("FATAL\tFatal error\tinit error: DB error: failed to download vulnerability DB: OCI artifact error: GET https://images.example/v2/: TOOMANYREQUESTS: retry-after: 513us")
        .ignores("INFO\tVulnerability scanning is enabled"),
    rule("scan.misconfiguration", "security-finding")
        .pattern(r"^Passed checks: \d+, Failed checks: [1-9]|^Check: (?P<code>CKV\w*_\w+_\d+): |^\s+FAILED for resource: (?P<name>\S+)|^(?:Tests|Failures): \d+ \(.*FAILURES: [1-9]|^(?:AVD|KSV|DS)-?\w*-?\d+ \((?:HIGH|CRITICAL|MEDIUM)\)|^Result #\d+ (?:HIGH|CRITICAL|MEDIUM)|[1-9]\d* potential problem\(s\) detected|Error: found [1-9]\d* lint errors|^\[(?:HIGH|CRITICAL|MEDIUM)\] .*kics|Violated Policies: +[1-9]")
        .confidence(0.9)
        .strategies(&["escalate", "config"])
        .matches("Passed checks: 12, Failed checks: 2, Skipped checks: 0")
        .matches("Check: CKV_AWS_18: \"Ensure the bucket has access logging enabled\"")
        .matches("Result #1 HIGH Bucket does not have encryption enabled")
        .ignores("Passed checks: 12, Failed checks: 0, Skipped checks: 0"),
    rule("scan.dockerfile-lint", "lint-or-format")
        .pattern(r"(?:^|/)\S*[Dd]ockerfile\S*:\d+ (?P<code>(?:DL|SC)\d{4}) (?:\S*(?:error|warning|info|style)\S* ?: ?)|^\S+\.sh:\d+:\d+: (?:error|warning|note|style)?:? ?.*\[(?P<name>SC\d{4})\]|^In (?P<file>\S+) line \d+:$|^\s*\^-*\^? SC\d{4}(?: \((?:error|warning|info|style)\))?: |^\s+\d+:\d+\s+error\s+.*\((?:yaml|[a-z-]+)\)$|^::error file=\S+::.*\((?:yamllint|SC\d+)\)")
        .unless(r"^In \S+\.(?:php|phar|rb|py|js|ts) line \d+:$")
        .confidence(0.9)
        .strategies(&["escalate", "config"])
        .matches("Dockerfile:3 DL3008 warning: Pin versions in apt get install.")
        .matches("In spin.sh line 12:")
        .matches("  3:1       error    wrong indentation: expected 2 but found 4  (indentation)")
        .ignores("In SpinCommand.php line 12:")
        .ignores("12 files checked"),
];
