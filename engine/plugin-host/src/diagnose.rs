//! Rules of all classifiers over one log.
//!
//! The rules are data; `log-scan` runs them natively. A guest is called only where a rule of its own asks for it. Where no
//! rule explains a failure and the host's own measurements do, the host makes the finding ([`host_findings`]).

mod convert;
mod host_findings;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use driver::log_text::FileLog;
use driver::ports::{DiagnoseRequest, LogText};
use log_scan::{Claim, Evidence, Options, Question, RuleSet, RuleSpec, Scan, Scanner, Templates};
use pipeline::event::FaultNote;
use pipeline::finding::{Diagnosis, DiagnosisOutcome};
use pipeline::outcome::Outcome;

use crate::catalog::Plugin;
use crate::fault::FaultKind;
use crate::inspect::Role;
use crate::metadata;
use crate::plugin_host::PluginHost;
use crate::roles;

/// Bytes of a log that are read at once.
const CHUNK: usize = 256 << 10;
/// Bytes of a green log that are learned; noise that is always there shows up early.
const BASELINE_BYTES: u64 = 64 << 20;

/// Confidence of a root from which on plugins that only have an opinion about the whole log are not asked. An opinion moves a
/// rule's finding by 0.8 in log-odds at most. On 250 labelled excerpts the same categories were named with every log asked
/// about and with the 55 below this (calibration error 0.044 and 0.048); setting up for the call and the call cost 12 ms of a
/// diagnosis of 50 (2026-11-23).
const SURE: f64 = 0.8;

/// The rules of all classifiers, ready to run.
pub(crate) struct Rules {
    set: RuleSet,
    /// Faults of classifiers whose rules are missing; told with the first diagnosis.
    faults: Mutex<Vec<FaultNote>>,
}

impl Rules {
    /// The rules themselves; a copy shares them.
    pub(crate) fn set(&self) -> RuleSet {
        self.set.clone()
    }

    /// No rules.
    pub(crate) fn none() -> Self {
        Self { set: RuleSet::load(Vec::new()).expect("no rules break no limit"), faults: Mutex::default() }
    }
}

/// Collects the rules of all classifiers. One that breaks its contract is left out, with a note.
pub(crate) async fn load_rules(host: &PluginHost) -> Arc<Rules> {
    let loader = host.loader();
    let classifiers = host.asked(Role::Classifier);
    let mut all: Vec<RuleSpec> = Vec::new();
    let mut faults = Vec::new();
    for (classifier, rules) in metadata::rules_of(loader, classifiers).await {
        match rules {
            Ok(rules) => all.extend(rules),
            Err(kind) => faults.push(host.note(classifier, Role::Classifier, kind)),
        }
    }
    match RuleSet::load(all) {
        Ok(set) => Arc::new(Rules { set, faults: Mutex::new(faults) }),
        // Each plugin's rules were checked by themselves, and ids differ between plugins; so they are too many together.
        Err(error) => {
            faults.push(FaultNote {
                plugin: "classifiers".to_owned(),
                code: "garbage".to_owned(),
                message: format!("their rules cannot be used together: {error}"),
            });
            Arc::new(Rules { faults: Mutex::new(faults), ..Rules::none() })
        }
    }
}

/// Reads a log, asks the plugins that want to be asked, and ranks what was found.
pub(crate) async fn diagnose(
    host: &PluginHost,
    rules: Arc<Rules>,
    request: DiagnoseRequest,
) -> (Diagnosis, Vec<FaultNote>) {
    let mut faults = std::mem::take(&mut *rules.faults.lock().unwrap_or_else(PoisonError::into_inner));
    let (log, baselines) = (request.log.clone(), request.baselines.clone());
    let read = tokio::task::spawn_blocking(move || (scan(&rules.set, &log), learn(&baselines))).await;
    let (mut scan, baseline) = match read {
        Ok((Ok(scan), baseline)) => (scan, baseline),
        Ok((Err(error), _)) => return (unreadable(&request, &error.to_string()), faults),
        Err(error) => return (unreadable(&request, &error.to_string()), faults),
    };
    let options = Options {
        baseline: baseline.as_ref(),
        confidence_threshold: request.confidence_threshold,
        ..Options::default()
    };
    let evidence = evidence(request.outcome.as_ref());
    let (opinions, questions): (Vec<_>, Vec<_>) =
        scan.questions().into_iter().partition(|question| question.wants_opinion);
    let answers = ask(host, &questions, &request, &mut faults).await;
    scan.settle(answers);
    let mut diagnosis = scan.diagnose(&evidence, &options);
    if !opinions.is_empty() && !is_sure(&diagnosis) {
        // The numbers of the first round are void.
        let opinions: Vec<_> = scan.questions().into_iter().filter(|question| question.wants_opinion).collect();
        let answers = ask(host, &opinions, &request, &mut faults).await;
        scan.settle(answers);
        diagnosis = scan.diagnose(&evidence, &options);
    }
    (completed(convert::diagnosis(diagnosis), &request), faults)
}

