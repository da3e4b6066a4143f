//! Jobs that somebody or something cancelled.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("ci.cancelled", "infrastructure-runner")
        .pattern(r"^(?:Error: )?The operation was cancell?ed\.?$|Canceling since a (?:higher|deploy)|^Build was aborted$|^Aborted by |^Done: Job Cancell?ed|^ERROR: Job failed: (?:cancell?ed|aborted)|^Finished: ABORTED|^The (?:job|run|build) was cancell?ed|job was cancell?ed (?:by|because)|^Sending interrupt signal to process|hudson\.AbortException: script returned exit code 143|FlowInterruptedException|^Your build (?:has been|was) (?:stopped|cancell?ed)|This run was cancell?ed|^Cancelling (?:nested steps|build) due to|The strategy configuration was cancell?ed because|Error: Process completed with exit code 143")
        .confidence(0.72)
        .specificity(70)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "escalate"])
        .matches("The operation was canceled.")
        .matches("Build was aborted")
        .matches("Canceling since a higher priority waiting request for 'ci-main' exists")
        .matches("##[error]The strategy configuration was canceled because \"build.linux\" failed")
        .ignores("The job was requeued."),
];
