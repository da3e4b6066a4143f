//! What earlier attempts of a stage measured, and where their logs are.

use std::collections::HashMap;

use pipeline::id::{RunId, StageName};
use rusqlite::{Row, params};

use crate::columns::{collect, integer, unsigned};
use crate::error::StoreError;
use crate::people::TypicalDuration;
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

    /// Typical wall-clock time of each of the stages in milliseconds: the median of its latest nine successful attempts,
    /// or what another machine measured. Stages of which nothing is known are left out.
    pub fn typical_durations<'a>(
        &self,
        pipeline: &str,
        stages: impl IntoIterator<Item = &'a StageName>,
    ) -> Result<HashMap<StageName, u64>, StoreError> {
        let mut typical = HashMap::new();
        for stage in stages {
            let mut durations = self.stage_durations(pipeline, stage, RECENT)?;
            durations.sort_unstable();
            let known = match durations.get(durations.len() / 2) {
                Some(&median) => Some(median),
                None => self.imported_duration(pipeline, stage)?,
            };
            typical.extend(known.map(|duration| (stage.clone(), duration)));
        }
        Ok(typical)
    }

    /// Typical duration of every stage that ever succeeded here, by pipeline and stage.
    pub fn all_typical_durations(&self) -> Result<Vec<TypicalDuration>, StoreError> {
        let stages: Vec<(String, String)> = self.read("list the stages that succeeded", |transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT DISTINCT pipeline, stage FROM attempts WHERE result = 'success' ORDER BY pipeline, stage",
            )?;
            collect(statement.query([])?, |row| Ok((row.get("pipeline")?, row.get("stage")?)))
        })?;
        let mut all = Vec::new();
        for (pipeline, stage) in stages {
            let stage = StageName::new(stage);
            let typical = self.typical_durations(&pipeline, [&stage])?;
            let known =
                |duration_ms: &u64| TypicalDuration { pipeline, stage: stage.clone(), duration_ms: *duration_ms };
            all.extend(typical.get(&stage).map(known));
        }
        Ok(all)
    }

    /// How long a stage took elsewhere, for one that never succeeded here.
    fn imported_duration(&self, pipeline: &str, stage: &StageName) -> Result<Option<u64>, StoreError> {
        self.read("read an imported duration", |transaction| {
            let mut statement = transaction
                .prepare_cached("SELECT duration_ms FROM imported_durations WHERE pipeline = ?1 AND stage = ?2")?;
            let mut rows = statement.query(params![pipeline, stage.as_str()])?;
            Ok(rows.next()?.map(|row| unsigned(row, "duration_ms")).transpose()?)
        })
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
