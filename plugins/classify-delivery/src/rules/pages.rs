//! Pages of repositories and static sites.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("pages.deploy", "deployment")
        .pattern(r"Error: (?:Creating Pages deployment failed|Failed to create deployment|Deployment failed, try again later|Timeout reached, aborting|No uploaded artifact was found|Fetching artifact metadata failed|Action failed with \x22The (?:deploy step|process .*git))|Deployment request failed for \S+ due to in progress deployment|Get Pages site failed\. |No artifacts named \x22github-pages\x22|Multiple artifacts named \x22github-pages\x22|is not allowed to deploy to \S+ due to environment protection rules|ghpages|gh-pages.*(?:rejected|error: )|Jekyll .*Error: +|Page build failed|Docusaurus found broken links")
        .confidence(0.9)
        .strategies(&["retry", "config", "escalate"])
        .matches("Error: Creating Pages deployment failed")
        .matches("Error: Get Pages site failed. Please verify that the repository has Pages enabled and configured to build using GitHub Actions")
        .matches("Branch \"topic\" is not allowed to deploy to production due to environment protection rules.")
        .ignores("Reported success!"),
];
