//! What people tell the engine: their word about a patch, and what they bring from elsewhere.
//!
//! It is no part of a run, whose records have to replay to the same decisions. It stands between the runs in the same
//! append-only journal and under the same hash chain, as records of no run ([`PEOPLE`]), and the derived tables are rebuilt
//! from it like from the rest.

use pipeline::id::{IncidentId, RemedyKey, Signature, StageName};
use pipeline::time::Timestamp;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use crate::columns::integer;
use crate::error::Fault;

/// Stands where a run's id stands in the journal; no run has it.
pub(crate) const PEOPLE: &str = "";

/// Something that a person told the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "fact")]
pub enum Statement {
    /// A patch may be applied.
    PatchApproved {
        /// The incident whose patch it is.
        incident: IncidentId,
        /// Who says so.
        by: String,
        /// The files that it changes.
        files: Vec<ApprovedFile>,
        /// What git's `HEAD` says where it was approved, as long as which the files can be told to be taken back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        head: Option<String>,
    },
    /// An approved patch is in the workspace.
    PatchApplied {
        /// The incident.
        incident: IncidentId,
        /// Who approved it.
        by: String,
    },
    /// A patch is not wanted.
    PatchRejected {
        /// The incident.
        incident: IncidentId,
        /// Who says so.
        by: String,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The files of an approved patch are again what they were before it.
    PatchReverted {
        /// The incident.
        incident: IncidentId,
        /// Who saw it; that somebody did it is all that is known.
        by: String,
    },
    /// What another machine has learned.
    LearningImported {
        /// Who brought it.
        by: String,
        /// What it is.
        #[serde(flatten)]
        learning: Learning,
    },
}

/// A file of an approved patch. Digests are SHA-256 in hexadecimal; `None` stands for no file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovedFile {
    /// Path relative to the workspace root.
    pub path: String,
    /// Its digest before the patch.
    pub before: Option<String>,
    /// Its digest after it.
    pub after: Option<String>,
}

/// What one project has learned, for another machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Learning {
    /// Outcomes of trials.
    pub outcomes: Vec<LearnedOutcome>,
    /// Remedies that are not tried against a failure again.
    pub benched: Vec<BenchedPair>,
    /// How long stages usually take.
    pub durations: Vec<TypicalDuration>,
}

/// How one trial of a remedy ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearnedOutcome {
    /// The incident it was tried on.
    pub incident: IncidentId,
    /// 1-based number within the incident.
    pub number: u64,
    /// Finding code of the failure.
    pub code: String,
    /// Strategy code.
    pub strategy: String,
    /// When it ended.
    pub ended: Timestamp,
    /// What it is worth today.
    pub outcome: TrialOutcome,
}

/// What a trial was worth, after all that is known about it since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrialOutcome {
    /// It healed.
    Healed,
    /// It healed, and the failure came back within the look-back, or a person took the patch out again.
    FalseHeal,
    /// A person did not want the patch.
    Rejected,
    /// It did not help.
    Ineffective,
    /// It broke something, or did what nobody may do.
    Worsened,
    /// The stage passed without it too.
    FlakySuspect,
}

impl TrialOutcome {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Healed => "healed",
            Self::FalseHeal => "false-heal",
            Self::Rejected => "rejected",
            Self::Ineffective => "ineffective",
            Self::Worsened => "worsened",
            Self::FlakySuspect => "flaky-suspect",
        }
    }
}

/// A remedy that is not tried against a failure again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BenchedPair {
    /// Signature of the failure.
    pub signature: Signature,
    /// The remedy.
    pub remedy: RemedyKey,
    /// Finding code of the failure, if one is known.
    pub code: Option<String>,
    /// Strategy code.
    pub strategy: String,
    /// Since when.
    pub at: Timestamp,
}

/// How long a stage usually takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypicalDuration {
    /// Name of the pipeline.
    pub pipeline: String,
    /// The stage.
    pub stage: StageName,
    /// Wall-clock time in milliseconds.
    pub duration_ms: u64,
}

/// A statement with its place in the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Said {
    pub(crate) seq: u64,
    pub(crate) at: Timestamp,
    #[serde(rename = "fact")]
    pub(crate) statement: Statement,
}

/// Takes one statement into the derived tables.
pub(crate) fn fold_statement(connection: &Connection, said: &Said) -> Result<(), Fault> {
    let judge = |incident: &IncidentId, verdict: &str, by: &str, reason: Option<&str>| -> Result<(), Fault> {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO verdicts (incident, seq, verdict, said_by, reason, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![incident.as_str(), integer(said.seq), verdict, by, reason, integer(said.at.0)])?;
        Ok(())
    };
    match &said.statement {
        Statement::PatchApproved { incident, by, files, head } => {
            for file in files {
                connection
                    .prepare_cached(
                        "INSERT OR REPLACE INTO approved_files (incident, path, before, after, head) VALUES (?1, ?2, ?3, ?4, ?5)",
                    )?
                    .execute(params![incident.as_str(), file.path, file.before, file.after, head])?;
            }
            judge(incident, "approved", by, None)
        }
        Statement::PatchApplied { incident, by } => judge(incident, "applied", by, None),
        Statement::PatchRejected { incident, by, reason } => judge(incident, "rejected", by, reason.as_deref()),
        Statement::PatchReverted { incident, by } => judge(incident, "reverted", by, None),
        Statement::LearningImported { learning, .. } => fold_learning(connection, learning),
    }
}

/// The later import of the same trial, pair or stage counts: an outcome can only have become better known.
fn fold_learning(connection: &Connection, learning: &Learning) -> Result<(), Fault> {
    for one in &learning.outcomes {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO imported_outcomes (incident, number, code, strategy, ended, outcome)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                one.incident.as_str(),
                integer(one.number),
                one.code,
                one.strategy,
                integer(one.ended.0),
                one.outcome.as_str(),
            ])?;
    }
    for one in &learning.benched {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO imported_benched (signature, remedy, code, strategy, at) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![one.signature.as_str(), one.remedy.as_str(), one.code, one.strategy, integer(one.at.0)])?;
    }
    for one in &learning.durations {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO imported_durations (pipeline, stage, duration_ms) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![one.pipeline, one.stage.as_str(), integer(one.duration_ms)])?;
    }
    Ok(())
}
