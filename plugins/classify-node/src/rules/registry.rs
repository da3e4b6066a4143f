//! The registry: unreachable, broken, too busy, or unwilling.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("node.network", "network-transient")
        .pattern(
            r"^npm (?:ERR!|error) (?:code|network|errno) (?:E?CONN(?:RESET|REFUSED|ABORTED)|ECONNRESET|ECONNREFUSED|ETIMEDOUT|ESOCKETTIMEDOUT|EAI_AGAIN|ENOTFOUND|ERR_SOCKET_TIMEOUT|FETCH_ERROR|EPIPE)|npm (?:ERR!|error) network request to (?P<url>\S+) failed|(?i:^(?:error|info) There appears to be trouble with your network connection)|^error (?:An unexpected error occurred: )?.*\b(?:ESOCKETTIMEDOUT|ETIMEDOUT|ECONNRESET|EAI_AGAIN|ENOTFOUND|socket hang up|tunneling socket could not be established|getaddrinfo)\b|ERR_PNPM_META_FETCH_FAIL|YN0001: .*RequestError: |npm (?:ERR!|error) (?:Invalid response body while trying to fetch|request to \S+ failed, reason:|Response timeout)",
        )
        .unless(r"(?i)certificate|\bCERT_|self.signed|(?:127\.0\.0\.1|localhost|::1)|^info ")
        .confidence(0.92)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .block("npm-error")
        .matches("npm ERR! code ECONNRESET")
        .matches("npm error network request to https://registry.example/widget failed, reason: connect ETIMEDOUT 192.0.2.1:443")
        .matches("error An unexpected error occurred: \"https://registry.example/widget: ESOCKETTIMEDOUT\".")
        .matches("➤ YN0001: │ RequestError: getaddrinfo EAI_AGAIN registry.example")
        .ignores("npm ERR! code ERESOLVE")
        .ignores("npm ERR! code SELF_SIGNED_CERT_IN_CHAIN")
        .ignores("npm error network request to https://registry.example/widget failed, reason: self-signed certificate in certificate chain"),
    rule("node.network-retried", "network-transient")
        .pattern(
            r"^info There appears to be trouble with your network connection\. Retrying|^\s*WARN\s+GET \S+ error \(\w+\)\. Will retry in",
        )
        .severity("warning")
        .disposition(Disposition::Retry)
        .strategies(&["retry"])
        .matches("info There appears to be trouble with your network connection. Retrying...")
        .matches(" WARN  GET https://registry.example/widget error (ECONNRESET). Will retry in 10 seconds. 2 retries left.")
        .ignores("error There appears to be trouble with your network connection."),
    rule("node.registry-down", "registry-or-service-outage")
        .pattern(
            r#"^npm (?:ERR!|error) (?:code E5\d\d|5\d\d |Bad Gateway|Gateway Time-?out|Service Unavailable|Internal Server Error|registry error parsing json)|^(?:error )?An unexpected error occurred: ".*Request failed \\?"5\d\d|ERR_PNPM_FETCH_5\d\d|YN0035: .*Response Code: 5\d\d"#,
        )
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .block("npm-error")
        .matches("npm ERR! code E503")
        .matches("npm ERR! 503 Service Unavailable - GET https://registry.example/widget")
        .matches("npm ERR! Gateway Timeout : widget")
        .matches("error An unexpected error occurred: \"https://registry.example/widget: Request failed \\\"502 Bad Gateway\\\"\".")
        .ignores("npm ERR! code E404"),
    rule("node.rate-limited", "rate-limit")
        .pattern(
            r#"^npm (?:ERR!|error) (?:code E429|429 )|ERR_PNPM_FETCH_429|Request failed \\?"429|YN0035: .*Response Code: 429"#,
        )
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .block("npm-error")
        .matches("npm ERR! code E429")
        .matches("npm error 429 Too Many Requests - GET https://registry.example/widget")
        .ignores("npm ERR! code E404"),
    rule("node.publish-refused", "deployment")
        .pattern(
            r"You cannot publish over the previously published version|npm (?:ERR!|error) code EPUBLISHCONFLICT|npm (?:ERR!|error) 40[0134-9] .* - PUT https?://|Cannot publish over (?:existing|previously published) version",
        )
        .confidence(0.95)
        .specificity(92)
        .strategies(&["config", "rollback", "escalate"])
        .block("npm-error")
        .matches("npm ERR! 403 403 Forbidden - PUT https://registry.example/widget - You cannot publish over the previously published versions: 1.0.0.")
        .matches("npm ERR! code EPUBLISHCONFLICT")
        .ignores("npm ERR! 403 403 Forbidden - GET https://registry.example/widget"),
    rule("node.registry-refuses", "auth-or-permission")
        .pattern(
            r#"^npm (?:ERR!|error) (?:code (?:E401|E403|ENEEDAUTH|EOTP)|40[13] .* - GET|need auth|Unable to authenticate|Incorrect or missing password)|ERR_PNPM_FETCH_40[13]|Request failed \\?"40[13]|YN0041: |YN0035: .*Response Code: 40[13]"#,
        )
        .strategies(&["escalate"])
        .block("npm-error")
        .matches("npm ERR! code E401")
        .matches("npm ERR! 403 403 Forbidden - GET https://registry.example/@acme%2fwidget")
        .matches("npm error need auth This command requires you to be logged in to https://registry.example")
        .ignores("npm ERR! code E404"),
    rule("node.cert", "network-transient")
        .pattern(
            r"\b(?:SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT(?:_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|ERR_TLS_CERT_ALTNAME_INVALID)\b|npm (?:ERR!|error) .*(?:self[- ]signed certificate|unable to (?:get local issuer|verify the first) certificate|certificate has expired)",
        )
        .confidence(0.94)
        .specificity(90)
        .strategies(&["escalate"])
        .block("npm-error")
        .matches("npm ERR! code SELF_SIGNED_CERT_IN_CHAIN")
        .matches("npm ERR! code UNABLE_TO_GET_ISSUER_CERT_LOCALLY")
        .matches("npm error network request to https://registry.example/widget failed, reason: self-signed certificate in certificate chain")
        .ignores("npm ERR! code ECONNRESET"),
    rule("node.git-dependency", "git-or-checkout")
        .pattern(r"^npm (?:ERR!|error) (?:code 128|An unknown git error occurred|command git .*ls-remote)")
        .strategies(&["config", "escalate"])
        .symptom()
        .block("npm-error")
        .matches("npm ERR! An unknown git error occurred")
        .matches("npm error code 128")
        .ignores("npm ERR! code E404"),
];
