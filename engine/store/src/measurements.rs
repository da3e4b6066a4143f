//! What earlier attempts of a stage measured, and where their logs are.

use std::collections::HashMap;

use pipeline::id::{RunId, StageName};
use rusqlite::{Row, params};

use crate::columns::{integer, unsigned};
use crate::error::StoreError;
use crate::store::Store;

/// Attempts that a stage's typical duration is taken from: few enough that it follows a change within a day.
const RECENT: usize = 9;

/// An attempt that succeeded. Run, stage and number lead to its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GreenAttempt {
    /// The run.
    pub run: RunId,
    /// The stage.
    pub stage: StageName,
    /// The attempt's number.
    pub attempt: u32,
}

impl Store {
    /// Wall-clock times of a stage's latest successful attempts in milliseconds, newest first, at most `limit`.
    pub fn stage_durations(&self, pipeline: &str, stage: &StageName, limit: usize) -> Result<Vec<u64>, StoreError> {
        self.read("read the durations of a stage", |transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT duration_ms FROM attempts WHERE pipeline = ?1 AND stage = ?2 AND result = 'success'
                 ORDER BY ended DESC LIMIT ?3",
            )?;
            let rows = statement.query_map(params![pipeline, stage.as_str(), integer(limit as u64)], |row| {
                unsigned(row, "duration_ms")
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Typical wall-clock time of each of the stages in milliseconds: the median of its latest nine successful attempts.
    /// Stages that never succeeded are left out.
    pub fn typical_durations<'a>(
        &self,
        pipeline: &str,
        stages: impl IntoIterator<Item = &'a StageName>,
    ) -> Result<HashMap<StageName, u64>, StoreError> {
        let mut typical = HashMap::new();
        for stage in stages {
            let mut durations = self.stage_durations(pipeline, stage, RECENT)?;
            durations.sort_unstable();
            if let Some(&median) = durations.get(durations.len() / 2) {
                typical.insert(stage.clone(), median);
            }
        }
        Ok(typical)
    }

    /// A stage's latest successful attempts, newest first, at most `limit`. What their logs say is not the cause of a
    /// failure.
    pub fn green_attempts(
        &self,
        pipeline: &str,
        stage: &StageName,
        limit: usize,
    ) -> Result<Vec<GreenAttempt>, StoreError> {
        self.read("find green attempts", |transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT run, stage, attempt FROM attempts WHERE pipeline = ?1 AND stage = ?2 AND result = 'success'
                 ORDER BY ended DESC LIMIT ?3",
            )?;
            let rows = statement.query_map(params![pipeline, stage.as_str(), integer(limit as u64)], green_attempt)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

fn green_attempt(row: &Row<'_>) -> rusqlite::Result<GreenAttempt> {
    Ok(GreenAttempt {
        run: RunId::new(row.get::<_, String>("run")?),
        stage: StageName::new(row.get::<_, String>("stage")?),
        attempt: row.get("attempt")?,
    })
}
