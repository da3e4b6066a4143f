//! Static analysis of code: CodeQL, Semgrep, gosec, SonarQube, coverage services.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("scan.code-findings", "security-finding")
        .pattern(r"Ran \d+ rules on \d+ files: [1-9]\d* findings|❯❯❱ (?P<name>\S+)|\[(?P<file>/?\S+\.go):\d+\] - (?P<option>G\d{3}) |^Golang errors in file: |Issues : [1-9]\d*$|Security scan found [1-9]|^Security Warnings: [1-9]|^== Warnings ==|Code scanning results .* (?:alerts? not allowed|new alerts)|[1-9]\d* new alerts? including [1-9]\d* (?:critical|high|error)")
        .confidence(0.87)
        .strategies(&["escalate", "config"])
        .matches("[/src/app/main.go:12] - G304 (CWE-22): Potential file inclusion via variable (Confidence: HIGH, Severity: MEDIUM)")
        .matches("Ran 120 rules on 40 files: 2 findings.")
        .ignores("Ran 120 rules on 40 files: 0 findings."),
    rule("scan.quality-gate", "lint-or-format")
        .pattern(r"QUALITY GATE STATUS: FAILED|Quality Gate (?:has FAILED|failed|not passed)|✖ Quality Gate has FAILED|Codacy .*(?:not up to standards|failed)|codeclimate.*(?:issues? to fix|failed)")
        .confidence(0.9)
        .strategies(&["escalate"])
        .matches("ERROR: QUALITY GATE STATUS: FAILED - View details on https://sonar.example/dashboard?id=app")
        .ignores("INFO: QUALITY GATE STATUS: PASSED"),
    rule("scan.setup", "configuration")
        .pattern(r"ERROR: (?:Error during SonarScanner execution|You must define the following mandatory properties|Validation of project (?:reactor )?failed|Could not find a default branch|Project not found\. Please check the 'sonar\.projectKey')|Unable to find source files|Code scanning is not enabled for this repository|Advanced Security must be enabled for this repository|CodeQL (?:detected code|did not detect any code|could not process)|Encountered a fatal error while running \x22\S*codeql|A fatal error occurred: (?:Could not process query metadata|Exit status \d+ from command)|CodeQL analyses from advanced configurations cannot be processed|No source code was (?:seen|seen and extracted)|Failed to (?:upload|get) .*SARIF|You are running CI analysis while Automatic Analysis is enabled|semgrep.*(?:invalid configuration|Invalid rule)|config(?:uration)? error: .*(?:bandit|semgrep)")
        .confidence(0.9)
        .strategies(&["config", "escalate"])
        .matches("ERROR: You are running CI analysis while Automatic Analysis is enabled. Please consider disabling one or the other.")
        .matches("CodeQL detected code written in Java/Kotlin but could not process any of it. For more information, review our troubleshooting guide")
        .matches("Error: Code scanning is not enabled for this repository. Please enable code scanning in the repository settings.")
        .ignores("INFO: ANALYSIS SUCCESSFUL"),
    rule("scan.upload-denied", "auth-or-permission")
        .pattern(r"Not authorized\. (?:Analyzing this project requires authentication|Please check the (?:properties sonar\.login|user token))|You're not authorized to (?:analyze|run analysis)|Error 401 on https?://\S*/api/(?:ce|batch|v2)|Failed to query server version: .*40[13]|codecov.*(?:Token required|Rate limit reached. Please upload with the Codecov|token is required)|Commit creating failed: .*(?:Token required|Repository not found)|Upload(?:ing)? (?:failed|queued for processing failed): .*(?:401|403|[Tt]oken)|Couldn't find a repository matching this job|coveralls.*(?:422|token)|SNYK_TOKEN|Authentication failed\. Please check the API token")
        .confidence(0.92)
        .strategies(&["escalate", "config"])
        .matches("ERROR: Not authorized. Please check the user token in the property 'sonar.token' or 'sonar.login'.")
        .matches("error - Commit creating failed: {\"message\":\"Token required because branch is protected\"}")
        .matches("Authentication failed. Please check the API token on https://snyk.example")
        .ignores("INFO: ANALYSIS SUCCESSFUL"),
];
