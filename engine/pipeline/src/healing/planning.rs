//! Which remedy is tried now, if any.

use std::collections::BTreeSet;

use super::{After, Conditions, Context, HealingError, Incident, Task, Trial};
use crate::choice::{self, Candidate};
use crate::definition::{Healing, Mode, Patches};
use crate::event::{Decision, FileChange, ScratchKind, WeighedNote};
use crate::finding::Disposition;
use crate::incident::{IncidentEnd, IncidentEvent};
use crate::policy::backoff::{Delay, full_jitter};
use crate::policy::breaker::State;
use crate::policy::{self, Refusal, Tried, Weighed, is_escalation, rule};
use crate::remedy::{Action, Remedy};

/// What the policy says about the files that a remedy changed, as an error text when it says no.
pub(super) fn judge_changes(changes: &[FileChange], ctx: &Context<'_>) -> Result<Disposition, String> {
    // Each change says by itself whether it is versioned.
    with_policy(ctx, &policy::EverythingVersioned, |policy_context| {
        policy::check_changes(changes, policy_context).map_err(|refusal| refusal.to_string())
    })
}

/// Builds what the policy needs to know and hands it to `ask`.
fn with_policy<T>(ctx: &Context<'_>, paths: &dyn policy::PathFacts, ask: impl FnOnce(&policy::Context<'_>) -> T) -> T {
    let known = |value: u64| (value > 0).then_some(value);
    let healer_paths: Vec<String> = ctx.pipeline.plugins.dir.iter().cloned().collect();
    let programs = policy::programs_of_stages(&ctx.pipeline.stages);
    ask(&policy::Context {
        command: &ctx.stage.command,
        limits: &ctx.stage.limits,
        machine: policy::Machine {
            memory_bytes: known(ctx.machine.memory_bytes),
            processors: (ctx.machine.processors > 0).then_some(ctx.machine.processors),
        },
        healer_paths: &healer_paths,
        programs: &programs,
        java_homes: ctx.java_homes,
        grants: &ctx.pipeline.plugins.grants,
        paths,
    })
}

/// Why the mode of its strategy keeps a remedy back altogether.
fn refused_by_mode(remedy: &Remedy, healing: &Healing) -> Option<Refusal> {
    let is_off = healing.mode_of(&remedy.strategy) == Mode::Off;
    is_off.then(|| Refusal::new(rule::STRATEGY_OFF, format!("`[healing.modes]` switches {} off", remedy.strategy)))
}

impl Incident {
    pub(super) fn on_proposals(
        &mut self,
        remedies: &[Remedy],
        versioned: &[String],
        ctx: &mut Context<'_>,
    ) -> Result<Vec<Decision>, HealingError> {
        self.go(IncidentEvent::Answered)?;
        let root = self.evidence().root().clone();
        let weighed = self.weigh(remedies, versioned, ctx);
        let open: Vec<usize> = (0..weighed.len())
            .filter(|&index| weighed[index].refusal.is_none() && !is_escalation(&weighed[index].remedy))
            .filter(|&index| self.is_admitted(&weighed[index].remedy, ctx))
            .collect();
        let healing = &ctx.pipeline.healing;
        let is_tried = |index: &usize| healing.mode_of(&weighed[*index].remedy.strategy) == Mode::Auto;
        let (mut shadowed, mut chosen) = (None, None);
        if self.trials_left(ctx) > 0 {
            let (seed, draw) = (ctx.draws.seed(), ctx.draws.draw());
            let choose_of = |open: Vec<usize>| {
                let candidate = |&index: &usize| Candidate {
                    key: weighed[index].remedy.key(),
                    code: root.code.clone(),
                    strategy: weighed[index].remedy.strategy.clone(),
                    confidence: weighed[index].remedy.confidence,
                };
                let candidates: Vec<Candidate> = open.iter().map(candidate).collect();
                choice::choose(&candidates, ctx.learned, seed, draw).map(|index| open[index])
            };
            let first = choose_of(self.lasting(&weighed, open.clone(), ctx));
            shadowed = first.filter(|index| !is_tried(index));
            // One that is only told about does not keep the others from helping.
            chosen = match shadowed {
                Some(_) => choose_of(self.lasting(&weighed, open.into_iter().filter(is_tried).collect(), ctx)),
                None => first,
            };
        }
        let mut decisions = vec![self.weighed_note(&weighed, chosen, shadowed, ctx)];
        if chosen.is_none() && !self.has_scratch && matches!(healing.mode, Mode::Shadow | Mode::Suggest) {
            self.go(IncidentEvent::ToldOnly)?;
            decisions.extend(self.close(IncidentEnd::Reported, None)?);
            return Ok(decisions);
        }
        match chosen {
            Some(index) => decisions.extend(self.try_remedy(&weighed[index], &weighed, ctx)?),
            None if self.has_scratch => decisions.extend(self.undo(After::AskAgain)?),
            None => decisions.extend(self.hand_over(&weighed, IncidentEvent::HandedOver)?),
        }
        Ok(decisions)
    }

