//! Composer.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("php.composer-conflict", "dependency-conflict")
        .pattern(r"^\s+- Root composer\.json requires (?P<requirement>\S+ \S+)(?:,| ->) .*(?:conflict|found \S+\[.*but (?:it|these) (?:conflicts|were not loaded|does not match))|- Only one of these can be installed: |conflicts with (?:your root|another require)|but the package is fixed to (?P<version>\S+) \(lock file version\)|Conclusion: don't install|these were not loaded, because they are affected by security advisories")
        .confidence(0.92)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "alternative", "escalate"])
        .matches("    - acme/widget is locked to version 1.0.0 but the package is fixed to 1.0.0 (lock file version) by a partial update")
        .ignores("Nothing to install, update or remove"),
    rule("php.composer-unresolvable", "dependency-conflict")
        .pattern(r"Your requirements could not be resolved to an installable set of packages")
        .symptom()
        .confidence(0.85)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "alternative", "escalate"])
        .matches("Your requirements could not be resolved to an installable set of packages.")
        .ignores("Nothing to install, update or remove"),
    rule("php.platform", "toolchain-missing-or-version")
        .pattern(r"your php version \((?P<version>[\d.]+)\S*\) does not satisfy that requirement|requires php (?P<wanted>\S.*?)(?: but| ->|,)|requires (?:PHP extension )?(?P<name>ext-\w+) .*(?:it is missing from your system|is missing)|the requested PHP extension (?P<package>\w+) is missing|Composer detected issues in your platform|Your Composer dependencies require a PHP version|require PHP version \x22>= (?P<target>[\d.]+)\x22|PHP (?:Startup|Warning): +(?:Unable to load dynamic library|.*Unable to load)|composer-(?:plugin|runtime)-api .*does not match|PHP version .* is not supported by|This version of PHPUnit requires PHP|phpize: not found|requires composer-plugin-api")
        .confidence(0.93)
        .strategies(&["alternative", "dependency", "config"])
        .matches("    - acme/widget 2.0.0 requires php >=8.2 -> your php version (8.1.2) does not satisfy that requirement.")
        .matches("    - Root composer.json requires PHP extension ext-intl * but it is missing from your system. Install or enable PHP's intl extension.")
        .matches("Composer detected issues in your platform: Your Composer dependencies require a PHP version \">= 8.2.0\". You are running 8.1.2.")
        .ignores("Nothing to install, update or remove"),
    rule("php.package-missing", "dependency-missing")
        .pattern(r"Could not find (?:a matching version of )?package (?P<package>[\w./-]+)|could not be found in any version, there may be a typo|Root composer\.json requires (?P<name>[\w.-]+/[\w.-]+)\S*,? .*it could not be found|found \S+ but it does not match (?:the constraint|your minimum-stability)|No matching package found|Package \x22(?P<target>[^\x22]+)\x22 (?:listed for update is not|is not) installed|Class \x22?[\\\w]+\x22? not found in .*vendor|Failed opening required '(?P<file>\S*vendor/autoload\.php)'|require\(\S*vendor/autoload\.php\)|vendor/autoload\.php.*(?:not found|No such file|missing)|Source path \x22[^\x22]+\x22 is not found for package")
        .confidence(0.93)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("    - Root composer.json requires acme/widget ^9.0, it could not be found in any version, there may be a typo in the package name.")
        .matches("PHP Fatal error:  Uncaught Error: Failed opening required '/src/app/vendor/autoload.php' (include_path='.:/usr/share/php')")
        .ignores("Nothing to install, update or remove"),
    rule("php.lock-outdated", "configuration")
        .pattern(r"Required package \x22(?P<package>[^\x22]+)\x22 (?:is not present in the lock file|is in the lock file as)|The lock file is not up to date with the latest changes in composer\.json|This usually happens when composer files are incorrectly merged|Your lock file does not contain a compatible set of packages|\x22\./composer\.json\x22 does not (?:contain valid JSON|match the expected JSON schema)|Composer could not find a composer\.json file|Schema validation error, aborting|contains a Composer plugin which is blocked by your allow-plugins config|Do not run Composer as root|Script (?P<script>\S+) (?:is not defined in this package|was called via)|The process timeout")
        .unless(r"^<?warning|^Warning: The lock file is not up to date|Do not run Composer as root/super user! See")
        .confidence(0.9)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "config"])
        .matches("- Required package \"acme/widget\" is not present in the lock file.")
        .matches("Your lock file does not contain a compatible set of packages. Please run composer update.")
        .matches("acme/spin contains a Composer plugin which is blocked by your allow-plugins config. You may add it to the list if you consider it safe.")
        .ignores("Nothing to install, update or remove"),
    rule("php.composer-network", "network-transient")
        .pattern(r"curl error (?:6|7|18|28|35|52|56|92) while downloading (?P<url>\S+)|file could not be downloaded(?::| \() ?(?:failed to open stream|SSL|php_network|Connection|Peer)|The \x22(?P<name>[^\x22]+)\x22 file could not be downloaded: (?:failed to open stream|SSL: |php_network)|TransportException\]?.*(?:timed out|Connection)|Failed to enable crypto")
        .unless(r"HTTP/\S+ [45]\d\d|certificate")
        .confidence(0.93)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("curl error 28 while downloading https://packages.example/packages.json: Operation timed out after 10000 milliseconds")
        .matches("The \"https://packages.example/p2/acme/widget.json\" file could not be downloaded: failed to open stream: Connection timed out")
        .ignores("Loading composer repositories with package information"),
    rule("php.composer-server", "registry-or-service-outage")
        .pattern(r"file could not be downloaded(?:: failed to open stream:)? ?\(?HTTP/\S+ (?P<status>5\d\d)|The checksum verification of the file failed|Invalid zip file, could not|The \x22[^\x22]+\x22 file could not be downloaded \(HTTP/\S+ 5\d\d|Content-Length mismatch, received")
        .confidence(0.93)
        .disposition(Disposition::Never)
        .strategies(&["retry", "alternative", "escalate"])
        .matches("The \"https://packages.example/p2/acme/widget.json\" file could not be downloaded (HTTP/2 503 )")
        .matches("The checksum verification of the file failed (downloaded from https://packages.example/widget.zip)")
        .ignores("Loading composer repositories with package information"),
    rule("php.composer-denied", "auth-or-permission")
        .pattern(r"Could not authenticate against (?P<host>\S+)|file could not be downloaded(?:: failed to open stream:)? ?\(?HTTP/\S+ 40[134]|Invalid credentials .* for '|The '(?P<url>[^']+)' URL (?:required authentication|could not be accessed: HTTP/\S+ 40[13])|URL required authentication|Bad credentials\. Use|HTTP/\S+ 401 .*composer|Invalid (?:access )?token provided")
        .confidence(0.92)
        .strategies(&["escalate", "config"])
        .matches("The 'https://packages.example/packages.json' URL required authentication.")
        .matches("Could not authenticate against git.example")
        .ignores("Loading composer repositories with package information"),
    rule("php.composer-limited", "rate-limit")
        .pattern(r"GitHub API limit \(\d+ calls/hr\) is exhausted|GitHub API limit exhausted")
        .confidence(0.96)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "config"])
        .matches("GitHub API limit (60 calls/hr) is exhausted, could not fetch https://api.example/repos/acme/widget.")
        .ignores("Loading composer repositories with package information"),
];
