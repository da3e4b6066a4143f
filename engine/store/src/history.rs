//! Questions about runs, their stages and attempts.

use pipeline::id::{IncidentId, RunId, StageName};
use pipeline::outcome::{Qualifier, RunResult};
use pipeline::time::Timestamp;
use rusqlite::{Connection, Row, named_params};

use crate::columns::{collect, integer, moment, optional_moment, optional_unsigned, optional_word, unsigned, word};
use crate::error::{Fault, StoreError};
use crate::store::Store;

/// Stands for the run that began last.
const LAST: &str = "last";

/// Runs that an ambiguous prefix is answered with at most.
const MAX_CANDIDATES: usize = 5;

/// A stage that passed without an attempt was put back from the cache.
const COLUMNS: &str = "run, pipeline, started, ended, result, qualifier, stages, incidents,
    (SELECT count(*) FROM stages WHERE stages.run = runs.run AND stages.result = 'success' AND stages.attempts = 0) AS cached";

/// One run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSummary {
    /// The run.
    pub run: RunId,
    /// Name of its pipeline.
    pub pipeline: String,
    /// When it began.
    pub started: Timestamp,
    /// When it ended; `None` while it is under way, and after its process was killed.
    pub ended: Option<Timestamp>,
    /// How it ended.
    pub result: Option<RunResult>,
    /// What its success is worth.
    pub qualifier: Option<Qualifier>,
    /// Stages of its pipeline.
    pub stages: u64,
    /// Incidents that were opened in it.
    pub incidents: u64,
    /// Stages whose outputs were put back instead of running them.
    pub cached: u64,
}

/// Which runs are wanted; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    /// Of this pipeline.
    pub pipeline: Option<String>,
    /// With this result.
    pub result: Option<RunResult>,
    /// With this qualifier.
    pub qualifier: Option<Qualifier>,
    /// In which this stage has a result.
    pub stage: Option<StageName>,
    /// That began then or later.
    pub since: Option<Timestamp>,
}

/// One stage of a run that has its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageSummary {
    /// The stage.
    pub stage: StageName,
    /// How it ended.
    pub result: RunResult,
    /// What its success is worth.
    pub qualifier: Qualifier,
    /// Why, for a person.
    pub reason: String,
    /// When it got the result.
    pub ended: Timestamp,
    /// Its attempts, those under remedies included.
    pub attempts: u64,
    /// Wall-clock time of all of them in milliseconds.
    pub duration_ms: u64,
    /// Largest resident set of any process in them, in bytes.
    pub peak_memory_bytes: Option<u64>,
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptSummary {
    /// The stage.
    pub stage: StageName,
    /// Its number within the stage.
    pub attempt: u32,
    /// `plain`, `trial`, `verify` or `control`.
    pub purpose: String,
    /// The incident it belongs to, unless it is plain.
    pub incident: Option<IncidentId>,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// How it ended.
    pub result: Option<RunResult>,
    /// Wall-clock time in milliseconds.
    pub duration_ms: Option<u64>,
    /// Whether the engine died while it was under way.
    pub is_lost: bool,
}

