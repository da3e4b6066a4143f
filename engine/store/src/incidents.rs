//! Questions about incidents.

use pipeline::finding::Disposition;
use pipeline::id::{IncidentId, PluginId, RemedyKey, RunId, Signature, StageName};
use pipeline::incident::IncidentEnd;
use pipeline::time::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::columns::{collect, integer, moment, optional_moment, optional_word, unsigned, word};
use crate::error::{Fault, StoreError};
use crate::store::Store;

/// One incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentSummary {
    /// The incident.
    pub incident: IncidentId,
    /// The run it happened in.
    pub run: RunId,
    /// The stage that failed.
    pub stage: StageName,
    /// When the failed attempt ended.
    pub opened: Timestamp,
    /// When it was over.
    pub ended: Option<Timestamp>,
    /// How it ended; `None` while it is open.
    pub end: Option<IncidentEnd>,
    /// Signature of the failure that opened it.
    pub signature: Option<Signature>,
    /// Finding code of that failure.
    pub code: Option<String>,
    /// Category of that failure.
    pub category: Option<String>,
    /// The remedy that decided the end.
    pub remedy: Option<RemedyKey>,
    /// Strategy of that remedy.
    pub strategy: Option<String>,
    /// Title of that remedy.
    pub title: Option<String>,
    /// What was tried, in order.
    pub trials: Vec<TrialSummary>,
}

/// One trial of a remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialSummary {
    /// 1-based number within the incident.
    pub number: u64,
    /// The remedy.
    pub remedy: RemedyKey,
    /// The healer that proposed it.
    pub plugin: PluginId,
    /// Strategy code.
    pub strategy: String,
    /// Title.
    pub title: String,
    /// What the host computed for it.
    pub disposition: Disposition,
    /// Finding code of the failure it was tried against.
    pub code: Option<String>,
    /// When it began.
    pub started: Timestamp,
    /// When its end was known.
    pub ended: Option<Timestamp>,
    /// How it ended: a word of [`pipeline::event::TriedNote`] or of [`IncidentEnd`].
    pub end: Option<String>,
    /// Why it did not help, for a person.
    pub reason: Option<String>,
}

impl Store {
    /// The incidents of a run, in the order in which they were opened.
    pub fn incidents(&self, run: &RunId) -> Result<Vec<IncidentSummary>, StoreError> {
        self.read("read the incidents of a run", |transaction| {
            let mut statement =
                transaction.prepare_cached("SELECT * FROM incidents WHERE run = ?1 ORDER BY opened, incident")?;
            collect(statement.query([run.as_str()])?, |row| incident(transaction, row))
        })
    }

    /// How often a failure opened an incident then or later, in any run of the project. An incident that is open now
    /// counts too.
    pub fn repeats(&self, signature: &Signature, since: Timestamp) -> Result<u64, StoreError> {
        self.read("count repeated failures", |transaction| {
            let mut statement = transaction
                .prepare_cached("SELECT count(*) AS repeats FROM incidents WHERE signature = ?1 AND opened >= ?2")?;
            Ok(statement.query_row(params![signature.as_str(), integer(since.0)], |row| unsigned(row, "repeats"))?)
        })
    }
}

pub(crate) fn incident(connection: &Connection, row: &Row<'_>) -> Result<IncidentSummary, Fault> {
    let incident = IncidentId::new(row.get::<_, String>("incident")?);
    Ok(IncidentSummary {
        trials: trials(connection, &incident)?,
        incident,
        run: RunId::new(row.get::<_, String>("run")?),
        stage: StageName::new(row.get::<_, String>("stage")?),
        opened: moment(row, "opened")?,
        ended: optional_moment(row, "ended")?,
        end: optional_word(row, "end")?,
        signature: row.get::<_, Option<String>>("signature")?.map(Signature::new),
        code: row.get("code")?,
        category: row.get("category")?,
        remedy: row.get::<_, Option<String>>("remedy")?.map(RemedyKey::new),
        strategy: row.get("strategy")?,
        title: row.get("title")?,
    })
}

fn trials(connection: &Connection, incident: &IncidentId) -> Result<Vec<TrialSummary>, Fault> {
    let mut statement = connection.prepare_cached("SELECT * FROM trials WHERE incident = ?1 ORDER BY number")?;
    collect(statement.query([incident.as_str()])?, |row| {
        Ok(TrialSummary {
            number: unsigned(row, "number")?,
            remedy: RemedyKey::new(row.get::<_, String>("remedy")?),
            plugin: PluginId::new(row.get::<_, String>("plugin")?),
            strategy: row.get("strategy")?,
            title: row.get("title")?,
            disposition: word(row, "disposition")?,
            code: row.get("code")?,
            started: moment(row, "started")?,
            ended: optional_moment(row, "ended")?,
            end: row.get("end")?,
            reason: row.get("reason")?,
        })
    })
}
