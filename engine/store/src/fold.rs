//! What follows from one record for the derived tables. A fold over the journal and nothing else: no moment but the
//! record's, no look at another table than these. So a rebuild gives the same rows.

use pipeline::definition::Pipeline;
use pipeline::event::{Decision, Event, Fact, LostAttempt, Purpose, Record};
use pipeline::id::{IncidentId, RunId, StageName};
use pipeline::outcome::{Outcome, Qualifier, RunResult};
use pipeline::source::{Source, command_digest};
use rusqlite::{Connection, params};
use sha2::{Digest as _, Sha256};

use crate::columns::integer;
use crate::error::Fault;
use crate::fold_incident::fold_incident;

/// Takes one record in. Events without a trace in the tables change nothing.
pub(crate) fn fold(connection: &Connection, run: &RunId, record: &Record) -> Result<(), Fault> {
    let context = Folding { connection, run: run.as_str(), at: integer(record.at.0) };
    match &record.event {
        Event::Fact(Fact::RunStarted { pipeline, source, earlier, .. }) => {
            context.start_run(pipeline, source.as_ref().and_then(Source::clean_commit))?;
            context.give_floors(&earlier.floors)
        }
        Event::Fact(Fact::AttemptEnded { stage, attempt, purpose, outcome }) => {
            context.end_attempt(stage, *attempt, purpose, outcome)?;
            if *purpose == Purpose::Plain { context.try_floor(stage, outcome) } else { Ok(()) }
        }
        Event::Fact(Fact::Resumed { lost }) => context.lose_attempts(lost),
        Event::Decision(Decision::StartAttempt { stage, attempt, purpose, command, .. }) => {
            context.start_attempt(stage, *attempt, purpose, &command_digest(command))
        }
        Event::Decision(Decision::EndStage { stage, result, qualifier, reason }) => {
            context.end_stage(stage, *result, *qualifier, reason)
        }
        Event::Decision(Decision::EndRun { result, qualifier }) => context.end_run(*result, *qualifier),
        event => fold_incident(&context, event),
    }
}

/// The word under which a purpose is kept, and the incident it belongs to.
fn purpose_word(purpose: &Purpose) -> (&'static str, Option<&IncidentId>) {
    match purpose {
        Purpose::Plain => ("plain", None),
        Purpose::Trial { incident } => ("trial", Some(incident)),
        Purpose::Verify { incident } => ("verify", Some(incident)),
        Purpose::Control { incident } => ("control", Some(incident)),
    }
}

/// What a stage's name means the same in. Every `selfheal exec` runs a stage of the same name: there the command and its
/// folder tell one from another.
pub(crate) fn scope_of(pipeline: &Pipeline) -> String {
    match pipeline.stages.as_slice() {
        [stage] if pipeline.name == "exec" && stage.name.as_str() == "exec" => {
            let digest = Sha256::digest(format!("{}\0{}", stage.directory, stage.command));
            let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            format!("exec:{hex}")
        }
        _ => pipeline.name.clone(),
    }
}

/// The record that is folded, and where to.
pub(crate) struct Folding<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) run: &'a str,
    pub(crate) at: i64,
}

impl Folding<'_> {
    /// Runs one statement.
    pub(crate) fn execute(&self, sql: &str, values: impl rusqlite::Params) -> Result<usize, Fault> {
        Ok(self.connection.prepare_cached(sql)?.execute(values)?)
    }

    fn start_run(&self, pipeline: &Pipeline, clean_commit: Option<&str>) -> Result<(), Fault> {
        self.execute(
            "INSERT INTO runs (run, pipeline, scope, is_learning, started, stages, clean_commit)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                self.run,
                pipeline.name,
                scope_of(pipeline),
                pipeline.detection.learning,
                self.at,
                integer(pipeline.stages.len() as u64),
                clean_commit,
            ],
        )?;
        Ok(())
    }

    fn end_run(&self, result: RunResult, qualifier: Qualifier) -> Result<(), Fault> {
        self.execute(
            "UPDATE runs SET ended = ?2, result = ?3, qualifier = ?4 WHERE run = ?1",
            params![self.run, self.at, result.as_str(), qualifier.as_str()],
        )?;
        Ok(())
    }

    fn start_attempt(&self, stage: &StageName, attempt: u32, purpose: &Purpose, command: &str) -> Result<(), Fault> {
        let (purpose, incident) = purpose_word(purpose);
        self.execute(
            "INSERT INTO attempts (run, stage, attempt, pipeline, purpose, incident, started, command)
             SELECT run, ?2, ?3, pipeline, ?4, ?5, ?6, ?7 FROM runs WHERE run = ?1
             ON CONFLICT (run, stage, attempt) DO UPDATE SET
                 started = excluded.started, command = excluded.command, is_lost = 0",
            params![self.run, stage.as_str(), attempt, purpose, incident.map(IncidentId::as_str), self.at, command],
        )?;
        Ok(())
    }

    fn end_attempt(&self, stage: &StageName, attempt: u32, purpose: &Purpose, outcome: &Outcome) -> Result<(), Fault> {
        let (purpose, incident) = purpose_word(purpose);
        let has_failed = purpose == "plain" && matches!(outcome.result(), RunResult::Failure | RunResult::Timeout);
        self.execute(
            "INSERT INTO attempts (run, stage, attempt, pipeline, purpose, incident, started, ended, result, exit_code,
                                   signal, duration_ms, cpu_ms, peak_memory, failed_on)
             SELECT run, ?2, ?3, pipeline, ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?10, ?11, ?12, iif(?13, clean_commit, NULL)
             FROM runs WHERE run = ?1
             ON CONFLICT (run, stage, attempt) DO UPDATE SET
                 ended = excluded.ended, result = excluded.result, exit_code = excluded.exit_code, signal = excluded.signal,
                 duration_ms = excluded.duration_ms, cpu_ms = excluded.cpu_ms, peak_memory = excluded.peak_memory,
                 failed_on = excluded.failed_on",
            params![
                self.run,
                stage.as_str(),
                attempt,
                purpose,
                incident.map(IncidentId::as_str),
                self.at,
                outcome.result().as_str(),
                outcome.exit_code,
                outcome.signal,
                integer(outcome.duration_ms),
                integer(outcome.cpu_ms),
                outcome.peak_memory_bytes.map(integer),
                has_failed,
            ],
        )?;
        Ok(())
    }

    fn lose_attempts(&self, lost: &[LostAttempt]) -> Result<(), Fault> {
        for attempt in lost {
            self.execute(
                "UPDATE attempts SET is_lost = 1 WHERE run = ?1 AND stage = ?2 AND attempt = ?3 AND ended IS NULL",
                params![self.run, attempt.stage.as_str(), attempt.attempt],
            )?;
        }
        Ok(())
    }

    /// Sums up the stage's own attempts. One that verified a remedy belongs to the incident.
    fn end_stage(&self, stage: &StageName, result: RunResult, qualifier: Qualifier, reason: &str) -> Result<(), Fault> {
        self.execute(
            "INSERT OR REPLACE INTO stages (run, stage, result, qualifier, reason, ended, attempts, duration_ms, peak_memory)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, count(*), coalesce(sum(duration_ms), 0), max(peak_memory)
             FROM attempts WHERE run = ?1 AND stage = ?2 AND purpose != 'verify'",
            params![self.run, stage.as_str(), result.as_str(), qualifier.as_str(), reason, self.at],
        )?;
        Ok(())
    }
}
