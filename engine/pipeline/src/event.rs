//! What happened and what was decided: the vocabulary of the journal, the reports and the JSON event stream.
//!
//! A [`Fact`] comes from outside: a stage ended, a plugin answered, the user pressed Ctrl-C. A [`Decision`] is what the
//! rules make of it. [`crate::run::Run::step`] takes a fact and returns decisions; the driver journals the fact, steps,
//! journals the decisions, and only then performs them. So the state is a fold over the facts, and replaying the facts
//! gives the same decisions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::choice::ArmRecord;
use crate::definition::{Pipeline, Quarantine};
use crate::finding::{Diagnosis, Disposition, Finding};
use crate::id::{CacheKey, IncidentId, RemedyKey, RunId, Signature, StageName};
use crate::incident::IncidentEnd;
use crate::outcome::{Outcome, Qualifier, RunResult};
use crate::policy;
use crate::remedy::{CommandLine, Limits, Remedy};
use crate::source::{Earlier, Source};
use crate::time::Timestamp;

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// 1-based number within the run.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub event: Event,
}

/// A fact or a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// Something happened.
    Fact(Fact),
    /// The rules decided something.
    Decision(Decision),
}

/// Why an attempt is made.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Purpose {
    /// The stage's own attempt, in the workspace.
    Plain,
    /// The failed stage under a remedy, in scratch.
    Trial { incident: IncidentId },
    /// Another stage, in scratch, to see that the remedy broke nothing.
    Verify { incident: IncidentId },
    /// The failed stage without the remedy, in a scratch of its own, to see whether it was luck.
    Control { incident: IncidentId },
}

/// How a file differs from before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// The file is new.
    Added,
    /// Content or mode changed.
    Modified,
    /// The file is gone.
    Removed,
}

/// One changed file in scratch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// Path relative to the workspace root.
    pub path: String,
    /// How it changed.
    pub change: ChangeKind,
    /// Whether version control tracks it (for a new file: whether it is not ignored).
    pub is_versioned: bool,
    /// Lines taken away, for a versioned text file; at most as many and as long as [`FileChange::most_lines`] and
    /// [`FileChange::most_bytes`] say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed_lines: Vec<String>,
    /// Lines put in, likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added_lines: Vec<String>,
    /// Whether lines were left out of the two lists above.
    #[serde(default)]
    pub is_abridged: bool,
    /// Whether the content changed and is no text, before or after: then there are no lines to look at.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_binary: bool,
}

impl FileChange {
    /// Lines of a file that are carried in each list. Lock files are long, and a change of one has to be seen whole to be
    /// allowed.
    pub fn most_lines(path: &str) -> usize {
        if policy::is_lock_file(path) { 20_000 } else { 500 }
    }

    /// Bytes of a line that are carried. Tools write some manifests without a line break.
    pub fn most_bytes(path: &str) -> usize {
        if policy::is_json_manifest(path) { 64 << 10 } else { 1_000 }
    }
}

/// Where a remedy was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScratchKind {
    /// An overlay at the workspace's own path, in a private mount namespace.
    Overlay,
    /// A copy at another path, where nothing is bound to the workspace's own.
    Copy,
    /// In the workspace itself, between a snapshot and an exact restore.
    InPlace,
}

/// A plugin that broke its contract during a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultNote {
    /// The plugin's id.
    pub plugin: String,
    /// Stable fault code, e.g. `timeout`; see `wit/README.md`.
    pub code: String,
    /// What happened, for a person.
    pub message: String,
}

/// The machine that a run runs on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Physical memory in bytes; 0 when unknown.
    pub memory_bytes: u64,
    /// Processors, at least 1.
    pub processors: u32,
    /// Most scratches that are open at once: so many remedies are tried side by side. 0, as in journals from before that, is
    /// the same as 1: one after the other.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub scratches: u32,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "fact")]
