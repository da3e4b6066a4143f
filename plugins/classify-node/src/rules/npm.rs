//! The remaining codes of npm: manifests, workspaces, publishing, archives, and npm's own failures.

use plugin_sdk::prelude::*;

use super::rule;

const fn npm(code: &'static str, category: &'static str) -> RuleBuilder {
    rule(code, category).strategies(&["config", "escalate"]).block("npm-error")
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    npm("node.npm-publish", "deployment")
        .pattern(r"^npm (?:ERR!|error) code (?:EPRIVATE|E402|E409|E413|E422|EPUBLISH\w*|EUNSCOPED|EBADTAG)\b|^npm (?:ERR!|error) (?:402 Payment Required|409 Conflict|422 Unprocessable|413 )|^npm (?:ERR!|error) This package has been marked as private")
        .strategies(&["config", "escalate"])
        .matches("npm error code EPRIVATE")
        .matches("npm ERR! 402 Payment Required - PUT https://registry.example/@acme%2fwidget")
        .ignores("npm error code E404"),
    npm("node.npm-settings", "configuration")
        .pattern(r"^npm (?:ERR!|error) code (?:EINVALIDPACKAGENAME|EINVALIDTAGNAME|ENOSELF|ENOLOCK|EDUPLICATEWORKSPACE|ENOWORKSPACES|EWORKSPACESGLOBAL|ECIGLOBAL|ELINKGLOBAL|ENOAUDIT|EAUDITNOLOCK|EUNKNOWNTYPE|EINVALIDTYPE|ERR_INVALID_AUTH|ERR_INVALID_URL|EUNKNOWNCONFIG|EMISSINGARG|EALREADYEXISTS|EMAXDEPTH|EUNKNOWN|EISDIR|ENOTDIR|EEXIST)\b|^npm (?:ERR!|error) (?:Invalid (?:package name|tag name|Version|comparator|dependency type|auth configuration|name)|Unknown command|must provide string spec|Must provide|Refusing to |Workspaces not supported|This command does not support workspaces|No workspaces found|Tracker \x22|Cannot set properties of|Cannot read (?:property|properties) |Not a git directory|No valid versions|workspaces)")
        .confidence(0.85)
        .matches("npm error Invalid package name \"Shop App\": name can only contain URL-friendly characters")
        .matches("npm ERR! code EDUPLICATEWORKSPACE")
        .matches("npm error Unknown command: \"instal\"")
        .ignores("npm error code ERESOLVE"),
    npm("node.npm-usage-code", "configuration")
        .pattern(r"^npm (?:ERR!|error) code EUSAGE\b")
        .symptom()
        .confidence(0.75)
        .matches("npm error code EUSAGE")
        .ignores("npm error code E404"),
    npm("node.npm-versions", "dependency-missing")
        .pattern(r"^npm (?:ERR!|error) code ENOVERSIONS|^npm (?:ERR!|error) No versions available for|^error Couldn't find package \x22(?P<package>[^\x22]+)\x22")
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("npm error code ENOVERSIONS")
        .matches("error Couldn't find package \"widgit\" required by \"shop@1.0.0\" on the \"npm\" registry.")
        .ignores("npm error code ETARGET"),
    npm("node.archive-damaged", "registry-or-service-outage")
        .pattern(r"^npm (?:ERR!|error) code (?:Z_\w+_ERROR|TAR_\w+|EBADSIZE|ECOMPROMISED)|^npm (?:ERR!|error) .*(?:TAR_BAD_ARCHIVE|unexpected end of file|incorrect (?:data|header) check|Unexpected end of JSON input while parsing)|Extracting tar content of .* failed, the file appears to be corrupt|error Received malformed response from registry|^error Bad hash|ERR_PNPM_(?:BAD_TARBALL_SIZE|INVALID_TARBALL_INTEGRITY|TARBALL_EXTRACT|UNEXPECTED_PKG_CONTENT_IN_STORE|BROKEN_METADATA_JSON|AUDIT_BAD_RESPONSE|AUDIT_ENDPOINT\w*|MALFORMED_METADATA)")
        .disposition(Disposition::Never)
        .strategies(&["retry", "escalate"])
        .matches("npm error code Z_BUF_ERROR")
        .matches("npm error zlib: unexpected end of file")
        .matches(" ERR_PNPM_BAD_TARBALL_SIZE  Actual size (99) of tarball (https://registry.example/widget.tgz) did not match")
        .ignores("npm error code EJSONPARSE"),
    npm("node.npm-tls", "network-transient")
        .pattern(r"^npm (?:ERR!|error) code (?:EPROTO|ERR_SSL_\w+|ERR_TLS_\w+)|^npm (?:ERR!|error) .*(?:SSL routines|wrong version number)")
        .strategies(&["escalate"])
        .matches("npm error code EPROTO")
        .matches("npm error code ERR_SSL_WRONG_VERSION_NUMBER")
        .ignores("npm error code EPERM"),
    npm("node.npm-engine", "toolchain-missing-or-version")
        .pattern(r"^npm (?:ERR!|error) code (?:EBADDEVENGINES|EBADPLATFORM|ENOGIT)|^npm (?:ERR!|error) (?:notsup Unsupported platform|EBADDEVENGINES|not found: git)|npm v?\d\S* (?:is known not to run on|does not support) Node(?:\.js)? |ERR_PNPM_(?:UNSUPPORTED_PLATFORM|BAD_RUNTIME_VERSION|CANNOT_RESOLVE_PNPM|CANNOT_MANAGE_NODE|OTHER_PM_EXPECTED|GIT_FETCHER_GIT_NOT_FOUND|NO_MATCHING_NODE_VERSION|NODE_VERSION\w*|INVALID_NODE_VERSION|\w+_RESOLUTION_FAILURE)|YN00(?:62|63|76): |This project is configured to use (?:npm|pnpm|yarn)|Cannot find matching keyid|This version of pnpm requires at least Node|Usage Error: This project is configured|error Couldn't find the binary git")
        .strategies(&["alternative", "config", "escalate"])
        .matches("npm error code EBADDEVENGINES")
        .matches(" ERR_PNPM_OTHER_PM_EXPECTED  This project is configured to use yarn")
        .matches("Internal Error: Cannot find matching keyid: {\"signatures\":[]}")
        .matches("ERROR: npm v10.9.0 is known not to run on Node.js v14.2.0.")
        .ignores("npm error code EACCES"),
    npm("node.version-not-installed", "toolchain-missing-or-version")
        .pattern(r#"N/A: version "[^"]+" is not yet installed|^Version '[^']+' not found - try `nvm ls-remote|error: Requested version \S+ is not currently installed|Can't find an installed Node version matching|No \.nvmrc file found|error: Could not (?:download|find) (?:Node|node) |Volta error: |ERR_UNKNOWN_BUILTIN_MODULE|No such built-in module: node:|fnm: .*not found in path"#)
        .disposition(Disposition::Auto)
        .strategies(&["alternative", "dependency", "config"])
        .matches("N/A: version \"v23.1.0\" is not yet installed.")
        .matches("Error [ERR_UNKNOWN_BUILTIN_MODULE]: No such built-in module: node:sqlite")
        .matches("Version '99' not found - try `nvm ls-remote` to browse available versions.")
        .ignores("Now using node v23.1.0 (npm v10.9.0)"),
    npm("node.npm-broke", "infrastructure-runner")
        .pattern(r"^npm (?:ERR!|error) (?:Exit handler never called|cb\(\) never called|code ENOTEMPTY|code EBUSY)")
        .confidence(0.7)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("npm error Exit handler never called!")
        .matches("npm error code ENOTEMPTY")
        .ignores("npm error code ENOENT"),
];
