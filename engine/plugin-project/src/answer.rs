//! What a plugin answered, as the text of a file that a person reads and a test compares.
//!
//! Only what the plugin decided stands there. What the host adds (signatures, the confidence that ranking computes, measured
//! times) changes from one release of the engine to the next.

use std::collections::BTreeMap;

use driver::ports::PlannedStage;
use pipeline::event::FaultNote;
use pipeline::finding::{Diagnosis, Disposition};
use pipeline::outcome::{Artifact, Metric, Outcome};
use pipeline::remedy::Remedy;
use plugin_host::notifier::TicketRef;
use serde::Serialize;
use toml::Value;

use crate::answering_server::Received;

/// An answer. Tables come after plain values, as TOML wants it.
#[derive(Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Answer {
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed_gates: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<Vec<FindingAnswer>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<Vec<RemedyAnswer>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<Vec<StageAnswer>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    metric: Vec<Metric>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    artifact: Vec<Artifact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Vec<RequestAnswer>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fault: Vec<FaultAnswer>,
}

#[derive(Serialize)]
struct FindingAnswer {
    code: String,
    category: String,
    line: u64,
    text: String,
    disposition: Disposition,
    strategies: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    captures: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct RemedyAnswer {
    strategy: String,
    title: String,
    because: String,
    confidence: f64,
    reversible: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    expects: Vec<String>,
    action: Vec<Value>,
}

#[derive(Serialize)]
struct StageAnswer {
    name: String,
    run: String,
    directory: String,
    needs: Vec<String>,
    purpose: String,
    ecosystem: String,
    because: String,
    evidence: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    env: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct RequestAnswer {
    method: String,
    path: String,
    body: String,
}

#[derive(Serialize)]
struct FaultAnswer {
    code: String,
    message: String,
}

impl Answer {
    /// Of a classifier: its own findings of a log.
    pub(crate) fn of_diagnosis(diagnosis: &Diagnosis, owner: &str) -> Self {
        let outcome = serde_json::to_value(diagnosis.outcome).ok().and_then(|word| word.as_str().map(str::to_owned));
        let own = diagnosis.findings.iter().filter(|finding| finding.rule.starts_with(owner));
        let finding = own.map(|finding| FindingAnswer {
            code: finding.code.clone(),
            category: finding.category.clone(),
            line: finding.line,
            text: finding.text.clone(),
            disposition: finding.disposition,
            strategies: finding.strategies.clone(),
            captures: finding.captures.clone(),
        });
        Self { outcome, finding: Some(finding.collect()), ..Self::default() }
    }

    /// Of a healer.
    pub(crate) fn of_remedies(remedies: &[Remedy]) -> Self {
        let remedy = remedies.iter().map(|remedy| RemedyAnswer {
            strategy: remedy.strategy.clone(),
            title: remedy.title.clone(),
            because: remedy.rationale.clone(),
            confidence: remedy.confidence,
            reversible: remedy.reversible,
            expects: remedy.expects.iter().map(ToString::to_string).collect(),
            action: remedy
                .actions
                .iter()
                .filter_map(|action| serde_json::to_value(action).ok())
                .map(readable)
                .collect(),
        });
        Self { remedy: Some(remedy.collect()), ..Self::default() }
    }

    /// Of a planner.
    pub(crate) fn of_plan(stages: &[PlannedStage]) -> Self {
        let stage = stages.iter().map(|stage| StageAnswer {
            name: stage.name.clone(),
            run: stage.run.clone(),
            directory: stage.directory.clone(),
            needs: stage.needs.clone(),
            purpose: stage.purpose.clone(),
            ecosystem: stage.ecosystem.clone(),
            because: stage.reason.clone(),
            evidence: stage.evidence.clone(),
            env: stage.env.iter().cloned().collect(),
        });
        Self { stage: Some(stage.collect()), ..Self::default() }
    }

    /// Of a runner. Times and sizes are measured, and left out.
    pub(crate) fn of_attempt(outcome: &Outcome) -> Self {
        let fault =
            outcome.fault.iter().map(|message| FaultAnswer { code: "error".to_owned(), message: message.clone() });
        Self {
            outcome: Some(outcome.result().as_str().to_owned()),
            failed_gates: outcome.failed_gates.clone(),
            metric: outcome.metrics.clone(),
            artifact: outcome.artifacts.clone(),
            fault: fault.collect(),
            ..Self::default()
        }
    }

    /// Of a notifier: what it sent.
    pub(crate) fn of_requests(received: &[Received], tickets: &[TicketRef]) -> Self {
        let request = received.iter().map(|it| RequestAnswer {
            method: it.method.clone(),
            path: it.path.clone(),
            body: it.body.clone(),
        });
        let ticket = tickets.first().map(|ticket| ticket.id.clone());
        Self { ticket, request: Some(request.collect()), ..Self::default() }
    }

    /// With the faults of the call.
    pub(crate) fn with_faults(mut self, faults: &[FaultNote]) -> Self {
        let fault = |note: &FaultNote| FaultAnswer { code: note.code.clone(), message: note.message.clone() };
        self.fault.extend(faults.iter().map(fault));
        self
    }

    /// As a file. `address` is that of the test's server, which is another one each time.
    pub(crate) fn text(&self, address: Option<&str>) -> String {
        let text = toml::to_string_pretty(self).expect("tables come last, and keys are words");
        address.map_or(text.clone(), |address| text.replace(address, "SERVER"))
    }
}

/// Whether two answers say the same, however a person has arranged one of them.
pub(crate) fn is_same(expected: &str, actual: &str) -> bool {
    let table = |text: &str| text.parse::<toml::Table>().ok();
    expected == actual || table(expected).is_some_and(|expected| Some(expected) == table(actual))
}

/// JSON as TOML: nothing for null, and `-` in keys, as everywhere in files that people write.
fn readable(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Object(fields) => {
            let present = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Table(present.map(|(key, value)| (key.replace('_', "-"), readable(value))).collect())
        }
        serde_json::Value::Array(items) => Value::Array(items.into_iter().map(readable).collect()),
        serde_json::Value::Bool(claim) => Value::Boolean(claim),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => Value::Integer(whole),
            None => Value::Float(number.as_f64().unwrap_or_default()),
        },
        serde_json::Value::String(text) => Value::String(text),
        serde_json::Value::Null => Value::String(String::new()),
    }
}