/// Whether rules know the cause so well that no opinion about the whole log is worth a call.
fn is_sure(diagnosis: &log_scan::Diagnosis) -> bool {
    diagnosis.outcome == log_scan::Outcome::Failure
        && diagnosis.findings.first().is_some_and(|root| root.confidence >= SURE)
}

/// Adds the host's own finding where no rule explains the failure.
fn completed(mut diagnosis: Diagnosis, request: &DiagnoseRequest) -> Diagnosis {
    if diagnosis.outcome == DiagnosisOutcome::Failure {
        return diagnosis;
    }
    let Some(outcome) = &request.outcome else { return diagnosis };
    if let Some(finding) = host_findings::of(outcome, diagnosis.lines) {
        if finding.confidence >= request.confidence_threshold {
            diagnosis.outcome = DiagnosisOutcome::Failure;
        }
        diagnosis.findings.insert(0, finding);
    }
    diagnosis
}

/// What is known about a log that cannot be read: what was measured.
fn unreadable(request: &DiagnoseRequest, why: &str) -> Diagnosis {
    let line = pipeline::finding::LogLine { line: 0, text: format!("the log cannot be read: {why}") };
    let diagnosis = Diagnosis {
        outcome: DiagnosisOutcome::Unknown,
        lines: 0,
        truncated: true,
        findings: Vec::new(),
        runner_up: None,
        excerpt: vec![line],
    };
    completed(diagnosis, request)
}

fn scan(rules: &RuleSet, log: &Path) -> std::io::Result<Scan> {
    let mut file = File::open(log)?;
    let mut scanner = Scanner::new(rules);
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk) {
            Ok(0) => return Ok(scanner.finish()),
            Ok(count) => scanner.push(&chunk[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// What green logs have in common with any log. One that cannot be read teaches nothing.
fn learn(baselines: &[PathBuf]) -> Option<Templates> {
    let mut templates = Templates::default();
    for baseline in baselines {
        let mut bytes = Vec::new();
        let read = File::open(baseline).and_then(|file| file.take(BASELINE_BYTES).read_to_end(&mut bytes));
        if read.is_ok() {
            templates.merge(Templates::learn(&bytes));
        }
    }
    (!templates.is_empty()).then_some(templates)
}

/// What was measured, as far as it tells why a log ends as it does.
fn evidence(outcome: Option<&Outcome>) -> Evidence {
    let Some(outcome) = outcome else { return Evidence::default() };
    let exit_code = match (&outcome.not_started, outcome.exit_code) {
        // What a shell would have said.
        (Some(_), _) => Some(127),
        // The tool said yes and a gate said no: a failure.
        (None, Some(0)) if !outcome.failed_gates.is_empty() => Some(1),
        (None, code) => code,
    };
    Evidence {
        exit_code,
        signal: outcome.signal,
        timed_out: outcome.timed_out,
        oom_kills: outcome.oom_kills,
        disk_full: false,
        log_truncated: outcome.log_truncated,
    }
}

type Answers = Vec<(usize, Vec<Claim>)>;

/// Asks the owners of matches whose rules want that. A match whose owner does not answer stays as its rule describes it.
async fn ask(
    host: &PluginHost,
    questions: &[Question],
    request: &DiagnoseRequest,
    faults: &mut Vec<FaultNote>,
) -> Answers {
    if questions.is_empty() {
        return Vec::new();
    }
    let owners: BTreeMap<&str, &Plugin> =
        questions.iter().filter_map(|question| Some((question.rule.as_str(), owner(host, question)?))).collect();
    host.loader().prepare(owners.values().map(|plugin| plugin.id.clone())).await;
    let path = request.log.clone();
    let Ok(log) = tokio::task::spawn_blocking(move || FileLog::open(&path)).await else { return Vec::new() };
    let log: Arc<dyn LogText> = Arc::new(log);
    let mut answers = Vec::new();
    for question in questions {
        let Some(&plugin) = owners.get(question.rule.as_str()) else { continue };
        if host.is_benched(plugin) {
            continue;
        }
        let candidate = convert::candidate(question, request.outcome.as_ref());
        let claims = match roles::classify(host.loader(), plugin, &candidate, Arc::clone(&log)).await {
            Ok(None) => continue,
            Ok(Some(findings)) => convert::claims(findings).map_err(FaultKind::Garbage),
            Err(kind) => Err(kind),
        };
        match claims {
            Ok(claims) => answers.push((question.number, claims)),
            Err(kind) => faults.push(host.note(plugin, Role::Classifier, kind)),
        }
    }
    answers
}

/// The plugin that declared a rule: rule ids begin with `plugin@`.
fn owner<'a>(host: &'a PluginHost, question: &Question) -> Option<&'a Plugin> {
    let (plugin, _) = question.rule.split_once('@')?;
    host.catalog().find(plugin)
}

#[cfg(test)]
mod tests;
