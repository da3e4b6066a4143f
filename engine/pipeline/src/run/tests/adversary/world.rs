//! What the adversary answers with: pipelines, outcomes, diagnoses, remedies and changes, the worst ones included.

use super::*;
use crate::definition::Quarantine;
use crate::source::{Earlier, EarlierFailure, Source};

impl Adversary {
    pub(super) fn some_outcome(&mut self) -> Outcome {
        match self.choices.below(15) {
            0..=7 => outcome(0),
            8..=11 => outcome(1),
            12 => Outcome { timed_out: true, ..Outcome::default() },
            13 => Outcome { fault: Some("a plugin trapped".to_owned()), ..Outcome::default() },
            _ => Outcome { cancelled: self.is_stopping, exit_code: Some(1), ..Outcome::default() },
        }
    }

    pub(super) fn some_diagnosis(&mut self) -> Diagnosis {
        let findings = [
            network(),
            missing(),
            finding("system.missing-env", "configuration", Disposition::Auto),
            finding("python.test-failed", "test-failure", Disposition::Never),
            finding("system.disk-full", "resource-disk", Disposition::Auto),
        ];
        let known = !self.choices.one_in(8);
        Diagnosis {
            outcome: if known { DiagnosisOutcome::Failure } else { DiagnosisOutcome::Unknown },
            lines: 1,
            truncated: false,
            findings: if known { self.some_findings(&findings) } else { Vec::new() },
            runner_up: None,
            excerpt: Vec::new(),
        }
    }

    /// The root and, now and then, something beside it: a failure of its own, or what a tool repeats.
    fn some_findings(&mut self, findings: &[Finding]) -> Vec<Finding> {
        let root = self.choices.of(findings);
        let beside = match self.choices.below(6) {
            4 => Some(self.choices.of(findings)),
            5 => Some(finding("python.test-summary", "test-failure", Disposition::Never)),
            _ => None,
        };
        std::iter::once(root).chain(beside).collect()
    }

    pub(super) fn some_remedy(&mut self) -> Remedy {
        let text = str::to_owned;
        let name = self.choices.of(&["A", "B", "C", "D"]).to_owned();
        let edit = |path: &str| Action::EditFile { path: text(path), find: String::new(), replace: text("x") };
        let run = |argv: &[&str]| Action::RunCommand {
            argv: argv.iter().map(|word| text(word)).collect(),
            directory: text("."),
            env: Vec::new(),
            timeout_ms: 1_000,
        };
        let actions = match self.choices.below(16) {
            0 => vec![Action::SetEnv { name, value: text("1") }],
            1 => vec![Action::Wait { base_ms: 10, cap_ms: 20, asked_ms: None }],
            2 => vec![Action::Wait { base_ms: 10, cap_ms: 30, asked_ms: Some(10) }],
            3 | 4 => vec![edit("requirements.txt")],
            5 => vec![edit("requirements.txt"), Action::SetEnv { name, value: text("1") }],
            6 => vec![Action::ClearPath { path: text("target/debug") }],
            7 => vec![Action::Wait { base_ms: 10, cap_ms: 20, asked_ms: Some(900_000) }],
            8 | 9 => vec![Action::Escalate { title: text("t"), body: text("b"), labels: Vec::new() }],
            // All below break the never-list.
            10 => vec![edit(".github/workflows/ci.yml")],
            11 => vec![Action::RemoveFile { path: text("tests/test_shop.py") }],
            12 => vec![run(&["npm", "install", "--legacy-peer-deps"])],
            13 => vec![run(&["sh", "-c", "true"])],
            14 => vec![Action::ReplaceCommand { command: CommandLine::Shell(text("true")) }],
            _ => Vec::new(),
        };
        remedy(self.choices.of(&["dependency", "retry", "config"]), actions)
    }

    pub(super) fn some_changes(&mut self, incident: &IncidentId) -> Vec<FileChange> {
        let (paths, is_forbidden): (&[&str], bool) = match self.choices.below(8) {
            0 | 1 => (&[], false),
            2 => (&["target/debug/shop"], false),
            3..=5 => (&["requirements.txt"], false),
            6 => (&["requirements.txt", ".github/workflows/ci.yml"], true),
            _ => (&["selfheal.toml"], true),
        };
        let watch = self.watches.entry(incident.clone()).or_default();
        watch.holds_forbidden = is_forbidden;
        watch.holds_versioned = paths.contains(&"requirements.txt");
        watch.may_be_open = true;
        paths.iter().map(|path| FileChange { is_versioned: !path.starts_with("target/"), ..change(path) }).collect()
    }
}

pub(super) fn some_pipeline(choices: &mut Choices) -> Pipeline {
    const NAMES: [&str; 5] = ["fetch", "build", "lint", "test", "deploy"];
    let count = 1 + choices.below(NAMES.len());
    let mut definition = pipeline(&[]);
    for (index, name) in NAMES.iter().take(count).enumerate() {
        let mut stage = Stage::new(*name, CommandLine::Shell(format!("make {name}")));
        stage.needs =
            NAMES[..index].iter().filter(|_| choices.below(3) == 1).map(|need| StageName::new(*need)).collect();
        stage.may_fail = choices.one_in(8);
        stage.is_idempotent = !choices.one_in(6);
        if choices.one_in(3) {
            stage.inputs = vec!["src".to_owned()];
            stage.outputs = vec!["dist".to_owned()];
        }
        definition.stages.push(stage);
    }
    for stage in &definition.stages {
        for signature in ["python.test-failed:1", "system.dns:1"] {
            if choices.one_in(3) {
                definition.quarantine.push(Quarantine {
                    stage: stage.name.clone(),
                    signature: Signature::new(signature),
                    owner: "ada".to_owned(),
                    until: choices.of(&[Day::of(START).plus(3), Day::of(START), Day::of(BEFORE)]),
                    reason: "it races".to_owned(),
                });
            }
        }
    }
    definition.max_parallel = 1 + choices.below(3) as u32;
    definition.order = choices.of(&[crate::definition::StageOrder::CriticalPath, crate::definition::StageOrder::File]);
    definition.uses_cache = !choices.one_in(8);
    definition.healing.mode = choices.of(&[Mode::Auto, Mode::Auto, Mode::Auto, Mode::Off, Mode::Suggest, Mode::Shadow]);
    definition.healing.patches = choices.of(&[Patches::Propose, Patches::Apply]);
    definition.healing.control_rate = choices.of(&[0.0, 0.5, 1.0]);
    definition.healing.max_attempts = choices.of(&[3, 2, 1, 0]);
    definition
}

/// The commit, and failures of earlier runs on it. That the record hands over failures of a dirty tree must not matter.
pub(super) fn some_past(choices: &mut Choices, pipeline: &Pipeline) -> (Option<Source>, Earlier) {
    let source = match choices.below(4) {
        0 | 1 => None,
        state => Some(Source { commit: "c0ffee".to_owned(), is_dirty: state == 3 }),
    };
    let failed: Vec<StageName> =
        pipeline.stages.iter().filter(|_| choices.one_in(4)).map(|stage| stage.name.clone()).collect();
    let failures = failed
        .into_iter()
        .map(|stage| EarlierFailure { stage, run: RunId::new("r-0"), code: None, category: None })
        .collect();
    (source, Earlier { failures })
}
