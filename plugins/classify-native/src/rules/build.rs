//! make and Ninja.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("c.make-target", "configuration")
        .pattern(r"make(?:\[\d+\])?: \*\*\* No rule to make target ['`‘](?P<target>[^'’]+)['’](?:, needed by ['`‘](?P<requirement>[^'’]+)['’])?|make(?:\[\d+\])?: \*\*\* No (?:targets specified|targets|makefile found|targets\.)|(?:Makefile|GNUmakefile|\S+\.mk|\S+\.make|\S+\.am):\d+: \*\*\* (?P<message>.+)|make: (?:Makefile|\S+): No such file or directory$|^ninja: (?:fatal|error): (?P<name>.+)|'(?P<file>[^']+)', needed by '[^']+', missing and no known rule to make it|make(?:\[\d+\])?: \*\*\* \[\S*\] Circular|^\S+:\d+: \*\*\* (?:missing separator|multiple target patterns|commands commence before first target)|make: \*\*\* (?P<directory>\S+): No such file or directory\.  Stop|make: invalid option|error: Unable to find .* makefile")
        .unless(r"^make: [\w+-]+: No such file or directory$|unknown target|Error \d+$")
        .ecosystem("generic")
        .confidence(0.88)
        .disposition(Disposition::Auto)
        .strategies(&["config", "escalate"])
        .matches("make: *** No rule to make target 'all'.  Stop.")
        .matches("make[2]: *** No rule to make target '../spin/libspin.a', needed by 'app'.  Stop.")
        .matches("Makefile:12: *** missing separator.  Stop.")
        .matches("ninja: error: '../spin/libspin.a', needed by 'app', missing and no known rule to make it")
        .matches("ninja: error: loading 'build.ninja': No such file or directory")
        .ignores("make: Nothing to be done for 'all'."),
    rule("c.make-failed", "unknown")
        .pattern(r"^(?:g|mingw32-)?make(?:\[\d+\])?: \*\*\* .*Error \d+|^ninja: build stopped: |^make: \*\*\* Waiting for unfinished jobs|^FAILED: \S+|^NMAKE : fatal error U1077|^scons: building terminated because of errors|^Error running link command|^Build step '.*' failed")
        .unless(r"^FAILED: \w+\.py|FAILED: \S+::")
        .ecosystem("generic")
        .summary()
        .confidence(0.4)
        .strategies(&["escalate"])
        .matches("make: *** [Makefile:3: all] Error 2")
        .matches("ninja: build stopped: subcommand failed.")
        .matches("FAILED: src/CMakeFiles/app.dir/main.cpp.o")
        .ignores("make: *** No rule to make target 'all'.  Stop."),
];
