//! What a project's runs leave behind: the journal, and tables for questions about it.
//!
//! One SQLite database per project holds an append-only, hash-chained journal of every fact and decision, and tables that
//! are derived from it in the same transaction. The journal is the only source of truth: [`Store::rebuild`] makes the
//! tables anew from it. Besides it the database keeps what no journal can know: which process works on which run
//! ([`Store::claim_run`]), what people asked to forget ([`Store::forget`]), and settings.
//!
//! Beside the database lies the cache of stages' outputs ([`OutputStore`], `outputs.rs`): files by content, thrown away when
//! there are too many. Which were used longest ago it knows from the times of its files.
//!
//! This crate may not decide anything about a run, run processes, or ask for the time: moments are arguments. It does not
//! prune: an append-only chain has no middle that could be taken out. A record takes about half a kilobyte, a diagnosis
//! more; a project that wants to start over moves the database away.
//!
//! Start with [`Store::open`], then read `journal.rs` (writing) and `fold.rs` (what the tables are made of).

mod columns;
mod error;
mod process;
mod schema;
mod store;

mod chain;
mod journal;

mod fold;
mod fold_incident;
mod people;

mod approvals;
mod claims;
mod floors;
mod history;
mod incidents;
mod learning;
mod measurements;
mod past;
mod promotion;
mod settings;
mod tickets;

mod outputs;

pub use approvals::{AppliedPatch, Proposal, Standing};
pub use chain::{BrokenLink, ChainProblem, ChainReport};
pub use claims::UnfinishedRun;
pub use error::StoreError;
pub use floors::LearnedFloor;
pub use history::{AttemptSummary, HistoryFilter, RunSummary, StageSummary};
pub use incidents::{IncidentSummary, TrialSummary};
pub use journal::RunJournal;
pub use measurements::GreenAttempt;
pub use outputs::OutputStore;
pub use people::{ApprovedFile, BenchedPair, LearnedOutcome, Learning, Statement, TrialOutcome, TypicalDuration};
pub use promotion::{Figures, MIN_PRECISION, MIN_TRIALS, wilson_lower_bound};
pub use store::Store;
pub use tickets::Ticket;

#[cfg(test)]
mod tests;
