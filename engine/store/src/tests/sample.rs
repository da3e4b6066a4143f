//! Runs to write down. The only place of the tests that spells out the journal's types.

use std::collections::BTreeMap;

use pipeline::definition::{Pipeline, Stage};
use pipeline::event::{Decision, Event, Fact, LostAttempt, Purpose, Record, ScratchKind, TriedNote, WeighedNote};
use pipeline::finding::{Diagnosis, DiagnosisOutcome, Disposition, Finding};
use pipeline::id::{IncidentId, PluginId, RunId, Signature, StageName};
use pipeline::incident::IncidentEnd;
use pipeline::outcome::{Outcome, Qualifier, RunResult};
use pipeline::remedy::{Action, CommandLine, Limits, Remedy};
use pipeline::source::Source;
use pipeline::time::Timestamp;

/// The pipeline of every sample run unless it says otherwise.
pub(super) const PIPELINE: &str = "demo";

/// Time between two records in milliseconds.
pub(super) const TICK_MS: u64 = 10;

/// A journal in the making: one record per call.
pub(super) struct Story {
    pub(super) run: RunId,
    pub(super) records: Vec<Record>,
    now: u64,
}

impl Story {
    /// A run that has begun.
    pub(super) fn begin(run: &str, at: u64) -> Self {
        Self::begin_with(run, at, pipeline_named(PIPELINE))
    }

    /// A run of a pipeline of its own.
    pub(super) fn begin_with(run: &str, at: u64, pipeline: Pipeline) -> Self {
        Self::begin_on(run, at, pipeline, None)
    }

    /// A run on a commit.
    pub(super) fn begin_on(run: &str, at: u64, pipeline: Pipeline, source: Option<Source>) -> Self {
        let run = RunId::from(run);
        let mut story = Self { run: run.clone(), records: Vec::new(), now: at };
        story.fact(Fact::RunStarted {
            run,
            pipeline: Box::new(pipeline),
            seed: u64::MAX,
            learned: Vec::new(),
            benched: Vec::new(),
            machine: Default::default(),
            unwanted: Vec::new(),
            durations: Default::default(),
            joins_failures: true,
            java_homes: Vec::new(),
            source,
            earlier: Default::default(),
        });
        story
    }

    pub(super) fn fact(&mut self, fact: Fact) -> &mut Self {
        self.push(Event::Fact(fact))
    }

    pub(super) fn decision(&mut self, decision: Decision) -> &mut Self {
        self.push(Event::Decision(decision))
    }

    /// A remedy would have been tried if its mode had not been to tell only.
    pub(super) fn shadow(&mut self, incident: &IncidentId, remedy: &Remedy) -> &mut Self {
        let note = WeighedNote {
            key: remedy.key(),
            plugin: remedy.plugin.to_string(),
            strategy: remedy.strategy.clone(),
            title: remedy.title.clone(),
            disposition: Disposition::Auto,
            refused: None,
            is_chosen: true,
            is_shadowed: true,
        };
        self.decision(Decision::Weighed { incident: incident.clone(), proposals: vec![note] })
    }

    /// A ticket is written.
    pub(super) fn hand_over(&mut self, incident: &IncidentId) -> &mut Self {
        self.decision(Decision::SaveTicket {
            incident: incident.clone(),
            title: format!("{incident} is for a person"),
            body: "Look at it.".to_owned(),
            labels: vec!["ci".to_owned()],
        });
        self.fact(Fact::TicketSaved { incident: incident.clone(), path: "/state/tickets/a.md".to_owned() })
    }

    fn push(&mut self, event: Event) -> &mut Self {
        let seq = self.records.len() as u64 + 1;
        self.records.push(Record { seq, at: Timestamp(self.now), event });
        self.now += TICK_MS;
        self
    }

    pub(super) fn incident(&self, number: u32) -> IncidentId {
        IncidentId::new(format!("{}.{number}", self.run))
    }

    /// An attempt from its start to its end.
    pub(super) fn attempt(&mut self, stage: &str, attempt: u32, purpose: Purpose, outcome: Outcome) -> &mut Self {
        self.start(stage, attempt, purpose.clone());
        self.fact(Fact::AttemptEnded { stage: stage.into(), attempt, purpose, outcome })
    }

