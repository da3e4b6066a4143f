//! Headers, libraries and packages that a build of C or C++ does not find.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("c.missing-header", "dependency-missing")
        .pattern(r"fatal error: ['\x22<]?(?P<file>[^'\x22:\s>]+)['\x22>]?: No such file or directory|fatal error: '(?P<path>[^']+)' file not found|Cannot open include file: '(?P<name>[^']+)'|error: (?P<target>[\w./-]+\.h(?:pp)?): No such file or directory|cannot open source file \x22(?P<directory>[^\x22]+)\x22|error: module '(?P<module>[^']+)' not found")
        .confidence(0.94)
        .disposition(Disposition::Auto)
        .strategies(&["dependency", "alternative", "escalate"])
        .block("compiler")
        .matches("widget.c:1:10: fatal error: widget.h: No such file or directory")
        .matches("widget.c:1:10: fatal error: 'widget.h' file not found")
        .matches("widget.cpp(1): fatal error C1083: Cannot open include file: 'widget.h': No such file or directory")
        .ignores("cat: widget.h: No such file or directory"),
    rule("c.missing-library", "dependency-missing")
        .pattern(r"cannot find -l:?(?P<library>[\w.+-]+)|library (?:not found for -l|'(?P<object>[^']+)' not found)(?P<name>[\w.+-]+)?|unable to find library -l(?P<package>[\w.+-]+)|Package '?(?P<requirement>[\w.+-]+)'?,? (?:required by '[^']+', |was )not found(?: in the pkg-config search path)?|No package '(?P<target>[^']+)' found|LNK1104: cannot open file '(?P<file>[^']+)'|LNK1181: cannot open input file '(?P<path>[^']+)'|framework (?:not found |')(?P<module>[\w.+-]+)(?:' not found)?$|cannot find (?P<tool>crt\w*\.o|Scrt1\.o)")
        .unless(r"locally|meson\.build:")
        .confidence(0.93)
        .disposition(Disposition::Auto)
        .strategies(&["dependency", "alternative", "escalate"])
        .block("compiler")
        .matches("/usr/bin/ld: cannot find -lwidget: No such file or directory")
        .matches("ld: library not found for -lwidget")
        .matches("ld: library 'widget' not found")
        .matches("Package widget was not found in the pkg-config search path.")
        .matches("No package 'widget' found")
        .matches("LINK : fatal error LNK1104: cannot open file 'widget.lib'")
        .ignores("/usr/bin/ld: main.o: undefined reference to `spin'"),
    rule("c.cmake-package-missing", "dependency-missing")
        .pattern(r"Could NOT find (?P<package>\w+)|Could not find (?:a (?:package configuration file (?:provided by|named)|configuration file for package)) .(?P<name>[\w./-]+).|By not providing .Find(?P<file>\w+)\.cmake.|A required (?:package|library) (?:was )?not found|None of the required '(?P<library>[^']+)' found|The following required packages were not found|[Cc]ould not find (?:the )?(?:required )?(?:library|package|program|module):? '?(?P<target>[\w.+-]+)|Target \x22[^\x22]+\x22 links to target \x22(?P<requirement>[\w:]+)\x22|link library \x22[^\x22]+\x22 does not exist|include could not find (?:requested|load) file|[Cc]ould not find \w+ using the following (?:names|files)|^\s*Unable to find (?:the )?(?:requested )?[\w+ ]+(?:librar(?:y|ies)|headers?|include)|variables are used in this project, but they are set to NOTFOUND")
        .unless(r"(?i)optional|^-- Could NOT find|recommended")
        .confidence(0.91)
        .disposition(Disposition::Auto)
        .strategies(&["dependency", "alternative", "escalate"])
        .matches("  Could NOT find OpenSSL, try to set the path to OpenSSL root folder in the")
        .matches("  Could not find a package configuration file provided by \"Widget\" with any of")
        .matches("  Target \"app\" links to target \"Widget::Widget\" but the target was not found.")
        .ignores("-- Could NOT find Doxygen (missing: DOXYGEN_EXECUTABLE)"),
    rule("c.package-version", "dependency-conflict")
        .pattern(r"Could not find a configuration file for package .(?P<package>[\w./-]+). that is|Requested '(?P<requirement>[^']+)' but version of (?P<name>\S+) is (?P<version>\S+)|Invalid version, need '(?P<wanted>[^']+)'|Dependency '[^']+' (?:was|is) required .*version.*found|considered .*but not accepted|Found unsuitable version \x22(?P<target>[^\x22]+)\x22")
        .unless(r"^-- ")
        .confidence(0.92)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "alternative", "escalate"])
        .matches("  Could not find a configuration file for package \"Widget\" that is compatible with requested version \"3.2\".")
        .matches("Requested 'widget >= 2.0' but version of Widget is 1.8")
        .ignores("-- Found Widget: /usr/lib/libwidget.so (found version \"3.2\")"),
    rule("c.configure-missing", "dependency-missing")
        .pattern(r"^configure: error: .*(?i:(?:library|header|package|development|lib\w+|\w+\.h|program|\w+-dev(?:el)?) .*(?:not found|missing|required|needed|could not be found|not installed)|(?:could ?n[o']t|cannot|unable to) (?:find|locate)|(?:not found|is missing|are missing)|[Pp]ackage requirements \(.+\) were not met|please install|(?:was|is|were) not (?:found|installed))|Package requirements \((?P<requirement>[^)]+)\) were not met")
        .unless(r"(?i)compiler|C\+\+\d\d|too old")
        .confidence(0.92)
        .disposition(Disposition::Auto)
        .strategies(&["dependency", "alternative", "escalate"])
        .matches("configure: error: Package requirements (widget >= 2.0) were not met:")
        .matches("configure: error: libwidget headers not found, please install libwidget-dev")
        .matches("configure: error: Could not find widget-config")
        .ignores("checking for widget.h... yes"),
    rule("c.meson-dependency", "dependency-missing")
        .pattern(r"meson\.build:\d+:\d+: ERROR: (?:Dependency (?:lookup for )?.(?P<package>[\w.+ -]+). (?:.*)?(?:not found|with method .* failed)|(?:C|C\+\+) (?:shared or static )?library '(?P<library>[^']+)' not found|Program (?P<tool>.+) not found|(?:C|C\+\+) header '(?P<file>[^']+)' not found|python3 is missing modules|.* not found)|ERROR: Dependency .(?P<name>[\w.+ -]+). not found")
        .confidence(0.93)
        .disposition(Disposition::Auto)
        .strategies(&["dependency", "alternative", "escalate"])
        .matches("meson.build:12:0: ERROR: Dependency \"widget\" not found, tried pkgconfig and cmake")
        .matches("../meson.build:7:5: ERROR: C shared or static library 'widget' not found")
        .matches("meson.build:9:0: ERROR: Program 'glib-compile-resources' not found or not executable")
        .ignores("Run-time dependency widget found: NO (tried pkgconfig)"),
];
