//! Outputs of stages that need not run again: when somebody looks for them, and when they are kept.
//!
//! Only what is clean is kept, and only what was made from what is clean: a stage is looked up when everything it needs
//! passed at once (or was put back), and its outputs are kept when it passed at once too. What happens in scratch never
//! reaches the cache: nothing here asks about it.

use super::{Progress, Run, StepError};
use crate::cache;
use crate::event::Decision;
use crate::id::{CacheKey, StageName};
use crate::outcome::Qualifier;
use crate::stage::{StageEvent, StageState};

/// What the run knows about the cache.
#[derive(Clone, Debug, Default)]
pub(super) struct Caching {
    /// Whether any stage can be kept; otherwise nothing below is made.
    is_used: bool,
    /// By index: what a dependent's recipe takes in; `None` while the stage is not clean.
    lineages: Vec<Option<String>>,
    /// By index: the key that was found for the stage as it stood before it ran.
    keys: Vec<Option<CacheKey>>,
    /// By index: whether somebody looked already.
    is_looked_up: Vec<bool>,
}

impl Caching {
    pub(super) fn new(pipeline: &crate::definition::Pipeline) -> Self {
        let is_used = pipeline.uses_cache && pipeline.stages.iter().any(cache::is_kept);
        let count = if is_used { pipeline.stages.len() } else { 0 };
        Self { is_used, lineages: vec![None; count], keys: vec![None; count], is_looked_up: vec![false; count] }
    }

    /// Notes that a stage is not wanted.
    pub(super) fn skip(&mut self, index: usize) {
        if self.is_used {
            self.lineages[index] = Some(cache::SKIPPED.to_owned());
        }
    }
}

impl Run {
    /// The recipe of a stage; `None` while something it needs is not clean.
    fn recipe(&self, index: usize) -> Option<String> {
        let needs: Option<Vec<&str>> =
            self.stages.needs(index).iter().map(|&need| self.caching.lineages[need].as_deref()).collect();
        Some(cache::recipe(&self.pipeline.stages[index], &needs?))
    }

    /// Decides to look for the outputs of a ready stage; `false` when it has to run.
    pub(super) fn look_up(&mut self, index: usize, decisions: &mut Vec<Decision>) -> Result<bool, StepError> {
        let is_wanted = self.caching.is_used
            && cache::is_kept(&self.pipeline.stages[index])
            && self.floors[index] == Qualifier::Clean
            && !self.caching.is_looked_up[index];
        let Some(recipe) = is_wanted.then(|| self.recipe(index)).flatten() else { return Ok(false) };
        self.caching.is_looked_up[index] = true;
        self.stages.look_up(index)?;
        decisions.push(Decision::CheckCache { stage: self.pipeline.stages[index].name.clone(), recipe });
        Ok(true)
    }

    pub(super) fn on_cache_checked(
        &mut self,
        stage: &StageName,
        key: Option<&CacheKey>,
        is_hit: bool,
        decisions: &mut Vec<Decision>,
    ) -> Result<(), StepError> {
        let index = self.index(stage)?;
        if *self.stages.state(index) != StageState::Checking {
            // The answer to a look that was lost with its engine.
            return Ok(());
        }
        self.caching.keys[index] = key.cloned();
        match key {
            Some(key) if is_hit && self.progress == Progress::Going => {
                self.stages.on(index, StageEvent::Found { key: key.clone() })?;
                decisions.push(Decision::RestoreOutputs { stage: stage.clone(), key: key.clone() });
            }
            _ => self.stages.miss(index)?,
        }
        Ok(())
    }

    pub(super) fn on_outputs_restored(
        &mut self,
        stage: &StageName,
        files: u64,
        problem: Option<&str>,
        decisions: &mut Vec<Decision>,
    ) -> Result<(), StepError> {
        let index = self.index(stage)?;
        if problem.is_some() {
            self.stages.miss(index)?;
            return Ok(());
        }
        self.stages.on(index, StageEvent::Restored)?;
        self.caching.lineages[index] = self.caching.keys[index].as_ref().map(|key| key.as_str().to_owned());
        let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
        self.finish_stage(index, &format!("nothing it depends on has changed: {files} from the cache"), decisions)
    }

    /// Decides to keep the outputs of a stage whose attempt succeeded just now; `false` when they are not kept.
    pub(super) fn keep_outputs(&mut self, index: usize, decisions: &mut Vec<Decision>) -> Result<bool, StepError> {
        if !self.caching.is_used || self.floors[index] != Qualifier::Clean || self.progress != Progress::Going {
            return Ok(false);
        }
        let (Some(key), Some(recipe)) = (self.caching.keys[index].clone(), self.recipe(index)) else {
            return Ok(false);
        };
        self.stages.on(index, StageEvent::Saving)?;
        decisions.push(Decision::StoreOutputs { stage: self.pipeline.stages[index].name.clone(), recipe, key });
        Ok(true)
    }

    pub(super) fn on_outputs_stored(
        &mut self,
        stage: &StageName,
        decisions: &mut Vec<Decision>,
    ) -> Result<(), StepError> {
        let index = self.index(stage)?;
        self.stages.on(index, StageEvent::Succeeded { qualifier: Qualifier::Clean })?;
        self.finish_kept(index, decisions)
    }

    /// Gives a stage its result whose attempt had passed before its outputs were kept.
    fn finish_kept(&mut self, index: usize, decisions: &mut Vec<Decision>) -> Result<(), StepError> {
        let outcome = self.outcomes.get(&self.pipeline.stages[index].name);
        let reason = outcome.map(ToString::to_string).unwrap_or_default();
        self.note_lineage(index);
        self.finish_stage(index, &reason, decisions)
    }

    /// Notes what the dependents of a stage that has its result take in.
    pub(super) fn note_lineage(&mut self, index: usize) {
        if !self.caching.is_used {
            return;
        }
        let is_clean = matches!(self.stages.state(index), StageState::Passed { qualifier: Qualifier::Clean, .. });
        self.caching.lineages[index] = match &self.caching.keys[index] {
            _ if !is_clean => None,
            Some(key) => Some(key.as_str().to_owned()),
            None => self.recipe(index),
        };
    }

    /// Puts in order what the cache was at when the engine died: a look begins anew, and what passed has passed.
    pub(super) fn resume_caching(&mut self, decisions: &mut Vec<Decision>) -> Result<(), StepError> {
        for index in 0..self.caching.lineages.len() {
            match self.stages.state(index) {
                StageState::Checking | StageState::Restoring { .. } => {
                    self.caching.is_looked_up[index] = false;
                    self.stages.miss(index)?;
                }
                StageState::Storing { .. } => {
                    self.stages.on(index, StageEvent::Succeeded { qualifier: Qualifier::Clean })?;
                    self.finish_kept(index, decisions)?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}