pub enum Fact {
    /// A run begins.
    RunStarted {
        run: RunId,
        /// The checked definition, with overrides from the command line applied.
        pipeline: Box<Pipeline>,
        /// Seed of every random choice of the run.
        seed: u64,
        /// What is known about remedies from earlier runs.
        learned: Vec<ArmRecord>,
        /// Remedies that made things worse against a signature; they are not tried against it again.
        benched: Vec<(Signature, RemedyKey)>,
        /// The machine.
        machine: Machine,
        /// Stages whose `when` does not hold: they are skipped, and what needs them runs as if they had passed.
        unwanted: Vec<StageName>,
        /// Typical durations of stages in milliseconds, from earlier runs; of several ready stages the one with the longest
        /// way to go starts first.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        durations: BTreeMap<StageName, u64>,
        /// Whether failures of one moment are looked at together, and those of one cause are one incident. Journals from
        /// before that take one after the other.
        #[serde(default)]
        joins_failures: bool,
        /// Homes of the Java development kits that are installed outside of the workspace: a remedy may choose between these
        /// and no others. None in journals from before that.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        java_homes: Vec<String>,
        /// The commit that the run begins on, where version control tells.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<Source>,
        /// What earlier runs have to do with it.
        #[serde(default, skip_serializing_if = "Earlier::is_empty")]
        earlier: Box<Earlier>,
    },
    /// An attempt ended.
    AttemptEnded { stage: StageName, attempt: u32, purpose: Purpose, outcome: Outcome },
    /// Somebody looked whether outputs are kept for the stage as it is now.
    CacheChecked {
        stage: StageName,
        /// The key of the stage as it is now; `None` when none can be made, and then nothing is kept either.
        key: Option<CacheKey>,
        /// Whether something is kept under the key.
        is_hit: bool,
        /// Why there is no key, or why what was kept cannot be used, for a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notice: Option<String>,
    },
    /// The outputs of a stage are in the workspace as they were when they were kept, or not (`problem`).
    OutputsRestored {
        stage: StageName,
        key: CacheKey,
        /// Files that the stage has now.
        files: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem: Option<String>,
    },
    /// The outputs of a stage are kept, or not (`problem`).
    OutputsStored {
        stage: StageName,
        key: CacheKey,
        /// Files that are kept.
        files: u64,
        /// Their size.
        bytes: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem: Option<String>,
    },
    /// The evidence of a failed attempt was read.
    Diagnosed {
        incident: IncidentId,
        stage: StageName,
        attempt: u32,
        diagnosis: Box<Diagnosis>,
        /// Plugins that broke their contract while they read it; what the others found counts all the same.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        faults: Vec<FaultNote>,
    },
    /// The healers answered.
    RemediesProposed {
        incident: IncidentId,
        remedies: Vec<Remedy>,
        /// Those paths in the remedies' actions that are versioned, or would be if they existed.
        versioned: Vec<String>,
        faults: Vec<FaultNote>,
    },
    /// The steps of a remedy were carried out in scratch, or one of them failed (`problem`).
    TrialPrepared {
        incident: IncidentId,
        scratch: ScratchKind,
        changes: Vec<FileChange>,
        /// Environment variables that the steps gave the stage, e.g. by `set-env` and `move-port`.
        env: Vec<(String, String)>,
        problem: Option<String>,
    },
    /// No scratch could be opened beside those of other incidents; alone there may be another way.
    ScratchRefused { incident: IncidentId, problem: String },
    /// What the scratch holds after all attempts in it.
    ScratchInspected { incident: IncidentId, changes: Vec<FileChange> },
    /// What the scratch holds could not be read, or not be saved as a patch; the scratch is as it was.
    ScratchUnread { incident: IncidentId, problem: String },
    /// The scratch became the workspace.
    ScratchCommitted { incident: IncidentId },
    /// The scratch was not committed: another one that was committed since it was opened touches the same path. Nothing of it
    /// is in the workspace.
    ScratchOverlaps {
        incident: IncidentId,
        /// The first such path.
        path: String,
    },
    /// The scratch is gone; the workspace is as it was before the incident.
    ScratchDropped { incident: IncidentId },
    /// Committing or dropping failed: somebody has to look.
    ScratchStuck { incident: IncidentId, problem: String },
    /// A verified patch lies ready.
    PatchSaved {
        incident: IncidentId,
        path: String,
        /// SHA-256 of the patch in hexadecimal: what a person approves later is what was verified. Empty in the records of
        /// a selfheal that did not know approval.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        digest: String,
    },
    /// A ticket was written.
    TicketSaved { incident: IncidentId, path: String },
    /// Somebody asked the run to stop.
    Interrupted,
    /// The run's time is up.
    DeadlineReached,
    /// The engine was killed and started again; these attempts were under way.
    Resumed { lost: Vec<LostAttempt> },
}

