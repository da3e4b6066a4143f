//! Replaying a journal: the same facts have to give the same decisions.

pub mod policy;

use crate::event::{Decision, Event, Record};
use crate::run::{Run, StepError};

/// The first place where a replay decides something else than the journal says.
#[derive(Clone, Debug, PartialEq)]
pub struct Divergence {
    /// Number of the record.
    pub seq: u64,
    /// What the journal says, if it says anything there.
    pub recorded: Option<Box<Decision>>,
    /// What the rules decide now, if they decide anything there.
    pub decided: Option<Box<Decision>>,
}

/// What a replay gave.
#[derive(Clone, Debug)]
pub struct Replay {
    /// The run after the last fact.
    pub run: Run,
    /// Facts that were fed.
    pub facts: usize,
    /// Decisions that came out the same.
    pub decisions: usize,
    /// Where the two part, if they do.
    pub divergence: Option<Divergence>,
}

/// A journal that cannot be replayed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// There is nothing in it.
    #[error("replay a journal without records")]
    Empty,
    /// It does not begin with the start of a run.
    #[error("replay a journal that does not begin with a fact")]
    NoStart,
    /// The rules refuse a fact.
    #[error("replay record {seq}")]
    Step {
        /// Its number.
        seq: u64,
        /// Why.
        source: StepError,
    },
}

/// Feeds the facts of a journal to a new run and compares the decisions. Stops at the first difference.
pub fn replay(records: &[Record]) -> Result<Replay, ReplayError> {
    let (first, rest) = records.split_first().ok_or(ReplayError::Empty)?;
    let Event::Fact(start) = &first.event else { return Err(ReplayError::NoStart) };
    let (run, mut decided) =
        Run::start(start, first.at).map_err(|source| ReplayError::Step { seq: first.seq, source })?;
    let mut replay = Replay { run, facts: 1, decisions: 0, divergence: None };
    decided.reverse();
    for record in rest {
        match &record.event {
            Event::Decision(recorded) => {
                let ours = decided.pop();
                if ours.as_ref() != Some(recorded) {
                    replay.divergence = Some(Divergence {
                        seq: record.seq,
                        recorded: Some(Box::new(recorded.clone())),
                        decided: ours.map(Box::new),
                    });
                    return Ok(replay);
                }
                replay.decisions += 1;
            }
            Event::Fact(fact) => {
                if let Some(missing) = decided.pop() {
                    replay.divergence =
                        Some(Divergence { seq: record.seq, recorded: None, decided: Some(Box::new(missing)) });
                    return Ok(replay);
                }
                decided =
                    replay.run.step(fact, record.at).map_err(|source| ReplayError::Step { seq: record.seq, source })?;
                decided.reverse();
                replay.facts += 1;
            }
        }
    }
    // A fact and its decisions are appended together, so decisions that are missing at the end were taken away.
    if let Some(missing) = decided.pop() {
        let seq = records.last().map_or(1, |record| record.seq + 1);
        replay.divergence = Some(Divergence { seq, recorded: None, decided: Some(Box::new(missing)) });
    }
    Ok(replay)
}
