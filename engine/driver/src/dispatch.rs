//! The loop: a fact comes in, is journaled together with the decisions it leads to, and the decisions are carried out.

use std::sync::Arc;

use pipeline::event::{Decision, Event, Fact, Record};
use pipeline::outcome::{Qualifier, RunResult};
use pipeline::replay::{ReplayError, replay};
use pipeline::run::{Run, StepError};
use tokio::sync::mpsc;

use crate::effects::{Effects, Ports, Settings};
use crate::news;
use crate::ports::{Cancel, CancelSource, Clock, Journal, JournalError, Observer};

/// A failure of the engine itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DriverError {
    /// Nothing may happen that is not recorded.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The rules refuse a fact: a bug.
    #[error("take the next step of the run")]
    Step(#[from] StepError),
    /// The journal of the run to resume does not fit the rules.
    #[error("resume the run")]
    Resume(#[from] ReplayError),
    /// The journal of the run to resume leads to other decisions than it holds.
    #[error("resume the run: record {0} says something else than the rules decide now")]
    Diverged(u64),
    /// The workspace cannot be brought in order.
    #[error("recover the workspace")]
    Workspace(#[from] crate::ports::WorkspaceError),
    /// Everything stopped before the run had an end: a bug.
    #[error("finish the run: no work is left and the run has no end")]
    Stalled,
    /// The work of a decision panicked: a bug.
    #[error("carry out a decision")]
    Effect(#[source] tokio::task::JoinError),
}

/// A run that has ended.
#[derive(Debug)]
pub struct Finished {
    /// The result.
    pub result: RunResult,
    /// How much a success is worth.
    pub qualifier: Qualifier,
    /// The last state, for reports.
    pub run: Run,
}

/// Drives one run.
pub struct Driver {
    journal: Box<dyn Journal>,
    observer: Arc<dyn Observer>,
    clock: Arc<dyn Clock>,
    effects: Effects,
    facts: mpsc::UnboundedReceiver<Fact>,
    seq: u64,
    stop: CancelSource,
    end: Option<(RunResult, Qualifier)>,
}

impl Driver {
    /// A driver over the given ports. Nothing happens before [`Driver::run`] or [`Driver::resume`].
    pub fn new(ports: Ports, settings: Settings) -> Self {
        // Unbounded: every fact answers one decision, so there are never more than decisions under way.
        let (sender, facts) = mpsc::unbounded_channel();
        let stop = CancelSource::new();
        let (journal, observer, clock) = (ports.journal, ports.observer, ports.clock);
        let effects = Effects::new(
            ports.plugins,
            ports.executor,
            ports.workspace,
            ports.cache,
            Arc::clone(&clock),
            Arc::clone(&observer),
            settings,
            sender,
            stop.handle(),
        );
        Self { journal, observer, clock, effects, facts, seq: 0, stop, end: None }
    }

    /// Runs from the first fact to the end. `interrupt` asks for an orderly stop.
    pub async fn run(mut self, start: Fact, interrupt: Cancel) -> Result<Finished, DriverError> {
        let now = self.clock.now();
        let (run, decisions) = Run::start(&start, now)?;
        self.record_and_perform(start, decisions, now, &run)?;
        self.finish(run, 0, interrupt).await
    }

    /// Goes on with a run whose engine died, from its journal. The workspace is recovered first; what was done about it is
    /// returned through `told`, one line each. A run that had ended is not gone on with: its result is returned, and the
    /// journal stays as it is.
    pub async fn resume(
        mut self,
        records: &[Record],
        interrupt: Cancel,
        told: impl FnOnce(&crate::ports::Recovery),
    ) -> Result<Finished, DriverError> {
        let recovery = self.effects.recover().await?;
        told(&recovery);
        // Records after the last whole batch cannot exist: a fact and its decisions are appended together.
        let replayed = replay(records)?;
        if let Some(divergence) = replayed.divergence {
            return Err(DriverError::Diverged(divergence.seq));
        }
        self.seq = records.last().map_or(0, |record| record.seq);
        let mut run = replayed.run;
        self.effects.restore_attempts(records);
        if let Some(Record { event: Event::Decision(Decision::EndRun { result, qualifier }), .. }) = records.last() {
            return Ok(Finished { result: *result, qualifier: *qualifier, run });
        }
        let fact = Fact::Resumed { lost: run.running() };
        let now = self.clock.now();
        let decisions = run.step(&fact, now)?;
        self.record_and_perform(fact, decisions, now, &run)?;
        self.finish(run, used_ms(records), interrupt).await
    }

    async fn finish(mut self, mut run: Run, used_ms: u64, interrupt: Cancel) -> Result<Finished, DriverError> {
        let driven = self.drive(&mut run, used_ms, interrupt).await;
        if driven.is_err() {
            // The engine cannot go on; nothing that it started may.
            self.stop.cancel();
        }
        self.effects.close(&run, self.end.map(|(result, _)| result)).await;
        let (result, qualifier) = driven?;
        Ok(Finished { result, qualifier, run })
    }

    async fn drive(
        &mut self,
        run: &mut Run,
        used_ms: u64,
        mut interrupt: Cancel,
    ) -> Result<(RunResult, Qualifier), DriverError> {
        let deadline = run.pipeline().timeout_ms.map(|ms| ms.saturating_sub(used_ms));
        let clock = Arc::clone(&self.clock);
        let mut deadline = Box::pin(async move {
            match deadline {
                Some(ms) => clock.sleep(ms).await,
                None => std::future::pending().await,
            }
        });
        let (mut is_interrupted, mut is_late) = (false, false);
        loop {
            if let Some(end) = self.end {
                return Ok(end);
            }
            if self.effects.is_idle() && self.facts.is_empty() {
                return Err(DriverError::Stalled);
            }
            let fact = tokio::select! {
                biased;
                () = interrupt.cancelled(), if !is_interrupted => {
                    is_interrupted = true;
                    Fact::Interrupted
                }
                () = &mut deadline, if !is_late => {
                    is_late = true;
                    Fact::DeadlineReached
                }
                fact = self.facts.recv() => fact.ok_or(DriverError::Stalled)?,
                ended = self.effects.next_end() => {
                    ended.map_err(DriverError::Effect)?;
                    continue;
                }
            };
            let now = self.clock.now();
            let decisions = run.step(&fact, now)?;
            self.record_and_perform(fact, decisions, now, run)?;
        }
    }

    fn record_and_perform(
        &mut self,
        fact: Fact,
        decisions: Vec<Decision>,
        at: pipeline::time::Timestamp,
        run: &Run,
    ) -> Result<(), DriverError> {
        let events = std::iter::once(Event::Fact(fact)).chain(decisions.iter().cloned().map(Event::Decision));
        let records: Vec<Record> = events
            .map(|event| {
                self.seq += 1;
                Record { seq: self.seq, at, event }
            })
            .collect();
        // Invariant: the journal holds an event before its effect happens.
        self.journal.append(&records)?;
        for record in &records {
            self.observer.record(record);
        }
        for decision in decisions {
            match decision {
                Decision::CancelAttempts => self.stop.cancel(),
                Decision::EndRun { result, qualifier } => self.end = Some((result, qualifier)),
                Decision::EndIncident { .. } => self.effects.tell(news::of_end(&decision, run, at)),
                Decision::Weighed { .. }
                | Decision::Vouched { .. }
                | Decision::JoinIncident { .. }
                | Decision::PutOff { .. }
                | Decision::EndStage { .. } => {}
                effect => self.effects.perform(effect, run.pipeline()),
            }
        }
        Ok(())
    }
}

/// Time that a run has used, from its journal: without the time in which no engine was there.
fn used_ms(records: &[Record]) -> u64 {
    let is_resumption = |record: &Record| matches!(record.event, Event::Fact(Fact::Resumed { .. }));
    records
        .windows(2)
        .filter(|pair| !is_resumption(&pair[1]))
        .map(|pair| pair[1].at.0.saturating_sub(pair[0].at.0))
        .sum()
}
