//! Writing and reading the journal.

use driver::ports::{Journal, JournalError};
use pipeline::event::{Event, Fact, Record};
use pipeline::id::RunId;
use pipeline::time::Timestamp;
use rusqlite::{Connection, params};

use crate::chain::{End, link, read_end};
use crate::columns::{integer, unsigned};
use crate::error::{Fault, StoreError};
use crate::fold::fold;
use crate::people::{PEOPLE, Said, Statement, fold_statement};
use crate::schema;
use crate::store::Store;

impl Store {
    /// Appends records of one run, and what follows from them to the derived tables: all or nothing. An empty slice is
    /// nothing.
    ///
    /// # Errors
    /// [`StoreError::Sequence`] unless the records carry on with the numbers of the run, from 1, without a gap;
    /// [`StoreError::Start`] unless the first record of a run, and no other, is its start.
    pub fn append(&self, run: &RunId, records: &[Record]) -> Result<(), StoreError> {
        if records.is_empty() {
            return Ok(());
        }
        self.write("append to the journal", |transaction| {
            let mut end = read_end(transaction)?;
            let mut seq = last_seq(transaction, run)?;
            for record in records {
                seq += 1;
                check_place(run, seq, record)?;
                put(transaction, &mut end, run, seq, record.at, record)?;
                fold(transaction, run, record)?;
            }
            set_end(transaction, &end)
        })
    }

    /// Appends what a person told the engine, in the same chain as the runs.
    pub fn append_statement(&self, at: Timestamp, statement: &Statement) -> Result<(), StoreError> {
        self.write("append to the journal", |transaction| {
            let (mut end, run) = (read_end(transaction)?, RunId::new(PEOPLE));
            let seq = last_seq(transaction, &run)? + 1;
            let said = Said { seq, at, statement: statement.clone() };
            put(transaction, &mut end, &run, seq, at, &said)?;
            fold_statement(transaction, &said)?;
            set_end(transaction, &end)
        })
    }

    /// The journal of one run, for the driver. It shares this store's connection.
    pub fn run_journal(&self, run: &RunId) -> RunJournal {
        RunJournal { store: self.clone(), run: run.clone() }
    }

    /// All records of a run in their order; none for a run that is not known.
    ///
    /// # Errors
    /// [`StoreError::Foreign`] for a record that this program does not understand.
    pub fn records(&self, run: &RunId) -> Result<Vec<Record>, StoreError> {
        self.read("read the journal", |transaction| {
            let mut statement =
                transaction.prepare_cached("SELECT seq, json FROM journal WHERE run = ?1 ORDER BY seq")?;
            let mut rows = statement.query([run.as_str()])?;
            let mut records = Vec::new();
            while let Some(row) = rows.next()? {
                let json = row.get_ref("json")?.as_str().map_err(rusqlite::Error::from)?;
                records.push(parse(run, unsigned(row, "seq")?, json)?);
            }
            Ok(records)
        })
    }

    /// Drops the derived tables and makes them anew from the journal. For a database whose tables were damaged or changed
    /// by hand. Other processes cannot append meanwhile, and give up after five seconds: about 100,000 records.
    ///
    /// # Errors
    /// [`StoreError::Foreign`] for a record that this program does not understand; then the tables stay as they were.
    pub fn rebuild(&self) -> Result<(), StoreError> {
        self.write("rebuild the derived tables", |transaction| rebuild(transaction))
    }
}

/// Drops the derived tables and makes them anew.
pub(crate) fn rebuild(connection: &Connection) -> Result<(), Fault> {
    schema::recreate_derived(connection)?;
    let mut statement = connection.prepare("SELECT run, seq, json FROM journal ORDER BY position")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let run = RunId::new(row.get::<_, String>("run")?);
        let json = row.get_ref("json")?.as_str().map_err(rusqlite::Error::from)?;
        let seq = unsigned(row, "seq")?;
        if run.as_str() == PEOPLE {
            fold_statement(connection, &parse(&run, seq, json)?)?;
        } else {
            fold(connection, &run, &parse(&run, seq, json)?)?;
        }
    }
    Ok(())
}

/// Puts one record at the end of the chain.
fn put(
    connection: &Connection,
    end: &mut End,
    run: &RunId,
    seq: u64,
    at: Timestamp,
    record: &impl serde::Serialize,
) -> Result<(), Fault> {
    let json = serde_json::to_string(record).map_err(|source| StoreError::Encode { run: run.clone(), seq, source })?;
    let (seq, at) = (integer(seq), integer(at.0));
    let hash = link(&end.head, run.as_str(), seq, at, &json);
    end.length += 1;
    connection
        .prepare_cached(
            "INSERT INTO journal (position, run, seq, at, json, prev_hash, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![integer(end.length), run.as_str(), seq, at, json, end.head, hash])?;
    end.head = hash;
    Ok(())
}

fn set_end(connection: &Connection, end: &End) -> Result<(), Fault> {
    connection
        .prepare_cached("UPDATE chain SET length = ?1, head = ?2")?
        .execute(params![integer(end.length), end.head])?;
    Ok(())
}

/// The journal of one run.
#[derive(Clone, Debug)]
pub struct RunJournal {
    store: Store,
    run: RunId,
}

impl Journal for RunJournal {
    fn append(&mut self, records: &[Record]) -> Result<(), JournalError> {
        self.store.append(&self.run, records).map_err(|error| JournalError(Box::new(error)))
    }
}

fn last_seq(connection: &Connection, run: &RunId) -> Result<u64, Fault> {
    let mut statement = connection.prepare_cached("SELECT coalesce(max(seq), 0) AS seq FROM journal WHERE run = ?1")?;
    Ok(statement.query_row([run.as_str()], |row| unsigned(row, "seq"))?)
}

fn check_place(run: &RunId, expected: u64, record: &Record) -> Result<(), StoreError> {
    if record.seq != expected {
        return Err(StoreError::Sequence { run: run.clone(), expected, found: record.seq });
    }
    let is_in_place = match &record.event {
        Event::Fact(Fact::RunStarted { run: started, .. }) => expected == 1 && started == run && run.as_str() != PEOPLE,
        _ => expected > 1,
    };
    if is_in_place { Ok(()) } else { Err(StoreError::Start { run: run.clone(), seq: expected }) }
}

fn parse<T: serde::de::DeserializeOwned>(run: &RunId, seq: u64, json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|source| StoreError::Foreign {
        run: run.clone(),
        seq,
        kind: kind_of(json),
        source,
    })
}

/// What a record calls itself, as far as it can be read.
fn kind_of(json: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    let name = value.pointer("/fact/fact").or_else(|| value.pointer("/decision/decision"));
    name.and_then(|name| name.as_str()).unwrap_or_default().to_owned()
}
