//! Autotools and Meson.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("c.configure-error", "configuration")
        .pattern(r"^configure: error: (?P<message>.+)|^(?:\S+/)?meson\.build:\d+:\d+: ERROR: (?P<target>.+)|^ERROR: (?:Neither source directory|Neither directory contains a build file|Unknown options?: |Subproject \S+ is buildable|Value .* for (?:option|combo)|Unexpected \x22)|^config\.status: error: |configure: WARNING: unrecognized options.*error")
        .confidence(0.82)
        .strategies(&["config", "dependency", "escalate"])
        .matches("configure: error: spinning is not supported on this platform")
        .matches("meson.build:4:2: ERROR: Unknown variable \"widget\".")
        .ignores("configure: creating ./config.status"),
    rule("c.autotools", "configuration")
        .pattern(r"^configure(?:\.ac|\.in)?:\d+: error: |^\S*(?:configure|aclocal\.m4): line \d+: syntax error|error: possibly undefined macro: (?P<name>\w+)|autoreconf\w*: (?:error|\S+ failed with exit status)|^aclocal: error|^automake: error|(?:automake|autoconf|libtool): (?:error: )?(?:cannot|no proper|Libtool library used but)|config\.(?:guess|sub): .*not recognized|Invalid configuration .*: (?:machine|system) .* not recognized|error: required file '(?P<file>[^']+)' not found|error: version mismatch\.  This is (?:Automake|Libtool)|WARNING: '(?:aclocal|automake|autoconf|makeinfo)[^']*' is missing on your system|missing: line \d+: \S+: command not found")
        .unless("^configure: error")
        .confidence(0.9)
        .strategies(&["dependency", "config", "escalate"])
        .matches("configure.ac:12: error: possibly undefined macro: AC_PROG_WIDGET")
        .matches("autoreconf: error: /usr/bin/autoconf failed with exit status: 1")
        .matches("Makefile.am:3: error: required file './README' not found")
        .ignores("configure: creating ./config.status"),
];