    /// Where patches are applied, a variable that heals this run only stands back while a change of versioned files is
    /// offered against the same failure: with the variable alone the next run would be broken again.
    fn lasting(&self, weighed: &[Weighed], open: Vec<usize>, ctx: &Context<'_>) -> Vec<usize> {
        let is_patch = |index: &usize| weighed[*index].disposition == Disposition::Patch;
        let patches: Vec<&Remedy> = open.iter().filter(|index| is_patch(index)).map(|&i| &weighed[i].remedy).collect();
        if ctx.pipeline.healing.patches != Patches::Apply || patches.is_empty() {
            return open;
        }
        // No expectation means the root cause.
        let root = [self.evidence().root().signature.clone()];
        let expects = |remedy: &Remedy| if remedy.expects.is_empty() { root.to_vec() } else { remedy.expects.clone() };
        let stands_back = |index: &usize| {
            let remedy = &weighed[*index].remedy;
            let sets_variable = remedy.actions.iter().any(|action| matches!(action, Action::SetEnv { .. }));
            let own = expects(remedy);
            !is_patch(index)
                && sets_variable
                && patches.iter().any(|patch| expects(patch).iter().any(|signature| own.contains(signature)))
        };
        open.iter().copied().filter(|index| !stands_back(index)).collect()
    }

    fn weigh(&self, remedies: &[Remedy], versioned: &[String], ctx: &Context<'_>) -> Vec<Weighed> {
        let versioned: BTreeSet<&str> = versioned.iter().map(String::as_str).collect();
        let paths = |path: &str| versioned.contains(path);
        let tried: Vec<Tried> = self
            .tried
            .iter()
            .map(|note| Tried {
                key: note.key.clone(),
                disposition: note.disposition,
                signature: note.signature.clone(),
            })
            .collect();
        with_policy(ctx, &paths, |context| {
            let findings = &self.evidence().findings;
            let mut weighed =
                policy::weigh(remedies.to_vec(), findings, &tried, &ctx.pipeline.healing, context, &*ctx.benched);
            for one in weighed.iter_mut().filter(|one| one.refusal.is_none()) {
                one.refusal = refused_by_mode(&one.remedy, &ctx.pipeline.healing);
            }
            weighed
        })
    }

    /// Whether no breaker keeps a remedy back. Only looks: asking for admission would use up a half-open breaker's probe.
    fn is_admitted(&self, remedy: &Remedy, ctx: &Context<'_>) -> bool {
        self.guarded(remedy).iter().all(|guarded| match ctx.breakers.state(guarded) {
            State::Closed { .. } => true,
            State::Open { until, .. } | State::HalfOpen { until, .. } => ctx.now >= until,
        })
    }

    fn weighed_note(
        &self,
        weighed: &[Weighed],
        chosen: Option<usize>,
        shadowed: Option<usize>,
        ctx: &Context<'_>,
    ) -> Decision {
        let has_budget = self.trials_left(ctx) > 0;
        let proposals = weighed
            .iter()
            .enumerate()
            .map(|(index, one)| WeighedNote {
                key: one.remedy.key(),
                plugin: one.remedy.plugin.to_string(),
                strategy: one.remedy.strategy.clone(),
                title: one.remedy.title.clone(),
                disposition: one.disposition,
                refused: match &one.refusal {
                    Some(refusal) => Some(refusal.to_string()),
                    None if !has_budget && !is_escalation(&one.remedy) => {
                        Some("the incident's budget is spent".to_owned())
                    }
                    None => None,
                },
                is_chosen: chosen == Some(index) || shadowed == Some(index),
                is_shadowed: shadowed == Some(index),
            })
            .collect();
        Decision::Weighed { incident: self.id.clone(), proposals }
    }

