//! The chain: each record's hash covers the record and the hash before it.
//!
//! It shows a record that was changed, left out, put in or cut off. It does not stop somebody who may write the file from
//! computing the whole chain anew; whoever needs that writes [`ChainReport::head`] down elsewhere.

use pipeline::id::RunId;
use sha2::{Digest, Sha256};

use crate::columns::unsigned;
use crate::error::{Fault, StoreError};
use crate::store::Store;

/// A SHA-256 digest.
pub(crate) type Hash = [u8; 32];

/// Hash of the record at the next position. `json` comes last and everything before it has a fixed length or carries its
/// length, so that two different records never feed the same bytes.
pub(crate) fn link(previous: &Hash, run: &str, seq: i64, at: i64, json: &str) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    hasher.update((run.len() as u64).to_le_bytes());
    hasher.update(run);
    hasher.update(seq.to_le_bytes());
    hasher.update(at.to_le_bytes());
    hasher.update(json);
    hasher.finalize().into()
}

/// What is wrong with a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainProblem {
    /// A record that was there is gone.
    Missing,
    /// The record follows another one than it says.
    WrongPredecessor,
    /// The record is not what it was when it was written.
    Altered,
    /// The last records are gone.
    CutOff,
}

impl ChainProblem {
    /// For a person.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "a record is missing",
            Self::WrongPredecessor => "the record does not follow the one before it",
            Self::Altered => "the record was altered",
            Self::CutOff => "the last records are missing",
        }
    }
}

/// The first broken link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenLink {
    /// 1-based position in the project's journal, across runs.
    pub position: u64,
    /// Run and number of the record there, if there is one.
    pub record: Option<(RunId, u64)>,
    /// What is wrong.
    pub problem: ChainProblem,
}

/// What [`Store::verify`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainReport {
    /// Records whose links are sound, from the first on.
    pub records: u64,
    /// Hash of the last sound record in hexadecimal; zeros for an empty journal.
    pub head: String,
    /// Where it breaks, if it does.
    pub broken: Option<BrokenLink>,
}

impl ChainReport {
    /// Whether every record is as it was written.
    pub fn is_sound(&self) -> bool {
        self.broken.is_none()
    }
}

impl Store {
    /// Checks every link of the journal. Reads all of it, in about 10 s for a million records.
    pub fn verify(&self) -> Result<ChainReport, StoreError> {
        self.read("verify the journal", |transaction| {
            let mut head: Hash = [0; 32];
            let mut records = 0;
            let mut statement = transaction
                .prepare("SELECT position, run, seq, at, json, prev_hash, hash FROM journal ORDER BY position")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let run: String = row.get("run")?;
                let (seq, at): (i64, i64) = (row.get("seq")?, row.get("at")?);
                let (previous, hash): (Hash, Hash) = (row.get("prev_hash")?, row.get("hash")?);
                let json = row.get_ref("json")?.as_str().map_err(rusqlite::Error::from)?;
                let problem = if unsigned(row, "position")? != records + 1 {
                    Some(ChainProblem::Missing)
                } else if previous != head {
                    Some(ChainProblem::WrongPredecessor)
                } else if hash != link(&previous, &run, seq, at, json) {
                    Some(ChainProblem::Altered)
                } else {
                    None
                };
                if let Some(problem) = problem {
                    let record = Some((RunId::new(run), unsigned(row, "seq")?));
                    return Ok(report(records, &head, Some(BrokenLink { position: records + 1, record, problem })));
                }
                records += 1;
                head = hash;
            }
            let end = read_end(transaction)?;
            let is_whole = end.length == records && end.head == head;
            let cut = BrokenLink { position: records + 1, record: None, problem: ChainProblem::CutOff };
            Ok(report(records, &head, (!is_whole).then_some(cut)))
        })
    }
}

fn report(records: u64, head: &Hash, broken: Option<BrokenLink>) -> ChainReport {
    ChainReport { records, head: head.iter().map(|byte| format!("{byte:02x}")).collect(), broken }
}

/// Where the chain ends.
pub(crate) struct End {
    pub(crate) length: u64,
    pub(crate) head: Hash,
}

/// Reads where the chain ends.
pub(crate) fn read_end(connection: &rusqlite::Connection) -> Result<End, Fault> {
    let mut statement = connection.prepare_cached("SELECT length, head FROM chain")?;
    Ok(statement.query_row([], |row| Ok(End { length: unsigned(row, "length")?, head: row.get("head")? }))?)
}
