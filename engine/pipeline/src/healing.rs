//! What is decided about one incident: diagnose, ask, weigh, try in scratch, verify, keep or undo, and hand over.
//!
//! [`Incident::on`] is the only way forward: a fact in, decisions out. [`crate::incident`] holds the table that every step
//! is checked against.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::definition::{Mode, Quarantine, Stage};
use crate::event::{Decision, Fact, Licence, ScratchKind, TriedNote};
use crate::finding::{Diagnosis, Disposition, Finding};
use crate::id::{IncidentId, Signature, StageName};
use crate::incident::{IllegalIncidentStep, IncidentEnd, IncidentEvent, IncidentState};
use crate::outcome::Outcome;
use crate::policy::breaker::Guarded;
use crate::policy::budget::{Budget, Ledger};
use crate::remedy::{CommandLine, Limits, Remedy};
use crate::time::Timestamp;

mod cluster;
mod context;
mod planning;
mod quiet;
mod rerun;
mod trial;
mod unknown;

pub use cluster::{Freshness, Joined, Standing};
pub use context::{Context, Surroundings};
pub use quiet::{Moved, Rank};
pub use unknown::UNKNOWN_CODE;

/// Conditions of an attempt that remedies can change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Conditions {
    command: CommandLine,
    env: Vec<(String, String)>,
    limits: Limits,
    /// What remedies changed of the limits, for other stages.
    eased: Vec<Limits>,
}

impl Conditions {
    /// Those that the definition gives a stage.
    fn of(stage: &Stage) -> Self {
        Self { command: stage.command.clone(), env: Vec::new(), limits: stage.limits.clone(), eased: Vec::new() }
    }
}

/// What a diagnosis gave, and of which attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Evidence {
    attempt: u32,
    findings: Vec<Finding>,
    /// What the cause might be instead.
    runner_up: Option<Finding>,
}

impl Evidence {
    fn root(&self) -> &Finding {
        self.findings.first().expect("evidence always holds a finding, that of the unknown cause if no other")
    }
}

/// A remedy on trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Trial {
    remedy: Remedy,
    disposition: Disposition,
    conditions: Conditions,
    /// Where it is tried; known once it is prepared.
    scratch: ScratchKind,
    /// Paths that its steps changed, and what was in the scratch before.
    touched: Vec<String>,
    /// Number of the attempt in scratch; 0 before it starts.
    attempt: u32,
}

/// What the incident waits for. One variant for each decision that ends with a fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Task {
    Nothing,
    /// Its turn, with what the healers answered ahead of it, if they were asked.
    Turn(Option<Box<Answer>>),
    Diagnosis,
    Proposals,
    ProposalsAhead,
    Preparation(Box<Trial>),
    TrialEnd(Box<Trial>),
    TrialDiagnosis(Box<Trial>),
    ControlEnd(Box<Trial>),
    VerifyEnd {
        trial: Box<Trial>,
        left: VecDeque<StageName>,
    },
    Inspection(Box<Trial>),
    /// That nobody else is at work.
    Quiet(quiet::Errand),
    Commit(Box<Trial>),
    Patch(Box<Trial>),
    Rerun(rerun::Step),
    Drop(After),
    Ticket,
}

/// What the healers answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Answer {
    remedies: Vec<Remedy>,
    versioned: Vec<String>,
}

/// What follows when the scratch is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum After {
    AskAgain,
    AskAgainBenched,
    RunAgain,
    TurnAgain,
    Close { end: IncidentEnd, trial: Option<Box<Trial>> },
}

/// A fact that does not fit what the incident waits for, or a step that the table does not know: a bug of the engine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HealingError {
    /// The table says no.
    #[error(transparent)]
    Illegal(#[from] IllegalIncidentStep),
    /// Nobody asked for this fact.
    #[error("take {fact} into incident {incident}, which waits for {task}")]
    Unexpected {
        /// The incident.
        incident: IncidentId,
        /// What it waits for.
        task: String,
        /// What came.
        fact: String,
    },
}

/// One failure on its way to an end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    id: IncidentId,
    stage: StageName,
    state: IncidentState,
    task: Task,
    ledger: Ledger,
    failed_attempt: u32,
    outcome: Outcome,
    /// What the failed attempt in the workspace showed.
    first: Option<Evidence>,
    /// What the latest failure showed: that of a remedy that progressed, or the first.
    current: Option<Evidence>,
    /// Conditions in the open scratch: the stage's own, plus those of remedies that progressed.
    kept: Conditions,
    has_scratch: bool,
    /// What was used before that scratch was opened.
    used: quiet::Used,
    was_put_off: bool,
    tried: Vec<TriedNote>,
    /// The entry under which the stage was run again, if it was.
    vouched: Option<Quarantine>,
    /// Attempts under it.
    reruns: u32,
    /// Other stages with the same failure.
    joined: Vec<Joined>,
    end: Option<IncidentEnd>,
    /// Attempt that took the failed one's place: set when it ended as healed or quarantined.
    adopted: Option<u32>,
}

