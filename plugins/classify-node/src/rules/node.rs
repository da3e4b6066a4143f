//! What Node.js itself says of its options, its modules, data that it cannot parse, and requests that get no answer.

use plugin_sdk::prelude::*;

use super::rule;

const fn node(code: &'static str, category: &'static str) -> RuleBuilder {
    rule(code, category).strategies(&["config", "escalate"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    node("node.bad-option", "configuration")
        .pattern(r"^\S*(?:node|node\.exe|nodejs): (?:bad option: |-\S+ (?:is not allowed in NODE_OPTIONS|requires an argument|must be|is only|is not)|invalid value for NODE_OPTIONS|either --|unexpected|-\S+: )|ERR_PARSE_ARGS_\w+")
        .matches("node: bad option: --spin-faster")
        .matches("/usr/bin/node: --spin is not allowed in NODE_OPTIONS")
        .matches("TypeError [ERR_PARSE_ARGS_UNKNOWN_OPTION]: Unknown option '--spin'.")
        .ignores("node: v20.1.0"),
    node("node.json-invalid", "configuration")
        .pattern(r#"SyntaxError: .*(?:in JSON at position|is not valid JSON|after JSON at|JSON input|after array element in JSON|after property (?:name|value) in JSON)|JSONError: |^(?:JSON5|YAML(?:Exception|ParseError|SemanticError|SyntaxError)|TomlError|SyntaxError: JSON5): |JSON Parse error: |YAMLException: |SyntaxError: Expected property name"#)
        .unless("^npm ")
        .confidence(0.8)
        .matches("SyntaxError: Expected ',' or '}' after property value in JSON at position 14")
        .matches("SyntaxError: Unexpected token '<', \"<!doctype \"... is not valid JSON")
        .matches("SyntaxError: Unexpected end of JSON input")
        .matches("YAMLException: bad indentation of a mapping entry (3:9)")
        .ignores("SyntaxError: Unexpected token '}'"),
    node("node.module-settings", "configuration")
        .pattern(r"ERR_(?:UNKNOWN_FILE_EXTENSION|UNKNOWN_MODULE_FORMAT|UNSUPPORTED_DIR_IMPORT|IMPORT_ATTRIBUTE_\w+|IMPORT_ASSERTION_\w+|INVALID_PACKAGE_CONFIG|INVALID_PACKAGE_TARGET|INVALID_MODULE_SPECIFIER|UNSUPPORTED_ESM_URL_SCHEME|AMBIGUOUS_MODULE_SYNTAX|REQUIRE_ASYNC_MODULE|REQUIRE_CYCLE_MODULE|PACKAGE_IMPORT_NOT_DEFINED|UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING|UNSUPPORTED_RESOLVE_REQUEST)\b|Cannot use 'import\.meta' outside a module|Unknown file extension \x22")
        .strategies(&["config", "dependency", "escalate"])
        .matches("TypeError [ERR_UNKNOWN_FILE_EXTENSION]: Unknown file extension \".ts\" for /src/app/main.ts")
        .matches("SyntaxError: Cannot use 'import.meta' outside a module")
        .ignores("Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'widget' imported from /src/app/index.mjs"),
    node("node.syntax", "compile-error")
        .pattern(r"^(?:\s*)SyntaxError: (?:Unexpected (?:reserved word|eval|template|end of|private|regular)|await is only valid|Missing (?:initializer|catch)|Illegal (?:return|break|continue)|Invalid (?:regular expression|left-hand side|destructuring|shorthand|escape|unicode)|Private field|missing [)}\]]|Unterminated (?:template|string|regular)|Duplicate |Undefined label|Delete of|Octal|Rest (?:parameter|element)|Getter|Setter|Class constructor|Classes may not|'super' keyword|Function statements|Unexpected strict)|ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX|ERR_INVALID_TYPESCRIPT_SYNTAX")
        .unless("JSON")
        .confidence(0.84)
        .strategies(&["escalate"])
        .matches("SyntaxError: await is only valid in async functions and the top level bodies of modules")
        .matches("SyntaxError: Missing initializer in const declaration")
        .ignores("SyntaxError: Unexpected end of JSON input"),
    node("node.fetch-failed", "network-transient")
        .pattern(r"TypeError: fetch failed|UND_ERR_(?:CONNECT_TIMEOUT|HEADERS_TIMEOUT|BODY_TIMEOUT|SOCKET)|(?:Connect|Headers|Body)TimeoutError: |FetchError: request to \S+ failed|AxiosError: (?:timeout|Network Error|read ECONNRESET|getaddrinfo|socket hang up)|RequestError: (?:getaddrinfo|connect|read|socket hang up)|Failed to fetch `[^`]+` from Google Fonts")
        .unless(r"(?i)certificate|localhost|127\.0\.0\.1|::1|npm |retry|YN0001")
        .confidence(0.8)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("TypeError: fetch failed")
        .matches("  [cause]: ConnectTimeoutError: Connect Timeout Error (attempted address: registry.example:443, timeout: 10000ms)")
        .matches("FetchError: request to https://registry.example/widget failed, reason: connect ETIMEDOUT 192.0.2.1:443")
        .ignores("Error: connect ECONNREFUSED 127.0.0.1:5432"),
    node("node.core-error", "test-failure")
        .pattern(r"^(?:Uncaught )?(?:Type|Range|Reference|URI|Syntax)?Error \[(?P<name>ERR_[A-Z0-9_]+)\]: |^(?:\w+: )?ERR_UNHANDLED_ERROR|Error: Callback was already called|^\s*MaxListenersExceeded\w*Error: ")
        .unless("ERR_(?:ASSERTION|MODULE_NOT_FOUND|REQUIRE_ESM|PACKAGE_PATH|UNKNOWN_\\w+|UNSUPPORTED_\\w+|IMPORT_\\w+|INVALID_(?:PACKAGE|MODULE|TYPESCRIPT)\\w*|OSSL|TLS|SSL|DLOPEN|WORKER_OUT_OF|PARSE_ARGS|AMBIGUOUS|REQUIRE_)")
        .confidence(0.6)
        .specificity(60)
        .strategies(&["escalate", "rollback"])
        .matches("TypeError [ERR_INVALID_ARG_TYPE]: The \"path\" argument must be of type string. Received undefined")
        .ignores("Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'widget' imported from /src/app/index.mjs"),
];
