//! What another policy would have made of recorded incidents: the first decision that would have been another one.
//!
//! For each incident the run is replayed under its own policy up to the failure that opened it, and under the other one from
//! there. Facts are fed as long as the decisions are those that were recorded. What would have happened after the first one
//! that differs nobody can know: the world answered to what was decided then.

use serde::Serialize;

use super::ReplayError;
use crate::definition::{Detection, Healing};
use crate::event::{Decision, Event, Fact, Purpose, Record, WeighedNote};
use crate::finding::{Diagnosis, DiagnosisOutcome};
use crate::id::{IncidentId, StageName};
use crate::incident::IncidentEnd;
use crate::remedy::Remedy;
use crate::run::Run;
use crate::time::Timestamp;

/// One incident under the other policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Foreseen {
    /// The incident.
    pub incident: IncidentId,
    /// The stage that failed.
    pub stage: StageName,
    /// Number of the fact after which the decisions part; `None` where they do not.
    pub seq: Option<u64>,
    /// What would have been decided.
    #[serde(flatten)]
    pub change: Change,
}

/// The first decision that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "change")]
pub enum Change {
    /// None does.
    Same,
    /// Another remedy, or one at all, would have been tried.
    WouldTry {
        /// Its title.
        title: String,
        /// Its strategy.
        strategy: String,
        /// Title of the one that was tried.
        instead_of: Option<String>,
    },
    /// Nothing would have been tried.
    WouldNotTry {
        /// Title of what was tried, if it was that far.
        title: Option<String>,
    },
    /// The remedy that was tried would only have been told about.
    WouldTell {
        /// Its title.
        title: String,
    },
    /// A remedy would have been refused.
    WouldRefuse {
        /// Its title.
        title: String,
        /// Why.
        reason: String,
    },
    /// A remedy that was refused would have been allowed.
    WouldAllow {
        /// Its title.
        title: String,
    },
    /// The change would have been offered as a patch, and was applied.
    WouldPropose,
    /// The change would have been applied, and was offered as a patch.
    WouldApply,
    /// The healers would have been asked, and were not.
    WouldAsk,
    /// A control attempt would have shown whether it was luck.
    WouldCheck,
    /// Something else would have been decided.
    WouldDecide {
        /// The recorded decision, by its kind.
        recorded: String,
        /// The other one.
        decided: String,
    },
    /// It cannot be told: another incident of the run would have gone another way before.
    Unknown,
}

/// A fact and what was decided on it.
struct Step<'a> {
    seq: u64,
    at: Timestamp,
    fact: &'a Fact,
    decisions: Vec<&'a Decision>,
}

/// Asks what another policy would have made of each incident of a run, in the order in which they were diagnosed.
///
/// # Errors
/// For a journal that cannot be replayed under its own policy.
pub fn foresee(records: &[Record], healing: &Healing, detection: &Detection) -> Result<Vec<Foreseen>, ReplayError> {
    let steps = steps_of(records)?;
    let Some((start, rest)) = steps.split_first() else { return Err(ReplayError::Empty) };
    let (mut run, _) =
        Run::start(start.fact, start.at).map_err(|source| ReplayError::Step { seq: start.seq, source })?;
    let own = run.pipeline().detection.confidence_threshold;
    let thresholds = Thresholds { own, other: detection.confidence_threshold };
    let incidents = incidents_of(&steps);
    let mut foreseen: Vec<Option<Foreseen>> = vec![None; incidents.len()];
    for (index, step) in rest.iter().enumerate() {
        for (number, (incident, stage, attempt)) in incidents.iter().enumerate() {
            if opens(step.fact, stage, *attempt) && foreseen[number].is_none() {
                let other = run.clone().under(healing, detection);
                foreseen[number] = Some(follow(other, &rest[index..], incident, stage, thresholds));
            }
        }
        run.step(step.fact, step.at).map_err(|source| ReplayError::Step { seq: step.seq, source })?;
    }
    Ok(foreseen.into_iter().flatten().collect())
}

