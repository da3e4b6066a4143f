//! Cargo reaches its registry or a repository badly.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("rust.network", "network-transient")
        .pattern(
            r"^\s*\[(?:5|6|7|16|18|28|35|52|55|56|92)\] [A-Z][^(]*\(|; class=(?:Net|Ssl|Zlib|Http) \(\d+\)|network failure seems to have happened|download of \S+ failed",
        )
        .unless(r"(?i)certificate|\b40[0-9]\b|spurious network error|authentication|remaining\)")
        .disposition(Disposition::Retry)
        .strategies(&["retry"])
        .block("cargo-error")
        .matches("  [6] Couldn't resolve host name (Could not resolve host: index.example)")
        .matches("  [28] Timeout was reached (Operation too slow. Less than 10 bytes/sec transferred the last 30 seconds)")
        .matches("  failed to resolve address for git.example: Name or service not known; class=Net (12)")
        .matches("  SSL error: unknown error; class=Ssl (16)")
        .ignores("  [22] HTTP response code said error (The requested URL returned error: 404)")
        .ignores("  the SSL certificate is invalid; class=Ssl (16); code=Certificate (-17)")
        .ignores("warning: spurious network error (2 tries remaining): [6] Couldn't resolve host name (Could not resolve host: index.example)"),
    rule("rust.network-retried", "network-transient")
        .pattern(r"spurious network error \(\d+ (?:tries|try) remaining\)")
        .severity("warning")
        .disposition(Disposition::Retry)
        .strategies(&["retry"])
        .matches("warning: spurious network error (2 tries remaining): [6] Couldn't resolve host name (Could not resolve host: index.example)")
        .ignores("warning: unused variable: `tries`"),
    rule("rust.registry-down", "registry-or-service-outage")
        .pattern(r"failed to (?:get successful HTTP response|download)\b.*, got (?P<status>5\d\d)\b|HTTP status code: 5\d\d")
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .block("cargo-error")
        .matches("  failed to get successful HTTP response from `https://static.example/widget/download` (192.0.2.1), got 503")
        .ignores("  failed to get successful HTTP response from `https://static.example/widget/download` (192.0.2.1), got 403"),
    rule("rust.registry-refuses", "auth-or-permission")
        .pattern(
            r"failed to (?:get successful HTTP response|download)\b.*, got (?P<status>40[13])\b|no token found(?: for `[^`]+`)?, please run `cargo login`|failed to authenticate when downloading repository|token rejected for `",
        )
        .strategies(&["escalate"])
        .block("cargo-error")
        .matches("  failed to get successful HTTP response from `https://static.example/widget/download` (192.0.2.1), got 403")
        .matches("error: no token found, please run `cargo login`")
        .matches("  failed to authenticate when downloading repository")
        .ignores("  failed to get successful HTTP response from `https://static.example/widget/download` (192.0.2.1), got 503"),
    rule("rust.fetch-failed", "network-transient")
        .pattern(
            r"^(?:error|  ): ?(?:failed to (?:download (?:from `|replaced source|`)|fetch `|get `[^`]+` as a dependency)|unable to update registry)|^\s*(?:failed to fetch `|Unable to update |failed to load source for dependency)",
        )
        .symptom()
        .confidence(0.6)
        .disposition(Disposition::Retry)
        .strategies(&["retry"])
        .block("cargo-error")
        .matches("error: failed to download from `https://static.example/widget/1.2.3/download`")
        .matches("error: failed to get `widget` as a dependency of package `app v0.1.0 (/src/app)`")
        .matches("  Unable to update registry `internal`")
        .ignores("error: failed to parse manifest at `/src/app/Cargo.toml`"),
    rule("rust.offline", "configuration")
        .pattern(
            r"attempting to make an HTTP request, but --(?:offline|frozen) was specified|can't (?:checkout from|update a git repository) .*offline|As a reminder, you're using offline mode",
        )
        .strategies(&["config", "escalate"])
        .matches("  attempting to make an HTTP request, but --offline was specified")
        .matches("As a reminder, you're using offline mode (--offline) which can sometimes cause surprising resolution failures")
        .ignores("    Updating index"),
];
