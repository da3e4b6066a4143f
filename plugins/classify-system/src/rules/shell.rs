//! What shells say: commands, files, variables and syntax.

use plugin_sdk::prelude::*;

use super::rule;

/// The start of a shell's message: `sh: 1: `, `bash: line 3: `, `./run.sh: line 3: `, `/bin/sh: `, `zsh:1: `.
const SHELL: &str =
    r"^(?:[\w./ -]*?(?:sh|bash|dash|zsh|ash|ksh|run|script|entrypoint|step|build)[\w./-]*: ?(?:line )?(?:\d+: ?)?)";

/// A file that is there and cannot be run, as shells, `env` and container runtimes put it.
const NOT_EXECUTABLE: &str = joined!(
    r"(?:",
    SHELL,
    r"|^env: )['‘]?(?P<path>[\w~.@+-]*/[\w./@+-]+)['’]?: (?:\S+: )?(?:Permission denied|cannot execute(?:: Permission denied)?|bad interpreter: .*)$|exec: .(?P<file>[^\x22]+).: permission denied|^(?P<script>\./[\w./@+-]+): Permission denied$|permission denied: (?P<name>\.{0,2}/[\w./@+-]+)$|^(?:/usr/bin/)?env: [^:]*\\r[^:]*: No such file or directory|^(?P<tool>\S+): /\S+\^M: bad interpreter"
);
/// A program that is not there, as shells, `env` and `spawn` of several languages put it.
const NOT_FOUND: &str = joined!(
    r"(?:",
    SHELL,
    r"|^(?:-?bash|sh|zsh|dash|ash|fish|ksh|env|sudo|xargs|time|nohup|exec|timeout|make(?:\[\d+\])?|/usr/bin/env|/bin/\w+): (?:line )?(?:\d+: )?(?:failed to run command )?)['‘`\x22]?(?P<command>[\w.@+-][\w./@+-]*)['’`\x22]?: (?:command not found|not found|No such file or directory)$|command not found: (?P<tool>[\w.@+-]+)|^(?P<name>[\w.@+-]+): (?:command )?not found$|'(?P<target>[\w.@+-]+)' is not recognized as an internal or external command|exec: .(?P<script>[\w./-]+).: executable file not found in \$PATH|spawn (?P<option>[\w./-]+) ENOENT|The term '(?P<message>[\w.@+-]+)' is not recognized as"
);

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("system.command-not-found", "toolchain-missing-or-version")
        .pattern(NOT_FOUND)
        .unless(r"\.(?:sh|py|pl|rb|js): (?:No such file|not found)$|^(?:remote|fatal|[Ee]rror|ERROR): not found$|/\S*:[\w.-]+: not found$|\$'[^']*\\r'")
        .confidence(0.9)
        .specificity(70)
        .disposition(Disposition::Auto)
        .strategies(&["alternative", "dependency"])
        .exit_codes(&[127])
        .asks_plugin()
        .matches("sh: 1: widget: not found")
        .matches("bash: line 1: widget: command not found")
        .matches("/bin/sh: widget: not found")
        .matches("./run.sh: line 3: widget: command not found")
        .matches("zsh: command not found: widget")
        .matches("make: widget: No such file or directory")
        .matches("env: ‘widget’: No such file or directory")
        .matches("/usr/bin/env: 'widget': No such file or directory")
        .matches("exec: \"widget\": executable file not found in $PATH")
        .matches("Error: spawn widget ENOENT")
        .ignores("cat: widget: No such file or directory")
        .ignores("file found"),
    rule("system.not-executable", "auth-or-permission")
        .pattern(NOT_EXECUTABLE)
        .confidence(0.92)
        .specificity(70)
        .disposition(Disposition::Auto)
        .strategies(&["config", "alternative"])
        .exit_codes(&[126])
        .matches("sh: 1: ./x.sh: Permission denied")
        .matches("bash: line 1: ./x.sh: Permission denied")
        .matches("/bin/sh: 1: ./tools/x.sh: Permission denied")
        .matches("bash: ./gradlew: /bin/sh^M: bad interpreter: No such file or directory")
        .matches("./x.sh: Permission denied")
        .matches("zsh: permission denied: ./x.sh")
        .matches("/usr/bin/env: ‘bash\\r’: No such file or directory")
        .ignores("rm: cannot remove 'x': Permission denied"),
    rule("system.missing-env", "configuration")
        .pattern(
            r"(?:^|: )(?P<variable>[A-Za-z_]\w*): (?:unbound variable|parameter not set(?: or null)?|parameter null or not set)|^(?:\S*sh: |[\w./@+-]+: (?:line )?\d+: )(?P<wanted>[A-Z][A-Z0-9_]{2,}): [^\s:].*$|(?i:(?:required )?(?:environment )?variable ['\x22`$]?(?P<name>[A-Z][A-Z0-9_]{2,})['\x22`]? (?:is )?(?:not set|not defined|required|missing|undefined|must be set))|(?P<option>[A-Z][A-Z0-9_]{2,}) (?:environment variable )?(?:is not set|must be set|is required but)",
        )
        .unless(r"(?i)warning|variable is not set\. Defaulting|JAVA_HOME|^\s*(?:raise|throw|die|panic!?)\b|: (?:[A-Z]+_)?(?:ERROR|FATAL|WARN(?:ING)?|INFO|DEBUG|NOTE|NOTICE|FAIL(?:ED|URE)?|PANIC|CRITICAL|TO(?:DO)|FIX(?:ME)): |: (?:command )?not found$|: Permission denied$|: No such file|readonly variable|is read only|bad variable name|not a valid identifier")
        .confidence(0.9)
        .specificity(70)
        .disposition(Disposition::Auto)
        .strategies(&["config"])
        .asks_plugin()
        .matches("sh: 1: DATABASE_URL: parameter not set")
        .matches("sh: 1: DATABASE_URL: parameter not set or null")
        .matches("ci/build.sh: line 3: DATABASE_URL: say where the database is")
        .matches("bash: DATABASE_URL: is needed")
        .ignores("sh: 1: WIDGET: not found")
        .ignores("psql: FATAL: the database is starting up")
        .ignores("settings.txt: 3: ERROR: no such key")
        .matches("bash: line 1: DATABASE_URL: unbound variable")
        .matches("./run.sh: line 2: DATABASE_URL: parameter null or not set")
        .matches("Error: environment variable DATABASE_URL is not set")
        .ignores("The \"DATABASE_URL\" variable is not set. Defaulting to a blank string."),
    rule("system.no-such-file", "configuration")
        .pattern(
            r"(?:^|: )['‘\x22`]?(?P<path>(?:\.{0,2}/)?[\w@+-][\w./@+ -]*?)['’\x22`]?: No such file or directory|ENOENT: no such file or directory, \w+ '(?P<file>[^']+)'|FileNotFoundError: .*: '(?P<name>[^']+)'|[Cc]annot stat '(?P<directory>[^']+)'|does not exist or is not a (?:file|directory)",
        )
        .unless(r"fatal error: |^\S+:\d+:\d+:|lock-frontend|bad interpreter|: not found$|^(?:ba|da|z)?sh: .*cd")
        .confidence(0.66)
        .specificity(35)
        .disposition(Disposition::Auto)
        .strategies(&["config", "escalate"])
        .matches("cat: data/input.txt: No such file or directory")
        .matches("python3: ./run.py: No such file or directory")
        .matches("cp: cannot stat 'data/input.txt': No such file or directory")
        .matches("FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'")
        .ignores("widget.c:1:10: fatal error: widget.h: No such file or directory"),
    rule("system.shell-syntax", "compile-error")
        .pattern(r"(?:^|: )(?:-c: )?(?:line \d+: )?[Ss]yntax error(?::|,)? (?:near unexpected token|unexpected end of file|.*unexpected|Unterminated quoted string|Bad substitution|Missing)|unexpected EOF while looking for matching|: Bad substitution$|\[: (?:too many arguments|unary operator expected|missing `\]')")
        .confidence(0.85)
        .specificity(65)
        .strategies(&["escalate"])
        .exit_codes(&[2])
        .matches("bash: -c: line 3: syntax error near unexpected token `fi'")
        .matches("sh: 1: Syntax error: Unterminated quoted string")
        .matches("./run.sh: line 9: unexpected EOF while looking for matching `\"'")
        .ignores("SyntaxError: invalid syntax"),
    rule("system.unknown-option", "configuration")
        .pattern(r"(?i)(?:^|: )(?:unrecognized|unknown|invalid|illegal) (?:command[- ]line )?(?:option|argument|flag)s?(?: --)?[:\s]+['‘`\x22(]*(?P<option>-{0,2}[\w-]+)|unknown (?:shorthand )?flag: |Unknown command:? ['\x22]?\w+")
        .confidence(0.72)
        .strategies(&["config", "escalate"])
        .matches("widget: unrecognized option '--fast'")
        .matches("Error: unknown flag: --fast")
        .ignores("error: unexpected argument '--fast' found"),
    rule("system.argument-list-too-long", "configuration")
        .pattern(r"Argument list too long|\bE2BIG\b")
        .confidence(0.9)
        .strategies(&["config", "escalate"])
        .matches("sh: 1: rm: Argument list too long")
        .ignores("too many arguments"),
];
