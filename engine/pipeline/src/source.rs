//! What a run is made from, and which stages failed before on the same: one commit that fails and passes is suspect.
//!
//! Rail 6, "worst outcome wins", across runs. The record knows failures of earlier runs of the same clean commit by the same
//! command ([`PastFailure`]); [`suspects`] says which of them count against a pass now. They are handed to the run at its
//! start, so that a replay decides the same. A dirty work tree is compared with nothing: what lies in it is no commit.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::definition::{Pipeline, Stage};
use crate::floor::{self, GivenFloor};
use crate::id::{RunId, StageName};
use crate::policy::tables::failures;
use crate::remedy::{Action, CommandLine, Limits, Remedy};

/// The commit that a run begins on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Full name of the commit.
    pub commit: String,
    /// Whether the work tree differs from it: a tracked file is another one, or one that is not ignored is new.
    pub is_dirty: bool,
}

impl Source {
    /// The commit, if it says all about the work tree.
    pub fn clean_commit(&self) -> Option<&str> {
        (!self.is_dirty).then_some(self.commit.as_str())
    }
}

/// What earlier runs have to do with this one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Earlier {
    /// Stages that failed before on the same clean commit, at most one failure each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<EarlierFailure>,
    /// Limits that stages start with since they healed them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub floors: Vec<GivenFloor>,
}

impl Earlier {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A failure that counts against a pass of the same stage on the same commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierFailure {
    /// The stage.
    pub stage: StageName,
    /// The run it failed in.
    pub run: RunId,
    /// Finding code of the cause, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Category code of the cause, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

impl fmt::Display for EarlierFailure {
    /// For a person, in the past tense: where it failed, and of what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "passed here, failed in run {} on the same commit", self.run)?;
        match (&self.category, &self.code) {
            (Some(category), Some(code)) if failures::TRANSIENT_CATEGORIES.contains(&category.as_str()) => {
                write!(f, " ({category}, {code}: a cause that comes and goes)")
            }
            (Some(category), Some(code)) => write!(f, " ({category}, {code})"),
            _ => Ok(()),
        }
    }
}

/// A failure as the record knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct PastFailure {
    /// What it was.
    pub failure: EarlierFailure,
    /// Digest of the command that failed, see [`command_digest`].
    pub command: String,
    /// What healed it, in its own run; empty when nothing did.
    pub healed_by: Vec<Healing>,
}

/// What one remedy that helped has left.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Healing {
    /// Whether it changed something in the workspace, which is still there after its run.
    pub leaves_changes: bool,
    /// What it changed for the attempts of its own run: variables, limits, the command.
    pub conditions: Vec<Action>,
}

impl Healing {
    /// What a remedy leaves.
    pub fn of(remedy: &Remedy) -> Self {
        let is_condition = |action: &&Action| {
            matches!(action, Action::SetEnv { .. } | Action::SetLimit { .. } | Action::ReplaceCommand { .. })
        };
        let leaves = |action: &Action| {
            matches!(
                action,
                Action::RunCommand { .. }
                    | Action::WriteFile { .. }
                    | Action::EditFile { .. }
                    | Action::RemoveFile { .. }
                    | Action::ClearPath { .. }
                    | Action::RestoreSnapshot { .. }
            )
        };
        Self {
            leaves_changes: remedy.actions.iter().any(leaves),
            conditions: remedy.actions.iter().filter(is_condition).cloned().collect(),
        }
    }

    /// Whether a stage that runs now profits from it still. Waiting and trying again leave nothing.
    fn is_in_force(&self, stage: &Stage, floor: Option<&GivenFloor>, env: &BTreeMap<String, String>) -> bool {
        let holds = |condition: &Action| match condition {
            Action::SetEnv { name, value } => stage.env.get(name).or_else(|| env.get(name)) == Some(value),
            // What was learned since may be less than the remedy gave: a smaller step was enough.
            Action::SetLimit { limits } => {
                floor.is_some_and(|floor| !floor.is_probe && floor.limits.has_all_of(limits))
                    || is_as_generous(&stage.limits, limits)
            }
            _ => false,
        };
        self.leaves_changes || (!self.conditions.is_empty() && self.conditions.iter().all(holds))
    }
}

/// Whether limits allow at least what a change of them would. A limit that is not set is not enforced; without a number of
/// jobs, tools take as many as they like.
fn is_as_generous(now: &Limits, change: &Limits) -> bool {
    let allows = |now: Option<u64>, wanted: Option<u64>| match (now, wanted) {
        (_, None) | (None, _) => true,
        (Some(now), Some(wanted)) => now >= wanted,
    };
    allows(now.timeout_ms, change.timeout_ms)
        && allows(now.memory_bytes, change.memory_bytes)
        && allows(now.cpu_ms, change.cpu_ms)
        && allows(now.open_files, change.open_files)
        && change.jobs.is_none_or(|wanted| now.jobs.is_some_and(|now| now <= wanted))
}

/// Stands for a command: two that differ in anything have other digests.
pub fn command_digest(command: &CommandLine) -> String {
    let json = serde_json::to_vec(command).expect("a command line is text");
    Sha256::digest(&json).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The failures that make a pass of their stage suspect: by the same command, and not healed by a remedy that is still in
/// force. Of several for one stage the first is given. `floors` are the learned limits that the run begins with, `env` is the
/// environment that commands get.
pub fn suspects(
    past: Vec<PastFailure>,
    pipeline: &Pipeline,
    floors: &[GivenFloor],
    env: &BTreeMap<String, String>,
) -> Vec<EarlierFailure> {
    let mut in_force = pipeline.clone();
    floor::put_under(&mut in_force, floors);
    let pipeline = &in_force;
    let stages: HashMap<&StageName, &Stage> = pipeline.stages.iter().map(|stage| (&stage.name, stage)).collect();
    let mut found: Vec<EarlierFailure> = Vec::new();
    for one in past {
        let Some(stage) = stages.get(&one.failure.stage) else { continue };
        let is_other = one.command != command_digest(&stage.command);
        let floor = floors.iter().find(|floor| floor.stage == stage.name);
        let is_repaired = !one.healed_by.is_empty() && one.healed_by.iter().all(|by| by.is_in_force(stage, floor, env));
        let is_known = found.iter().any(|other| other.stage == one.failure.stage);
        if !is_other && !is_repaired && !is_known {
            found.push(one.failure);
        }
    }
    found
}

#[cfg(test)]
mod tests;