impl Incident {
    /// Opens an incident for a failed attempt in the workspace.
    pub fn open(id: IncidentId, stage: &Stage, attempt: u32, outcome: Outcome, budget: Budget, now: Timestamp) -> Self {
        Self {
            id,
            stage: stage.name.clone(),
            state: IncidentState::Detected,
            task: Task::Nothing,
            ledger: Ledger::new(budget, now),
            failed_attempt: attempt,
            outcome,
            first: None,
            current: None,
            kept: Conditions::of(stage),
            has_scratch: false,
            used: quiet::Used::default(),
            was_put_off: false,
            tried: Vec::new(),
            vouched: None,
            reruns: 0,
            joined: Vec::new(),
            end: None,
            adopted: None,
        }
    }

    /// Its id.
    pub fn id(&self) -> &IncidentId {
        &self.id
    }

    /// The stage that failed.
    pub fn stage(&self) -> &StageName {
        &self.stage
    }

    /// Where it stands.
    pub fn state(&self) -> IncidentState {
        self.state
    }

    /// The cause of the failure that opened it, once it is diagnosed.
    pub fn root(&self) -> Option<&Finding> {
        self.first.as_ref().map(Evidence::root)
    }

    /// How it ended, once it has.
    pub fn end(&self) -> Option<IncidentEnd> {
        self.end
    }

    /// The person's word under which the stage was run again, if it was.
    pub fn vouched(&self) -> Option<&Quarantine> {
        self.vouched.as_ref()
    }

    /// The attempt in scratch that took the failed one's place, if the incident ended as healed or quarantined.
    pub fn adopted_attempt(&self) -> Option<u32> {
        self.adopted
    }

    /// Starts work on it; the workspace has to be quiet.
    pub fn begin(&mut self) -> Result<Vec<Decision>, HealingError> {
        self.go(IncidentEvent::Begun)?;
        self.task = Task::Diagnosis;
        Ok(vec![self.diagnose(self.failed_attempt)])
    }

    /// Takes a fact in.
    pub fn on(&mut self, fact: &Fact, ctx: &mut Context<'_>) -> Result<Vec<Decision>, HealingError> {
        let is_about_scratch = matches!(fact, Fact::ScratchDropped { .. } | Fact::ScratchStuck { .. });
        if self.state == IncidentState::Superseded && !is_about_scratch {
            // The end of the run overtook it; only what becomes of its scratch counts still.
            return Ok(Vec::new());
        }
        let task = std::mem::replace(&mut self.task, Task::Nothing);
        match (task, fact) {
            (Task::Diagnosis, Fact::Diagnosed { attempt, diagnosis, .. }) => {
                self.on_diagnosis(*attempt, diagnosis, ctx)
            }
            (Task::Proposals, Fact::RemediesProposed { remedies, versioned, .. }) => {
                self.on_proposals(remedies, versioned, ctx)
            }
            (Task::ProposalsAhead, Fact::RemediesProposed { remedies, versioned, .. }) => {
                let answer = Answer { remedies: remedies.clone(), versioned: versioned.clone() };
                self.task = Task::Turn(Some(Box::new(answer)));
                Ok(Vec::new())
            }
            (Task::Preparation(mut trial), Fact::TrialPrepared { scratch, changes, env, problem, .. }) => {
                self.has_scratch = true;
                trial.scratch = *scratch;
                self.on_prepared(trial, changes, env, problem.as_deref(), ctx)
            }
            (Task::Preparation(_) | Task::Rerun(rerun::Step::Preparation), Fact::ScratchRefused { .. }) => {
                self.put_off("no scratch can be opened beside those of other incidents here", ctx)
            }
            (Task::Commit(_) | Task::Rerun(rerun::Step::Commit { .. }), Fact::ScratchOverlaps { path, .. }) => {
                self.put_off(&quiet::both_touch(path), ctx)
            }
            (Task::TrialEnd(trial), Fact::AttemptEnded { outcome, .. }) => self.on_trial_end(trial, outcome, ctx),
            (Task::TrialDiagnosis(trial), Fact::Diagnosed { attempt, diagnosis, .. }) => {
                self.on_trial_diagnosis(trial, *attempt, diagnosis, ctx)
            }
            (Task::ControlEnd(trial), Fact::AttemptEnded { outcome, .. }) => {
                self.ledger.charge_cpu(outcome.cpu_ms);
                if outcome.is_success() { self.close_as_luck(trial) } else { self.verify(trial, ctx) }
            }
            (Task::VerifyEnd { trial, left }, Fact::AttemptEnded { stage, attempt, outcome, .. }) => {
                self.on_verify_end(trial, left, (stage, *attempt), outcome, ctx)
            }
            (Task::Inspection(trial), Fact::ScratchInspected { changes, .. }) => self.on_inspected(trial, changes, ctx),
            // Nothing is kept that cannot be looked at or shown; nothing of it is in the workspace yet.
            (Task::Inspection(trial) | Task::Patch(trial), Fact::ScratchUnread { problem, .. }) => {
                self.note(&trial, "ineffective", problem, None);
                self.go(IncidentEvent::DidNotHelp)?;
                self.undo(After::AskAgain)
            }
            (Task::Commit(trial), Fact::ScratchCommitted { .. }) => {
                self.has_scratch = false;
                for guarded in self.guarded(&trial.remedy) {
                    ctx.breakers.succeeded(&guarded);
                }
                self.go(IncidentEvent::Kept)?;
                self.adopted = Some(trial.attempt);
                self.close(IncidentEnd::Healed, Some(&trial))
            }
            (Task::Rerun(step), fact) if step.takes(fact) => self.on_rerun(step, fact, ctx),
            (Task::Patch(trial), Fact::PatchSaved { .. }) => {
                self.go(IncidentEvent::Offered)?;
                self.drop_scratch(After::Close { end: IncidentEnd::Proposed, trial: Some(trial) })
            }
            (Task::Drop(after), Fact::ScratchDropped { .. }) => {
                self.has_scratch = false;
                self.on_dropped(after, ctx)
            }
            (Task::Ticket, Fact::TicketSaved { .. }) => self.close(IncidentEnd::Escalated, None),
            (Task::Commit(_) | Task::Rerun(rerun::Step::Commit { .. }) | Task::Drop(_), Fact::ScratchStuck { .. }) => {
                self.go(IncidentEvent::Overtaken)?;
                self.close(IncidentEnd::Stuck, None)
            }
            (task, fact) => Err(HealingError::Unexpected {
                incident: self.id.clone(),
                task: format!("{task:?}").chars().take(40).collect(),
                fact: format!("{fact:?}").chars().take(80).collect(),
            }),
        }
    }

