//! Services that answer badly, and local services that are not up yet.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("system.service-not-ready", "infrastructure-runner")
        .pattern(
            r"(?i)connection to server at .(?:localhost|127\.0\.0\.1|::1).(?: \([^)]*\))?, port (?P<requirement>\d+) failed: Connection refused|(?:ECONNREFUSED|connection refused|refused|failed to connect|could(?: not|n't) connect|can't connect).*?(?P<host>127\.\d+\.\d+\.\d+|localhost|\[?::1\]?|0\.0\.0\.0)\b(?:['\x22)]*[ ,:]*(?:\([^)]*\)[, ]*)?(?:port )?:?(?P<port>\d+))?|(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?):(?P<target>\d+).*(?:connection refused|ECONNREFUSED)|Is the server running (?:locally|on host .?(?:localhost|127\.))|Can't connect to local MySQL server|the database system is starting up|MongoServerSelectionError|Error 61 connecting to|Error 111 connecting to|(?:localhost|127\.0\.0\.1)', port=(?P<code>\d+)\).*(?:refused|Max retries)",
        )
        .unless(r"(?i)docker\.sock|docker daemon")
        .confidence(0.82)
        .specificity(60)
        .disposition(Disposition::Auto)
        .strategies(&["alternative", "retry", "config"])
        .asks_plugin()
        .matches("Error: connect ECONNREFUSED 127.0.0.1:5432")
        .matches("psycopg2.OperationalError: connection to server at \"localhost\" (127.0.0.1), port 5432 failed: Connection refused")
        .matches("curl: (7) Failed to connect to localhost port 3000 after 0 ms: Connection refused")
        .matches("redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused.")
        .matches("dial tcp 127.0.0.1:6379: connect: connection refused")
        .matches("Is the server running locally and accepting connections on that socket?")
        .matches("FATAL:  the database system is starting up")
        .ignores("curl: (7) Failed to connect to files.example port 443 after 12 ms: Connection refused"),
    rule("system.http-5xx", "registry-or-service-outage")
        .pattern(
            r"(?i)(?:The requested URL returned error: |HTTP error |HTTP/[\d.]+\x22? |status(?:[ _-]?code)?[:= ]+|response code:? |returned error:? |error code:? |server replied: |unexpected status(?: code)?:? |got )\(?(?P<status>5(?:0[0234]|2[0-7]))\b|\b50[0234] (?:Internal Server Error|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out)|(?:Bad Gateway|Service Unavailable|Gateway Time-?out)\b|received unexpected HTTP status: 5\d\d|The remote server returned an error: \(50\d\)|upstream connect error|Hash Sum mismatch|\bhas an? (?:invalid|unexpected) size",
        )
        .unless(r"(?i)npm |\bexpected|assert|test|probe failed")
        .confidence(0.8)
        .specificity(50)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .asks_plugin()
        .matches("curl: (22) The requested URL returned error: 503")
        .matches("502 Bad Gateway")
        .matches("unexpected status code: 504")
        .ignores("Readiness probe failed: HTTP probe failed with statuscode: 503")
        .ignores("404 Not Found"),
    rule("system.http-404", "dependency-missing")
        .pattern(
            r"(?i)(?:The requested URL returned error: |HTTP error |ERROR |server replied: |unexpected status(?: code)?:? |Response status code does not indicate success: )\(?(?P<status>404|410)\b|^\S+ \d\d:\d\d:\d\d ERROR 404|404: Not Found$",
        )
        .confidence(0.75)
        .strategies(&["dependency", "alternative", "escalate"])
        .matches("curl: (22) The requested URL returned error: 404")
        .matches("2024-05-01 10:00:00 ERROR 404: Not Found.")
        .ignores("curl: (22) The requested URL returned error: 503"),
    rule("system.rate-limited", "rate-limit")
        .pattern(
            r"(?i)(?:API rate limit exceeded|rate limit (?:exceeded|reached)|rate-?limited|too many requests|toomanyrequests|pull rate limit|secondary rate limit|quota exceeded for|returned error: 429|HTTP (?:error )?429|status(?:[ _-]?code)?[:= ]+429)(?:.*?(?:retry[- ]after|try again in):? (?P<retry_after>\d+)\b)?",
        )
        .unless(r"^npm (?:ERR!|error) ")
        .confidence(0.92)
        .specificity(70)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative", "config"])
        .asks_plugin()
        .matches("curl: (22) The requested URL returned error: 429")
        .matches("HTTP 429 Too Many Requests, retry-after: 30")
        .ignores("401 Unauthorized"),
];