/// An attempt that was under way when the engine died.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostAttempt {
    /// The stage.
    pub stage: StageName,
    /// The attempt's number.
    pub attempt: u32,
}

/// What the rules decided, and what the driver then does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "decision")]
pub enum Decision {
    /// Run a stage once. Ends with `attempt-ended`.
    StartAttempt {
        stage: StageName,
        attempt: u32,
        purpose: Purpose,
        command: CommandLine,
        /// Variables that remedies gave the stage, on top of the definition's.
        env: Vec<(String, String)>,
        limits: Limits,
    },
    /// Look whether the outputs of a stage are kept. Ends with `cache-checked`.
    CheckCache {
        stage: StageName,
        /// See [`crate::cache::recipe`].
        recipe: String,
    },
    /// Put the outputs of a stage back. Ends with `outputs-restored`.
    RestoreOutputs { stage: StageName, key: CacheKey },
    /// Keep the outputs of a stage that passed, if its inputs are what they were. Ends with `outputs-stored`.
    StoreOutputs { stage: StageName, recipe: String, key: CacheKey },
    /// Read the evidence of a failed attempt. Ends with `diagnosed`.
    Diagnose { incident: IncidentId, stage: StageName, attempt: u32 },
    /// The pipeline file quarantines the failure; what follows from that, for the record.
    Vouched { incident: IncidentId, entry: Box<Quarantine>, licence: Licence },
    /// Open a scratch in which nothing is changed, to run the stage of a quarantined failure again. Ends with
    /// `trial-prepared` or `scratch-refused`.
    PrepareRerun {
        incident: IncidentId,
        stage: StageName,
        /// From 1.
        number: u32,
        /// See [`Decision::PrepareTrial`].
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_beside_others: bool,
    },
    /// Ask the healers. Ends with `remedies-proposed`.
    AskHealers {
        incident: IncidentId,
        stage: StageName,
        /// Attempt whose findings the healers see.
        attempt: u32,
        findings: Vec<Finding>,
        tried: Vec<TriedNote>,
        attempts_left: u32,
    },
    /// The failure has the same root cause as that of another stage of the same moment: it becomes a part of that incident,
    /// for the record. Comes before the end of its own.
    JoinIncident { incident: IncidentId, stage: StageName, into: IncidentId },
    /// What became of each proposal, for the record.
    Weighed { incident: IncidentId, proposals: Vec<WeighedNote> },
    /// Carry out the steps of a remedy in scratch (opened now unless `keeps_scratch`). Ends with `trial-prepared` or
    /// `scratch-refused`.
    PrepareTrial {
        incident: IncidentId,
        stage: StageName,
        remedy: Box<Remedy>,
        disposition: Disposition,
        /// Wait first, in milliseconds.
        delay_ms: u64,
        /// Whether the scratch of the remedy before is kept: it fixed its failure, and the next one appeared.
        keeps_scratch: bool,
        /// Whether remedies for other failures are on trial at the same time: then only a scratch will do that neither the
        /// workspace nor any other scratch notices.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_beside_others: bool,
    },
    /// What was tried in scratch counts for nothing, because something else of the same moment came first: it is tried again
    /// later, alone. For the record.
    PutOff {
        incident: IncidentId,
        /// For a person.
        reason: String,
    },
    /// List what changed in scratch. Ends with `scratch-inspected` or `scratch-unread`.
    InspectScratch { incident: IncidentId },
    /// Make the scratch the workspace. Ends with `scratch-committed`, `scratch-overlaps` or `scratch-stuck`.
    CommitScratch { incident: IncidentId },
    /// Throw the scratch away. Ends with `scratch-dropped` or `scratch-stuck`.
    DropScratch { incident: IncidentId },
    /// Save the versioned changes of the scratch as a patch. Ends with `patch-saved` or `scratch-unread`.
    SavePatch { incident: IncidentId },
    /// Write the ticket of an incident. Ends with `ticket-saved`.
    SaveTicket { incident: IncidentId, title: String, body: String, labels: Vec<String> },
    /// An incident is over.
    EndIncident {
        incident: IncidentId,
        stage: StageName,
        end: IncidentEnd,
        signature: Option<Signature>,
        category: Option<String>,
        code: Option<String>,
        /// The remedy that decided the end, if one did.
        remedy: Option<RemedyKey>,
        strategy: Option<String>,
    },
    /// A stage has its result.
    EndStage { stage: StageName, result: RunResult, qualifier: Qualifier, reason: String },
    /// Stop every attempt that is under way.
    CancelAttempts,
    /// The run has its result.
    EndRun { result: RunResult, qualifier: Qualifier },
}

