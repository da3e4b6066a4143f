//! What a run does with its incidents: hands them the facts about them, and draws the stage's result from their ends.

use super::{Progress, Run, StepError};
use crate::event::{Decision, Fact};
use crate::healing::Context;
use crate::id::IncidentId;
use crate::incident::IncidentEnd;
use crate::outcome::{Qualifier, RunResult};
use crate::stage::StageEvent;
use crate::time::Timestamp;

impl Run {
    pub(super) fn on_incident_fact(
        &mut self,
        id: &IncidentId,
        fact: &Fact,
        now: Timestamp,
        decisions: &mut Vec<Decision>,
    ) -> Result<(), StepError> {
        let number = *self.by_id.get(id).ok_or_else(|| StepError::NoIncident(id.clone()))?;
        if self.incidents[number].end().is_some() {
            // An attempt or a scratch of an incident that the end of the run overtook.
            return Ok(());
        }
        let index = self.index(&self.incidents[number].stage().clone())?;
        let (stages, pipeline) = (&self.stages, &self.pipeline);
        let surroundings = || stages.around(pipeline, index);
        let mut ctx = Context {
            pipeline: &self.pipeline,
            stage: &self.pipeline.stages[index],
            surroundings: &surroundings,
            learned: &self.learned,
            benched: &mut self.benched,
            breakers: &mut self.breakers,
            machine: self.machine,
            draws: &mut self.draws,
            attempts: &mut self.attempts,
            now,
        };
        decisions.extend(self.incidents[number].on(fact, &mut ctx)?);
        let Some(end) = self.incidents[number].end() else { return Ok(()) };
        self.active = None;
        self.open_incidents -= 1;
        self.on_incident_end(number, index, end, decisions)
    }

    /// The last trial of a stage is how it ended: what it made is in the workspace.
    fn take_trial_outcome(&mut self, index: usize) {
        let stage = &self.pipeline.stages[index].name;
        if let Some(outcome) = self.trials.get(stage) {
            self.outcomes.insert(stage.clone(), outcome.clone());
        }
    }

    fn on_incident_end(
        &mut self,
        number: usize,
        index: usize,
        end: IncidentEnd,
        decisions: &mut Vec<Decision>,
    ) -> Result<(), StepError> {
        match end {
            IncidentEnd::Healed => {
                let attempt = self.incidents[number].adopted_attempt().unwrap_or_default();
                // Worst outcome wins: once it passed without a remedy, one that helps proves little.
                let was_luck = self.incidents.iter().any(|incident| {
                    incident.end() == Some(IncidentEnd::FlakySuspect)
                        && incident.stage() == self.incidents[number].stage()
                });
                let qualifier = if was_luck { Qualifier::FlakySuspect } else { Qualifier::Healed };
                self.floors[index] = qualifier;
                self.take_trial_outcome(index);
                self.stages.on(index, StageEvent::Adopted { attempt, qualifier })?;
                self.finish_stage(index, "a remedy helped", decisions)?;
            }
            IncidentEnd::Quarantined => {
                let attempt = self.incidents[number].adopted_attempt().unwrap_or_default();
                let qualifier = Qualifier::Quarantined;
                self.floors[index] = qualifier;
                let owner = self.incidents[number].vouched().map_or("", |entry| entry.owner.as_str());
                let reason = format!("it passed when it was run again; {owner} vouches for its failure");
                self.take_trial_outcome(index);
                self.stages.on(index, StageEvent::Adopted { attempt, qualifier })?;
                self.finish_stage(index, &reason, decisions)?;
            }
            // The stage has not passed in the workspace yet; it gets another attempt there.
            // A run that is being stopped starts nothing any more.
            IncidentEnd::FlakySuspect if self.progress != Progress::Going => {
                self.end_stage(index, "the run ended first", decisions);
            }
            IncidentEnd::FlakySuspect => self.stages.restart(index)?,
            IncidentEnd::Proposed => self.finish_stage(index, "a verified patch waits for a person", decisions)?,
            IncidentEnd::Reported => self.finish_stage(index, "nothing was tried", decisions)?,
            IncidentEnd::Escalated => self.finish_stage(index, "handed over", decisions)?,
            IncidentEnd::Stuck => {
                self.end_stage(index, "healing left something that it could not undo", decisions);
                self.stop(RunResult::Error, decisions)?;
                // Louder than whatever the run was being stopped for.
                self.progress = Progress::Stopping(RunResult::Error);
            }
            IncidentEnd::Superseded => self.end_stage(index, "the run ended first", decisions),
        }
        Ok(())
    }
}