fn steps_of(records: &[Record]) -> Result<Vec<Step<'_>>, ReplayError> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    for record in records {
        match &record.event {
            Event::Fact(fact) => steps.push(Step { seq: record.seq, at: record.at, fact, decisions: Vec::new() }),
            Event::Decision(decision) => steps.last_mut().ok_or(ReplayError::NoStart)?.decisions.push(decision),
        }
    }
    Ok(steps)
}

/// The incidents with the stage and attempt that opened them.
fn incidents_of<'a>(steps: &[Step<'a>]) -> Vec<(&'a IncidentId, &'a StageName, u32)> {
    let mut found: Vec<(&IncidentId, &StageName, u32)> = Vec::new();
    for decision in steps.iter().flat_map(|step| &step.decisions) {
        if let Decision::Diagnose { incident, stage, attempt } = decision
            && !found.iter().any(|(known, ..)| *known == incident)
        {
            found.push((incident, stage, *attempt));
        }
    }
    found
}

fn opens(fact: &Fact, of: &StageName, number: u32) -> bool {
    matches!(fact, Fact::AttemptEnded { stage, attempt, purpose: Purpose::Plain, .. } if stage == of && *attempt == number)
}

/// Feeds the facts to the run under the other policy until a decision about the incident differs.
fn follow(
    mut run: Run,
    steps: &[Step<'_>],
    incident: &IncidentId,
    stage: &StageName,
    thresholds: Thresholds,
) -> Foreseen {
    let foreseen = |seq, change| Foreseen { incident: incident.clone(), stage: stage.clone(), seq, change };
    for step in steps {
        let fact = thresholds.judge(step.fact);
        let Ok(decided) = run.step(&fact, step.at) else {
            // Another incident of the run has gone another way, and its facts do not fit any more.
            return foreseen(Some(step.seq), Change::Unknown);
        };
        let recorded: Vec<&Decision> =
            step.decisions.iter().copied().filter(|decision| concerns(decision, incident)).collect();
        let ours: Vec<&Decision> = decided.iter().filter(|decision| concerns(decision, incident)).collect();
        if ours != recorded {
            return foreseen(Some(step.seq), change(&recorded, &ours));
        }
        if recorded.iter().any(|decision| matches!(decision, Decision::EndIncident { .. })) {
            break;
        }
    }
    foreseen(None, Change::Same)
}

/// How certain a cause has to be, under both policies.
#[derive(Clone, Copy)]
struct Thresholds {
    own: f64,
    other: f64,
}

impl Thresholds {
    /// A diagnosis as the other threshold would have it: what is less certain counts as unknown. The findings are on record
    /// with their certainty, so both ways can be told. Where the thresholds are the same the record is right as it is.
    fn judge(self, fact: &Fact) -> Fact {
        let mut fact = fact.clone();
        if let Fact::Diagnosed { diagnosis, .. } = &mut fact {
            let Diagnosis { outcome, findings, .. } = &mut **diagnosis;
            let Some(certainty) = findings.first().map(|finding| finding.confidence) else { return fact };
            match outcome {
                DiagnosisOutcome::Failure if self.other > self.own && certainty < self.other => {
                    *outcome = DiagnosisOutcome::Unknown;
                }
                DiagnosisOutcome::Unknown if self.other < self.own && certainty >= self.other => {
                    *outcome = DiagnosisOutcome::Failure;
                }
                _ => {}
            }
        }
        fact
    }
}

fn concerns(decision: &Decision, of: &IncidentId) -> bool {
    match decision {
        Decision::Weighed { incident, .. }
        | Decision::PutOff { incident, .. }
        | Decision::EndIncident { incident, .. } => incident == of,
        other => other.incident() == Some(of),
    }
}

/// Says what it is that differs.
fn change(recorded: &[&Decision], ours: &[&Decision]) -> Change {
    if let (Some(theirs), Some(notes)) = (weighed(recorded), weighed(ours)) {
        return weighed_change(recorded, ours, theirs, notes);
    }
    let has = |all: &[&Decision], kind: fn(&Decision) -> bool| all.iter().any(|decision| kind(decision));
    let asks = |decision: &Decision| matches!(decision, Decision::AskHealers { .. });
    let commits = |decision: &Decision| matches!(decision, Decision::CommitScratch { .. });
    let offers = |decision: &Decision| matches!(decision, Decision::SavePatch { .. });
    let checks =
        |decision: &Decision| matches!(decision, Decision::StartAttempt { purpose: Purpose::Control { .. }, .. });
    let reports = |decision: &Decision| matches!(decision, Decision::EndIncident { end: IncidentEnd::Reported, .. });
    let begins = |decision: &Decision| matches!(decision, Decision::Diagnose { .. });
    let waits = |decision: &Decision| matches!(decision, Decision::PutOff { .. });
    match () {
        // It had its turn at another time, because the incident before it ended at another time.
        () if has(recorded, begins) != has(ours, begins) => Change::Unknown,
        () if has(recorded, asks) && !has(ours, asks) => Change::WouldNotTry { title: None },
        // Recorded, it waited for the other failures before the healers were asked.
        () if has(ours, reports) && !has(recorded, reports) => Change::WouldNotTry { title: None },
        () if has(ours, asks) && !has(recorded, asks) => Change::WouldAsk,
        () if has(recorded, commits) && has(ours, offers) => Change::WouldPropose,
        () if has(recorded, offers) && has(ours, commits) => Change::WouldApply,
        () if has(ours, checks) && !has(recorded, checks) => Change::WouldCheck,
        // It went on at another time, or was put off, because of another incident.
        () if recorded.is_empty() || ours.is_empty() || has(recorded, waits) != has(ours, waits) => Change::Unknown,
        () => {
            let first = |all: &[&Decision], others: &[&Decision]| {
                let own = all.iter().find(|decision| !others.contains(decision));
                own.map_or_else(|| "nothing".to_owned(), |decision| kind_of(decision))
            };
            Change::WouldDecide { recorded: first(recorded, ours), decided: first(ours, recorded) }
        }
    }
}

fn weighed_change(recorded: &[&Decision], ours: &[&Decision], theirs: &[WeighedNote], notes: &[WeighedNote]) -> Change {
    let title_of = |remedy: &Remedy| remedy.title.clone();
    match (tried(recorded), tried(ours)) {
        (before, Some(now)) if before.is_none_or(|before| before.key() != now.key()) => Change::WouldTry {
            title: now.title.clone(),
            strategy: now.strategy.clone(),
            instead_of: before.map(title_of),
        },
        (Some(before), None) => {
            let note = notes.iter().find(|note| note.key == before.key());
            match note.map(|note| (note.refused.clone(), note.is_shadowed || note.is_chosen)) {
                Some((Some(reason), _)) => Change::WouldRefuse { title: before.title.clone(), reason },
                Some((None, true)) => Change::WouldTell { title: before.title.clone() },
                _ => Change::WouldNotTry { title: Some(before.title.clone()) },
            }
        }
        _ => {
            let pairs = || theirs.iter().filter_map(|one| Some((one, notes.iter().find(|note| note.key == one.key)?)));
            let refused = pairs().find(|(one, note)| one.refused.is_none() && note.refused.is_some());
            let allowed = pairs().find(|(one, note)| one.refused.is_some() && note.refused.is_none());
            match (refused, allowed) {
                (Some((_, note)), _) => {
                    Change::WouldRefuse { title: note.title.clone(), reason: note.refused.clone().unwrap_or_default() }
                }
                (None, Some((_, note))) => Change::WouldAllow { title: note.title.clone() },
                (None, None) => {
                    Change::WouldDecide { recorded: "weighed".to_owned(), decided: "weighed otherwise".to_owned() }
                }
            }
        }
    }
}

fn weighed<'a>(decisions: &[&'a Decision]) -> Option<&'a [WeighedNote]> {
    decisions.iter().find_map(|decision| match decision {
        Decision::Weighed { proposals, .. } => Some(proposals.as_slice()),
        _ => None,
    })
}

fn tried<'a>(decisions: &[&'a Decision]) -> Option<&'a Remedy> {
    decisions.iter().find_map(|decision| match decision {
        Decision::PrepareTrial { remedy, .. } => Some(&**remedy),
        _ => None,
    })
}

/// What a decision calls itself in the journal.
fn kind_of(decision: &Decision) -> String {
    let value = serde_json::to_value(decision).unwrap_or_default();
    value["decision"].as_str().unwrap_or("a decision").to_owned()
}
