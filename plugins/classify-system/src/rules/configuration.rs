//! Files of settings that a program cannot read or does not accept, in the wording that libraries and programs share.
//!
//! Specificity is low: a tool that names the same trouble in words of its own is believed first.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("system.config-syntax", "configuration")
        .pattern(
            r"\byaml: (?:line \d+: |unmarshal errors|control characters)|(?:\b|\.)(?:YAMLException|ScannerError|ParserError|ComposerError|Psych::SyntaxError|TOMLDecodeError|TomlDecodeError|DuplicateOptionError|DuplicateSectionError)\b: |TOML parse error at line|\btoml: (?:line \d+|cannot|expected|invalid|key)|^(?:jq: )?parse error: .* at line \d+, column \d+|^jq: error[ :]|^Error: bad file '|invalid character '.{1,6}' (?:looking for|after|in (?:literal|string|numeric))|unexpected end of JSON input|Unexpected (?:token .* in JSON at position|end of JSON input)|^\S+\.(?:xml|xsd|svg|html):\d+: parser error : |not well-formed \(invalid token\)|^(?:[Ee]rror|ERROR|fatal)?:? ?(?i:invalid|malformed|failed to parse|could not parse|unable to parse|cannot parse|error parsing) (?:the )?(?:\S+ )?(?i:yaml|toml|json|ini|xml|config(?:uration)? file)\b",
        )
        .unless(r"(?i)^\s*(?:warn(?:ing)?|info|debug|ok|pass)\b|✓|PASS")
        .confidence(0.72)
        .specificity(40)
        .strategies(&["config", "rollback", "escalate"])
        .asks_plugin()
        .matches("parse error: Invalid numeric literal at line 2, column 9")
        .matches("toml: line 3: expected value but found \"\\n\" instead")
        .matches("settings.xml:12: parser error : Opening and ending tag mismatch")
        .ignores("parsed 12 YAML files"),
    rule("system.config-rejected", "configuration")
        .pattern(
            r"(?i)^(?:\S+: )?(?:error|fatal|panic|critical)?:? ?(?:invalid|bad|unsupported) (?:config(?:uration)?|settings?)(?: file| option| key| value)?: \S|\b(?:unknown|unrecognized|unexpected|unsupported|invalid) (?:config(?:uration)?|settings?) (?:option|key|field|property|section|directive|value)s?\b|(?:error|fatal|failed).*\b(?:unknown|unrecognized|unsupported) (?:field|key|property|directive|setting) ['\x22`]|^nginx: \[emerg\] |^nginx: configuration file \S+ test failed|^AH\d+: Syntax error on line|\[ALERT\].*(?:parsing \[|config)|\bconfig(?:uration)? (?:file )?(?:\S+ )?(?:is (?:not valid|invalid|malformed)|failed (?:validation|to validate)|validation (?:failed|error))",
        )
        .unless(r"(?i)^\s*(?:warn(?:ing)?|info|debug|ok|pass)\b|✓|PASS|\btest_|\b0 |ignor|default|fall(?:ing)? back")
        .confidence(0.7)
        .specificity(38)
        .strategies(&["config", "rollback", "escalate"])
        .asks_plugin()
        .matches("nginx: [emerg] unknown directive \"serve_name\" in /etc/nginx/nginx.conf:12")
        .matches("error: invalid configuration: workers must be at least 1")
        .matches("Error: unrecognized configuration key 'tmeout'")
        .matches("AH00526: Syntax error on line 3 of /etc/apache2/sites-enabled/widget.conf:")
        .ignores("unknown configuration key 'tmeout' ignored")
        .ignores("configuration file /etc/nginx/nginx.conf test is successful")
        .ignores("warning: unknown configuration key 'tmeout'"),
    rule("system.config-file-missing", "configuration")
        .pattern(
            r"(?i)(?:could ?n[o']t|cannot|can'?t|unable to|failed to) (?:find|locate|open|load) (?:the |a |any |your )?(?:\S+ )?config(?:uration)?(?: file|uration)?\b|\bconfig(?:uration)?(?: file)? (?:['\x22`]?[\w./-]+['\x22`]? )?(?:was not found|not found|does not exist|doesn't exist|is missing)|^(?:\S+: )?(?:error|fatal):? no (?:such )?(?:\S+ )?config(?:uration)? (?:file )?(?:was )?(?:found|specified|provided)",
        )
        .unless(r"(?i)^\s*(?:warn(?:ing)?|info|debug|ok|pass)\b|✓|PASS|using (?:the )?defaults?|falling back|skipp|default|continu|built-?in|\bcreat(?:e|ing)\b|optional|: using |ignor")
        .confidence(0.72)
        .specificity(38)
        .strategies(&["config", "escalate"])
        .asks_plugin()
        .matches("Error: could not find config file widget.toml")
        .matches("fatal: configuration file /etc/widget.conf does not exist")
        .ignores("Could not load config file /etc/widget.conf: using built-in settings")
        .ignores("config file .widgetrc not found; creating it")
        .ignores("No config file found, using defaults")
        .ignores("info: config file not found, skipping"),
    rule("system.setting-missing", "configuration")
        .pattern(
            r"(?i)(?:^|: )(?:error|fatal|panic)?:? ?(?:missing|undefined|unset)(?: required)? (?:env(?:ironment)?(?: var(?:iable)?s?)?|secret|setting)s?\b[: ]|\benv(?:ironment)? var(?:iable)?s? ['\x22`$]?\w+['\x22`]? (?:not found|is empty|is missing|must not be empty|not present)|(?:required|mandatory) (?:env(?:ironment)? var(?:iable)?|secret|setting)s? .*(?:missing|not set|empty|not provided)|environment variable not found",
        )
        .unless(r"(?i)^\s*(?:warn(?:ing)?|info|debug|ok|pass)\b|✓|PASS|default")
        .confidence(0.78)
        .specificity(60)
        .strategies(&["config", "escalate"])
        .matches("Error: missing required environment variables: API_URL, API_KEY")
        .matches("called `Result::unwrap()` on an `Err` value: environment variable not found")
        .ignores("environment variable WIDGET not found, using default"),
    rule("system.carriage-return", "configuration")
        // A carriage return by itself ends a line of a log: what a shell printed around one comes in two pieces, of which the
        // second begins where the word ended. A number that is none, and an option without a letter, end in one.
        .pattern(r"\$'[^']*\\r'|: set: -: invalid option|: set: (?:Illegal option )?-$|: invalid option name: ?$|invalid option name.*\\r|^['’]?: (?:(?:command )?not found|invalid option(?: name)?|not a valid identifier|bad variable name|No such file or directory|ambiguous redirect|numeric argument required)$|: exit: Illegal number: \d+$")
        .confidence(0.95)
        .specificity(72)
        .disposition(Disposition::Patch)
        .strategies(&["config", "escalate"])
        .matches("run.sh: line 3: cd: $'build\\r': No such file or directory")
        .matches("run.sh: line 4: $'\\r': command not found")
        .matches("run.sh: 2: set: Illegal option -")
        .matches("run.sh: 4: \n: not found")
        .ignores("sh: 2: set: Illegal option -o pipefail")
        .ignores("run.sh: 4: widget: not found")
        .ignores("run.sh: line 3: cd: build: No such file or directory"),
    rule("system.interpreter-missing", "configuration")
        .pattern(r"(?:^|: )(?P<path>[^\s:]+): cannot execute: required file not found$|^(?:\S*sh|\S+\.sh): (?:line )?\d+: (?P<file>(?:[\w.@+-]*/)*[\w.@+-]+\.(?:sh|bash|py|pl|rb|js)): not found$")
        .confidence(0.9)
        .specificity(74)
        .disposition(Disposition::Patch)
        .strategies(&["config", "alternative", "escalate"])
        .matches("bash: line 1: ./widget: cannot execute: required file not found")
        .matches("sh: 1: ./widget.sh: not found")
        .ignores("sh: 1: widget: not found")
        .ignores("bash: ./widget: Permission denied"),
    rule("system.foreign-binary", "toolchain-missing-or-version")
        .pattern(r"cannot execute binary file|[Ee]xec format error|Bad CPU type in executable|is not a valid Win32 application|qemu-\w+: Could not open '/lib")
        .confidence(0.9)
        .specificity(74)
        .strategies(&["alternative", "config", "escalate"])
        .matches("zsh: bad CPU type in executable: ./widget: Bad CPU type in executable")
        .ignores("bash: ./widget: Permission denied"),
    rule("system.format-needed", "lint-or-format")
        .pattern(
            r"(?i)^(?:error: |✗ |❌ )?(?:the following |these |some |\d+ )?files? (?:are not|aren't|is not|need(?:s)? to be|must be|should be) (?:properly |correctly )?(?:re)?formatted\b|^\S+\.\w+ (?:needs|requires) (?:re)?formatting|\bformat(?:ting)? check failed|^\S+:\d+: (?:trailing whitespace|space before tab in indent|indent with spaces|new blank line at EOF|leftover conflict marker)\.?$|^(?:--- |diff )\S+\.(?:sh|bash|bats|ksh)\.orig\b|^\S+\.(?:sh|bash|bats|ksh):\d+:\d+: .*\[SC\d+\]",
        )
        .confidence(0.86)
        .specificity(66)
        .strategies(&["alternative", "config", "escalate"])
        .disposition(Disposition::Patch)
        .matches("these files are not formatted:")
        .matches("src/widget.c:12: trailing whitespace.")
        .matches("--- tools/x.sh.orig")
        .ignores("All files are formatted"),
    rule("system.already-running", "port-or-concurrency-conflict")
        .pattern(r"(?i)\banother (?:instance|copy|deploy(?:ment)?|process|run|job|build|session|migration|backup|release)(?: of \S+)? (?:is|was) (?:already |currently |still )?(?:running|in progress|active|holding)|\block(?:file)? (?:\S+ )?is (?:already )?held\b|\bis already running \(?(?:with )?pid|could ?n[o']t (?:acquire|obtain|get) (?:the )?(?:\w+ )?lock\b|flock: failed to get lock|failed to acquire (?:\w+ )?lock\b")
        .unless(r"(?i)state lock|waiting|retry|apt|dpkg|helm|git")
        .confidence(0.82)
        .specificity(50)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "config", "escalate"])
        .matches("widget: another instance is already running")
        .matches("release.lock is held: another release is in progress")
        .matches("error: could not acquire lock on /var/run/widget.lock")
        .ignores("Waiting: another process is running"),
];
