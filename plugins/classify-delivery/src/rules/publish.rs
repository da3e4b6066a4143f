//! Publishing releases: GitHub releases, GoReleaser, Changesets, Lerna, semantic-release, editor extensions.
//!
//! The upload commands of pip, npm and cargo belong to the classifiers of their ecosystems.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("publish.exists", "deployment")
        .pattern(r"Version \S+ of package \S+ already exists|already_exists.*(?:tag_name|ReleaseAsset)|Validation Failed: \{.*already_exists|[Aa] release with the same tag name already exists|release with (?:the )?same tag name already exists|tag .* already exists.*release|asset (?:under the same name|with the same name) already exists|The version \S+ (?:has )?already (?:been )?(?:published|exists)|already contains a file named")
        .confidence(0.94)
        .strategies(&["escalate", "config"])
        .matches("a release with the same tag name already exists: v1.0.0")
        .ignores("+ widget@1.0.0"),
    rule("publish.denied", "auth-or-permission")
        .pattern(r"Trusted publishing exchange failure|Token request failed|invalid-publisher|Non-user identities cannot create new projects|Username/Password authentication is no longer supported|A verified email address is required|ENONPMTOKEN|EINVALIDNPMTOKEN|EINVALIDGHTOKEN|ENOGHTOKEN|EGITNOPERMISSION|The (?:npm|GitHub|Git) token .*(?:invalid|missing|push permission)|provenance .*(?:id-token|permission)|authentication token not provided")
        .confidence(0.94)
        .specificity(84)
        .strategies(&["escalate", "config"])
        .matches("Trusted publishing exchange failure:")
        .matches("EGITNOPERMISSION Cannot push to the Git repository.")
        .ignores("Uploading widget-1.0.0.tar.gz"),
    rule("publish.refused", "deployment")
        .pattern(r"lerna ERR! (?:E\w+|publish)|🦋 +error|⨯ (?:release|command|build) failed|[Rr]elease failed after|error=(?:git is in a dirty state|git tag .* was not made against)|gh: Validation Failed|HTTP 422: Validation Failed|no matches found for `(?P<path>[^`]+)`|Upload(?:ing)? (?:of )?release asset .*failed|semantic-release.*An error occurred while running|\[semantic-release\] .*✘ +(?:Failed|An error)|EGHMISSING\w*|ERELEASEBRANCHES|EPLUGIN\w+|vsce .*(?:ERROR|publish)|ERROR +The Personal Access Token verification has failed")
        .unless(r"already exists|authentication information|40[13] ")
        .confidence(0.88)
        .strategies(&["escalate", "config", "retry"])
        .matches("  ⨯ release failed after 1s                  error=git is in a dirty state")
        .matches("🦋  error an error occurred while publishing widget: spinning")
        .ignores("Uploading widget-1.0.0.tar.gz"),
];
