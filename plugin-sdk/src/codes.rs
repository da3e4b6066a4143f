//! The published codes: sets that may grow, and are therefore strings in the contract. `wit/README.md` explains each.
//!
//! A plugin may use a code that is not listed; the host then treats it as the most general one. The lists exist so that a
//! misspelt code fails the plugin's own tests.

/// What kind of failure a finding is.
pub const CATEGORIES: &[&str] = &[
    "dependency-missing",
    "dependency-conflict",
    "network-transient",
    "registry-or-service-outage",
    "rate-limit",
    "auth-or-permission",
    "resource-memory",
    "resource-disk",
    "resource-cpu-timeout",
    "toolchain-missing-or-version",
    "configuration",
    "compile-error",
    "type-error",
    "lint-or-format",
    "test-failure",
    "flaky-test",
    "security-finding",
    "infrastructure-runner",
    "git-or-checkout",
    "port-or-concurrency-conflict",
    "deployment",
    "unknown",
];

/// Whose tools a rule or stage is about.
pub const ECOSYSTEMS: &[&str] = &[
    "generic",
    "python",
    "node",
    "rust",
    "system",
    "git",
    "go",
    "jvm",
    "dotnet",
    "ruby",
    "php",
    "c",
    "docker",
    "kubernetes",
    "terraform",
    "elixir",
    "haskell",
    "ocaml",
    "dart",
    "swift",
    "julia",
    "perl",
    "r",
];

/// How a remedy helps.
pub const STRATEGIES: &[&str] = &["retry", "dependency", "resource", "config", "rollback", "alternative", "escalate"];

/// How much a line weighs.
pub const SEVERITIES: &[&str] = &["error", "warning", "info"];

/// Where a line stands in the story of a failure.
pub const POSITIONS: &[&str] = &["cause", "symptom", "summary"];

/// Blocks of lines that the host takes as context.
pub const BLOCKS: &[&str] = &["python-traceback", "jvm-trace", "npm-error", "cargo-error", "compiler"];

/// Names of captures; a regular expression writes them with `_`.
pub const CAPTURES: &[&str] = &[
    "module",
    "package",
    "version",
    "wanted",
    "requirement",
    "file",
    "directory",
    "line",
    "host",
    "url",
    "port",
    "command",
    "tool",
    "variable",
    "test",
    "feature",
    "target",
    "option",
    "code",
    "exit-code",
    "signal",
    "status",
    "retry-after",
    "size",
    "limit",
    "timeout",
    "reference",
    "user",
    "mirror",
    "message",
    "name",
    "attribute",
    "object",
    "versions",
    "replacement",
    "library",
    "path",
    "script",
];

/// How a tried remedy ended.
pub const TRIED_ENDS: &[&str] = &["ineffective", "worsened", "refused", "flaky-suspect"];

/// What a planned stage is for.
pub const PURPOSES: &[&str] = &["install", "build", "lint", "type-check", "test", "gate", "package"];

/// Facts about an attempt that can make a finding by themselves; besides these `exit-N` and `signal-N`.
pub const EVIDENCE: &[&str] = &["timed-out", "oom-kill", "disk-full"];

/// Programs that the host looks for and names in `tools`.
pub const TOOLS: &[&str] = &[
    "sh", "bash", "git", "python3", "python", "pip", "uv", "poetry", "pipenv", "tox", "pytest", "node", "npm", "pnpm",
    "yarn", "npx", "corepack", "cargo", "rustc", "rustup", "go", "java", "mvn", "gradle", "make", "cmake", "ninja",
    "gcc", "cc", "clang", "docker", "podman", "ruby", "bundle", "php", "composer", "dotnet", "curl", "wget", "tar",
    "unzip",
];

/// Ways in which a plugin breaks its contract, or says that it cannot answer; the host records them.
pub const FAULTS: &[&str] = &[
    "timeout",
    "memory-limit",
    "stack-overflow",
    "trap",
    "panic",
    "exited",
    "garbage",
    "host-call-limit",
    "load-refused",
    "compile-failed",
    "invalid-config",
    "denied",
    "transient",
    "failed",
];

/// Codes of failures that the SDK itself makes.
pub const FAILURES: &[&str] = &[
    "workspace-denied",
    "process-denied",
    "http-denied",
    "not-found",
    "budget-spent",
    "io-failed",
    "not-started",
    "cancelled",
    "unreachable",
    "too-large",
    "timed-out",
];
