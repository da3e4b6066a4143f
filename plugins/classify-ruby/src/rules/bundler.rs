//! Bundler.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("ruby.gem-missing", "dependency-missing")
        .pattern(r"Could not find gem '(?P<requirement>[^']+)'|Could not find (?P<package>[\w-]+-[\d.]+\S*)(?:, \S+)* in (?:any of the sources|locally installed gems|cached gems|rubygems repository)|Could not find [\w-]+-[\d.]+\S*, |Bundler::GemNotFound|can't find gem (?P<name>[\w-]+)|Could not find '(?P<target>[^']+)' \([^)]*\) (?:among|- did find)|ERROR: +Could not find a valid gem '(?P<object>[^']+)'|Gem::(?:Missing\w+Error|LoadError): |bundler: command not found: (?P<command>\S+)|Your bundle doesn't include|Revision \S+ does not exist in the repository|The source contains the following gems matching '|does not exist in the repository \S+\. Maybe you misspelled it|is not part of the bundle\. Add it to your Gemfile")
        .unless(r"You have already activated|timed out|50\d ")
        .confidence(0.93)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("Could not find gem 'widget (~> 9)' in rubygems repository https://gems.example/ or installed locally.")
        .matches("Could not find widget-1.0.0, spin-2.1.0 in locally installed gems")
        .matches("ERROR:  Could not find a valid gem 'widget' (>= 0) in any repository")
        .matches("bundler: command not found: spin")
        .ignores("Using widget 1.0.0"),
    rule("ruby.gem-conflict", "dependency-conflict")
        .pattern(r"Bundler could not find compatible versions for gem|Could not find compatible versions|You have already activated \S+ [\d.]+\w*, but your Gemfile requires|Because (?:every version of )?\S+ .*depends on \S+|version solving has failed|Unable to activate \S+, because \S+ conflicts with|Gem::(?:Conflict\w+|UnsatisfiableDependency|DependencyResolution)Error|Bundler found conflicting requirements|Your Gemfile\.lock is corrupt|There was an error parsing `Gemfile\.lock`.*conflict|ERROR: +Error installing \S+:.*requires Ruby")
        .unless(r"Because (?:ruby|current Ruby)|pub |dart|flutter|poetry|uv |python|package ")
        .confidence(0.92)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("Bundler could not find compatible versions for gem \"widget\":")
        .matches("You have already activated widget 2.0.0, but your Gemfile requires widget 1.0.0. Prepending `bundle exec` to your command may solve this.")
        .ignores("Bundle complete! 3 Gemfile dependencies"),
    rule("ruby.version", "toolchain-missing-or-version")
        .pattern(r"Your Ruby version is (?P<version>[\d.]+), but your Gemfile specified (?P<wanted>.+)|requires Ruby version (?P<requirement>[^.]+)\.? The current ruby version is|requires ruby version .*, which is incompatible with the current version|Because (?:current )?[Rr]uby|Your lockfile (?:was created by a version of Bundler|is unsolvable for)|requires rubygems version|Could not find 'bundler' \((?P<name>[^)]+)\)|can't find gem bundler|rbenv: version `(?P<target>[^']+)' is not installed|Your bundle (?:is locked to|only supports platforms)|You must use Bundler \d or greater|requires Bundler version|Unknown ruby (?:interpreter )?version|was built for ruby [\d.]+|linked to incompatible \S+libruby|Ruby \S+ is not (?:installed|supported)")
        .unless(r"Your bundle is locked to \S+ \(")
        .confidence(0.93)
        .strategies(&["alternative", "config", "dependency"])
        .matches("Your Ruby version is 2.7.8, but your Gemfile specified ~> 3.2")
        .matches("widget-2.0.0 requires ruby version >= 3.1, which is incompatible with the current version, ruby 2.7.8p225")
        .matches("Your bundle only supports platforms [\"x86_64-darwin-22\"] but your local platform is x86_64-linux. Add the current platform to the lockfile with")
        .ignores("Using bundler 2.5.1"),
    rule("ruby.lock-outdated", "configuration")
        .pattern(r"You are trying to install in deployment mode after changing|The (?:gemspecs for path gems|list of sources|dependencies in your gemfile) changed|(?:Some|The) dependencies in your (?:gemfile|Gemfile) .*changed|but the lockfile can't be updated because frozen mode is set|Cannot write a changed lockfile while frozen|Frozen mode is set, but there's no lockfile|Could not locate Gemfile|[Tt]here was an error parsing `(?:Gemfile|gems\.rb|\S+\.gemspec)`|Your Gemfile (?:lists|has no)|Your bundle is locked to (?P<package>\S+) \(|You have requested:$|[Yy]our lockfile contains? (?:merge conflicts|conflicting)|is missing (?:its )?(?:an )?empty CHECKSUMS|Your Gemfile\.lock contains merge conflicts|have been removed from the Gemfile|frozen mode is set")
        .confidence(0.93)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "config"])
        .matches("You are trying to install in deployment mode after changing your Gemfile. Run `bundle install` elsewhere and add the updated Gemfile.lock to version control.")
        .matches("The gemspecs for path gems changed, but the lockfile can't be updated because frozen mode is set")
        .matches("Could not locate Gemfile or .bundle/ directory")
        .ignores("Bundle complete! 3 Gemfile dependencies"),
    rule("ruby.source-response", "registry-or-service-outage")
        .pattern(r"^(?:\S+ )?error <bad response .*\b(?P<status>5\d\d)\b|^error <bad response (?:Bad Gateway|Service Unavailable|Gateway Time-?out|Internal Server Error)")
        .confidence(0.93)
        .specificity(86)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative", "escalate"])
        .matches("error <bad response Service Unavailable 503")
        .ignores("error <bad response Not Found 404"),
    rule("ruby.source-header", "network-transient")
        .pattern(r"Could not fetch specs from \S+ due to underlying$")
        .symptom()
        .confidence(0.6)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("Could not fetch specs from https://gems.example/ due to underlying")
        .ignores("Fetching source index from https://gems.example/"),
    rule("ruby.source-network", "network-transient")
        .pattern(r"(?:Bundler::HTTPError|Gem::RemoteFetcher::FetchError|Network error while fetching|Could not reach host|Could not (?:fetch specs|download gem) from|Could not fetch dependencies from|Net::(?:OpenTimeout|ReadTimeout)|Bundler::Fetcher::NetworkDownError|Errno::(?:ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)|SocketError:? .*getaddrinfo)")
        .unless(r"\b(?:40[1349]|50[0234])\b|(?i:Unauthorized|Forbidden|certificate|Bad Gateway|Service Unavailable)|due to underlying$|^\s*Retrying|localhost|127\.0\.0\.1")
        .confidence(0.9)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("Network error while fetching https://gems.example/quick/widget-1.0.0.gemspec.rz (Net::OpenTimeout: Failed to open TCP connection)")
        .matches("Could not reach host gems.example. Check your network connection and try again.")
        .matches("Gem::RemoteFetcher::FetchError: too many connection resets (https://gems.example/gems/widget-1.0.0.gem)")
        .ignores("Fetching gem metadata from https://gems.example/."),
    rule("ruby.source-server", "registry-or-service-outage")
        .pattern(r"(?:FetchError|HTTPError|Could not fetch specs|Could not download gem|bad response|Net::HTTP\w*Error|Net::HTTPFatalError).*(?P<status>50[0-9])|Net::HTTP(?:BadGateway|ServiceUnavailable|InternalServerError|GatewayTimeout)|Bundler cannot continue installing \S+|The checksum of \S+ does not match|Bundler found mismatched checksums|checksum mismatch for \S+\.gem|Downloading \S+ revealed dependencies not in the API")
        .confidence(0.92)
        .disposition(Disposition::Never)
        .strategies(&["retry", "alternative", "escalate"])
        .matches("Gem::RemoteFetcher::FetchError: bad response Service Unavailable 503 (https://gems.example/gems/widget-1.0.0.gem)")
        .matches("Bundler found mismatched checksums. This is a potential security risk.")
        .ignores("Fetching gem metadata from https://gems.example/."),
    rule("ruby.source-denied", "auth-or-permission")
        .pattern(r"Authentication is required for (?P<host>\S+)|Bad username or password for (?P<url>\S+)|Access token could not be authenticated for|Access to \S+ is forbidden|Please supply credentials for this source|Bundler::(?:Fetcher::(?:BadAuthentication|Authentication\w*|Forbidden)\w*|PermissionError)|It is likely that you need to grant write permissions|bad response (?:Unauthorized 401|Forbidden 403)|You don't have write permissions for the|You do not have permission to push to this gem|Your API key has (?:no|expired)")
        .confidence(0.94)
        .strategies(&["escalate", "config"])
        .matches("Authentication is required for gems.example.")
        .matches("ERROR:  While executing gem ... (Gem::FilePermissionError) You don't have write permissions for the /var/lib/gems/3.0.0 directory.")
        .ignores("Fetching gem metadata from https://gems.example/."),
    rule("ruby.push", "deployment")
        .pattern(r"Repushing of gem versions is not allowed|There was a problem saving your gem|Pushing gem to \S+\.\.\..*(?:error|denied)")
        .strategies(&["escalate", "config"])
        .matches("Repushing of gem versions is not allowed.")
        .ignores("Successfully registered gem: widget (1.0.0)"),
];
