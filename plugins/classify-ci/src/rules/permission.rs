//! Tokens of jobs and what they may do.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("ci.token-permission", "auth-or-permission")
        .pattern(r"Resource not accessible by (?:integration|personal access token)|HttpError: (?:Bad credentials|Not Found|Must have admin rights|Resource protected|Requires authentication|Forbidden|Validation Failed: .*permission)|refusing to allow (?:a|an) (?:GitHub App|OAuth App|Personal Access Token|integration)|without `workflows?` permission|GitHub Actions is not permitted to create or approve pull requests|Unable to get ACTIONS_ID_TOKEN_REQUEST_URL|id-token: write|Error: Credentials could not be loaded|Could not load credentials from any providers|Not authorized to perform sts:AssumeRoleWithWebIdentity|No OpenIDConnect provider found|Please ensure that (?:your|the) (?:token|GITHUB_TOKEN) has|The token (?:has expired|provided is invalid)|Personal access tokens? .*(?:expired|fine-grained.*forbidden)|GraphQL: Resource not accessible|GraphQL: .*does not have (?:the correct )?permissions?|gh: (?:Resource not accessible|Bad credentials|Not Found|Must have)|To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN|Parameter token .*permission|secret .* is (?:not set|empty|undefined)|SAML enforcement|The requested (?:URL returned error|scope).*(?:insufficient|scope)|Error: The process .*git' failed .*403|Job token .*(?:denied|not allowed|permission)|HTTP Basic: Access denied|remote: (?:You are not allowed|The project you were looking for)|TF401019: |You need the Git 'GenericContribute' permission")
        .unless(r"npm (?:ERR|error)")
        .confidence(0.94)
        .specificity(80)
        .strategies(&["escalate", "config"])
        .matches("Error: Resource not accessible by integration")
        .matches("##[error]HttpError: Bad credentials")
        .matches(" ! [remote rejected] topic -> topic (refusing to allow a GitHub App to create or update workflow `.ci/spin.yml` without `workflows` permission)")
        .matches("Error: Credentials could not be loaded, please check your action inputs: Could not load credentials from any providers")
        .matches("gh: To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable.")
        .ignores("Token permissions: contents: read"),
];