    fn try_remedy(
        &mut self,
        weighed: &Weighed,
        all: &[Weighed],
        ctx: &mut Context<'_>,
    ) -> Result<Vec<Decision>, HealingError> {
        let mut delay_ms = 0;
        for action in &weighed.remedy.actions {
            if let Action::Wait { base_ms, cap_ms, asked_ms } = action {
                match full_jitter(*base_ms, *cap_ms, self.ledger.attempts(), *asked_ms, &mut ctx.draws.next_rng("wait"))
                {
                    Delay::Wait { ms } => delay_ms += ms,
                    Delay::Hold { .. } => return self.hold(all),
                }
            }
        }
        self.note_opening();
        // Invariant: the budget counts a trial when it is entered, not when it ends.
        if self.ledger.enter(ctx.now).is_err() {
            return self.hand_over(all, IncidentEvent::HandedOver);
        }
        for guarded in self.guarded(&weighed.remedy) {
            ctx.breakers.admit(&guarded, ctx.now);
        }
        self.go(IncidentEvent::Chosen)?;
        let trial = Trial {
            remedy: weighed.remedy.clone(),
            disposition: weighed.disposition,
            conditions: conditions_after(&self.kept, &weighed.remedy),
            scratch: ScratchKind::Overlay,
            touched: Vec::new(),
            attempt: 0,
        };
        let decision = Decision::PrepareTrial {
            incident: self.id.clone(),
            stage: self.stage.clone(),
            remedy: Box::new(weighed.remedy.clone()),
            disposition: weighed.disposition,
            delay_ms,
            keeps_scratch: self.has_scratch,
            is_beside_others: ctx.is_beside_others,
        };
        self.task = Task::Preparation(Box::new(trial));
        Ok(vec![decision])
    }

    /// Gives up because a server asks for a wait that is longer than a run may wait; a person decides when to try again.
    fn hold(&mut self, all: &[Weighed]) -> Result<Vec<Decision>, HealingError> {
        if self.has_scratch {
            // What helped half-way goes first; the next answers of the healers then decide how it ends.
            return self.undo(After::AskAgain);
        }
        self.go(IncidentEvent::TooLong)?;
        self.hand_over(all, IncidentEvent::HandedOver)
    }

    /// Writes the ticket of the first healer that offers one; without one the incident is only reported.
    fn hand_over(&mut self, weighed: &[Weighed], event: IncidentEvent) -> Result<Vec<Decision>, HealingError> {
        let ticket = weighed.iter().find_map(|one| {
            one.remedy.actions.iter().find_map(|action| match action {
                Action::Escalate { title, body, labels } if one.refusal.is_none() => {
                    Some((title.clone(), body.clone(), labels.clone()))
                }
                _ => None,
            })
        });
        let Some((title, body, labels)) = ticket else {
            self.go(IncidentEvent::ToldOnly)?;
            return self.close(IncidentEnd::Reported, None);
        };
        self.go(event)?;
        self.task = Task::Ticket;
        let body = body + &self.word_of_cluster() + &self.word_of_quarantine();
        Ok(vec![Decision::SaveTicket { incident: self.id.clone(), title, body, labels }])
    }
}

/// Conditions after a remedy, before its environment from the preparation is known.
fn conditions_after(kept: &Conditions, remedy: &Remedy) -> Conditions {
    let mut after = kept.clone();
    for action in &remedy.actions {
        match action {
            Action::SetLimit { limits } => {
                after.limits = after.limits.changed_by(limits);
                after.eased.push(limits.clone());
            }
            Action::ReplaceCommand { command } => after.command = command.clone(),
            _ => {}
        }
    }
    after
}
