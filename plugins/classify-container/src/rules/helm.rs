//! Helm, Skaffold, Argo CD and Kustomize.

use plugin_sdk::prelude::*;

use super::rule;

const fn helm(code: &'static str, category: &'static str) -> RuleBuilder {
    rule(code, category).ecosystem("kubernetes")
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    helm("helm.release-failed", "deployment")
        .pattern(r"(?:UPGRADE|INSTALLATION|ROLLBACK|UNINSTALL) FAILED|Error: release \S+ failed|has no deployed releases|pre-(?:upgrade|install) hooks failed|post-(?:upgrade|install) hooks failed|cannot re-use a name that is still in use|cannot patch \x22[^\x22]+\x22 with kind|cannot be imported into the current release|rendered manifests contain a resource that already exists|Deployment failed|release: already exists|failed to deploy: |Application .* (?:sync|health) .*(?:Failed|Degraded)|Operation has completed with phase: (?:Failed|Error)|deploy failed: ")
        .unless(r"another operation|unreachable|failed 0 ")
        .confidence(0.93)
        .strategies(&["rollback", "config", "retry"])
        .matches("Error: UPGRADE FAILED: timed out waiting for the condition")
        .matches("Error: INSTALLATION FAILED: cannot re-use a name that is still in use")
        .matches("Error: UPGRADE FAILED: \"widget\" has no deployed releases")
        .ignores("Deployment failed 0 times in the last 30 days")
        .ignores("Release \"widget\" has been upgraded. Happy Helming!"),
    helm("helm.operation-in-progress", "port-or-concurrency-conflict")
        .pattern(r"another operation \(install/upgrade/rollback\) is in progress")
        .confidence(0.93)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "rollback", "escalate"])
        .matches("Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress")
        .ignores("Release \"widget\" has been upgraded. Happy Helming!"),
    helm("helm.command", "deployment")
        .pattern(r"(?:CalledProcessError: Command|failed:? |ERROR: .*)\S*\W+(?:'?helm'?,? '?(?:upgrade|install)|'?kubectl'?,? '?(?:apply|rollout))")
        .symptom()
        .confidence(0.82)
        .strategies(&["rollback", "config", "escalate"])
        .matches("subprocess.CalledProcessError: Command '['helm', 'upgrade', '--install']' returned non-zero exit status 1.")
        .ignores("Running: helm upgrade --install"),
    helm("helm.chart", "configuration")
        .pattern(r"Error: (?:failed to download \x22|chart .* (?:not found|matching)|path \x22[^\x22]+\x22 not found|Chart\.yaml file is missing|validation: |values don't meet the specifications|execution error at|template: |parse error at|failed parsing --set|repo \S+ not found|unable to build kubernetes objects|YAML parse error|an error occurred while checking for chart dependencies|no repository definition for|rendered manifests|[1-9]\d* chart\(s\) linted, [1-9])|found in Chart\.yaml, but missing in charts/ directory|\[ERROR\] (?:templates/|Chart\.yaml|values\.yaml)|nil pointer evaluating interface|the lock file \(\S+\) is out of sync|Error: accumulating resources|invalid Kustomization|error converting YAML to JSON")
        .confidence(0.89)
        .strategies(&["config", "dependency", "escalate"])
        .matches("Error: chart \"widget\" matching 9.9 not found in acme index. (try 'helm repo update'): no chart version found for widget-9.9")
        .matches("Error: execution error at (widget/templates/deployment.yaml:12:4): image is required")
        .matches("Error: found in Chart.yaml, but missing in charts/ directory: postgresql")
        .ignores("==> Linting widget"),
];