    /// Ends it because the run ends.
    ///
    /// What may lie in scratch is thrown away first, and the incident is over when that is done or has failed: a run must
    /// not end while nobody knows how its workspace looks. For the same reason a commit that is under way, and a drop after
    /// which the incident ends anyway, are left alone.
    pub fn overtake(&mut self) -> Result<Vec<Decision>, HealingError> {
        let is_left_alone = matches!(
            self.task,
            Task::Commit(_) | Task::Rerun(rerun::Step::Commit { .. }) | Task::Drop(After::Close { .. })
        );
        if self.end.is_some() || is_left_alone {
            return Ok(Vec::new());
        }
        self.go(IncidentEvent::Overtaken)?;
        let after = After::Close { end: IncidentEnd::Superseded, trial: None };
        if matches!(self.task, Task::Drop(_)) {
            self.task = Task::Drop(after);
            return Ok(Vec::new());
        }
        if self.has_scratch || matches!(self.task, Task::Preparation(_) | Task::Rerun(rerun::Step::Preparation)) {
            return self.drop_scratch(after);
        }
        self.task = Task::Nothing;
        self.close(IncidentEnd::Superseded, None)
    }

    /// Ends it because the engine died; the workspace port's recovery has seen to the scratch.
    pub fn lose(&mut self) -> Result<Vec<Decision>, HealingError> {
        if self.end.is_some() {
            return Ok(Vec::new());
        }
        self.go(IncidentEvent::Overtaken)?;
        self.task = Task::Nothing;
        self.has_scratch = false;
        self.close(IncidentEnd::Superseded, None)
    }

    fn go(&mut self, event: IncidentEvent) -> Result<(), HealingError> {
        #[cfg(test)]
        crate::run::tests::exercised::note_incident(self.state, event);
        self.state = self.state.on(event)?;
        Ok(())
    }

    fn diagnose(&self, attempt: u32) -> Decision {
        Decision::Diagnose { incident: self.id.clone(), stage: self.stage.clone(), attempt }
    }

    fn on_diagnosis(
        &mut self,
        attempt: u32,
        diagnosis: &Diagnosis,
        ctx: &mut Context<'_>,
    ) -> Result<Vec<Decision>, HealingError> {
        self.go(IncidentEvent::Diagnosed)?;
        let findings = unknown::findings_or_unknown(diagnosis, &self.outcome);
        let evidence = Evidence { attempt, findings, runner_up: diagnosis.runner_up.clone() };
        self.first = Some(evidence.clone());
        self.current = Some(evidence);
        if ctx.pipeline.healing.is_off() {
            self.go(IncidentEvent::ToldOnly)?;
            return self.close(IncidentEnd::Reported, None);
        }
        self.task = Task::Turn(None);
        Ok(Vec::new())
    }

