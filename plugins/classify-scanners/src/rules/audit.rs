//! Scanners of dependencies: govulncheck, Snyk, OWASP Dependency-Check, OSV-Scanner, bundler-audit, Composer, dependency review.
//!
//! The audits of npm, pip and cargo belong to the classifiers of their ecosystems.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("audit.vulnerabilities", "security-finding")
        .pattern(
            r"^Vulnerability #\d+: |^=== Symbol Results ===|Your code is affected by [1-9]\d* vulnerabilit|(?:Tested \d+ dependencies .*|, )found [1-9]\d* (?:issues|vulnerabilities|vulnerable paths)|One or more dependencies were identified with vulnerabilities|^✗ (?:Low|Medium|High|Critical) severity vulnerability found|^(?:Name|Package): .*(?:Advisory|CVE)|^(?:Criticality|Advisory): |^Vulnerabilities found!|Found [1-9]\d* security vulnerability advisor|^\+-+ .*vulnerab|https://osv\.dev/\S+ +[|│] +[\d.]+ [|│]|Dependency review detected vulnerable packages|Scanned .* and found [1-9]\d* packages? with vulnerab|Total [1-9]\d* packages? affected by [1-9]\d*|^Known vulnerabilit(?:y|ies)|jake: .*vulnerab|Introduced through: .*|safety .*[1-9]\d* vulnerabilit|^(?:-> )?Vulnerability found in \S+ version|[1-9]\d* vulnerabilities? (?:was|were) (?:found|reported)",
        )
        .unless(r"(?i)\b(?:0|no) vulnerabilit|fix available via|Run .*npm audit|^Scanning|allowed warnings? found$")
        .confidence(0.9)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("Vulnerability #1: GO-2099-0001")
        .matches("One or more dependencies were identified with vulnerabilities that have a CVSS score greater than or equal to '7.0':")
        .matches("✗ High severity vulnerability found in widget")
        .matches("Found 2 security vulnerability advisories affecting 1 package:")
        .ignores("found 0 vulnerabilities"),
    rule("audit.database", "registry-or-service-outage")
        .pattern(r"npm (?:ERR!|error|WARN|warn) audit (?:endpoint returned an error|request to)|ERR_PNPM_AUDIT_BAD_RESPONSE|error: (?:couldn't fetch advisory database|failed to fetch advisory)|failed to (?:load|fetch) advisory database|Error updating the NVD Data|NvdApiException|Unable to (?:continue dependency-check analysis|download the NVD)|pip-audit.*(?:ServiceError|ConnectionError)|vulnerability (?:service|database) .*(?:unavailable|unreachable)|UpdateException: ")
        .confidence(0.9)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("npm error audit endpoint returned an error")
        .matches("org.owasp.dependencycheck.data.update.exception.UpdateException: Error updating the NVD Data; the NVD returned a 403 or 404 error")
        .matches("error: couldn't fetch advisory database: git operation failed")
        .ignores("found 0 vulnerabilities"),
];
