//! CI services: runners that are lost, and definitions that they refuse.

use plugin_sdk::prelude::*;

use super::tool;

/// The rules of this topic.
pub fn rules() -> Vec<Rule> {
    vec![
        tool("system.runner-lost", "infrastructure-runner", "generic")
            .pattern(
                r"lost communication with the server|The hosted runner (?:encountered an error|lost)|(?:agent|runner|node|slave) (?:was|went|is|has gone) (?:marked )?(?:offline|lost|unresponsive)|agent lost|We stopped hearing from agent|hudson\.remoting\.(?:ChannelClosed|RequestAbort)Exception|Cannot contact \S+: |(?:ERROR: )?Preparation failed: |No agent found|runner system failure|There has been a runner system failure|The (?:self-hosted )?runner .*(?:deleted|not found|disconnected)|GitHub Actions has encountered an internal error|Failed to (?:download action|queue|create (?:job|artifact))|An error occurred while provisioning|Internal CI error|Your test run exceeded|ERROR: .*[Uu]ploading artifacts .*(?:500|failed)|Artifact (?:storage quota|upload failed)|Failed to CreateArtifact",
            )
            .confidence(0.9)
            .disposition(Disposition::Retry)
            .strategies(["retry", "escalate"])
            .matches("The self-hosted runner: widget-1 lost communication with the server. Verify the machine is running and has a healthy network connection.")
            .matches("hudson.remoting.ChannelClosedException: Channel \"unknown\": Remote call failed")
            .matches("Failed to CreateArtifact: Received non-retryable error")
            .ignores("Runner is online"),
        tool("system.ci-definition", "configuration", "generic")
            .pattern(
                r"\(Line: \d+, Col: \d+\): |Unexpected value '(?P<option>[^']+)'|Input required and not supplied: (?P<variable>\S+)|Parameter \S+ or opts\.auth is required|Invalid workflow file|workflow is not valid|Unrecognized named-value: '|Unable to resolve action|Can't find 'action\.ya?ml'|(?:mapping values|did not find expected key|could not find expected)|(?:jobs|stages?)[:.]\S+ config (?:should|contains|key)|This GitLab CI configuration is invalid|undefined secret|Context access might be invalid|WorkflowScript: \d+: |No such DSL method|Unable to process file command|The template is not valid|Missing download info for actions|version of .* has been deprecated|is deprecated and will (?:be|fail)|automatically failed because it uses a deprecated version",
            )
            .unless(r"(?i)warning|DeprecationWarning|npm warn|has been deprecated and |is deprecated and will be removed")
            .strategies(["config", "escalate"])
            .matches("(Line: 11, Col: 3): Unexpected value 'widgets'")
            .matches("Error: Input required and not supplied: token")
            .matches("Unable to resolve action `acme/widget@v9`, unable to find version `v9`")
            .ignores("npm warn deprecated widget@1.0.0: this is deprecated"),
    ]
}
