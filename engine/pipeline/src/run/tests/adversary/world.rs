//! What the adversary answers with: pipelines, outcomes, diagnoses, remedies and changes, the worst ones included.

use super::*;
use crate::definition::Quarantine;
use crate::remedy::Limits;
use crate::source::{Earlier, EarlierFailure, Source};

impl Adversary {
    /// Whether this time the world is as a busy one is.
    fn is_kind(&mut self) -> bool {
        self.temper == Temper::Busy && !self.choices.one_in(6)
    }

    pub(super) fn outcome_of(&mut self, attempt: u32, purpose: &Purpose) -> Outcome {
        match purpose {
            _ if !self.is_kind() => self.some_outcome(),
            Purpose::Plain if attempt == 1 => outcome(1),
            Purpose::Control { .. } => outcome(1),
            _ => outcome(0),
        }
    }

    /// In a busy world most stages fail for a cause of their own.
    pub(super) fn diagnosis_of(&mut self, stage: &StageName) -> Diagnosis {
        let mut diagnosis = self.some_diagnosis();
        if self.is_kind() {
            let cause = match stage.as_str() {
                "fetch" => network(),
                "build" => missing(),
                other => finding(&format!("system.missing-{other}"), "configuration", Disposition::Auto),
            };
            diagnosis.outcome = DiagnosisOutcome::Failure;
            diagnosis.findings = vec![cause];
        }
        diagnosis
    }

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
        if !self.proposed.is_empty() && self.choices.one_in(4) {
            let proposed = self.proposed.clone();
            return self.choices.of(&proposed);
        }
        let text = str::to_owned;
        let name = self.choices.of(&["A", "B", "C", "D"]).to_owned();
        let edit = |path: &str| Action::EditFile { path: text(path), find: String::new(), replace: text("x") };
        let run = |argv: &[&str]| Action::RunCommand {
            argv: argv.iter().map(|word| text(word)).collect(),
            directory: text("."),
            env: Vec::new(),
            timeout_ms: 1_000,
        };
        let set = |name: &str| Action::SetEnv { name: text(name), value: text("0") };
        let write = |path: &str, content: &str| Action::WriteFile {
            path: text(path),
            content: text(content),
            executable: None,
        };
        let limit = |limits: Limits| Action::SetLimit { limits };
        let replace = |script: &str| Action::ReplaceCommand { command: CommandLine::Shell(text(script)) };
        let own = Limits::default();
        let is_kind = self.is_kind();
        let mut actions = match self.choices.below(if is_kind { 5 } else { 25 }) {
            0 => vec![Action::SetEnv { name, value: text("1") }],
            1 => vec![Action::Wait { base_ms: 10, cap_ms: 20, asked_ms: None }],
            2 => vec![Action::Wait { base_ms: 10, cap_ms: 30, asked_ms: Some(10) }],
            3 | 4 => vec![edit("requirements.txt")],
            5 => vec![edit("requirements.txt"), Action::SetEnv { name, value: text("1") }],
            6 => vec![Action::ClearPath { path: text("target/debug") }],
            7 | 21 | 22 => vec![Action::Wait { base_ms: 10, cap_ms: 20, asked_ms: Some(900_000) }],
            8 | 9 | 23 => vec![Action::Escalate { title: text("t"), body: text("b"), labels: Vec::new() }],
            10 => vec![limit(Limits { memory_bytes: Some(1 << 29), ..own })],
            11 => vec![limit(Limits { jobs: Some(1), timeout_ms: Some(5_000), ..own })],
            12 => vec![Action::MovePort { taken: 8_080, variable: text("PORT") }],
            13 => vec![Action::WaitForService { host: text("localhost"), port: 5_432, timeout_ms: 100 }],
            14 => vec![Action::RestoreSnapshot { paths: vec![text("src/shop.py")] }],
            15 => vec![write("target/config.env", "A=1")],
            16 => vec![write("src/settings.py", "A = 1\n")],
            17 => vec![run(&["npm", "install"])],
            18 => vec![replace("make build --jobs=1 --locked")],
            19 => vec![Action::RestoreSnapshot { paths: Vec::new() }],
            20 => vec![Action::RestoreSnapshot { paths: vec![text("pyproject.toml")] }],
            _ => Vec::new(),
        };
        // All of these break the never-list, alone or beside what is harmless.
        if !is_kind && self.choices.one_in(4) {
            let bad = match self.choices.below(22) {
                0 => edit(".github/workflows/ci.yml"),
                1 => Action::RemoveFile { path: text("tests/test_shop.py") },
                2 => run(&["npm", "install", "--legacy-peer-deps"]),
                3 => run(&["sh", "-c", "true"]),
                4 => replace("true"),
                5 => replace("make build"),
                6 => write("tests/test_shop.py", "def test_total():\n    pass\n"),
                7 => write("requirements.txt", "flask==2.0\nrequests==2.1\n"),
                8 => write("selfheal.toml", ""),
                9 => write(".github/workflows/more.yml", "on: push\n"),
                10 => Action::EditFile {
                    path: text("pyproject.toml"),
                    find: text("fail_under = 80"),
                    replace: text("fail_under = 10"),
                },
                11 => {
                    Action::EditFile { path: text("pyproject.toml"), find: text("fail_under = 80"), replace: text("") }
                }
                12 => Action::EditFile {
                    path: text("Cargo.lock"),
                    find: text("checksum = \"aaaaaaaaaaaa\"\n"),
                    replace: text(""),
                },
                13 => Action::RemoveFile { path: text("Cargo.lock") },
                14 => set("NODE_TLS_REJECT_UNAUTHORIZED"),
                15 => Action::MovePort { taken: 8_080, variable: text("PYTEST_ADDOPTS") },
                16 => limit(Limits { memory_bytes: Some(MACHINE_BYTES * 2), ..own }),
                17 => limit(Limits { timeout_ms: Some(0), ..own }),
                18 => Action::ClearPath { path: text("tests") },
                19 => Action::WaitForService { host: text("db.example"), port: 5_432, timeout_ms: 100 },
                20 => run(&["git", "push"]),
                _ => run(&["git", "commit", "--no-verify"]),
            };
            let place = self.choices.below(actions.len() + 1);
            actions.insert(place, bad);
        }
        remedy(self.choices.of(&["dependency", "retry", "config"]), actions)
    }

    /// Carries steps out in scratch, and lets some program write there what nobody expects.
    pub(super) fn some_changes(&mut self, incident: &IncidentId, steps: &[Action]) -> Vec<FileChange> {
        let most = if self.is_kind() { 4 } else { 20 };
        let by_a_program: &[(&str, Option<&str>)] = match self.choices.below(most) {
            2 => &[("target/debug/shop", Some("other\n"))],
            3..=5 => &[(
                "requirements.txt",
                Some("flask==2.0 --hash=sha256:aaaaaaaaaaaa\nrequests==2.1 --hash=sha256:bbbbbbbbbbbb\nx\n"),
            )],
            6 => &[(".github/workflows/ci.yml", Some("on: never\n"))],
            7 => &[("selfheal.toml", Some(""))],
            8 => &[("tests/test_shop.py", None)],
            9 => &[("pyproject.toml", Some("[tool.coverage.report]\nfail_under = 79\n"))],
            10 => &[("requirements.txt", Some("flask==2.0\nrequests==2.1 --hash=sha256:bbbbbbbbbbbb\n"))],
            11 => &[("target/debug/shop", None), ("Cargo.lock", None)],
            _ => &[],
        };
        let watch = self.watches.entry(incident.clone()).or_default();
        watch.may_be_open = true;
        let (before, after) = &mut watch.scratch;
        steps.iter().for_each(|step| model::carry_out(step, after));
        for (path, content) in by_a_program {
            match content {
                Some(content) => drop(after.insert((*path).to_owned(), (*content).to_owned())),
                None => drop(after.remove(*path)),
            }
        }
        model::differences(before, after)
    }
}

