//! A small set of rules in the tools' documented wording. The product's rules are declared by plugins.

use std::sync::LazyLock;

use log_scan::{Example, Position, RuleSet, RuleSpec, Severity};

/// A rule with middling numbers, to be changed by the functions below.
pub fn rule(code: &str, category: &str, pattern: &str) -> RuleSpec {
    let ecosystem = code.split('.').next().filter(|first| *first != "system").unwrap_or("generic");
    RuleSpec {
        id: format!("test@1.0.0/{code}"),
        code: code.to_owned(),
        category: category.to_owned(),
        ecosystem: ecosystem.to_owned(),
        pattern: pattern.to_owned(),
        negative: None,
        severity: Severity::Error,
        confidence: 0.8,
        specificity: if ecosystem == "generic" { 40 } else { 85 },
        position: Position::Cause,
        disposition: "never".to_owned(),
        strategies: vec!["escalate".to_owned()],
        asks_plugin: false,
        examples: Vec::new(),
        attrs: Vec::new(),
    }
}

/// Small changes to a rule, so that the table below stays readable.
pub trait With: Sized {
    fn position(self, position: Position) -> Self;
    fn severity(self, severity: Severity) -> Self;
    fn negative(self, pattern: &str) -> Self;
    fn attr(self, name: &str, value: &str) -> Self;
    fn heals(self, disposition: &str, strategy: &str) -> Self;
    fn sure(self, confidence: f64) -> Self;
    fn example(self, text: &str, matches: bool) -> Self;
}

impl With for RuleSpec {
    fn position(mut self, position: Position) -> Self {
        self.position = position;
        self
    }

    fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    fn negative(mut self, pattern: &str) -> Self {
        self.negative = Some(pattern.to_owned());
        self
    }

    fn attr(mut self, name: &str, value: &str) -> Self {
        self.attrs.push((name.to_owned(), value.to_owned()));
        self
    }

    fn heals(mut self, disposition: &str, strategy: &str) -> Self {
        self.disposition = disposition.to_owned();
        self.strategies = vec![strategy.to_owned()];
        self
    }

    fn sure(mut self, confidence: f64) -> Self {
        self.confidence = confidence;
        self
    }

    fn example(mut self, text: &str, matches: bool) -> Self {
        self.examples.push(Example { text: text.to_owned(), matches });
        self
    }
}

/// The rules.
pub fn specs() -> Vec<RuleSpec> {
    vec![
        rule(
            "python.module-not-found",
            "dependency-missing",
            r"^(?:E\s+)?ModuleNotFoundError: No module named '(?P<module>[^']+)'",
        )
        .sure(0.95)
        .heals("auto", "dependency")
        .attr("block", "python-traceback"),
        rule(
            "python.no-matching-distribution",
            "dependency-missing",
            r"ERROR: No matching distribution found for (?P<package>\S+)",
        )
        .sure(0.9)
        .heals("patch", "dependency"),
        rule("python.uncaught", "test-failure", r"^Traceback \(most recent call last\):")
            .position(Position::Symptom)
            .sure(0.5)
            .attr("block", "python-traceback"),
        rule("python.pytest-failed", "test-failure", r"^FAILED (?P<test>\S+::\S+)")
            .position(Position::Summary)
            .sure(0.85),
        rule("python.assertion", "test-failure", r"^E\s+(?:AssertionError\b|assert )").sure(0.8),
        rule("python.pip-retrying", "network-transient", r"^WARNING: Retrying \(Retry\(total=\d+")
            .severity(Severity::Warning),
        rule(
            "python.read-timeout",
            "network-transient",
            r"ReadTimeoutError\(?.*HTTPSConnectionPool\(host='(?P<host>[^']+)'",
        )
        .negative(r"^WARNING: Retrying")
        .heals("retry", "retry"),
        rule("node.eresolve", "dependency-conflict", r"^npm (?:ERR!|error) (?:code )?ERESOLVE")
            .heals("patch", "dependency")
            .attr("block", "npm-error"),
        rule("rust.compile-error", "compile-error", r"^error\[(?P<code>E\d{4})\]: ")
            .sure(0.9)
            .attr("block", "cargo-error"),
        rule("rust.could-not-compile", "compile-error", r"^error: could not compile `(?P<package>[^`]+)`")
            .position(Position::Summary),
        rule("rust.test-failed", "test-failure", r"^test (?P<test>\S+) \.\.\. FAILED").sure(0.85),
        rule("rust.panic", "test-failure", r"^thread '(?P<test>[^']+)' panicked at ")
            .position(Position::Symptom)
            .sure(0.7),
        rule("java.exception", "test-failure", r#"^Exception in thread "[^"]+" "#)
            .position(Position::Symptom)
            .sure(0.7)
            .attr("block", "jvm-trace"),
        rule("java.connect-refused", "network-transient", r"java\.net\.ConnectException: Connection refused")
            .sure(0.85)
            .heals("retry", "retry"),
        rule("system.no-space", "resource-disk", r"(?i)no space left on device").sure(0.9).heals("auto", "resource"),
        rule("system.killed", "resource-memory", r"(?:^|\s)Killed$")
            .sure(0.5)
            .heals("auto", "resource")
            .attr("exit-codes", "137")
            .attr("evidence", "oom-kill"),
        rule("system.timed-out", "resource-cpu-timeout", r"^The job exceeded the maximum time limit")
            .attr("evidence", "timed-out"),
        rule(
            "system.port-taken",
            "port-or-concurrency-conflict",
            r"(?:EADDRINUSE|[Aa]ddress already in use).*?:(?P<port>\d{2,5})\b",
        )
        .heals("auto", "alternative"),
        rule("system.make-error", "compile-error", r"^make(?:\[\d+\])?: \*\*\* .*Error \d+")
            .position(Position::Summary)
            .sure(0.4),
        rule("git.remote-hung-up", "git-or-checkout", r"^fatal: the remote end hung up unexpectedly")
            .heals("retry", "retry"),
    ]
}

/// The rules, compiled once.
pub fn set() -> RuleSet {
    static SET: LazyLock<RuleSet> =
        LazyLock::new(|| RuleSet::compile(specs()).expect("the rules above are within the limits"));
    SET.clone()
}
