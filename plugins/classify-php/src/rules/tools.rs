//! Settings, arguments and extensions of PHP that tools and programs miss or refuse, and the header of a console's exception.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("php.extension-missing", "toolchain-missing-or-version")
        .pattern(r"Call to undefined function \\?(?:[\w\\]+\\)?(?P<name>(?:image|mb_|iconv|curl_|intl_|bc(?:add|sub|mul|div|mod|pow|comp|sqrt)|gmp_|json_|simplexml_|xml_|utf8_|dom_|mysqli_|pg_|sodium_|openssl_|gz|bz|pcntl_|posix_|sem_|shm|socket_|exif_|ldap_|imap_|ftp_|apcu?_|igbinary_|msgpack_|yaml_|readline|ctype_|token_|grapheme_|numfmt_|transliterator_|xdebug_|opcache_|cal_|easter_|enchant_|pspell_|snmp|tidy_|zip_|finfo_|sqlsrv_|oci_)[a-z0-9_]*)\(|Class \x22\\?(?:IntlDateFormatter|NumberFormatter|Collator|Normalizer|Transliterator|MessageFormatter|Locale|ZipArchive|DOM[A-Z][a-z]+|SimpleXMLElement|XML(?:Writer|Reader)|XSLTProcessor|PDO|SoapClient|SoapServer|Redis|Memcached|Imagick|mysqli|SQLite3|GMP|AMQPConnection|MongoDB\\Driver\\[A-Za-z]+|Swoole\\[A-Za-z]+|FFI|finfo|CURLFile|tidy)\x22 not found|^.*\bcould not find driver\b|(?:zip|unzip|openssl|curl|mbstring|intl|gd) (?:extension|PHP extension) .*(?:missing|required|not (?:loaded|enabled|installed))|[Tt]he (?P<package>\w+) (?:PHP )?extension (?:is (?:required|missing|not (?:loaded|installed|available|enabled))|must be (?:loaded|installed|enabled))|unzip/7z commands are both missing")
        .unless(r"^(?i:warning)")
        .confidence(0.9)
        .specificity(86)
        .strategies(&["alternative", "dependency", "config"])
        .matches("PHP Fatal error:  Uncaught Error: Call to undefined function curl_init() in /src/app/spin.php:12")
        .matches("PHP Fatal error:  Uncaught Error: Class \"IntlDateFormatter\" not found in /src/app/spin.php:12")
        .matches("PDOException: could not find driver")
        .matches("The mbstring extension is required by this tool.")
        .ignores("PHP Fatal error:  Uncaught Error: Call to undefined function spin() in /src/app/spin.php:12"),
    rule("php.tool-settings", "configuration")
        .pattern(r"At least one path must be specified to analyse|Project config file at path (?P<path>\S+) does not exist|^\s*(?:Invalid configuration:|Unexpected item 'parameters)|^Could not (?:locate a config XML file|resolve config|find psalm)|Problem parsing \S*psalm\S*|Error parsing config|ERROR: (?:the \x22[^\x22]+\x22 coding standard is not installed|Referenced sniff \x22[^\x22]+\x22 does not exist|option \x22(?P<option>[^\x22]+)\x22 not known|The (?:file|path) \x22[^\x22]+\x22 does not exist|Ruleset \S+ is not valid|You must supply at least one file)|The rules contain unknown fixers|[Uu]nknown fixers?: |Cannot read config file \x22|The configuration contains (?:unknown|invalid)")
        .unless(r"^(?i:warning)")
        .confidence(0.9)
        .specificity(86)
        .strategies(&["config", "escalate"])
        .matches("At least one path must be specified to analyse.")
        .matches("ERROR: the \"Spin\" coding standard is not installed.")
        .ignores("Note: Using configuration file /src/app/phpstan.neon."),
    rule("php.console-arguments", "configuration")
        .pattern(r"Could not open input file: (?P<file>\S+)|Command \x22(?P<target>[^\x22]+)\x22 is not defined\.|The \x22--?(?P<name>[\w-]+)\x22 option (?:does not exist|requires a value|does not accept)|Not enough arguments \(missing: |Too many arguments(?: to|, expected)|There are no commands defined in the|^(?:Unknown option|Unrecognized option|option requires an argument) \x22?--|Test file \x22[^\x22]+\x22 not found|Environment variable not found: \x22|The service \x22[^\x22]+\x22 has a dependency on a non-existent|You have requested a non-existent (?:parameter|service)|Unrecognized options? \x22[^\x22]+\x22 under|The child (?:config|node) \x22[^\x22]+\x22 (?:under|at path) .*must be configured|Missing cipher|Unsupported cipher or incorrect key length|Could not scan for classes inside|Could not parse version constraint|Invalid version string \x22|Unknown package has no name defined|composer\.json\x22? does not contain valid JSON|^\s*Parse error on line \d+:$|No composer\.json in current directory|(?:Array|String|Object|Boolean|Integer|NULL) value found, but an? .* is required|Script \x22[^\x22]+\x22 is not defined in this package")
        .unless(r"^(?i:warning)")
        .confidence(0.9)
        .specificity(86)
        .strategies(&["config", "escalate"])
        .matches("  Command \"spin:turn\" is not defined.")
        .matches("Could not open input file: artisan")
        .matches("  Script \"turn\" is not defined in this package")
        .matches("   - require : Array value found, but an object is required")
        .ignores("Note: Using configuration file /src/app/phpstan.neon."),
    rule("php.transfer-server", "registry-or-service-outage")
        .pattern(r"\(HTTP/[\d.]+ (?P<status>5\d\d)\b[^)]*\)$")
        .confidence(0.9)
        .specificity(76)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative", "escalate"])
        .matches("  nloaded (HTTP/1.1 503 Service Unavailable)")
        .ignores("downloaded (HTTP/1.1 200 OK)"),
    rule("php.transfer-limited", "rate-limit")
        .pattern(r"\(HTTP/[\d.]+ 429\b[^)]*\)$")
        .confidence(0.94)
        .specificity(84)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative", "config"])
        .matches("  nloaded (HTTP/1.1 429 Too Many Requests)")
        .ignores("downloaded (HTTP/1.1 200 OK)"),
    rule("php.transfer-denied", "auth-or-permission")
        .pattern(r"\(HTTP/[\d.]+ 40[13]\b[^)]*\)$|[Yy]our (?:github|gitlab) oauth token .*(?:invalid|contains invalid)|Invalid (?:bearer|oauth) token")
        .confidence(0.92)
        .specificity(84)
        .strategies(&["escalate", "config"])
        .matches("  nloaded (HTTP/2 403 Forbidden)")
        .ignores("downloaded (HTTP/1.1 200 OK)"),
    rule("php.static-analysis", "type-error")
        .pattern(r"^\s*(?:\d+|:\d+) {2,}(?:Parameter #\d|Method \S+\(\) (?:should return|has parameter)|Call to an undefined method|Access to an undefined property|Cannot call method|Property \S+ .*does not accept|Function \S+ (?:not found|has)|Undefined variable: \$|Variable \$\w+ might not|Argument of an invalid type|Return type|Result of|Strict comparison|Binary operation|Offset|Instantiated class)|^(?:[\w./-]+\.php):\d+:(?:Parameter #\d|Method \S+\(\) should return|Call to (?:an undefined|method)|Access to an undefined|Cannot call|Property )|Ignored error pattern .* was not matched in reported errors|^ERROR: +(?:Invalid|Undefined|Possibly|Missing|TooFew|TooMany|Mixed|Null|Type|Implicit|Argument|Less|Deprecated|Unused|Redundant)\w+ at ")
        .confidence(0.88)
        .specificity(84)
        .strategies(&["escalate", "rollback"])
        .matches("  12     Parameter #1 $times of function turn expects int, string given.")
        .matches("src/spin.php:12:Call to an undefined method Spin::turn().")
        .ignores("  12 files analysed"),
    rule("php.test-gate", "test-failure")
        .pattern(r"^--- Failed scenarios:|^\s*FAILED  Tests\\|The minimum required (?:Covered Code )?MSI percentage should be|Code coverage below expected|There (?:was|were) [1-9]\d* (?:PHPUnit (?:test runner )?|risky test|risky )(?:errors?|failures?):$|^\d+\) (?:\w+\\)*\w*(?:Test|Cest|Cept)\w*(?:::|: )\w|^\s*(?:│ )?(?:FAIL|FAILED)  Tests|^Mockery\\Exception|^Prophecy\\Exception")
        .confidence(0.84)
        .symptom()
        .strategies(&["escalate", "rollback", "retry"])
        .matches("There was 1 PHPUnit error:")
        .matches("--- Failed scenarios:")
        .ignores("Tests: 12, Assertions: 30, Failures: 0."),
    rule("php.console-exception", "unknown")
        .pattern(r"^In \w+\.php line \d+:$")
        .symptom()
        .confidence(0.35)
        .matches("In SpinCommand.php line 12:")
        .ignores("In spin.sh line 12:"),
];
