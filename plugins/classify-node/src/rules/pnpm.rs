//! The remaining codes of pnpm and Yarn, sorted by what has to change.

use plugin_sdk::prelude::*;

use super::rule;

const fn settings(code: &'static str) -> RuleBuilder {
    rule(code, "configuration").strategies(&["config", "escalate"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    settings("node.pnpm-lockfile")
        .pattern(r"ERR_PNPM_(?:FROZEN_LOCKFILE|BROKEN_LOCKFILE|LOCKFILE_MISSING_DEPENDENCY|DEDUPE_CHECK_ISSUES|CATALOG_|CONFIG_DEP|FROZEN_STORE|MISSING_LOCKFILE|AUDIT_NO_LOCKFILE|RESOLUTION_STEP)|This package doesn't seem to be present in your lockfile|YN00(?:20|56): |Outdated lockfile\. Please run|Integrity check: Lockfile does not|^error Lockfile ")
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "config"])
        .matches(" ERR_PNPM_FROZEN_LOCKFILE_WITH_OUTDATED_LOCKFILE  Cannot perform a frozen installation")
        .matches("Internal Error: shop@workspace:.: This package doesn't seem to be present in your lockfile; run \"yarn install\" to update the lockfile")
        .matches("➤ YN0056: │ widget@npm:1.2.3: Cache entry required but missing")
        .ignores("Lockfile is up to date, resolution step is skipped"),
    settings("node.pnpm-refused")
        .category("auth-or-permission")
        .pattern(r"ERR_PNPM_(?:FORBIDDEN|UNAUTHORIZED|NOT_LOGGED_IN|LOGIN_|WEB_LOGIN_|AUTH_|TOKEN_HELPER|NO_AUTH|OTP|EOTP)|YN0033: .*(?:authentication|auth)|YN0035: .*(?:Unauthorized|Forbidden)|No authentication configured for request")
        .strategies(&["escalate"])
        .matches(" ERR_PNPM_UNAUTHORIZED  You must be logged in to publish packages.")
        .matches("➤ YN0033: │ No authentication configured for request")
        .ignores(" ERR_PNPM_NO_SCRIPT  Missing script: build"),
    settings("node.pnpm-version")
        .category("dependency-missing")
        .pattern(r"ERR_PNPM_(?:NO_MATURE_MATCHING_VERSION|NO_VERSIONS|SPEC_NOT_SUPPORTED_BY_ANY_RESOLVER|LINKED_PKG_DIR_NOT_FOUND|NO_MATCHING_VERSION|PACKAGE_NOT_FOUND|DLX_NO_|NO_PKG)|YN00(?:10|16|27): .*|YN0035: .*(?:The remote server failed to provide|not found)")
        .unless("YN0035: .*(?:Response Code: (?:401|403|429|5)|Unauthorized|Forbidden)")
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches(" ERR_PNPM_NO_MATURE_MATCHING_VERSION  Version 1.2.3 of widget does not meet the minimumReleaseAge constraint")
        .matches("➤ YN0016: │ widget@npm:next: Registry failed to return tag \"next\"")
        .ignores("➤ YN0000: · Done in 2s"),
    settings("node.pnpm-patch")
        .category("dependency-conflict")
        .pattern(r"ERR_PNPM_(?:PATCH_|UNUSED_PATCH|INVALID_PATCH|PEER_DEP|DUPLICATED)|YN0066: |YN0086: |\*\*ERROR\*\* Failed to apply patch for package|Patch file found for package .* which is not present|error \x22(?P<package>[^\x22]+)\x22 is wrong version: expected")
        .unless("ERR_PNPM_PEER_DEP_ISSUES")
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches(" ERR_PNPM_PATCH_FAILED  Could not apply patch /src/app/patches/widget.patch to /src/app/node_modules/widget")
        .matches("**ERROR** Failed to apply patch for package widget at path")
        .ignores(" ERR_PNPM_PEER_DEP_ISSUES  Unmet peer dependencies"),
    settings("node.pnpm-git")
        .category("git-or-checkout")
        .pattern(r"ERR_PNPM_GIT_(?:UNCLEAN|NOT_CORRECT_BRANCH|NOT_LATEST|UNKNOWN_BRANCH|AMBIGUOUS_REF|CHECKOUT_FAILED|LS_REMOTE_FAILED)|ERR_PNPM_INVALID_GIT_COMMIT|lerna ERR! (?:ENOGIT|EUNCOMMIT|EBEHIND|ENOREMOTEBRANCH|ENOCOMMIT|EDETACHEDHEAD|ENOTALLOWED)|npm (?:ERR!|error) Git working directory not clean")
        .matches(" ERR_PNPM_GIT_UNCLEAN  Unclean working tree. Commit or stash changes first.")
        .matches("lerna ERR! EUNCOMMIT Working tree has uncommitted changes, please commit or remove the following changes before continuing:")
        .ignores("lerna info git Pushing tags..."),
    settings("node.offline")
        .category("network-transient")
        .pattern(r"ERR_PNPM_(?:NO_OFFLINE_|CANNOT_DOWNLOAD_BINARY_OFFLINE|FETCH_FAIL|META_FETCH)|YN0080: |Couldn't find any versions for .* in our (?:offline )?cache|npm (?:ERR!|error) code ENOTCACHED|Error when performing the request to https?://")
        .unless("ERR_PNPM_META_FETCH_FAIL")
        .strategies(&["retry", "config", "alternative"])
        .confidence(0.8)
        .matches("npm error code ENOTCACHED")
        .matches(" ERR_PNPM_NO_OFFLINE_TARBALL  A package is missing from the store but cannot download it in offline mode.")
        .matches("Error: Error when performing the request to https://registry.example/pnpm/latest; for troubleshooting help, see https://tools.example")
        .ignores("npm error code ENOTEMPTY"),
    settings("node.pnpm-settings")
        .pattern(r"ERR_PNPM_(?:INVALID_|BAD_|CONFIG_|IGNORED_BUILDS|ADDING_TO_ROOT|UNKNOWN_|MISSING_|NO_IMPORTER|NO_PACKAGE|PNPMFILE_FAIL|UNEXPECTED_(?:STORE|VIRTUAL_STORE)|ABORTED_REMOVE|WORKSPACE_|NO_WORKSPACE|PROJECT_CONFIG|DISALLOW_WORKSPACE_CYCLES|GLOBAL_|CANNOT_DEPLOY|DEPLOY_|NO_SCRIPT|HIDDEN_SCRIPT|EXEC_|MODULES_BREAKING_CHANGE|STORE_BREAKING_CHANGE|HOIST|PUBLIC_HOIST|REGISTRIES_MISMATCH|INCLUDED_DEPS_CONFLICT|MULTIPLE_|YAML_|JSON_|NOT_|CANNOT_|PACKAGES_)")
        .unless(r"ERR_PNPM_(?:BAD_(?:PM_VERSION|TARBALL_SIZE|RUNTIME_VERSION)|INVALID_(?:PATCH|TARBALL_INTEGRITY|GIT_COMMIT|NODE_VERSION|RUNTIME)|CONFIG_DEP|CANNOT_(?:RESOLVE|MANAGE|DOWNLOAD)|NOT_LOGGED|NO_SCRIPT |NO_IMPORTER_MANIFEST_FOUND|WORKSPACE_PKG_NOT_FOUND|JSON_PARSE|MISSING_LOCKFILE|EXEC_|NO_PACKAGE_NOT)")
        .confidence(0.82)
        .matches(" ERR_PNPM_INVALID_WORKSPACE_CONFIGURATION  packages field missing or empty")
        .matches(" ERR_PNPM_IGNORED_BUILDS  Ignored build scripts: widget@1.2.3")
        .matches(" ERR_PNPM_PNPMFILE_FAIL  Error during pnpmfile execution.")
        .ignores(" ERR_PNPM_BAD_PM_VERSION  This project is configured to use v9 of pnpm"),
    settings("node.yarn-usage")
        .pattern(r"^Usage Error: |^Internal Error: .*(?:workspace|lockfile|manifest)|^error (?:Running this command will add the dependency to the workspace root|Workspaces can only be enabled in private|Package \x22[^\x22]+\x22 refers to a non-existing file|Invalid value type for|Couldn't find a package\.json|Received invalid|Missing list of packages|Invalid argument)|YN00(?:21|22|57|71|81): |^Unknown Syntax Error: ")
        .unless("configured to use|doesn't seem to be present in your lockfile|Couldn't find a (?:script named|package\\.json)")
        .confidence(0.82)
        .matches("Usage Error: The nearest package directory (/src/app/web) doesn't seem to be part of the project declared in /src/app.")
        .matches("error Package \"widget\" refers to a non-existing file '\"/src/app/widget\"'.")
        .matches("Unknown Syntax Error: Command not found; did you mean one of:")
        .ignores("Usage: yarn run [--inspect] <script>"),
    settings("node.dependency-build-failed")
        .category("dependency-missing")
        .pattern(r"YN0009: .*couldn't be built successfully|^error \S+node_modules\S+: Command failed\.|ERR_PNPM_\w*BUILD\w*FAIL|YN0058: |\S+ (?:post|pre)?install: Failed$")
        .symptom()
        .confidence(0.65)
        .strategies(&["dependency", "escalate"])
        .matches("➤ YN0009: │ widget@npm:1.2.3 couldn't be built successfully (exit code 1, logs can be found here: /tmp/build.log)")
        .matches("error /src/app/node_modules/widget: Command failed.")
        .ignores("➤ YN0007: │ widget@npm:1.2.3 must be built because it never has been before"),
    settings("node.yarn-summary")
        .category("unknown")
        .pattern(r"YN0000: .*Failed with errors in")
        .summary()
        .confidence(0.35)
        .specificity(40)
        .strategies(&["escalate"])
        .matches("➤ YN0000: · Failed with errors in 1s 200ms")
        .ignores("➤ YN0000: · Done with warnings in 1s 200ms"),
];
