//! What a run does with its incidents: hands them the facts about them, and draws the stages' results from their ends.

use super::{Progress, Run, StepError};
use crate::event::{Decision, Fact};
use crate::healing::{Joined, Standing};
use crate::id::IncidentId;
use crate::incident::IncidentEnd;
use crate::outcome::{Outcome, Qualifier, RunResult};
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
        match fact {
            Fact::ScratchCommitted { .. } => {
                // A commit that nobody decided is refused below.
                self.turns.commit(self.incidents[number].committing().unwrap_or_default());
            }
            Fact::ScratchRefused { .. } => self.turns.one_by_one(),
            _ => {}
        }
        let next = self.within(number, now, |incident, ctx| incident.on(fact, ctx))??;
        decisions.extend(next);
        if self.progress != Progress::Going && matches!(fact, Fact::ScratchOverlaps { .. }) {
            // The end of the run left the commit alone, and it was none: there is no other turn to wait for.
            decisions.extend(self.incidents[number].overtake()?);
        }
        self.see_to_end(number, decisions)
    }

    /// Draws what follows from the end of an incident, if it has ended, or from its being put off.
    pub(super) fn see_to_end(&mut self, number: usize, decisions: &mut Vec<Decision>) -> Result<(), StepError> {
        let Some(end) = self.incidents[number].end() else {
            self.see_to_turn(number);
            return Ok(());
        };
        self.turns.end(number);
        self.open_incidents -= 1;
        self.on_incident_end(number, end, decisions)
    }

    /// The stages of an incident, by index, its own first.
    pub(super) fn cluster(&self, number: usize) -> Result<Vec<usize>, StepError> {
        let incident = &self.incidents[number];
        let joined = incident.joined().iter().map(|joined| &joined.stage);
        std::iter::once(incident.stage()).chain(joined).map(|name| self.index(name)).collect()
    }

    fn on_incident_end(
        &mut self,
        number: usize,
        end: IncidentEnd,
        decisions: &mut Vec<Decision>,
    ) -> Result<(), StepError> {
        let stages = self.cluster(number)?;
        match end {
            IncidentEnd::Healed => self.adopt_healed(number, &stages, decisions)?,
            IncidentEnd::Quarantined => {
                let owner = self.incidents[number].vouched().map_or("", |entry| entry.owner.as_str());
                let reason = format!("it passed when it was run again; {owner} vouches for its failure");
                let attempt = self.incidents[number].adopted_attempt().unwrap_or_default();
                let outcome = self.trials.get(self.incidents[number].stage()).cloned();
                self.adopt(stages[0], attempt, outcome, Qualifier::Quarantined, &reason, decisions)?;
            }
            // The stages have not passed in the workspace yet; they get another attempt there.
            // A run that is being stopped starts nothing any more.
            IncidentEnd::FlakySuspect if self.progress != Progress::Going => {
                self.end_stages(&stages, "the run ended first", decisions);
            }
            IncidentEnd::FlakySuspect => {
                for index in stages {
                    self.stages.restart(index)?;
                }
            }
            IncidentEnd::Proposed => {
                let joined = self.incidents[number].joined().to_vec();
                self.finish_stage(stages[0], "a verified patch waits for a person", decisions)?;
                for (index, joined) in stages.into_iter().skip(1).zip(joined) {
                    match joined.standing {
                        Standing::Left if self.progress == Progress::Going => self.stages.restart(index)?,
                        _ => self.finish_stage(index, "a verified patch waits for a person", decisions)?,
                    }
                }
            }
            IncidentEnd::Reported => self.finish_stages(&stages, "nothing was tried", decisions)?,
            IncidentEnd::Escalated => self.finish_stages(&stages, "handed over", decisions)?,
            // The other incident sees to its stage.
            IncidentEnd::Joined => {}
            IncidentEnd::Stuck => {
                self.end_stages(&stages, "healing left something that it could not undo", decisions);
                self.stop(RunResult::Error, decisions)?;
                // Louder than whatever the run was being stopped for.
                self.progress = Progress::Stopping(RunResult::Error);
            }
            IncidentEnd::Superseded => self.end_stages(&stages, "the run ended first", decisions),
        }
        Ok(())
    }

    /// Takes the verified trial of each stage for its attempt. A stage that left the cluster runs again.
    fn adopt_healed(
        &mut self,
        number: usize,
        stages: &[usize],
        decisions: &mut Vec<Decision>,
    ) -> Result<(), StepError> {
        let attempt = self.incidents[number].adopted_attempt().unwrap_or_default();
        let outcome = self.trials.get(self.incidents[number].stage()).cloned();
        let joined: Vec<Joined> = self.incidents[number].joined().to_vec();
        self.adopt(stages[0], attempt, outcome, self.worth_of_heal(stages[0]), "a remedy helped", decisions)?;
        for (&index, joined) in stages.iter().skip(1).zip(joined) {
            match joined.standing {
                Standing::Passed { attempt, outcome } => {
                    let worth = self.worth_of_heal(index);
                    self.adopt(index, attempt, Some(*outcome), worth, "a remedy helped", decisions)?;
                }
                // A run that is being stopped starts nothing any more.
                _ if self.progress != Progress::Going => self.end_stage(index, "the run ended first", decisions),
                _ => self.stages.restart(index)?,
            }
        }
        Ok(())
    }

    /// Worst outcome wins: once it passed without a remedy, one that helps proves little.
    fn worth_of_heal(&self, index: usize) -> Qualifier {
        let was_luck = self.incidents.iter().any(|incident| {
            let stage = &self.pipeline.stages[index].name;
            incident.end() == Some(IncidentEnd::FlakySuspect)
                && (incident.stage() == stage || incident.joined().iter().any(|joined| joined.stage == *stage))
        });
        if was_luck { Qualifier::FlakySuspect } else { Qualifier::Healed }
    }

    /// Lets an attempt in scratch take a failed one's place: what it made is in the workspace.
    fn adopt(
        &mut self,
        index: usize,
        attempt: u32,
        outcome: Option<Outcome>,
        qualifier: Qualifier,
        reason: &str,
        decisions: &mut Vec<Decision>,
    ) -> Result<(), StepError> {
        self.floors[index] = qualifier;
        if let Some(outcome) = outcome {
            self.outcomes.insert(self.pipeline.stages[index].name.clone(), outcome);
        }
        self.stages.on(index, StageEvent::Adopted { attempt, qualifier })?;
        self.finish_stage(index, reason, decisions)
    }

    fn finish_stages(
        &mut self,
        stages: &[usize],
        reason: &str,
        decisions: &mut Vec<Decision>,
    ) -> Result<(), StepError> {
        for &index in stages {
            self.finish_stage(index, reason, decisions)?;
        }
        Ok(())
    }

    fn end_stages(&self, stages: &[usize], reason: &str, decisions: &mut Vec<Decision>) {
        for &index in stages {
            self.end_stage(index, reason, decisions);
        }
    }
}
