//! Node.js itself: memory, versions, permissions, and what npm says about the scripts that it ran.

use plugin_sdk::prelude::*;

use super::rule;

/// Something that is called and cannot be: the project's mistake, unless a package of an earlier version offers it.
pub const NOT_A_FUNCTION: &str = "node.not-a-function";

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("node.heap-out-of-memory", "resource-memory")
        .pattern(
            r"JavaScript heap out of memory|FATAL ERROR: .*Allocation failed|ERR_WORKER_OUT_OF_MEMORY|Array buffer allocation failed|FatalProcessOutOfMemory",
        )
        .confidence(0.95)
        .disposition(Disposition::Auto)
        .strategies(&["resource", "config"])
        .exit_codes(&[134, 137])
        .matches("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory")
        .matches("<--- Last few GCs --->\nFATAL ERROR: Ineffective mark-compacts near heap limit Allocation failed - JavaScript heap out of memory")
        .matches("Error [ERR_WORKER_OUT_OF_MEMORY]: Worker terminated due to reaching memory limit: JS heap out of memory")
        .ignores("RangeError: Maximum call stack size exceeded"),
    rule("node.process-killed", "resource-memory")
        .pattern(
            r"process running out of memory|The build failed because the process exited too early|A worker process has (?:failed to exit gracefully and has been force exited|quit unexpectedly)|npm (?:ERR!|error) (?:signal SIGKILL|command failed with signal .SIGKILL)",
        )
        .confidence(0.6)
        .disposition(Disposition::Auto)
        .strategies(&["resource", "retry"])
        .unless("failed to exit gracefully")
        .matches("npm error signal SIGKILL")
        .matches("The build failed because the process exited too early. This probably means the system ran out of memory or someone called `kill -9` on the process.")
        .ignores("A worker process has failed to exit gracefully and has been force exited. This is likely caused by tests leaking due to improper teardown."),
    rule("node.openssl-unsupported", "toolchain-missing-or-version")
        .pattern(r"ERR_OSSL_EVP_UNSUPPORTED|error:0308010C:digital envelope routines::unsupported")
        .confidence(0.95)
        .disposition(Disposition::Auto)
        .strategies(&["config", "dependency", "alternative"])
        .matches("Error: error:0308010C:digital envelope routines::unsupported")
        .matches("  code: 'ERR_OSSL_EVP_UNSUPPORTED'")
        .ignores("Error: error:1408F10B:SSL routines:ssl3_get_record:wrong version number"),
    rule("node.engine-unsupported", "toolchain-missing-or-version")
        .pattern(
            r"npm (?:ERR!|error) (?:code EBADENGINE|notsup |engine Unsupported engine|code ENOTSUP)|^error .*The engine .node. is incompatible with this module|ERR_PNPM_UNSUPPORTED_ENGINE|Unsupported NodeJS version|You are (?:using|running) Node(?:\.js)? v?[\d.]+.*(?:requires|required)|Node\.js version .* is required|requires (?:a )?Node(?:\.js)? version",
        )
        .unless(r"(?i)npm warn")
        .confidence(0.9)
        .disposition(Disposition::Patch)
        .strategies(&["alternative", "dependency"])
        .block("npm-error")
        .matches("npm ERR! code EBADENGINE")
        .matches("npm ERR! engine Unsupported engine")
        .matches("error widget@2.0.0: The engine \"node\" is incompatible with this module. Expected version \">=18\". Got \"16.20.0\"")
        .matches("You are using Node.js 16.20.0. For Next.js, Node.js version >= v18.17.0 is required.")
        .ignores("npm WARN EBADENGINE Unsupported engine {"),
    rule("node.engine-warned", "toolchain-missing-or-version")
        .pattern(r"(?i)^npm warn (?:EBADENGINE|notsup) (?:Unsupported engine|Not compatible)")
        .severity("warning")
        .strategies(&["alternative", "dependency"])
        .matches("npm WARN EBADENGINE Unsupported engine {")
        .ignores("npm ERR! code EBADENGINE"),
    rule("node.eacces", "auth-or-permission")
        .pattern(
            r"npm (?:ERR!|error) (?:code (?:EACCES|EPERM)|Error: (?:EACCES|EPERM): .*'(?P<file>[^']+)'|Your cache folder contains root-owned files)|^(?:Error|error|\[?Error): .*\b(?:EACCES|EPERM): (?:permission denied|operation not permitted), \w+ '(?P<path>[^']+)'",
        )
        .disposition(Disposition::Auto)
        .strategies(&["config", "escalate"])
        .block("npm-error")
        .matches("npm ERR! code EACCES")
        .matches("npm ERR! Error: EACCES: permission denied, mkdir '/usr/lib/node_modules/widget'")
        .matches("Error: EACCES: permission denied, open '/src/app/dist/main.js'")
        .ignores("npm ERR! code ENOENT"),
    rule("node.gyp", "toolchain-missing-or-version")
        .pattern(
            r"gyp ERR! (?:find Python|find VS|stack Error: (?:Could not find any Python|Can't find Python|not found: make|Could not find any Visual Studio))|gyp: No Xcode or CLT version detected",
        )
        .disposition(Disposition::Auto)
        .strategies(&["alternative", "dependency", "escalate"])
        .matches("gyp ERR! find Python Python is not set from command line or npm configuration")
        .matches("gyp ERR! stack Error: not found: make")
        .ignores("gyp info find Python using Python version 3.12.3 found at \"/usr/bin/python3\""),
    rule("node.gyp-failed", "compile-error")
        .pattern(r"gyp ERR! (?:build error|configure error|stack Error: .* failed with exit code)")
        .symptom()
        .confidence(0.8)
        .strategies(&["dependency", "escalate"])
        .matches("gyp ERR! build error")
        .matches("gyp ERR! stack Error: `make` failed with exit code: 2")
        .ignores("gyp info ok"),
    rule("node.syntax-error", "compile-error")
        .pattern(
            r"^(?:Uncaught )?SyntaxError: (?:Unexpected (?:token|identifier|end of input|string|number|strict mode)|Invalid or unexpected token|missing \)|Identifier '[^']+' has already been declared|.*\.[jt]sx?: )|Module (?:build|parse) failed",
        )
        .unless(r"in JSON at position|is not valid JSON|Unexpected token 'export'")
        .confidence(0.8)
        .strategies(&["escalate"])
        .matches("SyntaxError: Unexpected token '}'")
        .matches("SyntaxError: /src/app/src/main.js: Unexpected token (3:4)")
        .matches("Module parse failed: Unexpected token (3:4)")
        .ignores("SyntaxError: Unexpected token < in JSON at position 0"),
    rule(NOT_A_FUNCTION, "dependency-conflict")
        .pattern(
            r"^(?:Uncaught )?(?:\w+ )?\[?TypeError: (?P<name>[A-Za-z_$][\w$.]*|require\(\.\.\.\)[\w$.]*) is not a (?:function|constructor)$",
        )
        .confidence(0.6)
        .specificity(50)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .asks_plugin()
        .matches("TypeError: widget.spin is not a function")
        .matches("TypeError: Widget is not a constructor")
        .matches("TypeError: require(...) is not a function")
        .ignores("TypeError: Cannot read properties of undefined (reading 'name')"),
    rule("node.uncaught", "unknown")
        .pattern(
            r"^(?:Uncaught )?(?P<name>TypeError|ReferenceError|RangeError|URIError): (?P<message>\S.*)|ERR_UNHANDLED_REJECTION|triggerUncaughtException\(",
        )
        .category("test-failure")
        .confidence(0.55)
        .specificity(45)
        .strategies(&["escalate"])
        .unless(r"^TypeError: (?:fetch failed|\w+\(\) (?:missing|takes|got)|unsupported operand|'\w+' object|can only concatenate|list indices|string indices)|^TypeError: (?:[\w$.]+|require\(\.\.\.\)[\w$.]*) is not a (?:function|constructor)$")
        .matches("TypeError: Cannot read properties of undefined (reading 'name')")
        .matches("ReferenceError: widget is not defined")
        .ignores("TypeError: widget() missing 1 required positional argument: 'name'"),
    rule("node.script-failed", "unknown")
        .ecosystem("generic")
        .pattern(
            r"^npm (?:ERR!|error) (?:code ELIFECYCLE|Lifecycle script|Failed at the |command failed|Exit status|errno \d+|.*@\S+ \w+: `)|^\s*ELIFECYCLE\s+Command failed|^error Command failed(?: with exit code \d+)?\.?|ERR_PNPM_RECURSIVE_RUN_FIRST_FAIL",
        )
        .unless("SIGKILL")
        .summary()
        .confidence(0.35)
        .specificity(30)
        .strategies(&["escalate"])
        .matches("npm ERR! code ELIFECYCLE")
        .matches("npm ERR! Failed at the app@1.0.0 build script.")
        .matches(" ELIFECYCLE  Command failed with exit code 1.")
        .matches("error Command failed with exit code 1.")
        .ignores("npm ERR! code ERESOLVE"),
    rule("node.audit", "security-finding")
        .pattern(
            r"^\d+ (?:(?:low|moderate|high|critical) severity )?vulnerabilit(?:y|ies)(?: \(|$)|^found [1-9]\d* (?:\w+ severity )?vulnerabilit|^\d+ vulnerabilities found|^Severity: (?:\d+ )?(?:Low|Moderate|High|Critical)\b",
        )
        .confidence(0.6)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("3 vulnerabilities (1 moderate, 2 high)")
        .matches("1 high severity vulnerability")
        .matches("found 2 high severity vulnerabilities")
        .ignores("found 0 vulnerabilities"),
];