    /// Begins to do something about a failure whose cause is known, or known to be unknown.
    fn take_up(&mut self, ctx: &mut Context<'_>) -> Result<Vec<Decision>, HealingError> {
        let Some((entry, licence)) = self.licence(ctx) else { return Ok(vec![self.ask(ctx)]) };
        let may_run = matches!(licence, Licence::RunsAgain { .. })
            && ctx.pipeline.healing.mode == Mode::Auto
            && self.trials_left(ctx) > 0;
        let cited = Decision::Vouched { incident: self.id.clone(), entry: Box::new(entry.clone()), licence };
        let next = if may_run {
            self.vouched = Some(entry);
            self.run_again(ctx)?
        } else {
            self.ask(ctx)
        };
        Ok(vec![cited, next])
    }

    fn ask(&mut self, ctx: &Context<'_>) -> Decision {
        self.task = Task::Proposals;
        let evidence = self.evidence();
        Decision::AskHealers {
            incident: self.id.clone(),
            stage: self.stage.clone(),
            attempt: evidence.attempt,
            findings: evidence.findings.clone(),
            tried: self.tried.clone(),
            attempts_left: self.trials_left(ctx),
        }
    }

    fn evidence(&self) -> &Evidence {
        self.current.as_ref().expect("set by the first diagnosis, before anything asks")
    }

    fn trials_left(&self, ctx: &Context<'_>) -> u32 {
        if self.ledger.check(ctx.now).is_ok() { self.ledger.attempts_left() } else { 0 }
    }

    /// What the breakers watch for a remedy against the current failure: the failure's host, and the pair of both.
    fn guarded(&self, remedy: &Remedy) -> Vec<Guarded> {
        let root = self.evidence().root();
        let host = root.captures.get("host").cloned().map(Guarded::Host);
        host.into_iter().chain([Guarded::Remedy(root.signature.clone(), remedy.key())]).collect()
    }

    fn undo(&mut self, after: After) -> Result<Vec<Decision>, HealingError> {
        self.go(IncidentEvent::Undo)?;
        self.drop_scratch(after)
    }

    fn drop_scratch(&mut self, after: After) -> Result<Vec<Decision>, HealingError> {
        self.task = Task::Drop(after);
        Ok(vec![Decision::DropScratch { incident: self.id.clone() }])
    }

    fn on_dropped(&mut self, after: After, ctx: &mut Context<'_>) -> Result<Vec<Decision>, HealingError> {
        match after {
            After::Close { end, trial } => return self.close(end, trial.as_deref()),
            After::AskAgainBenched => {
                self.go(IncidentEvent::Benched)?;
                self.go(IncidentEvent::Again)?;
            }
            After::RunAgain => {
                self.go(IncidentEvent::Again)?;
                return Ok(vec![self.run_again(ctx)?]);
            }
            After::TurnAgain => {
                self.go(IncidentEvent::Again)?;
                self.current = self.first.clone();
                self.kept = Conditions::of(ctx.stage);
                self.task = Task::Turn(None);
                return Ok(Vec::new());
            }
            After::AskAgain => self.go(IncidentEvent::Again)?,
        }
        self.current = self.first.clone();
        self.kept = Conditions::of(ctx.stage);
        Ok(vec![self.ask(ctx)])
    }

    fn note(&mut self, trial: &Trial, ended: &str, reason: &str, signature: Option<Signature>) {
        self.tried.push(TriedNote {
            key: trial.remedy.key(),
            strategy: trial.remedy.strategy.clone(),
            title: trial.remedy.title.clone(),
            disposition: trial.disposition,
            ended: ended.to_owned(),
            reason: reason.to_owned(),
            signature,
        });
    }

    fn close(&mut self, end: IncidentEnd, trial: Option<&Trial>) -> Result<Vec<Decision>, HealingError> {
        self.go(IncidentEvent::Closed)?;
        self.end = Some(end);
        let root = self.first.as_ref().map(Evidence::root);
        Ok(vec![Decision::EndIncident {
            incident: self.id.clone(),
            stage: self.stage.clone(),
            end,
            signature: root.map(|finding| finding.signature.clone()),
            category: root.map(|finding| finding.category.clone()),
            code: root.map(|finding| finding.code.clone()),
            remedy: trial.map(|trial| trial.remedy.key()),
            strategy: trial.map(|trial| trial.remedy.strategy.clone()),
        }])
    }
}