/// Pairs that did harm in earlier runs.
pub(super) fn some_benched(choices: &mut Choices) -> Vec<(Signature, RemedyKey)> {
    let set = vec![Action::SetEnv { name: "A".to_owned(), value: "1".to_owned() }];
    let edit = Action::EditFile { path: "requirements.txt".to_owned(), find: String::new(), replace: "x".to_owned() };
    let mut pairs = Vec::new();
    for strategy in ["dependency", "retry", "config"] {
        for actions in [&set, &vec![edit.clone()]] {
            for signature in ["system.dns:1", "python.module-not-found:1", "system.missing-env:1"] {
                if choices.one_in(5) {
                    pairs.push((Signature::new(signature), remedy(strategy, actions.clone()).key()));
                }
            }
        }
    }
    pairs
}

/// Makes a pipeline one in which stages fail at the same time and something is done about it.
pub(super) fn make_busy(definition: &mut Pipeline, choices: &mut Choices) {
    for name in ["fetch", "build", "lint", "test"] {
        if definition.stages.iter().all(|stage| stage.name.as_str() != name) {
            definition.stages.push(Stage::new(name, CommandLine::Shell(format!("make {name}"))));
        }
    }
    for stage in &mut definition.stages {
        stage.needs.clear();
        stage.is_idempotent = true;
    }
    if let Some(last) = definition.stages.last_mut() {
        last.needs = choices.of(&[Vec::new(), vec![StageName::new("fetch")]]);
    }
    definition.max_parallel = 2 + choices.below(3) as u32;
    definition.healing.mode = Mode::Auto;
    definition.healing.max_attempts = definition.healing.max_attempts.max(1);
    definition.healing.control_rate = choices.of(&[0.0, 0.0, 1.0]);
    definition.healing.cpu_budget_ms = definition.healing.cpu_budget_ms.max(10_000);
    definition.healing.time_budget_ms = definition.healing.time_budget_ms.max(60_000);
}

pub(super) fn some_pipeline(choices: &mut Choices) -> Pipeline {
    const NAMES: [&str; 5] = ["fetch", "build", "lint", "test", "deploy"];
    let count = 1 + choices.below(NAMES.len());
    let mut definition = pipeline(&[]);
    for (index, name) in NAMES.iter().take(count).enumerate() {
        let locked = if choices.one_in(2) { " --locked" } else { "" };
        let mut stage = Stage::new(*name, CommandLine::Shell(format!("make {name}{locked}")));
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
    definition.healing.cpu_budget_ms = choices.of(&[3_600_000, 3_600_000, 3_600_000, 25, 10, 0]);
    definition.healing.time_budget_ms = choices.of(&[3_600_000, 3_600_000, 3_600_000, 4_000, 1_000]);
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
    let given = |stage: &Stage| crate::floor::GivenFloor {
        stage: stage.name.clone(),
        limits: Limits { jobs: Some(1), ..Limits::default() },
        run: RunId::new("r-0"),
        is_probe: false,
    };
    let floors = pipeline.stages.iter().filter(|_| choices.one_in(6)).map(given).collect();
    (source, Earlier { failures, floors })
}
