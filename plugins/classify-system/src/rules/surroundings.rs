//! What surrounds a program: language, terminal, screen, time zones, temporary and generated directories, caches that no
//! longer fit, and files that say another process runs.

use plugin_sdk::prelude::*;

use super::rule;

const fn surrounding(code: &'static str) -> RuleBuilder {
    rule(code, "configuration").confidence(0.9).specificity(76).strategies(&["config", "escalate"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    surrounding("system.locale")
        .pattern(
            r"UnicodeDecodeError: 'ascii' codec can't decode byte|UnicodeEncodeError: 'ascii' codec can't encode character|Python was configured to use ASCII as encoding|invalid byte sequence in US-ASCII|locale\.Error: unsupported locale setting|unmappable character .*for encoding (?:US-)?ASCII|Malformed input or input contains unmappable characters",
        )
        .disposition(Disposition::Auto)
        .matches("UnicodeDecodeError: 'ascii' codec can't decode byte 0xc3 in position 12: ordinal not in range(128)")
        .matches("app.rb:3:in 'split': invalid byte sequence in US-ASCII (ArgumentError)")
        .matches("locale.Error: unsupported locale setting")
        .ignores("UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte")
        .ignores("bash: warning: setlocale: LC_ALL: cannot change locale (xx_XX.UTF-8)"),
    surrounding("system.terminal")
        .pattern(
            r"^tput: (?:No value for \$TERM|unknown terminal)|^Error opening terminal: |terminals database is inaccessible|setupterm: could not find terminal|^'?[\w-]+'?: unknown terminal type|^TERM environment variable not set",
        )
        .disposition(Disposition::Auto)
        .matches("tput: No value for $TERM and no -T specified")
        .matches("Error opening terminal: unknown.")
        .matches("TERM environment variable not set.")
        .ignores("tput: unknown option"),
    surrounding("system.temporary-directory")
        .pattern(
            r"No usable temporary directory (?:name )?found in|^mktemp: .*template ['‘](?P<path>/[^'’]+)['’]: No such file or directory|TMPDIR .*(?:does not exist|is not a directory)|[Uu]nable to create (?:a )?temporary (?:file|directory).*No such file or directory",
        )
        .disposition(Disposition::Auto)
        .matches("FileNotFoundError: [Errno 2] No usable temporary directory found in ['/gone', '/tmp']")
        .matches("mktemp: failed to create file via template '/gone/tmp.XXXXXXXXXX': No such file or directory")
        .ignores("write /tmp/widget: no space left on device"),
    surrounding("system.directory-missing")
        .pattern(
            r"cannot create (?P<path>[\w./@+-]+): Directory nonexistent|(?i:can't create|cannot open output file|opening dependency file|error opening output file|unable to open output file) ['‘\x22]?(?P<file>[\w./@+-]+)['’\x22]?: '?No such file or directory",
        )
        .confidence(0.93)
        .disposition(Disposition::Auto)
        .matches("sh: 1: cannot create build/out.txt: Directory nonexistent")
        .matches("Fatal error: can't create build/obj/main.o: No such file or directory")
        .matches("cc1: fatal error: opening dependency file build/main.d: No such file or directory")
        .ignores("cat: build/out.txt: No such file or directory"),
    surrounding("system.time-zone")
        .pattern(r"No time zone found with key (?P<name>[\w/+-]+)|unknown time zone (?P<tool>[A-Z][\w/+-]+)|UnknownTimeZoneError: '?(?P<object>[\w/+-]+)")
        .matches("zoneinfo._common.ZoneInfoNotFoundError: 'No time zone found with key Europe/Berlin'")
        .matches("panic: unknown time zone Europe/Berlin")
        .ignores("the time zone is UTC"),
    surrounding("system.no-display")
        .pattern(
            r"no display name and no \$DISPLAY|[Cc]an(?:no|')t open display|could not connect to display|no Qt platform plugin could be initialized|No X11 DISPLAY variable was set|java\.awt\.HeadlessException|Unable to open X display",
        )
        .matches("_tkinter.TclError: no display name and no $DISPLAY environment variable")
        .matches("This application failed to start because no Qt platform plugin could be initialized.")
        .ignores("DISPLAY=:99"),
    surrounding("system.stale-cache")
        .pattern(
            r"ImportError: bad magic number in |encountered incremental compilation error|failed to cache transform results in: (?P<path>\S+)|ENOENT: no such file or directory, \w+ '(?P<file>[^']*node_modules/\.cache/[^']+)'|error TS6305: Output file|Restoring pack (?:failed|from) .*(?P<directory>node_modules/\.cache\S*)",
        )
        .confidence(0.95)
        .specificity(92)
        .disposition(Disposition::Auto)
        .strategies(&["config", "retry"])
        .matches("ImportError: bad magic number in 'widget': b'\\x03\\xf3\\r\\n'")
        .matches("error: internal compiler error: encountered incremental compilation error with type_of(app[0]::main)")
        .matches("jest: failed to cache transform results in: /src/app/node_modules/.cache/jest/0123")
        .matches("Error: ENOENT: no such file or directory, open '/src/app/node_modules/.cache/babel-loader/0123.json'")
        .ignores("ImportError: cannot import name 'spin' from 'widget'"),
    surrounding("system.process-file")
        .category("port-or-concurrency-conflict")
        .pattern(
            r"already running\. Check (?P<path>\S+\.pid)\b|lock file .(?P<file>[^\x22']+\.(?:pid|lock)). already exists|running on the mutex file (?P<name>\S+)|EEXIST: file already exists, \w+ '(?P<directory>[^']+\.(?:lock|pid))'|(?i:pid ?file|lock ?file) ['\x22`]?(?P<target>[\w./-]+\.(?:pid|lock))['\x22`]? (?:already )?exists",
        )
        .confidence(0.93)
        .disposition(Disposition::Auto)
        .strategies(&["config", "retry"])
        .asks_plugin()
        .matches("A server is already running. Check /src/app/tmp/pids/server.pid.")
        .matches("FATAL:  lock file \"postmaster.pid\" already exists")
        .matches("error Another yarn instance is already running on the mutex file .yarn-mutex")
        .matches("npm error EEXIST: file already exists, mkdir '/src/app/.npm/_locks/npx.lock'")
        .matches("pidfile run/widget.pid already exists")
        .ignores("fatal: Unable to create '/src/app/.git/index.lock': File exists."),
];
