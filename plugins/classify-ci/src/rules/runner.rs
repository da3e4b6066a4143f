//! Runners that are lost, and disks and memory of theirs that are full.

use plugin_sdk::prelude::*;

use super::rule;

const fn runner(code: &'static str) -> RuleBuilder {
    rule(code, "infrastructure-runner").disposition(Disposition::Retry).strategies(&["retry", "escalate"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    runner("ci.runner-lost")
        .pattern(
            r"lost communication with the server|The hosted runner (?:encountered an error|lost)|(?:agent|runner|node|slave|worker|executor) (?:\S+ )?(?:was|went|is|has gone|has) (?:been )?(?:marked )?(?:offline|lost|unresponsive|disconnected)\b|Agent lost|We stopped hearing from agent|We have not received a message from|agent did not connect within the alloted time|The (?:self-hosted )?runner .*(?:deleted|not found|disconnected)|The runner no longer exists on the server|The runner registration has been deleted|GitHub Actions has encountered an internal error|An error occurred while provisioning|Internal CI error|Received request to deprovision: The request was cancelled by the remote provider|[Tt]he job was not (?:acquired|started) (?:by Runner|because)|This job was (?:abandoned|cancelled because the self-hosted runner)|VM (?:crashed|was preempted|instance.*preempted)|(?:spot|preemptible) (?:instance|VM) .*(?:terminated|interrupt|reclaim|preempt)|Spot instance interruption|Your test run exceeded|[Hh]eartbeat (?:timed out|lost)|stuck or timeout failure|marking lost and self-terminating|the agent (?:pool|pod) .*(?:terminated|deleted)|Error: CI service failure|Infrastructure fail|infrastructure_fail|job was terminated by infrastructure",
        )
        .unless(r"Runner is online|(?i:assert|expected)")
        .confidence(0.93)
        .matches("The self-hosted runner: widget-1 lost communication with the server. Verify the machine is running and has a healthy network connection.")
        .matches("##[error]The hosted runner encountered an error while running your job. (Error Type: Disconnect).")
        .matches("##[error]We stopped hearing from agent Hosted Agent. Verify the agent machine is running and has a healthy network connection.")
        .matches("The job was not acquired by Runner of type hosted even after multiple attempts")
        .matches("Received request to deprovision: The request was cancelled by the remote provider.")
        .ignores("Runner is online"),
    runner("ci.runner-shutdown")
        .pattern(r"The runner has received a shutdown signal|Service requests the hosted runner to shutdown|received (?:a )?(?:SIGTERM|shutdown) .*(?:runner|agent)|(?:runner|agent) (?:process )?(?:is )?shutting down while|Received cancellation signal, interrupting|Agent is stopping|Forced to quit by signal")
        .confidence(0.88)
        .matches("##[error]The runner has received a shutdown signal. This can happen when the runner service is stopped, or a manually started runner is canceled.")
        .ignores("Runner is online"),
    rule("ci.runner-disk", "resource-disk")
        .pattern(r"You are running out of disk space\. The runner will stop working when the machine runs out of disk space|Free space left: \d+ MB|runner .*(?:out of|low on) disk")
        .confidence(0.9)
        .disposition(Disposition::Auto)
        .strategies(&["resource", "config"])
        .matches("##[warning]You are running out of disk space. The runner will stop working when the machine runs out of disk space. Free space left: 95 MB")
        .ignores("Filesystem      Size  Used Avail Use% Mounted on"),
    rule("ci.runner-time-limit", "resource-cpu-timeout")
        .pattern(r"has exceeded the maximum execution time of|The action has timed out|The action '[^']+' has timed out after|The job exceeded the maximum (?:log length|time limit for jobs)|No output has been received in the last|The job (?:running on \S.* )?ran longer than the maximum time of|exceeded the maximum execution time|Build timed out \(after (?P<timeout>[^)]+)\)|execution took longer than (?P<limit>\S+)|Too long with no output \(exceeded|Job timed out|Timed out - (?:running|step)|Job's log exceeded limit|context deadline exceeded \(step|reached the timeout of|The operation has timed out\. \(job")
        .unless("log exceeded limit|maximum log length")
        .confidence(0.92)
        .disposition(Disposition::Retry)
        .strategies(&["resource", "retry", "escalate"])
        .matches("##[error]The action 'Run tests' has timed out after 30 minutes.")
        .matches("The job exceeded the maximum time limit for jobs, and has been terminated.")
        .matches("##[error]The job running on agent Hosted Agent ran longer than the maximum time of 60 minutes. For more information, see the documentation")
        .matches("ERROR: Job failed: execution took longer than 1h0m0s seconds")
        .matches("Build timed out (after 60 minutes). Marking the build as aborted.")
        .ignores("timeout-minutes: 30"),
    rule("ci.log-limit", "infrastructure-runner")
        .pattern(r"The job exceeded the maximum log length|Job's log exceeded limit of|The log length has exceeded the limit of")
        .confidence(0.9)
        .strategies(&["config", "escalate"])
        .matches("The job exceeded the maximum log length, and has been terminated.")
        .matches("Job's log exceeded limit of 4194304 bytes.")
        .ignores("log length: 100"),
];