impl Store {
    /// The runs that began last, newest first, at most `limit`.
    pub fn history(&self, limit: usize, filter: &HistoryFilter) -> Result<Vec<RunSummary>, StoreError> {
        self.read("read the history", |transaction| {
            let mut statement = transaction.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM runs
                 WHERE (:pipeline IS NULL OR pipeline = :pipeline)
                   AND (:result IS NULL OR result = :result)
                   AND (:qualifier IS NULL OR qualifier = :qualifier)
                   AND (:stage IS NULL
                        OR EXISTS (SELECT 1 FROM stages WHERE stages.run = runs.run AND stages.stage = :stage))
                   AND started >= :since
                 ORDER BY started DESC, run DESC LIMIT :limit"
            ))?;
            let rows = statement.query(named_params! {
                ":pipeline": filter.pipeline,
                ":result": filter.result.map(RunResult::as_str),
                ":qualifier": filter.qualifier.map(Qualifier::as_str),
                ":stage": filter.stage.as_ref().map(StageName::as_str),
                ":since": filter.since.map_or(0, |since| integer(since.0)),
                ":limit": integer(limit as u64),
            })?;
            collect(rows, run_summary)
        })
    }

    /// One run: by its id, by the beginning of its id if no other run begins like that, or `last`.
    ///
    /// # Errors
    /// [`StoreError::NoRun`] or [`StoreError::Ambiguous`].
    pub fn run(&self, id_or_prefix: &str) -> Result<RunSummary, StoreError> {
        if id_or_prefix == LAST {
            let newest = self.history(1, &HistoryFilter::default())?.pop();
            return newest.ok_or_else(|| StoreError::NoRun(LAST.to_owned()));
        }
        let mut found = self.read("find a run", |transaction| runs_beginning_with(transaction, id_or_prefix))?;
        if let Some(exact) = found.iter().position(|run| run.run.as_str() == id_or_prefix) {
            return Ok(found.swap_remove(exact));
        }
        match found.len() {
            0 => Err(StoreError::NoRun(id_or_prefix.to_owned())),
            1 => Ok(found.remove(0)),
            _ => Err(StoreError::Ambiguous {
                prefix: id_or_prefix.to_owned(),
                candidates: found.into_iter().map(|run| run.run.to_string()).collect(),
            }),
        }
    }

    /// The stages of a run that have their result, in the order in which they got it.
    pub fn stages(&self, run: &RunId) -> Result<Vec<StageSummary>, StoreError> {
        self.read("read the stages of a run", |transaction| {
            let mut statement =
                transaction.prepare_cached("SELECT * FROM stages WHERE run = ?1 ORDER BY ended, stage")?;
            collect(statement.query([run.as_str()])?, |row| {
                Ok(StageSummary {
                    stage: StageName::new(row.get::<_, String>("stage")?),
                    result: word(row, "result")?,
                    qualifier: word(row, "qualifier")?,
                    reason: row.get("reason")?,
                    ended: moment(row, "ended")?,
                    attempts: unsigned(row, "attempts")?,
                    duration_ms: unsigned(row, "duration_ms")?,
                    peak_memory_bytes: optional_unsigned(row, "peak_memory")?,
                })
            })
        })
    }

    /// The attempts of a run, in the order in which they began.
    pub fn attempts(&self, run: &RunId) -> Result<Vec<AttemptSummary>, StoreError> {
        self.read("read the attempts of a run", |transaction| {
            let mut statement =
                transaction.prepare_cached("SELECT * FROM attempts WHERE run = ?1 ORDER BY started, stage, attempt")?;
            collect(statement.query([run.as_str()])?, |row| {
                Ok(AttemptSummary {
                    stage: StageName::new(row.get::<_, String>("stage")?),
                    attempt: row.get("attempt")?,
                    purpose: row.get("purpose")?,
                    incident: row.get::<_, Option<String>>("incident")?.map(IncidentId::new),
                    started: moment(row, "started")?,
                    ended: optional_moment(row, "ended")?,
                    result: optional_word(row, "result")?,
                    duration_ms: optional_unsigned(row, "duration_ms")?,
                    is_lost: row.get("is_lost")?,
                })
            })
        })
    }
}

/// The runs whose ids begin with a text, a run of exactly that name first.
fn runs_beginning_with(connection: &Connection, prefix: &str) -> Result<Vec<RunSummary>, Fault> {
    // The largest character sorts behind everything that a run's id can go on with.
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM runs WHERE run >= :prefix AND run < :prefix || char(0x10FFFF) ORDER BY run LIMIT :limit"
    ))?;
    let rows = statement.query(named_params! { ":prefix": prefix, ":limit": integer(MAX_CANDIDATES as u64) })?;
    collect(rows, run_summary)
}

fn run_summary(row: &Row<'_>) -> Result<RunSummary, Fault> {
    Ok(RunSummary {
        run: RunId::new(row.get::<_, String>("run")?),
        pipeline: row.get("pipeline")?,
        started: moment(row, "started")?,
        ended: optional_moment(row, "ended")?,
        result: optional_word(row, "result")?,
        qualifier: optional_word(row, "qualifier")?,
        stages: unsigned(row, "stages")?,
        incidents: unsigned(row, "incidents")?,
        cached: unsigned(row, "cached")?,
    })
}
