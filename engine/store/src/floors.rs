//! Limits that stages were found to need: kept as the rules in `pipeline/src/floor.rs` say.

use pipeline::definition::Pipeline;
use pipeline::floor::{Floor, GivenFloor};
use pipeline::id::{IncidentId, RunId, StageName};
use pipeline::outcome::Outcome;
use pipeline::remedy::{Action, Limits};
use pipeline::source::Healing;
use pipeline::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::columns::{collect, moment};
use crate::error::{Fault, StoreError};
use crate::fold::{Folding, scope_of};
use crate::store::Store;

/// Strategy whose lessons floors are: who forgets it forgets them.
const STRATEGY: &str = "resource";

/// A floor, for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LearnedFloor {
    /// Name of the pipeline.
    pub pipeline: String,
    /// The stage.
    pub stage: StageName,
    /// What is known.
    pub floor: Floor,
    /// When it was learned.
    pub learned: Timestamp,
}

/// Floors that nobody has asked to forget since they were learned.
const REMEMBERED: &str = "floors.learned > coalesce((
    SELECT max(at) FROM forgotten WHERE code = '' AND strategy IN ('', 'resource')), -1)";

impl Store {
    /// What a run of a pipeline starts its stages with, in the order of the pipeline.
    pub fn floors(&self, pipeline: &Pipeline) -> Result<Vec<GivenFloor>, StoreError> {
        let known: Vec<(StageName, Floor)> = self.read("read the learned limits", |transaction| {
            let sql = format!("SELECT stage, floor FROM floors WHERE scope = ?1 AND {REMEMBERED}");
            let mut statement = transaction.prepare_cached(&sql)?;
            collect(statement.query([scope_of(pipeline)])?, |row| {
                Ok((StageName::new(row.get::<_, String>("stage")?), parse("floor", row.get("floor")?)?))
            })
        })?;
        let of = |name: &StageName| known.iter().find(|(stage, _)| stage == name).map(|(_, floor)| floor);
        let given = pipeline.stages.iter().filter_map(|stage| of(&stage.name)?.given(&stage.name, &stage.limits));
        Ok(given.collect())
    }

    /// All floors of the project.
    pub fn all_floors(&self) -> Result<Vec<LearnedFloor>, StoreError> {
        self.read("read the learned limits", |transaction| {
            let sql = format!("SELECT * FROM floors WHERE {REMEMBERED} ORDER BY pipeline, stage, scope");
            let mut statement = transaction.prepare_cached(&sql)?;
            collect(statement.query([])?, |row| {
                Ok(LearnedFloor {
                    pipeline: row.get("pipeline")?,
                    stage: StageName::new(row.get::<_, String>("stage")?),
                    floor: parse("floor", row.get("floor")?)?,
                    learned: moment(row, "learned")?,
                })
            })
        })
    }
}

impl Folding<'_> {
    /// Notes what a run starts its stages with.
    pub(crate) fn give_floors(&self, floors: &[GivenFloor]) -> Result<(), Fault> {
        for floor in floors {
            self.execute(
                "INSERT OR REPLACE INTO floors_given (run, stage, given) VALUES (?1, ?2, ?3)",
                params![self.run, floor.stage.as_str(), json(floor)],
            )?;
        }
        Ok(())
    }

    /// What an attempt in the workspace says about the floor that it began with, if it had one.
    pub(crate) fn try_floor(&self, stage: &StageName, outcome: &Outcome) -> Result<(), Fault> {
        let known: Option<(String, String, String)> = self
            .connection
            .prepare_cached(
                "SELECT floors.scope, floors.floor, floors_given.given FROM floors_given
                 JOIN runs USING (run) JOIN floors ON floors.scope = runs.scope AND floors.stage = floors_given.stage
                 WHERE floors_given.run = ?1 AND floors_given.stage = ?2",
            )?
            .query_row(params![self.run, stage.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((scope, floor, given)) = known else { return Ok(()) };
        let (floor, given): (Floor, GivenFloor) = (parse("floor", floor)?, parse("given", given)?);
        match floor.after(&given, outcome) {
            Some(floor) => self.execute(
                "UPDATE floors SET floor = ?3 WHERE scope = ?1 AND stage = ?2",
                params![scope, stage.as_str(), json(&floor)],
            )?,
            None => {
                self.execute("DELETE FROM floors WHERE scope = ?1 AND stage = ?2", params![scope, stage.as_str()])?
            }
        };
        Ok(())
    }

    /// Learns the limits under which the stages of an incident were healed, where its run learns at all.
    pub(crate) fn learn_floor(&self, incident: &IncidentId) -> Result<(), Fault> {
        let Some(change) = limits_that_helped(self.connection, incident)? else { return Ok(()) };
        let stages: Vec<(String, String, String)> = {
            let mut statement = self.connection.prepare_cached(
                "SELECT runs.scope, runs.pipeline, incidents.stage FROM incidents JOIN runs USING (run)
                 WHERE runs.is_learning AND (incidents.incident = ?1 OR incidents.joined_into = ?1)
                 ORDER BY incidents.incident",
            )?;
            collect(statement.query([incident.as_str()])?, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        };
        for (scope, pipeline, stage) in stages {
            let known = |sql: &str, values: [&str; 2]| -> Result<Option<String>, Fault> {
                Ok(self.connection.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()?)
            };
            let before = known("SELECT floor FROM floors WHERE scope = ?1 AND stage = ?2", [&scope, &stage])?;
            let given = known("SELECT given FROM floors_given WHERE run = ?1 AND stage = ?2", [self.run, &stage])?;
            let before = before.map(|text| parse("floor", text)).transpose()?;
            let given: Option<GivenFloor> = given.map(|text| parse("given", text)).transpose()?;
            let floor = Floor::raised(before, given.as_ref(), &change, &RunId::new(self.run));
            self.execute(
                "INSERT OR REPLACE INTO floors (scope, stage, pipeline, floor, learned) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![scope, stage, pipeline, json(&floor), self.at],
            )?;
        }
        Ok(())
    }
}

/// The limits that the remedies of an incident set that helped; the later one counts.
fn limits_that_helped(connection: &Connection, incident: &IncidentId) -> Result<Option<Limits>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT healing FROM trials WHERE incident = ?1 AND strategy = ?2 AND end IN ('healed', 'progressed')
         ORDER BY number",
    )?;
    let healings: Vec<Healing> =
        collect(statement.query(params![incident.as_str(), STRATEGY])?, |row| parse("healing", row.get("healing")?))?;
    let changes = healings.iter().flat_map(|healing| &healing.conditions).filter_map(|action| match action {
        Action::SetLimit { limits } => Some(limits),
        _ => None,
    });
    Ok(changes.fold(None, |all: Option<Limits>, change| Some(all.unwrap_or_default().changed_by(change))))
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("limits and names are written as JSON")
}

fn parse<T: DeserializeOwned>(column: &'static str, text: String) -> Result<T, Fault> {
    serde_json::from_str(&text).map_err(|_| Fault::Word { column, word: text })
}
