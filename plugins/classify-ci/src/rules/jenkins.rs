//! Jenkins, Buildkite, Travis CI, CircleCI and Azure Pipelines, besides what they share with the others.

use plugin_sdk::prelude::*;

use super::rule;

const fn machine(code: &'static str) -> RuleBuilder {
    rule(code, "infrastructure-runner").disposition(Disposition::Retry).strategies(&["retry", "escalate"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    machine("ci.jenkins-agent")
        .pattern(r"hudson\.remoting\.(?:ChannelClosed|RequestAbort|Channel\$?\w*)Exception|java\.io\.IOException: (?:Unexpected termination of the channel|Backing channel|remote file operation failed)|Cannot contact (?P<name>\S+): |wrapper script does not seem to be touching the log file|was marked offline: |Agent (?:\S+ )?(?:went offline|was deleted|is disconnected)|ERROR: (?:Issue with creating launcher for agent|missing workspace|Unable to find (?:agent|node))|Connection was broken: java|Slave went offline during the build|Agent went offline during the build|process apparently never started in|missing workspace \S+ on|Remote call on \S+ failed|Removed agent|is offline(?:;|, cancelling)|Node \S+ (?:is|was) (?:deleted|removed)")
        .confidence(0.92)
        .matches("hudson.remoting.ChannelClosedException: Channel \"unknown\": Remote call failed")
        .matches("Agent went offline during the build")
        .matches("wrapper script does not seem to be touching the log file in /var/jenkins/workspace/app@tmp/durable-0123")
        .matches("Cannot contact spin-7: java.lang.InterruptedException")
        .ignores("Running on spin-7 in /var/jenkins/workspace/app"),
    machine("ci.travis-machine")
        .pattern(r"An error occurred while generating the build script|We're sorry, but there was an error processing your|Worker info.*error|The worker was unable to start|An unexpected error occurred(?:\.| while) .*(?:Travis|worker)|could not start worker|Failed to allocate (?:a )?(?:resource|VM|machine)|Build agent received (?:an )?unexpected|CircleCI was unable to|circleci-agent .*(?:failed|unable)|Failed to (?:create|provision) (?:container|executor|machine)|There was an issue while (?:starting|allocating)|Spin up environment .*fail|Couldn't (?:find|start) (?:any )?(?:agents?|executor)|No agent found in pool|Failed to start (?:the )?(?:VM|virtual machine)|The remote provider was unable to process the request|buildkite-agent: (?:fatal|error)|Exited with status -1 \(agent lost\)|exit(?:ed with)? status -1|Agent was (?:lost|stopped)")
        .confidence(0.86)
        .matches("##[error]No agent found in pool Spin which satisfies the specified demands: spin")
        .matches("##[error]The remote provider was unable to process the request.")
        .matches("Exited with status -1 (agent lost)")
        .ignores("Worker information"),
    rule("ci.jenkins-summary", "unknown")
        .pattern(r"^Finished: (?:FAILURE|UNSTABLE)|^ERROR: script returned exit code [1-9]|^hudson\.AbortException: script returned exit code|^Build step '.+' (?:marked build as failure|changed build result to)|^(?:Bash|PowerShell|Cmd\.exe|Script) (?:failed|exited) with (?:error|code|exit code)|^🚨 Error: The command exited with status [1-9]|^Your build exited with [1-9]|^Done\. Your build exited with [1-9]|^Exited with code [1-9]|^The command \x22.+\x22 (?:failed and )?exited with [1-9]|^Build failed with an error: ")
        .unless(r"\b(?:137|143|127|126|124)\b")
        .summary()
        .confidence(0.3)
        .specificity(30)
        .strategies(&["escalate"])
        .matches("Finished: FAILURE")
        .matches("Bash exited with code '1'.")
        .matches("Done. Your build exited with 1.")
        .ignores("Finished: SUCCESS"),
];
