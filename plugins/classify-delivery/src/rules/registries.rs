//! Uploads that a registry of packages or images refuses, in the wording of services rather than of one client.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("publish.conflict", "deployment")
        .pattern(r"(?i)\b409 (?:\(?conflict|conflict)\b|status(?: code)?:? 409\b|\bimmutable (?:release|version|artifact|tag)|cannot (?:overwrite|modify|republish|publish over) (?:the )?(?:an? )?(?:existing|previously|published|released)|does not allow (?:updating|overwriting|redeploying) (?:artifacts?|assets?|releases?)|(?:version|release|package|artifact|component|image|tag|chart) ['\x22`]?\S+['\x22`]? (?:has )?(?:was )?already (?:exists?|been (?:published|uploaded|released|pushed|deployed)|published|uploaded|released|pushed)|refus(?:ed|ing) to (?:overwrite|publish|deploy|release|promote|push)|(?:publish|upload|push|release|promotion) (?:was )?(?:rejected|refused)\b|Repushing of gem versions is not allowed|Failed to (?:publish|deploy|upload) (?:artifact|package|chart|image|module|crate|gem|release|site|bundle|function|app|application|stack|service)s?\b")
        .unless(r"(?i)\b(?:401|403|50\d)\b|unauthori[sz]ed|forbidden|denied|skip|container name|port |timed? ?out|connection|\b(?:warn|warning|info|debug|trace|notice)\b|branch|git|database|relation|table|assert|expected|PASS|✓|✔|\.\.\. ok|address|nothing to|up to date|unchanged|ignor|leaving|\bupdating\b|already (?:exists|published|uploaded), (?:not|using|reus|continu)|reus(?:e|ing)|\x22(?:GET|POST|PUT|PATCH|DELETE|HEAD) /|\b(?:GET|POST|PUT|PATCH|DELETE|HEAD) /\S* ")
        .confidence(0.8)
        .specificity(62)
        .strategies(&["escalate", "config"])
        .matches("ERROR: version 1.2.0 already exists and cannot be replaced")
        .matches("Response: 409 Conflict")
        .matches("Failed to publish package widget: the registry said no")
        .ignores("package widget@1.2.0 already exists, nothing to publish")
        .ignores("2024-05-01 10:00:00 INFO widget.api: POST /orders answered 409 Conflict")
        .ignores("tag widget already exists in git, skipping")
        .ignores("Published widget 1.2.0"),
    rule("deploy.failed", "deployment")
        .pattern(r"(?i)\bdeploy(?:ment)? (?:of |to |for |from )?(?:\S+ )?(?:has )?(?:failed|aborted|was (?:rejected|aborted|cancelled|rolled back)|timed out|did not (?:become|finish|complete|succeed))\b|\broll(?:ing|ed) back to (?:release|version|revision)|(?:never became|did not become|failed to become) (?:healthy|ready|active|available)|\bcap aborted!|!\s+Push (?:rejected|failed)|overall deployment failed because|has reached its max restart|Build script returned non-zero exit code|(?:smoke|canary|post-deploy) (?:test|check|probe)s? (?:failed|timed out)")
        .unless(r"(?i)\b(?:401|403)\b|unauthori[sz]ed|forbidden|transaction|assert|expected|✓|✔|PASS|^\s*ok\b|\.\.\. ok$|\b(?:warn|warning|info|debug|trace|notice)\b|throttl|no space|failed:? 0\b|\b(?:if|when|unless|until|while|in case) |notif|\bon[- ]|will be|retry")
        .confidence(0.82)
        .specificity(64)
        .strategies(&["escalate", "rollback", "retry"])
        .matches("deployment of web was rolled back")
        .matches("rolling back to release 41 because the new one is unhealthy")
        .matches("error: service web never became healthy")
        .ignores("Notify the team when the deployment failed: yes")
        .ignores("INFO deploy: deployment of web failed once, next try in 5 s")
        .ignores("Deployment succeeded")
        .ignores("transaction rolled back"),
];
