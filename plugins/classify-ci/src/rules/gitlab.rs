//! GitLab Runner.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("ci.gitlab-system-failure", "infrastructure-runner")
        .pattern(r"ERROR: Job failed \(system failure\)|(?:ERROR: )?Preparation failed: |runner system failure|There has been a (?:runner system failure|structural integrity problem|missing dependency failure)|prepare environment: |ERROR: Job failed: (?:prepare environment|pod .* (?:status is|not found|was deleted)|error sending request|command terminated.*system)|Will be retried in \d+s \.\.\.$|Error response from daemon: .*runner-\S+-project|This job is stuck because|waiting for pod running|pod status is failed|unable to upgrade connection: |Job is stuck\. Check runners|no runners? (?:that match|available)|Execution attempts exceeded|image pull failed: |ERROR: Registering runner")
        .unless(r"toomanyrequests|no space left|Cannot connect to the Docker daemon|x509|denied")
        .confidence(0.91)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "escalate"])
        .matches("ERROR: Job failed (system failure): prepare environment: waiting for pod running: timed out waiting for pod to start. Check the documentation for more information")
        .matches("ERROR: Preparation failed: adding cache volume: set volume permissions: create permission container for volume")
        .ignores("Preparing environment"),
    rule("ci.gitlab-artifacts", "registry-or-service-outage")
        .pattern(r"(?:ERROR|FATAL): (?:Uploading|Downloading) artifacts .*\b(?:5\d\d|error=couldn't execute|EOF|Internal Server Error|Bad Gateway|timeout)|ERROR: Uploading artifacts .*(?:failed|error)|FATAL: invalid argument .*artifacts|ERROR: Downloading artifacts from coordinator\.\.\. .*(?:error|failed)|Appending trace to coordinator\.\.\. .*(?:failed|error)")
        .unless(r"40[134] |too[ -]large|not found|no matching files|413")
        .confidence(0.9)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "escalate"])
        .matches("ERROR: Uploading artifacts as \"archive\" to coordinator... error  error=couldn't execute POST against https://git.example/api/v4/jobs/1/artifacts: Post: EOF id=1")
        .matches("ERROR: Uploading artifacts as \"archive\" to coordinator... 500 Internal Server Error  id=1 responseStatus=500 Internal Server Error")
        .ignores("Uploading artifacts as \"archive\" to coordinator... 201 Created  id=1"),
    rule("ci.gitlab-artifacts-refused", "configuration")
        .pattern(r"(?:ERROR|WARNING|FATAL): (?:Uploading|Downloading) artifacts .*(?:413|too[ -]large|404 Not Found|40[13] )|ERROR: No files to upload|This job could not start because it could not retrieve the needed artifacts|artifacts? .*(?:have|has) (?:expired|been erased)")
        .unless(r"^WARNING: .*40[13]")
        .confidence(0.86)
        .strategies(&["config", "escalate"])
        .matches("ERROR: Uploading artifacts as \"archive\" to coordinator... 413 Request Entity Too Large  id=1 responseStatus=413")
        .matches("This job could not start because it could not retrieve the needed artifacts.")
        .ignores("Uploading artifacts as \"archive\" to coordinator... 201 Created  id=1"),
];
