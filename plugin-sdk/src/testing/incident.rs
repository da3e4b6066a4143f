//! Builders of what a healer is asked about.

use crate::healer::{Incident, Tried};
use crate::types::{Attr, Capture, Command, Disposition, Finding, Limits, LogLine, Outcome, Stage, Tool};

/// Line of a finding's cause unless said otherwise; any number but 1 shows a mix-up of index and number.
const DEFAULT_LINE: u64 = 12;

/// A stage that runs a script at the workspace root, without limits.
pub fn stage(name: impl Into<String>, script: impl Into<String>) -> Stage {
    Stage {
        name: name.into(),
        command: Command::Shell(script.into()),
        directory: ".".to_owned(),
        env_names: Vec::new(),
        limits: Limits::default(),
        attrs: Vec::new(),
    }
}

/// The outcome of an attempt that took a second and ended with this exit code.
pub fn outcome(exit_code: i32) -> Outcome {
    Outcome { exit_code: Some(exit_code), duration_ms: 1_000, cpu_ms: 500, log_bytes: 4_096, ..Outcome::default() }
}

/// A finding of this code and category, with the signature `CODE:0`.
pub fn finding(code: impl Into<String>, category: impl Into<String>) -> FindingBuilder {
    let code = code.into();
    FindingBuilder(Finding {
        signature: format!("{code}:0"),
        code,
        category: category.into(),
        ecosystem: "generic".to_owned(),
        severity: "error".to_owned(),
        confidence: 0.95,
        cause: LogLine { line: DEFAULT_LINE, text: "error".to_owned() },
        captures: Vec::new(),
        context: Vec::new(),
        disposition: Disposition::Auto,
        strategies: Vec::new(),
        attrs: Vec::new(),
    })
}

/// A finding in the making.
#[derive(Clone, Debug)]
pub struct FindingBuilder(Finding);

impl FindingBuilder {
    /// The ecosystem code.
    #[must_use]
    pub fn ecosystem(mut self, ecosystem: impl Into<String>) -> Self {
        self.0.ecosystem = ecosystem.into();
        self
    }

    /// The cause line.
    #[must_use]
    pub fn cause(mut self, line: u64, text: impl Into<String>) -> Self {
        self.0.cause = LogLine { line, text: text.into() };
        self
    }

    /// A line of context.
    #[must_use]
    pub fn context(mut self, line: u64, text: impl Into<String>) -> Self {
        self.0.context.push(LogLine { line, text: text.into() });
        self
    }

    /// What a group captured.
    #[must_use]
    pub fn capture(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.captures.push(Capture { name: name.into(), value: value.into() });
        self
    }

    /// The disposition.
    #[must_use]
    pub fn disposition(mut self, disposition: Disposition) -> Self {
        self.0.disposition = disposition;
        self
    }

    /// The confidence.
    #[must_use]
    pub fn confidence(mut self, confidence: f64) -> Self {
        self.0.confidence = confidence;
        self
    }

    /// The signature.
    #[must_use]
    pub fn signature(mut self, signature: impl Into<String>) -> Self {
        self.0.signature = signature.into();
        self
    }

    /// A strategy that could help, after those named before.
    #[must_use]
    pub fn strategy(mut self, strategy: impl Into<String>) -> Self {
        self.0.strategies.push(strategy.into());
        self
    }

    /// A further fact.
    #[must_use]
    pub fn attr(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.attrs.push(Attr::new(key, value));
        self
    }

    /// The finding.
    pub fn build(self) -> Finding {
        self.0
    }
}

/// The incident of a stage `test` (`sh -c "make test"`, exit code 1) with this root cause, under git, nothing tried yet, two
/// attempts left.
pub fn incident(root: FindingBuilder) -> IncidentBuilder {
    IncidentBuilder(Incident {
        id: "incident-1".to_owned(),
        stage: stage("test", "make test"),
        outcome: outcome(1),
        findings: vec![root.build()],
        tried: Vec::new(),
        attempts_left: 2,
        tools: Vec::new(),
        attrs: vec![Attr::new("version-control", "git"), Attr::new("os", "linux")],
    })
}

/// An incident in the making.
#[derive(Clone, Debug)]
pub struct IncidentBuilder(Incident);

impl IncidentBuilder {
    /// The stage, see [`stage`].
    #[must_use]
    pub fn stage(mut self, stage: Stage) -> Self {
        self.0.stage = stage;
        self
    }

    /// The script that the stage runs.
    #[must_use]
    pub fn script(mut self, script: impl Into<String>) -> Self {
        self.0.stage.command = Command::Shell(script.into());
        self
    }

    /// The program and arguments that the stage runs.
    #[must_use]
    pub fn argv(mut self, argv: &[&str]) -> Self {
        self.0.stage.command = Command::Argv(argv.iter().map(|&word| word.to_owned()).collect());
        self
    }

    /// The limits of the stage.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.0.stage.limits = limits;
        self
    }

    /// How the attempt ended, see [`outcome`].
    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.0.outcome = outcome;
        self
    }

    /// A further finding, below those named before.
    #[must_use]
    pub fn finding(mut self, finding: FindingBuilder) -> Self {
        self.0.findings.push(finding.build());
        self
    }

    /// A remedy that was tried and after which the root cause came back (`ineffective`).
    #[must_use]
    pub fn tried(mut self, strategy: impl Into<String>, title: impl Into<String>) -> Self {
        let signature = self.0.findings.first().map(|root| root.signature.clone()).unwrap_or_default();
        self.0.tried.push(Tried {
            strategy: strategy.into(),
            title: title.into(),
            ended: "ineffective".to_owned(),
            signature,
        });
        self
    }

    /// A remedy that was tried, with everything about it said.
    #[must_use]
    pub fn tried_as(mut self, tried: Tried) -> Self {
        self.0.tried.push(tried);
        self
    }

    /// How many attempts remain.
    #[must_use]
    pub fn attempts_left(mut self, attempts_left: u32) -> Self {
        self.0.attempts_left = attempts_left;
        self
    }

    /// An installed program.
    #[must_use]
    pub fn tool(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        let path = format!("/usr/bin/{name}");
        self.0.tools.push(Tool { name, path });
        self
    }

    /// An installed program at a place that matters.
    #[must_use]
    pub fn tool_at(mut self, name: impl Into<String>, path: impl Into<String>) -> Self {
        self.0.tools.push(Tool { name: name.into(), path: path.into() });
        self
    }

    /// A fact about the incident; replaces an earlier one of the same key.
    #[must_use]
    pub fn attr(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let attr = Attr::new(key, value);
        self.0.attrs.retain(|known| known.key != attr.key);
        self.0.attrs.push(attr);
        self
    }

    /// The incident.
    pub fn build(self) -> Incident {
        self.0
    }
}
