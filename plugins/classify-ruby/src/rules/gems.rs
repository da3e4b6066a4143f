//! Native extensions of gems.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("ruby.native-extension", "dependency-missing")
        .pattern(r"checking for (?P<library>\S+)(?: in -l\S+| library|\(\))?\.\.\. (?:no|\*\*\*)$|^(?P<name>\w+) (?:is|are) missing\. (?:Please|Try|Install)|^(?:ERROR|\*\*\*) (?:can't find|Could not find|could not find) (?P<target>\S+)|mkmf\.rb can't find header files for ruby|You (?:have to|need to) install (?:development tools|\S+-dev)|missing (?P<package>lib\w+)\.|Can't find the '(?P<file>[^']+)' (?:header|library)|No (?:pg_config|mysql_config)\.\.\.|ld: library not found for -l\S+ .*ruby|pkg-config.*is not installed.*gem")
        .unless(r"\.\.\. no$")
        .confidence(0.88)
        .disposition(Disposition::Auto)
        .strategies(&["dependency", "alternative", "escalate"])
        .matches("libxml2 is missing. Please locate mkmf.log to investigate how it is failing.")
        .matches("mkmf.rb can't find header files for ruby at /usr/lib/ruby/include/ruby.h")
        .matches("Can't find the 'libpq-fe.h' header")
        .ignores("checking for ruby/thread.h... yes"),
    rule("ruby.install-failed", "dependency-missing")
        .pattern(r"An error occurred while installing (?P<package>\S+) \((?P<version>[^)]+)\)|Gem::Ext::BuildError: ERROR: Failed to build gem native extension|ERROR: Failed to build gem native extension|Make sure that `gem install \S+|extconf failed, exit code|^make failed, exit code")
        .symptom()
        .confidence(0.84)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "alternative", "escalate"])
        .matches("An error occurred while installing widget (1.0.0), and Bundler cannot continue.")
        .matches("Gem::Ext::BuildError: ERROR: Failed to build gem native extension.")
        .ignores("Installing widget 1.0.0 with native extensions"),
];