    pub(super) fn start(&mut self, stage: &str, attempt: u32, purpose: Purpose) -> &mut Self {
        self.decision(Decision::StartAttempt {
            stage: stage.into(),
            attempt,
            purpose,
            command: CommandLine::Shell("make".to_owned()),
            env: Vec::new(),
            limits: Limits::default(),
        })
    }

    pub(super) fn lose(&mut self, stage: &str, attempt: u32) -> &mut Self {
        self.fact(Fact::Resumed { lost: vec![LostAttempt { stage: stage.into(), attempt }] })
    }

    /// The evidence of a failed attempt is read.
    pub(super) fn diagnose(&mut self, incident: &IncidentId, stage: &str, attempt: u32, finding: Finding) -> &mut Self {
        self.decision(Decision::Diagnose { incident: incident.clone(), stage: stage.into(), attempt });
        self.fact(Fact::Diagnosed {
            incident: incident.clone(),
            stage: stage.into(),
            attempt,
            diagnosis: Box::new(diagnosis(finding)),
            faults: Vec::new(),
        })
    }

    /// The healers are asked about a finding, and told what was tried.
    pub(super) fn ask(&mut self, incident: &IncidentId, finding: Finding, tried: &[TriedNote]) -> &mut Self {
        self.decision(Decision::AskHealers {
            incident: incident.clone(),
            stage: "test".into(),
            attempt: 1,
            findings: vec![finding],
            tried: tried.to_vec(),
            attempts_left: 3,
        })
    }

    /// A remedy is prepared.
    pub(super) fn prepare(&mut self, incident: &IncidentId, remedy: &Remedy) -> &mut Self {
        self.decision(Decision::PrepareTrial {
            incident: incident.clone(),
            stage: "test".into(),
            remedy: Box::new(remedy.clone()),
            disposition: Disposition::Auto,
            delay_ms: 0,
            keeps_scratch: false,
            is_beside_others: false,
        });
        self.fact(Fact::TrialPrepared {
            incident: incident.clone(),
            scratch: ScratchKind::Overlay,
            changes: Vec::new(),
            env: Vec::new(),
            problem: None,
        })
    }

    pub(super) fn end_incident(
        &mut self,
        incident: &IncidentId,
        end: IncidentEnd,
        finding: Option<&Finding>,
        remedy: Option<&Remedy>,
    ) -> &mut Self {
        self.decision(Decision::EndIncident {
            incident: incident.clone(),
            stage: "test".into(),
            end,
            signature: finding.map(|finding| finding.signature.clone()),
            category: finding.map(|finding| finding.category.clone()),
            code: finding.map(|finding| finding.code.clone()),
            remedy: remedy.map(Remedy::key),
            strategy: remedy.map(|remedy| remedy.strategy.clone()),
        })
    }

    pub(super) fn end_stage(&mut self, stage: &str, result: RunResult, qualifier: Qualifier) -> &mut Self {
        self.decision(Decision::EndStage { stage: stage.into(), result, qualifier, reason: "so it is".to_owned() })
    }

    pub(super) fn end(&mut self, result: RunResult, qualifier: Qualifier) -> &mut Self {
        self.decision(Decision::EndRun { result, qualifier })
    }
}

/// A pipeline of two stages.
pub(super) fn pipeline_named(name: &str) -> Pipeline {
    let mut pipeline = Pipeline::named(name);
    for stage in ["build", "test"] {
        pipeline.stages.push(Stage::new(stage, CommandLine::Shell("make".to_owned())));
    }
    pipeline
}

pub(super) fn passed(duration_ms: u64) -> Outcome {
    Outcome { exit_code: Some(0), duration_ms, cpu_ms: 5, peak_memory_bytes: Some(1 << 20), ..Outcome::default() }
}

pub(super) fn failed(duration_ms: u64) -> Outcome {
    Outcome { exit_code: Some(1), duration_ms, cpu_ms: 7, peak_memory_bytes: Some(1 << 21), ..Outcome::default() }
}

/// A diagnosis with one finding.
pub(super) fn diagnosis(finding: Finding) -> Diagnosis {
    Diagnosis {
        outcome: DiagnosisOutcome::Failure,
        lines: 12,
        truncated: false,
        findings: vec![finding],
        runner_up: None,
        excerpt: Vec::new(),
    }
}

