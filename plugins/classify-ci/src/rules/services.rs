//! What the CI service keeps: artifacts, caches, actions and logs.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("ci.artifact-service", "infrastructure-runner")
        .pattern(r"Failed to (?:CreateArtifact|FinalizeArtifact|ListArtifacts|GetSignedArtifactURL|DeleteArtifact)|Failed to (?:upload|download) (?:the )?artifacts?\b|Unable to (?:download (?:and extract )?artifact|upload)|Artifact (?:upload|download) failed|An error (?:has )?occurred (?:while|when) (?:uploading|creating|reading|processing).*(?:artifact|zip)|Create Artifact Container failed|Upload progress stalled|A(?:n)? \S+ error has occurred while (?:attempting|uploading)|Finalize artifact upload failed|There was an error while attempting to (?:upload|retrieve)|Could not (?:upload|download) artifact|Error uploading artifact|Failed to save: .*(?:reserve|commit|cache)|getCacheEntry failed|reserveCache failed|commitCache failed|Cache service responded with [45]\d\d|Failed to restore: .*(?:Cache service|timed? ?out|aborted)|Failed to GetCacheEntryDownloadURL|Failed to CreateCacheEntry|Failed to download archive '[^']+' after|Failed to download action '|Failed to resolve action download info|Can't use 'tar -xzf' (?:to )?extract archive file|Action '\S+' download has timed out|Error: Failed to queue|Failed to (?:create job|queue)")
        .unless(r"Artifact storage quota|No files were found|not found for name|409|[Cc]onflict|^Warning:|Unable to upload (?:package|coverage)")
        .confidence(0.88)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "escalate"])
        .matches("Error: Failed to CreateArtifact: Received non-retryable error: Failed request: (403) Forbidden")
        .matches("##[error]Failed to download archive 'https://git.example/acme/widget/tarball/v1' after 3 attempts.")
        .matches("Error: Unable to download artifact(s): Artifact download failed after 5 retries.")
        .matches("##[error]Create Artifact Container failed: Bad Gateway")
        .ignores("Artifact upload has finished successfully!"),
    rule("ci.artifact-missing", "configuration")
        .pattern(r"No files were found with the provided path|Unable to find (?:any artifacts|an artifact with the name)|Artifact not found for name|Error: (?:no|No) (?:test report )?files? (?:were |was )?found|an artifact with this name already exists|ERROR: No files to upload|Some specified paths were not resolved, unable to cache|Path Validation Error: |Pattern '[^']+' does not match any files|Unable to download artifact\(s\): (?:Artifact not found|Unable to find)|no matching files\. Ensure that the artifact path|Failed to CreateArtifact: .*\(409\)|fail to find file by pattern")
        .unless(r"^Warning:|^WARNING:")
        .confidence(0.86)
        .strategies(&["config", "escalate"])
        .matches("##[error]No files were found with the provided path: dist/. No artifacts will be uploaded.")
        .matches("Error: Unable to find any artifacts for the associated workflow")
        .matches("Error: Failed to CreateArtifact: Received non-retryable error: Failed request: (409) Conflict: an artifact with this name already exists on the workflow run")
        .ignores("Artifact upload has finished successfully!"),
    rule("ci.api-limited", "rate-limit")
        .pattern(r"API rate limit exceeded for (?:installation|user|\S+)|You have exceeded a secondary rate limit|You have triggered an abuse detection mechanism|Rate limited: |Artifact storage quota has been hit|rate limit exceeded .*(?:token|installation)|GraphQL: API rate limit|RequestError \[HttpError\]: .*rate limit")
        .confidence(0.95)
        .specificity(82)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "config"])
        .matches("##[error]API rate limit exceeded for installation ID 4711.")
        .matches("You have exceeded a secondary rate limit. Please wait a few minutes before you try again.")
        .ignores("x-ratelimit-remaining: 4999"),
    rule("ci.api-server", "registry-or-service-outage")
        .pattern(r"Http response code: (?P<status>5\w+) from|HttpError: (?:Server Error|.*\b50[0234]\b|Unicorn|We couldn't respond to your request in time)|(?:Unicorn!|No server is currently available to service your request)|RequestError \[HttpError\]: (?:Server|50\d)|Failed to fetch (?:action|release) .*50\d|GraphQL: Something went wrong while executing your query|Unexpected HTTP response: 50\d|<title>.*(?:Unicorn|502|503)|Error: Unexpected HTTP response: (?:50\d)")
        .confidence(0.9)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "escalate"])
        .matches("HttpError: No server is currently available to service your request. Sorry about that.")
        .matches("Error: Unexpected HTTP response: 503")
        .ignores("HTTP 200 OK"),
    rule("ci.tool-setup", "toolchain-missing-or-version")
        .pattern(r"(?:Unable to find|The) (?:\w+ )?version '?(?P<wanted>[^' ]+)'? (?:with architecture|for platform|was not found|not found|could not be found)|Version (?P<version>\S+) (?:with arch \S+ not found|was not found in the local cache)|Could not find a version that satisfied version spec: (?P<requirement>\S+)|Could not find satisfied version for|Unable to find (?P<tool>Node|Go|Python|Java|Ruby|\.NET) version|The specified (?:go|node|python) version file .* does not exist|The version '\S+' with architecture|Unknown version .* for .*(?:ruby|jruby)|No matching version found for semver|rbenv: version `\S+' is not installed|pyenv: version `\S+' is not installed|nvm: .*(?:not found|is not yet installed)|asdf: No version (?:is )?set|is not yet installed\.|N/A: version .* is not yet installed")
        .unless(r"pip|npm (?:ERR|error)|requirement")
        .confidence(0.9)
        .strategies(&["config", "alternative"])
        .matches("##[error]Version 3.99 was not found in the local cache")
        .matches("Error: The version '3.6' with architecture 'x64' was not found for Ubuntu 24.04.")
        .matches("Error: Unable to find Node version '99' for platform linux and architecture x64.")
        .ignores("Found in cache @ /opt/hostedtoolcache/node/20.1.0/x64"),
];
