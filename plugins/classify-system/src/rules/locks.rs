//! Ports, locks and names that are taken.

use plugin_sdk::prelude::*;

use super::rule;

const fn taken(code: &'static str) -> RuleBuilder {
    rule(code, "port-or-concurrency-conflict").confidence(0.92).specificity(65)
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    taken("system.port-in-use")
        .pattern(
            r"(?i)(?:EADDRINUSE.*?|Bind for \S*?|port |listen tcp \S*?|address ):+(?P<port>\d{2,5})\b.*|\bEADDRINUSE\b|address (?:is )?already in use|AddrInUse|port is already allocated|\bport (?P<target>\d{2,5}) is (?:already )?(?:in use|allocated|being used|occupied)|something is already running on port|Only one usage of each socket address|bind: address already in use|ports are not available",
        )
        .unless(r"(?i)^(?:listening|server|started)|connection (?:refused|timed)|\bconnect(?:ing)? to\b|address :\d+$|trying (?:another|port|the next|next)|using (?:port )?\d+ instead|falling back to")
        .disposition(Disposition::Auto)
        .strategies(&["alternative", "retry", "config"])
        .asks_plugin()
        .matches("Error: listen EADDRINUSE: address already in use :::3000")
        .matches("listen tcp 0.0.0.0:8080: bind: address already in use")
        .matches("Error response from daemon: driver failed programming external connectivity on endpoint db: Bind for 0.0.0.0:5432 failed: port is already allocated")
        .matches("OSError: [Errno 98] Address already in use")
        .matches("Port 8080 is already in use")
        .ignores("Address already in use, trying port 3001")
        .ignores("Port 3000 is in use, trying another one...")
        .ignores("Listening on port :8080"),
    taken("system.lock-held")
        .pattern(
            r"Could not get lock (?P<path>/\S+?)\.? |Unable to (?:acquire|lock) (?:the )?(?:dpkg|(?:download |list )?directory)|dpkg frontend lock (?:was locked|is locked) by another process|Waiting for cache lock: Could not get lock|Another app is currently holding the yum lock|unable to lock database|Unable to acquire lock on |could not lock config file|Timeout waiting to lock |Failed to acquire (?:the )?lock|lock file already exists|Lock wait timeout exceeded|deadlock detected|another process is (?:using|running)|failed to lock (?:file|the)",
        )
        .unless(r"^Waiting for cache lock|index\.lock|are you root\?|\(13: Permission denied\)")
        .disposition(Disposition::Retry)
        .strategies(&["retry", "config"])
        .matches("E: Could not get lock /var/lib/dpkg/lock-frontend - open (11: Resource temporarily unavailable)")
        .matches("E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?")
        .ignores("E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?")
        .matches("error: failed to init transaction (unable to lock database)")
        .ignores("Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4711 (apt)"),
    taken("system.text-busy")
        .pattern(r"(?i)text file busy|\bETXTBSY\b|device or resource busy|\bEBUSY\b|being used by another process")
        .confidence(0.85)
        .disposition(Disposition::Retry)
        .strategies(&["retry"])
        .matches("sh: 1: ./widget: Text file busy")
        .matches("Error: EBUSY: resource busy or locked, rmdir '/src/app/dist'")
        .ignores("the file is busy with text"),
    taken("system.name-taken")
        .pattern(r"A resource with the ID .(?P<name>[^\x22]+). already exists|AlreadyExistsException: ")
        .disposition(Disposition::Auto)
        .strategies(&["config", "retry"])
        .matches("Error: A resource with the ID \"/groups/widget\" already exists")
        .ignores("Error response from daemon: No such container: widget"),
];