impl Decision {
    /// The incident whose work it is: what is decided of one incident is carried out in that order.
    pub fn incident(&self) -> Option<&IncidentId> {
        match self {
            Self::StartAttempt { purpose, .. } => match purpose {
                Purpose::Plain => None,
                Purpose::Trial { incident } | Purpose::Verify { incident } | Purpose::Control { incident } => {
                    Some(incident)
                }
            },
            Self::Diagnose { incident, .. }
            | Self::AskHealers { incident, .. }
            | Self::PrepareRerun { incident, .. }
            | Self::PrepareTrial { incident, .. }
            | Self::InspectScratch { incident }
            | Self::CommitScratch { incident }
            | Self::DropScratch { incident }
            | Self::SavePatch { incident }
            | Self::SaveTicket { incident, .. } => Some(incident),
            Self::CheckCache { .. }
            | Self::RestoreOutputs { .. }
            | Self::StoreOutputs { .. }
            | Self::Weighed { .. }
            | Self::JoinIncident { .. }
            | Self::Vouched { .. }
            | Self::PutOff { .. }
            | Self::EndIncident { .. }
            | Self::EndStage { .. }
            | Self::CancelAttempts
            | Self::EndRun { .. } => None,
        }
    }
}

/// What a person's word for a failure is worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Licence {
    /// The stage is run again to decide (in the modes that only tell: would be).
    RunsAgain {
        /// Days until the entry's last one.
        days_left: u64,
    },
    /// The entry counts no longer; the failure is an ordinary one.
    Expired,
    /// Something else stands beside the failure that the entry names; the failure is an ordinary one.
    NotAlone {
        /// What it is, for a person.
        beside: String,
    },
}

/// A remedy that was tried on an incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TriedNote {
    /// Which remedy.
    pub key: RemedyKey,
    /// Strategy code.
    pub strategy: String,
    /// Title.
    pub title: String,
    /// What the host computed for it.
    pub disposition: Disposition,
    /// `ineffective`, `worsened`, `refused`, `progressed` or `flaky-suspect`.
    pub ended: String,
    /// Why it ended so, for a person.
    pub reason: String,
    /// Signature of the failure it ended with, if it ran and failed.
    pub signature: Option<Signature>,
}

/// A proposal and what the policy made of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WeighedNote {
    /// Which remedy.
    pub key: RemedyKey,
    /// The healer.
    pub plugin: String,
    /// Strategy code.
    pub strategy: String,
    /// Title.
    pub title: String,
    /// What the host computed.
    pub disposition: Disposition,
    /// Why it may not be tried; `None` when it may.
    pub refused: Option<String>,
    /// Whether the choice fell on it. It is tried now, unless it is shadowed.
    pub is_chosen: bool,
    /// Whether the mode of its strategy only tells what would be tried; then a further proposal may be chosen and tried.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_shadowed: bool,
}
