//! PHP itself.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("php.out-of-memory", "resource-memory")
        .pattern(r"Allowed memory size of (?P<limit>\d+) bytes exhausted|PHP Fatal error:  Out of memory|proc_open\(\): fork failed - Cannot allocate memory")
        .confidence(0.96)
        .disposition(Disposition::Auto)
        .strategies(&["resource", "config"])
        .matches("PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted (tried to allocate 65536 bytes) in /src/app/spin.php on line 12")
        .ignores("memory_limit => 128M"),
    rule("php.time-limit", "resource-cpu-timeout")
        .pattern(r"Maximum execution time of (?P<limit>\d+) seconds? exceeded|exceeded the timeout of (?P<timeout>[\d.]+) seconds|ProcessTimedOutException")
        .confidence(0.93)
        .disposition(Disposition::Auto)
        .strategies(&["resource", "config", "retry"])
        .matches("PHP Fatal error:  Maximum execution time of 30 seconds exceeded in /src/app/spin.php on line 12")
        .matches("The process \"phpunit\" exceeded the timeout of 300 seconds.")
        .ignores("max_execution_time => 30"),
    rule("php.syntax", "compile-error")
        .pattern(r"(?:PHP )?Parse error: +(?:syntax error|.*unexpected)|^Errors parsing (?P<file>\S+)|syntax error, unexpected .* in \S+\.php")
        .confidence(0.94)
        .strategies(&["escalate", "rollback"])
        .matches("PHP Parse error:  syntax error, unexpected token \"}\" in /src/app/spin.php on line 12")
        .matches("Errors parsing src/spin.php")
        .ignores("No syntax errors detected in src/spin.php"),
    rule("php.fatal", "compile-error")
        .pattern(r"(?:PHP )?Fatal error: +(?P<message>Uncaught (?:\w|\\)*(?:Error|Exception).*|Cannot (?:redeclare|declare).*|Declaration of .* must be compatible.*|Class .* not found.*|.*(?:undefined (?:function|method|constant)|abstract method|must not be|Interface).*)|Uncaught Error: Call to undefined|Class \x22(?P<name>[\\\w]+)\x22 not found")
        .unless(r"undefined function \\?(?:image|mb_|curl_|iconv|intl_|simplexml|mysqli_|pg_|gmp_|bcadd|sodium_|openssl_|json_|pcntl_|posix_|socket_|exif_|ldap_|gz|utf8_|ctype_)|memory size|execution time|vendor/autoload|Out of memory|Connection refused")
        .confidence(0.82)
        .strategies(&["escalate", "rollback"])
        .matches("PHP Fatal error:  Uncaught Error: Call to undefined function spin() in /src/app/spin.php:12")
        .matches("Fatal error: Declaration of Spin::turn() must be compatible with Turn::turn(int $times)")
        .ignores("PHP Deprecated:  Spin::turn() is deprecated in /src/app/spin.php on line 12"),
];
