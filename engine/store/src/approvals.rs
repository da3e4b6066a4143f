//! Questions about patches that wait for a person, and what became of them.

use pipeline::id::{IncidentId, RunId, StageName};
use pipeline::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::columns::{collect, moment, optional_moment};
use crate::error::{Fault, StoreError};
use crate::incidents::{self, IncidentSummary};
use crate::people::ApprovedFile;
use crate::store::Store;

/// Stands for the newest patch that waits.
const LAST: &str = "last";

/// Incidents that an ambiguous prefix is answered with at most.
const MAX_CANDIDATES: usize = 5;

/// Where an offered patch stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It waits for a person.
    Waiting,
    /// A person approved it.
    Approved {
        /// Who.
        by: String,
        /// When.
        at: Timestamp,
        /// Since when it is in the workspace; `None` when applying it was cut off.
        applied: Option<Timestamp>,
    },
    /// A person approved it, and somebody took it out again.
    Reverted {
        /// Who saw that.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// A person did not want it.
    Rejected {
        /// Who.
        by: String,
        /// When.
        at: Timestamp,
        /// Why.
        reason: Option<String>,
    },
    /// The stage passed in a later run without it.
    Overtaken {
        /// That run.
        run: RunId,
    },
    /// A later run offers a patch for the same failure.
    Replaced {
        /// Its incident.
        incident: IncidentId,
    },
}

impl Standing {
    /// The word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved { .. } => "approved",
            Self::Reverted { .. } => "reverted",
            Self::Rejected { .. } => "rejected",
            Self::Overtaken { .. } => "overtaken",
            Self::Replaced { .. } => "replaced",
        }
    }
}

/// A verified patch that was offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The incident it is for.
    pub incident: IncidentSummary,
    /// The patch file.
    pub path: String,
    /// SHA-256 of the patch in hexadecimal; empty in the records of an older selfheal.
    pub digest: String,
    /// Where it stands.
    pub standing: Standing,
}

/// An approved patch that is in the workspace as far as is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedPatch {
    /// Its incident.
    pub incident: IncidentId,
    /// The files that it changed.
    pub files: Vec<ApprovedFile>,
    /// What git's `HEAD` said then.
    pub head: Option<String>,
}

impl Store {
    /// All patches that were ever offered, newest first.
    pub fn proposals(&self) -> Result<Vec<Proposal>, StoreError> {
        self.read("read the offered patches", |transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT incidents.*, runs.scope, patches.path, patches.digest
                 FROM incidents JOIN runs ON runs.run = incidents.run JOIN patches USING (incident)
                 WHERE incidents.end = 'proposed' ORDER BY incidents.ended DESC, incidents.incident DESC",
            )?;
            collect(statement.query([])?, |row| proposal(transaction, row))
        })
    }

    /// One offered patch: by the id of its incident, by the beginning of the id if no other one begins like that, or
    /// `last`, the newest that waits.
    ///
    /// # Errors
    /// [`StoreError::NoIncident`] or [`StoreError::AmbiguousIncident`].
    pub fn proposal(&self, id_or_prefix: &str) -> Result<Proposal, StoreError> {
        let mut all = self.proposals()?;
        if id_or_prefix == LAST {
            let newest = all.into_iter().find(|proposal| proposal.standing == Standing::Waiting);
            return newest.ok_or_else(|| StoreError::NoIncident(LAST.to_owned()));
        }
        if let Some(exact) = all.iter().position(|one| one.incident.incident.as_str() == id_or_prefix) {
            return Ok(all.swap_remove(exact));
        }
        all.retain(|one| one.incident.incident.as_str().starts_with(id_or_prefix));
        match all.len() {
            0 => Err(StoreError::NoIncident(id_or_prefix.to_owned())),
            1 => Ok(all.remove(0)),
            _ => Err(StoreError::AmbiguousIncident {
                prefix: id_or_prefix.to_owned(),
                candidates: all.iter().take(MAX_CANDIDATES).map(|one| one.incident.incident.to_string()).collect(),
            }),
        }
    }

    /// Approved patches that were applied then or later and not taken out since, each with its files.
    pub fn applied_since(&self, since: Timestamp) -> Result<Vec<AppliedPatch>, StoreError> {
        // Asked at the start of every run: only what is recent is looked at.
        let applied = self.read("read which patches were applied", |transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT DISTINCT incident FROM verdicts WHERE verdict = 'applied' AND at >= ?1
                   AND NOT EXISTS (SELECT 1 FROM verdicts AS later WHERE later.incident = verdicts.incident
                                   AND later.verdict = 'reverted' AND later.seq > verdicts.seq)
                 ORDER BY incident",
            )?;
            collect(statement.query([crate::columns::integer(since.0)])?, |row| {
                Ok(IncidentId::new(row.get::<_, String>("incident")?))
            })
        })?;
        applied.into_iter().map(|incident| self.approved_patch(incident)).collect()
    }

    /// The files of an approved patch; none for one that nobody approved.
    pub fn approved_patch(&self, incident: IncidentId) -> Result<AppliedPatch, StoreError> {
        self.read("read the files of an approved patch", |transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT path, before, after, head FROM approved_files WHERE incident = ?1 ORDER BY path",
            )?;
            let mut rows = statement.query([incident.as_str()])?;
            let (mut files, mut head) = (Vec::new(), None);
            while let Some(row) = rows.next()? {
                head = row.get("head")?;
                let (path, before, after) = (row.get("path")?, row.get("before")?, row.get("after")?);
                files.push(ApprovedFile { path, before, after });
            }
            drop(rows);
            Ok(AppliedPatch { incident: incident.clone(), files, head })
        })
    }
}

