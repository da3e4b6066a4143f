//! A journal in memory.

use std::sync::{Arc, Mutex};

use pipeline::event::Record;

use super::lock;
use crate::ports::{Journal, JournalError};

/// A journal in memory that can be told to fail, as a full disk would.
#[derive(Clone, Default)]
pub struct MemoryJournal {
    records: Arc<Mutex<Vec<Record>>>,
    fails_after: Option<usize>,
}

impl MemoryJournal {
    /// A journal that refuses everything after that many records, as if the engine had been killed there.
    pub fn failing_after(records: usize) -> Self {
        Self { records: Arc::default(), fails_after: Some(records) }
    }

    /// The same journal in the hands of the next engine, which does not fail.
    pub fn reopened(&self) -> Self {
        Self { records: Arc::clone(&self.records), fails_after: None }
    }

    /// What was written.
    pub fn records(&self) -> Vec<Record> {
        lock(&self.records).clone()
    }
}

impl Journal for MemoryJournal {
    fn append(&mut self, records: &[Record]) -> Result<(), JournalError> {
        let mut written = lock(&self.records);
        if self.fails_after.is_some_and(|most| written.len() >= most) {
            return Err(JournalError("no space left on device".into()));
        }
        written.extend_from_slice(records);
        Ok(())
    }
}
