//! What happens to a remedy on trial: prepared, run in scratch, verified, looked at, and then kept, offered or undone.

use std::collections::VecDeque;

use super::cluster::shared_conditions;
use super::planning::judge_changes;
use super::quiet::Errand;
use super::{After, Conditions, Context, Evidence, HealingError, Incident, Surroundings, Task, Trial};
use crate::definition::Patches;
use crate::event::{Decision, FileChange, Purpose, ScratchKind};
use crate::finding::{Diagnosis, Disposition};
use crate::id::{Signature, StageName};
use crate::incident::{IncidentEnd, IncidentEvent};
use crate::outcome::Outcome;

impl Incident {
    pub(super) fn on_prepared(
        &mut self,
        mut trial: Box<Trial>,
        changes: &[FileChange],
        env: &[(String, String)],
        problem: Option<&str>,
        ctx: &mut Context<'_>,
    ) -> Result<Vec<Decision>, HealingError> {
        if let Some(problem) = problem {
            self.note(&trial, "ineffective", problem, None);
            self.go(IncidentEvent::DidNotHelp)?;
            return self.undo(After::AskAgain);
        }
        match judge_changes(changes, ctx) {
            Err(refusal) => return self.refuse_result(&trial, &refusal, ctx),
            // Ignored files that a step wrote do not make a retry more than a retry.
            Ok(Disposition::Patch) => trial.disposition = trial.disposition.max(Disposition::Patch),
            Ok(_) => {}
        }
        trial.touched = changes.iter().map(|change| change.path.clone()).collect();
        trial.conditions.env.extend(env.iter().cloned());
        self.go(IncidentEvent::Prepared)?;
        trial.attempt = ctx.attempts.next(&self.stage);
        let start = Decision::StartAttempt {
            stage: self.stage.clone(),
            attempt: trial.attempt,
            purpose: Purpose::Trial { incident: self.id.clone() },
            command: trial.conditions.command.clone(),
            env: trial.conditions.env.clone(),
            limits: trial.conditions.limits.clone(),
        };
        self.task = Task::TrialEnd(trial);
        Ok(vec![start])
    }

    pub(super) fn on_trial_end(
        &mut self,
        trial: Box<Trial>,
        outcome: &Outcome,
        ctx: &mut Context<'_>,
    ) -> Result<Vec<Decision>, HealingError> {
        self.ledger.charge_cpu(outcome.cpu_ms);
        if !outcome.is_success() {
            let decision = self.diagnose(trial.attempt);
            self.task = Task::TrialDiagnosis(trial);
            return Ok(vec![decision]);
        }
        // Where the remedy stands in the workspace itself there is no place without it.
        let is_possible = trial.disposition != Disposition::Retry && trial.scratch == ScratchKind::Overlay;
        let is_sampled = is_possible && ctx.draws.happens(ctx.pipeline.healing.control_rate);
        if !is_sampled {
            return self.verify(trial, ctx);
        }
        let start = Decision::StartAttempt {
            stage: self.stage.clone(),
            attempt: ctx.attempts.next(&self.stage),
            purpose: Purpose::Control { incident: self.id.clone() },
            command: ctx.stage.command.clone(),
            env: Vec::new(),
            limits: ctx.stage.limits.clone(),
        };
        self.task = Task::ControlEnd(trial);
        Ok(vec![start])
    }

    pub(super) fn on_trial_diagnosis(
        &mut self,
        trial: Box<Trial>,
        attempt: u32,
        diagnosis: &Diagnosis,
        ctx: &mut Context<'_>,
    ) -> Result<Vec<Decision>, HealingError> {
        let next = diagnosis.root();
        let signature = next.map(|finding| finding.signature.clone());
        let is_known = |signature: &Signature| {
            self.tried.iter().any(|note| note.signature.as_ref() == Some(signature))
                || [&self.first, &self.current].into_iter().flatten().any(|old| &old.root().signature == signature)
        };
        let has_progressed =
            next.is_some_and(|finding| finding.disposition != Disposition::Never && !is_known(&finding.signature));
        if has_progressed && self.trials_left(ctx) > 0 {
            self.note(&trial, "progressed", "its failure is gone; another one of the same stage appeared", signature);
            self.go(IncidentEvent::Progressed)?;
            self.kept = trial.conditions.clone();
            let (findings, runner_up) = (diagnosis.findings.clone(), diagnosis.runner_up.clone());
            self.current = Some(Evidence { attempt, findings, runner_up });
            return Ok(vec![self.ask(ctx)]);
        }
        let reason = match next {
            Some(finding) if finding.signature == self.evidence().root().signature => {
                "the stage failed the same way".to_owned()
            }
            Some(finding) => format!("the stage failed with {}: {}", finding.code, finding.text),
            None => "the stage failed, and its log does not show why".to_owned(),
        };
        for guarded in self.guarded(&trial.remedy) {
            ctx.breakers.failed(&guarded, ctx.now);
        }
        self.note(&trial, "ineffective", &reason, signature);
        self.go(IncidentEvent::DidNotHelp)?;
        self.undo(After::AskAgain)
    }

    /// Runs what has to pass besides the stage itself. A retry or a change of the ephemeral environment needs nothing more:
    /// the stages that depend on it run next in the workspace. A patch needs the whole pipeline, in its order, so that
    /// what is in scratch at the end is what the pipeline makes of the patched files.
    pub(super) fn verify(&mut self, trial: Box<Trial>, ctx: &mut Context<'_>) -> Result<Vec<Decision>, HealingError> {
        match trial.disposition {
            Disposition::Retry | Disposition::Auto => {
                self.reopen_cluster();
                let left = self.attached().into();
                self.verify_next(trial, left, ctx)
            }
            Disposition::Patch | Disposition::Never => {
                let is_offered = ctx.pipeline.healing.patches == Patches::Propose;
                self.task = Task::Quiet(Errand::Verification { trial, is_offered });
                Ok(Vec::new())
            }
        }
    }