fn proposal(connection: &Connection, row: &Row<'_>) -> Result<Proposal, Fault> {
    let incident = incidents::incident(connection, row)?;
    let scope: String = row.get("scope")?;
    let standing = match said_about(connection, &incident.incident)? {
        Some(standing) => standing,
        None => happened_since(connection, &incident, &scope)?,
    };
    Ok(Proposal { path: row.get("path")?, digest: row.get("digest")?, incident, standing })
}

/// What people said about a patch; the last word counts.
fn said_about(connection: &Connection, incident: &IncidentId) -> Result<Option<Standing>, Fault> {
    let mut statement = connection
        .prepare_cached("SELECT verdict, said_by, reason, at FROM verdicts WHERE incident = ?1 ORDER BY seq")?;
    let mut rows = statement.query([incident.as_str()])?;
    let mut standing = None;
    while let Some(row) = rows.next()? {
        let (verdict, by, at): (String, String, _) = (row.get("verdict")?, row.get("said_by")?, moment(row, "at")?);
        standing = Some(match (verdict.as_str(), standing) {
            ("approved", _) => Standing::Approved { by, at, applied: None },
            ("applied", Some(Standing::Approved { by, at: approved, .. })) => {
                Standing::Approved { by, at: approved, applied: Some(at) }
            }
            ("applied", _) => Standing::Approved { by, at, applied: Some(at) },
            ("reverted", _) => Standing::Reverted { by, at },
            _ => Standing::Rejected { by, at, reason: row.get("reason")? },
        });
    }
    Ok(standing)
}

/// What later runs make of a patch about which nobody said anything.
fn happened_since(connection: &Connection, incident: &IncidentSummary, scope: &str) -> Result<Standing, Fault> {
    if let Some((run, _)) = passed_since(connection, scope, &incident.stage, &incident.run, incident.ended)? {
        return Ok(Standing::Overtaken { run });
    }
    let newer: Option<String> = connection
        .prepare_cached(
            "SELECT newer.incident FROM incidents AS newer JOIN runs ON runs.run = newer.run
             WHERE newer.end = 'proposed' AND newer.signature = ?1 AND newer.stage = ?2 AND runs.scope = ?3
               AND newer.run != ?4 AND newer.ended >= ?5 ORDER BY newer.ended DESC LIMIT 1",
        )?
        .query_row(
            params![
                incident.signature.as_ref().map(pipeline::id::Signature::as_str),
                incident.stage.as_str(),
                scope,
                incident.run.as_str(),
                incident.ended.map(|at| crate::columns::integer(at.0)),
            ],
            |row| row.get(0),
        )
        .optional()?;
    Ok(newer.map_or(Standing::Waiting, |newer| Standing::Replaced { incident: IncidentId::new(newer) }))
}

/// The first run after a moment in which a stage passed clean, and when.
pub(crate) fn passed_since(
    connection: &Connection,
    scope: &str,
    stage: &StageName,
    but: &RunId,
    since: Option<Timestamp>,
) -> Result<Option<(RunId, Timestamp)>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT stages.run, stages.ended FROM stages JOIN runs ON runs.run = stages.run
         WHERE runs.scope = ?1 AND stages.stage = ?2 AND stages.run != ?3 AND stages.ended >= ?4
           AND stages.result = 'success' AND stages.qualifier = 'clean'
         ORDER BY stages.ended LIMIT 1",
    )?;
    let since = crate::columns::integer(since.map_or(0, |at| at.0));
    let mut rows = statement.query(params![scope, stage.as_str(), but.as_str(), since])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let ended = optional_moment(row, "ended")?.unwrap_or_default();
    Ok(Some((RunId::new(row.get::<_, String>("run")?), ended)))
}
