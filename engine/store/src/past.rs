//! What earlier runs on the same commit have to say about a run that begins.

use pipeline::definition::Pipeline;
use pipeline::id::{RunId, StageName};
use pipeline::source::{EarlierFailure, Healing, PastFailure};
use rusqlite::{Connection, params};

use crate::columns::{collect, integer};
use crate::error::{Fault, StoreError};
use crate::fold::scope_of;
use crate::store::Store;

/// Failures of one commit that are looked at, the latest first. A commit on which more attempts failed is hardly worth
/// another look, and the start of a run must not take longer with each failure.
const MOST_FAILURES: usize = 1_000;

impl Store {
    /// How stages failed in earlier runs of a pipeline on a clean commit, latest first.
    pub fn failures_on(&self, commit: &str, pipeline: &Pipeline) -> Result<Vec<PastFailure>, StoreError> {
        self.read("read the failures on a commit", |transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT attempts.stage, attempts.run, attempts.command, incidents.code, incidents.category,
                     CASE WHEN stages.result = 'success' AND stages.qualifier = 'healed'
                         THEN coalesce(incidents.joined_into, incidents.incident) END AS healed_in
                 FROM attempts
                 JOIN runs ON runs.run = attempts.run AND runs.scope = ?2
                 LEFT JOIN stages ON stages.run = attempts.run AND stages.stage = attempts.stage
                 LEFT JOIN incidents ON incidents.run = attempts.run AND incidents.stage = attempts.stage
                     AND incidents.attempt = attempts.attempt
                 WHERE attempts.failed_on = ?1 ORDER BY attempts.ended DESC, attempts.run DESC LIMIT ?3",
            )?;
            let rows = statement.query(params![commit, scope_of(pipeline), integer(MOST_FAILURES as u64)])?;
            collect(rows, |row| {
                let healed_in: Option<String> = row.get("healed_in")?;
                Ok(PastFailure {
                    failure: EarlierFailure {
                        stage: StageName::new(row.get::<_, String>("stage")?),
                        run: RunId::new(row.get::<_, String>("run")?),
                        code: row.get("code")?,
                        category: row.get("category")?,
                    },
                    command: row.get::<_, Option<String>>("command")?.unwrap_or_default(),
                    healed_by: healed_in.map_or_else(|| Ok(Vec::new()), |incident| helped(transaction, &incident))?,
                })
            })
        })
    }
}

/// What the remedies of an incident leave that helped.
fn helped(connection: &Connection, incident: &str) -> Result<Vec<Healing>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT healing FROM trials WHERE incident = ?1 AND end IN ('healed', 'progressed') ORDER BY number",
    )?;
    collect(statement.query([incident])?, |row| {
        let json: String = row.get("healing")?;
        serde_json::from_str(&json).map_err(|_| Fault::Word { column: "healing", word: json })
    })
}
