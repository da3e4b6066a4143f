//! Which process works on which run, so that exactly one recovers a run whose process was killed.

use pipeline::id::RunId;
use pipeline::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::columns::{integer, moment, optional_unsigned};
use crate::error::{Fault, StoreError};
use crate::process::ProcessIdentity;
use crate::store::Store;

/// A run that is claimed and has no end yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnfinishedRun {
    /// The run.
    pub run: RunId,
    /// Name of its pipeline.
    pub pipeline: String,
    /// When it began.
    pub started: Timestamp,
    /// The process that claimed it.
    pub pid: u32,
    /// Whether that process is running. If it is not, the run can be recovered.
    pub is_alive: bool,
}

impl Store {
    /// Claims a run for a live process, as a rule the caller's own: before the run's first record, and again to recover a
    /// run whose process is gone, before its records are read. A claim of the same process or of one that is gone is
    /// replaced, in one transaction, so that of several processes that want to recover a run one gets it. The pid is kept
    /// with the time at which the process started: another process that gets the pid later does not hold the run.
    ///
    /// # Errors
    /// [`StoreError::Claimed`] when another process that is running holds it.
    pub fn claim_run(&self, run: &RunId, pid: u32) -> Result<(), StoreError> {
        self.claim_run_for(run, &ProcessIdentity::of(pid))
    }

    /// Claims a run for a process that may be gone already.
    pub(crate) fn claim_run_for(&self, run: &RunId, process: &ProcessIdentity) -> Result<(), StoreError> {
        self.write("claim a run", |transaction| {
            let holder = holder(transaction, run)?;
            if let Some(holder) = holder.filter(|holder| holder != process && holder.is_alive()) {
                return Err(StoreError::Claimed { run: run.clone(), pid: holder.pid }.into());
            }
            // What processes left behind that were killed between the end of their run and its release.
            transaction
                .prepare_cached(
                    "DELETE FROM claims WHERE EXISTS (
                         SELECT 1 FROM runs WHERE runs.run = claims.run AND runs.ended IS NOT NULL)",
                )?
                .execute([])?;
            transaction
                .prepare_cached(
                    "INSERT OR REPLACE INTO claims (run, pid, process_start, boot, pid_namespace)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![
                    run.as_str(),
                    process.pid,
                    process.start.map(integer),
                    process.boot,
                    process.pid_namespace,
                ])?;
            Ok(())
        })
    }

    /// Gives a run back, whoever holds it: it has ended, or it is given up and nobody recovers it any more. Nothing happens
    /// when nobody holds it.
    pub fn release(&self, run: &RunId) -> Result<(), StoreError> {
        self.write("release a run", |transaction| {
            transaction.prepare_cached("DELETE FROM claims WHERE run = ?1")?.execute([run.as_str()])?;
            Ok(())
        })
    }

    /// Claimed runs without an end, oldest first: those that are under way and those whose process was killed.
    pub fn unfinished(&self) -> Result<Vec<UnfinishedRun>, StoreError> {
        self.read("list unfinished runs", |transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT run, pipeline, started, pid, process_start, boot, pid_namespace
                 FROM runs JOIN claims USING (run) WHERE ended IS NULL ORDER BY started, run",
            )?;
            let mut rows = statement.query([])?;
            let mut runs = Vec::new();
            while let Some(row) = rows.next()? {
                let holder = identity(row)?;
                runs.push(UnfinishedRun {
                    run: RunId::new(row.get::<_, String>("run")?),
                    pipeline: row.get("pipeline")?,
                    started: moment(row, "started")?,
                    pid: holder.pid,
                    is_alive: holder.is_alive(),
                });
            }
            Ok(runs)
        })
    }
}

fn holder(connection: &Connection, run: &RunId) -> Result<Option<ProcessIdentity>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT pid, process_start, boot, pid_namespace FROM claims WHERE run = ?1")?;
    Ok(statement.query_row([run.as_str()], identity).optional()?)
}

fn identity(row: &Row<'_>) -> rusqlite::Result<ProcessIdentity> {
    Ok(ProcessIdentity {
        pid: row.get("pid")?,
        start: optional_unsigned(row, "process_start")?,
        boot: row.get("boot")?,
        pid_namespace: row.get("pid_namespace")?,
    })
}
