//! What follows from one record for the tables of incidents and trials.
//!
//! The journal has no record of a trial's end. It is told by the next question to the healers, which lists what was tried
//! and how that ended, or by the end of the incident.

use std::collections::BTreeSet;

use pipeline::event::{Decision, Event, Fact, TriedNote, WeighedNote};
use pipeline::finding::{Disposition, Finding};
use pipeline::id::{IncidentId, RemedyKey, Signature, StageName};
use pipeline::incident::IncidentEnd;
use pipeline::remedy::{Action, Remedy};
use pipeline::source::Healing;
use rusqlite::params;

use crate::error::Fault;
use crate::fold::Folding;

/// Takes one event in that may be about an incident.
pub(crate) fn fold_incident(context: &Folding<'_>, event: &Event) -> Result<(), Fault> {
    match event {
        Event::Decision(Decision::Diagnose { incident, stage, attempt }) => {
            context.open(incident, stage, Some(*attempt))
        }
        Event::Fact(Fact::Diagnosed { incident, diagnosis, .. }) => context.know_cause(incident, diagnosis.root()),
        Event::Decision(Decision::AskHealers { incident, findings, tried, .. }) => {
            context.know_cause(incident, findings.first())?;
            context.ask(incident, findings.first())?;
            context.end_trials(incident, tried)
        }
        Event::Decision(Decision::Weighed { incident, proposals }) => context.shadow(incident, proposals),
        Event::Decision(Decision::JoinIncident { incident, into, .. }) => context.join(incident, into),
        Event::Fact(Fact::PatchSaved { incident, path, digest }) => context.save_patch(incident, path, digest),
        Event::Decision(Decision::SaveTicket { incident, title, body, labels }) => {
            context.write_ticket(incident, title, body, labels)
        }
        Event::Fact(Fact::TicketSaved { incident, path }) => context.place_ticket(incident, path),
        Event::Decision(Decision::PrepareTrial { incident, remedy, disposition, .. }) => {
            context.start_trial(incident, remedy, *disposition)
        }
        Event::Decision(Decision::PutOff { incident, reason }) => context.put_off(incident, reason),
        Event::Decision(Decision::EndIncident {
            incident, stage, end, signature, category, remedy, strategy, ..
        }) => {
            context.open(incident, stage, None)?;
            context.end_last_trial(incident, *end, remedy.as_ref())?;
            context.end_incident(&Ending {
                incident,
                end: *end,
                signature: signature.as_ref(),
                category: category.as_deref(),
                remedy: remedy.as_ref(),
                strategy: strategy.as_deref(),
            })?;
            if *end == IncidentEnd::Healed { context.learn_floor(incident) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

/// Whether a remedy does nothing but set conditions of the attempts of its own run. The report tells how to keep them; a
/// failure that comes back where nobody did says nothing about the remedy.
fn is_for_one_run(remedy: &Remedy) -> bool {
    let sets_conditions = |action: &Action| {
        matches!(action, Action::SetEnv { .. } | Action::SetLimit { .. } | Action::ReplaceCommand { .. })
    };
    !remedy.actions.is_empty() && remedy.actions.iter().all(sets_conditions)
}

struct Ending<'a> {
    incident: &'a IncidentId,
    end: IncidentEnd,
    signature: Option<&'a Signature>,
    category: Option<&'a str>,
    remedy: Option<&'a RemedyKey>,
    strategy: Option<&'a str>,
}

impl Folding<'_> {
    /// Opens an incident at its first record; later ones find it open. It counts from the end of the attempt that failed.
    fn open(&self, incident: &IncidentId, stage: &StageName, attempt: Option<u32>) -> Result<(), Fault> {
        let opened = self.execute(
            "INSERT INTO incidents (incident, run, stage, attempt, opened)
             VALUES (?1, ?2, ?3, ?4, coalesce(
                 (SELECT ended FROM attempts WHERE run = ?2 AND stage = ?3 AND attempt = ?4), ?5))
             ON CONFLICT (incident) DO NOTHING",
            params![incident.as_str(), self.run, stage.as_str(), attempt, self.at],
        )?;
        if opened == 1 {
            self.execute("UPDATE runs SET incidents = incidents + 1 WHERE run = ?1", params![self.run])?;
        }
        Ok(())
    }

    /// Keeps the first cause that is known: that of the failure that opened the incident.
    fn know_cause(&self, incident: &IncidentId, root: Option<&Finding>) -> Result<(), Fault> {
        if let Some(root) = root {
            self.execute(
                "UPDATE incidents SET signature = ?2, code = ?3, category = ?4 WHERE incident = ?1 AND signature IS NULL",
                params![incident.as_str(), root.signature.as_str(), root.code, root.category],
            )?;
        }
        Ok(())
    }

    fn join(&self, incident: &IncidentId, into: &IncidentId) -> Result<(), Fault> {
        self.execute(
            "UPDATE incidents SET joined_into = ?2 WHERE incident = ?1",
            params![incident.as_str(), into.as_str()],
        )?;
        Ok(())
    }

    fn ask(&self, incident: &IncidentId, root: Option<&Finding>) -> Result<(), Fault> {
        self.execute(
            "UPDATE incidents SET asked_signature = ?2, asked_code = ?3 WHERE incident = ?1",
            params![incident.as_str(), root.map(|root| root.signature.as_str()), root.map(|root| &root.code)],
        )?;
        Ok(())
    }

    fn start_trial(&self, incident: &IncidentId, remedy: &Remedy, disposition: Disposition) -> Result<(), Fault> {
        self.execute(
            "INSERT INTO trials (incident, number, run, remedy, plugin, strategy, title, disposition, is_for_one_run,
                                 signature, code, started, healing)
             SELECT ?1, 1 + (SELECT count(*) FROM trials WHERE incident = ?1), run, ?2, ?3, ?4, ?5, ?6, ?7,
                    asked_signature, asked_code, ?8, ?9
             FROM incidents WHERE incident = ?1",
            params![
                incident.as_str(),
                remedy.key().as_str(),
                remedy.plugin.as_str(),
                remedy.strategy,
                remedy.title,
                disposition.as_str(),
                is_for_one_run(remedy),
                self.at,
                serde_json::to_string(&Healing::of(remedy)).expect("actions hold no maps with odd keys"),
            ],
        )?;
        Ok(())
    }

    /// Ends what was on trial in a scratch that counts for nothing, with what progressed in it; nothing is learned from it.
    fn put_off(&self, incident: &IncidentId, reason: &str) -> Result<(), Fault> {
        self.execute(
            "UPDATE trials SET ended = ?2, end = 'put-off', reason = ?3
             WHERE incident = ?1 AND (end IS NULL OR end = 'progressed') AND number > coalesce((
                 SELECT max(number) FROM trials WHERE incident = ?1 AND end IS NOT NULL AND end != 'progressed'), 0)",
            params![incident.as_str(), self.at, reason],
        )?;
        Ok(())
    }

    /// Keeps what would have been tried if its mode had not been to tell only.
    fn shadow(&self, incident: &IncidentId, proposals: &[WeighedNote]) -> Result<(), Fault> {
        for note in proposals.iter().filter(|note| note.is_shadowed) {
            self.execute(
                "INSERT INTO shadowed (incident, number, run, remedy, code, strategy, at)
                 SELECT ?1, 1 + (SELECT count(*) FROM shadowed WHERE incident = ?1), run, ?2, asked_code, ?3, ?4
                 FROM incidents WHERE incident = ?1",
                params![incident.as_str(), note.key.as_str(), note.strategy, self.at],
            )?;
        }
        Ok(())
    }

    fn save_patch(&self, incident: &IncidentId, path: &str, digest: &str) -> Result<(), Fault> {
        self.execute(
            "INSERT OR REPLACE INTO patches (incident, path, digest) VALUES (?1, ?2, ?3)",
            params![incident.as_str(), path, digest],
        )?;
        Ok(())
    }

    fn write_ticket(&self, incident: &IncidentId, title: &str, body: &str, labels: &[String]) -> Result<(), Fault> {
        self.execute(
            "INSERT OR REPLACE INTO tickets (incident, run, title, body, labels, saved) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![incident.as_str(), self.run, title, body, labels.join(", "), self.at],
        )?;
        Ok(())
    }

    fn place_ticket(&self, incident: &IncidentId, path: &str) -> Result<(), Fault> {
        self.execute("UPDATE tickets SET path = ?2 WHERE incident = ?1", params![incident.as_str(), path])?;
        Ok(())
    }

    /// Ends the trials that the notes tell about. The notes are all that the incident has so far, and a remedy may be tried
    /// again after another one progressed: the last note of a remedy belongs to its last trial, and so on backwards.
    fn end_trials(&self, incident: &IncidentId, tried: &[TriedNote]) -> Result<(), Fault> {
        let keys: BTreeSet<&RemedyKey> = tried.iter().map(|note| &note.key).collect();
        for key in keys {
            let mut statement = self
                .connection
                .prepare_cached("SELECT number FROM trials WHERE incident = ?1 AND remedy = ?2 ORDER BY number DESC")?;
            let numbers: Vec<i64> = statement
                .query_map(params![incident.as_str(), key.as_str()], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            let notes = tried.iter().rev().filter(|note| &note.key == key);
            for (number, note) in numbers.into_iter().zip(notes) {
                self.execute(
                    "UPDATE trials SET ended = ?3, end = ?4, reason = ?5 WHERE incident = ?1 AND number = ?2 AND end IS NULL",
                    params![incident.as_str(), number, self.at, note.ended, note.reason],
                )?;
            }
        }
        Ok(())
    }

    /// Ends the trial that no question followed. It is the last one; a remedy named by the incident's end is its own.
    fn end_last_trial(&self, incident: &IncidentId, end: IncidentEnd, remedy: Option<&RemedyKey>) -> Result<(), Fault> {
        let has_helped = remedy.is_some();
        let word = match end {
            IncidentEnd::Healed | IncidentEnd::Proposed if has_helped => end.as_str(),
            IncidentEnd::FlakySuspect | IncidentEnd::Stuck | IncidentEnd::Superseded => end.as_str(),
            // A trial that is open here was never told about; nothing is learned from it.
            _ => return Ok(()),
        };
        self.execute(
            "UPDATE trials SET ended = ?2, end = ?3 WHERE incident = ?1 AND end IS NULL",
            params![incident.as_str(), self.at, word],
        )?;
        Ok(())
    }

    fn end_incident(&self, ending: &Ending<'_>) -> Result<(), Fault> {
        self.execute(
            "UPDATE incidents SET ended = ?2, end = ?3, signature = coalesce(signature, ?4), category = coalesce(category, ?5),
                 remedy = ?6, strategy = ?7, title = (
                     SELECT title FROM trials WHERE trials.incident = ?1 AND trials.remedy = ?6 ORDER BY number DESC LIMIT 1)
             WHERE incident = ?1",
            params![
                ending.incident.as_str(),
                self.at,
                ending.end.as_str(),
                ending.signature.map(Signature::as_str),
                ending.category,
                ending.remedy.map(RemedyKey::as_str),
                ending.strategy,
            ],
        )?;
        Ok(())
    }
}