pub(super) fn finding(code: &str) -> Finding {
    Finding {
        code: code.to_owned(),
        category: "dependency-missing".to_owned(),
        ecosystem: "python".to_owned(),
        severity: "error".to_owned(),
        confidence: 0.1 + 0.2,
        line: 7,
        text: "it is not there".to_owned(),
        captures: BTreeMap::new(),
        disposition: Disposition::Auto,
        strategies: vec!["dependency".to_owned()],
        context: Vec::new(),
        rule: "classify-python@0.1.0/it".to_owned(),
        signature: Signature::new(format!("{code}-signature")),
    }
}

pub(super) fn remedy(strategy: &str, variable: &str) -> Remedy {
    Remedy {
        plugin: PluginId::new(format!("heal-{strategy}")),
        strategy: strategy.to_owned(),
        title: format!("set {variable}"),
        rationale: "it is needed".to_owned(),
        confidence: 0.7,
        actions: vec![Action::SetEnv { name: variable.to_owned(), value: "1".to_owned() }],
        reversible: true,
        expects: Vec::new(),
    }
}

pub(super) fn note(remedy: &Remedy, ended: &str) -> TriedNote {
    TriedNote {
        key: remedy.key(),
        strategy: remedy.strategy.clone(),
        title: remedy.title.clone(),
        disposition: Disposition::Auto,
        ended: ended.to_owned(),
        reason: format!("it was {ended}"),
        signature: None,
    }
}

/// Build passes; test fails, a first remedy does not help, a second one does.
pub(super) fn healed_run(run: &str, at: u64) -> Story {
    let mut story = Story::begin(run, at);
    let (incident, cause, next) = (story.incident(1), finding("python.module-not-found"), finding("python.syntax"));
    let (first, second) = (remedy("config", "FIRST"), remedy("dependency", "SECOND"));
    let trial = Purpose::Trial { incident: incident.clone() };
    story
        .attempt("build", 1, Purpose::Plain, passed(100))
        .end_stage("build", RunResult::Success, Qualifier::Clean)
        .attempt("test", 1, Purpose::Plain, failed(50))
        .diagnose(&incident, "test", 1, cause.clone())
        .ask(&incident, cause.clone(), &[])
        .prepare(&incident, &first)
        .attempt("test", 2, trial.clone(), failed(60))
        .diagnose(&incident, "test", 2, next)
        .ask(&incident, cause.clone(), &[note(&first, "ineffective")])
        .prepare(&incident, &second)
        .attempt("test", 3, trial, passed(70))
        .attempt("build", 2, Purpose::Verify { incident: incident.clone() }, passed(110))
        .end_incident(&incident, IncidentEnd::Healed, Some(&cause), Some(&second))
        .end_stage("test", RunResult::Success, Qualifier::Healed)
        .end(RunResult::Success, Qualifier::Healed);
    story
}

/// Both stages pass.
pub(super) fn clean_run(run: &str, at: u64) -> Story {
    let mut story = Story::begin(run, at);
    story
        .attempt("build", 1, Purpose::Plain, passed(100))
        .end_stage("build", RunResult::Success, Qualifier::Clean)
        .attempt("test", 1, Purpose::Plain, passed(30))
        .end_stage("test", RunResult::Success, Qualifier::Clean)
        .end(RunResult::Success, Qualifier::Clean);
    story
}

/// A run with one incident in which one remedy was tried, with the given end of the trial and of the incident. A trial
/// that ends by a word of the tried notes is told about by a question; one that ends with the incident is not.
pub(super) fn tried_run(
    run: &str,
    at: u64,
    code: &str,
    remedy: &Remedy,
    told: Option<&str>,
    end: IncidentEnd,
) -> Story {
    let mut story = Story::begin(run, at);
    let (incident, cause) = (story.incident(1), finding(code));
    story
        .attempt("test", 1, Purpose::Plain, failed(50))
        .diagnose(&incident, "test", 1, cause.clone())
        .ask(&incident, cause.clone(), &[])
        .prepare(&incident, remedy);
    if let Some(word) = told {
        story.ask(&incident, cause.clone(), &[note(remedy, word)]);
    }
    let has_helped = matches!(end, IncidentEnd::Healed | IncidentEnd::Proposed | IncidentEnd::FlakySuspect);
    story.end_incident(&incident, end, Some(&cause), has_helped.then_some(remedy));
    story.end(RunResult::Failure, Qualifier::Clean);
    story
}

/// A stage's name.
pub(super) fn stage(name: &str) -> StageName {
    StageName::from(name)
}