    /// Runs the whole pipeline.
    pub(super) fn verify_all(
        &mut self,
        trial: Box<Trial>,
        ctx: &mut Context<'_>,
    ) -> Result<Vec<Decision>, HealingError> {
        self.reopen_cluster();
        let cluster = self.attached();
        let Surroundings { passed, ahead } = (ctx.surroundings)(&cluster);
        let again = (!passed.is_empty()).then(|| self.stage.clone());
        let left = passed.into_iter().chain(again).chain(cluster).chain(ahead).collect();
        self.verify_next(trial, left, ctx)
    }

    fn verify_next(
        &mut self,
        trial: Box<Trial>,
        mut left: VecDeque<StageName>,
        ctx: &mut Context<'_>,
    ) -> Result<Vec<Decision>, HealingError> {
        let next = left.pop_front().and_then(|name| ctx.pipeline.stages.iter().find(|stage| stage.name == name));
        let Some(stage) = next else {
            self.task = Task::Inspection(trial);
            return Ok(vec![Decision::InspectScratch { incident: self.id.clone() }]);
        };
        let conditions = if stage.name == self.stage {
            trial.conditions.clone()
        } else if self.attached().contains(&stage.name) {
            shared_conditions(stage, &trial.conditions)
        } else {
            Conditions::of(stage)
        };
        let start = Decision::StartAttempt {
            stage: stage.name.clone(),
            attempt: ctx.attempts.next(&stage.name),
            purpose: Purpose::Verify { incident: self.id.clone() },
            command: conditions.command,
            env: conditions.env,
            limits: conditions.limits,
        };
        self.task = Task::VerifyEnd { trial, left };
        Ok(vec![start])
    }

    pub(super) fn on_verify_end(
        &mut self,
        trial: Box<Trial>,
        left: VecDeque<StageName>,
        (stage, attempt): (&StageName, u32),
        outcome: &Outcome,
        ctx: &mut Context<'_>,
    ) -> Result<Vec<Decision>, HealingError> {
        self.ledger.charge_cpu(outcome.cpu_ms);
        if self.note_joined(stage, attempt, outcome) {
            let left = if outcome.is_success() { left } else { self.without_dependents(left, ctx) };
            return self.verify_next(trial, left, ctx);
        }
        let may_fail = ctx.pipeline.stages.iter().any(|other| &other.name == stage && other.may_fail);
        if outcome.is_success() || may_fail {
            return self.verify_next(trial, left, ctx);
        }
        // An engine that broke says nothing against the remedy, and nothing for it.
        let is_verdict = outcome.fault.is_none() && !outcome.cancelled;
        if is_verdict && (ctx.surroundings)(&[]).passed.contains(stage) {
            self.note(&trial, "worsened", &format!("stage {stage} passed before and fails with it"), None);
            self.bench(&trial, ctx);
            self.go(IncidentEvent::BrokeSomething)?;
            self.undo(After::AskAgainBenched)
        } else {
            let reason = format!("the stage passes with it, but stage {stage} then fails: {outcome}");
            self.note(&trial, "ineffective", &reason, None);
            self.go(IncidentEvent::DidNotHelp)?;
            self.undo(After::AskAgain)
        }
    }

    pub(super) fn on_inspected(
        &mut self,
        mut trial: Box<Trial>,
        changes: &[FileChange],
        ctx: &mut Context<'_>,
    ) -> Result<Vec<Decision>, HealingError> {
        let disposition = match judge_changes(changes, ctx) {
            Err(refusal) => return self.refuse_result(&trial, &refusal, ctx),
            Ok(disposition) => disposition,
        };
        // A command may have touched a versioned file that the steps alone did not: then the whole pipeline has to pass.
        if disposition > trial.disposition && disposition == Disposition::Patch {
            trial.disposition = disposition;
            return self.verify(trial, ctx);
        }
        let is_offered = trial.disposition == Disposition::Patch && ctx.pipeline.healing.patches == Patches::Propose;
        if is_offered {
            self.task = Task::Patch(trial);
            Ok(vec![Decision::SavePatch { incident: self.id.clone() }])
        } else {
            self.task = Task::Quiet(Errand::Commit(trial));
            Ok(Vec::new())
        }
    }

    fn refuse_result(
        &mut self,
        trial: &Trial,
        reason: &str,
        ctx: &mut Context<'_>,
    ) -> Result<Vec<Decision>, HealingError> {
        self.note(trial, "refused", reason, None);
        self.bench(trial, ctx);
        self.go(IncidentEvent::BrokeSomething)?;
        self.undo(After::AskAgainBenched)
    }

    /// Keeps later incidents of the run from trying the remedy against the same failure.
    fn bench(&self, trial: &Trial, ctx: &mut Context<'_>) {
        ctx.benched.insert((self.evidence().root().signature.clone(), trial.remedy.key()));
    }

    pub(super) fn close_as_luck(&mut self, trial: Box<Trial>) -> Result<Vec<Decision>, HealingError> {
        self.note(&trial, "flaky-suspect", "the stage passed without the remedy too", None);
        self.go(IncidentEvent::WasLuck)?;
        self.drop_scratch(After::Close { end: IncidentEnd::FlakySuspect, trial: Some(trial) })
    }
}
