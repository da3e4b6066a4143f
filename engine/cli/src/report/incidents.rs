//! What is said about incidents: how one ended, and which one a line is about where there are several at once.

use std::collections::{BTreeSet, HashMap};

use pipeline::definition::Mode;
use pipeline::id::{IncidentId, StageName};
use pipeline::incident::IncidentEnd;

use super::paint::{FAILED, HEALED, harmless, paint};

/// What is remembered between records.
#[derive(Default)]
pub struct Incidents {
    stages: HashMap<IncidentId, StageName>,
    /// Those that are not over.
    open: BTreeSet<IncidentId>,
    /// Other stages that an incident takes care of.
    joined: HashMap<IncidentId, Vec<StageName>>,
    /// Of those that became a part of another incident, that one.
    leaders: HashMap<IncidentId, IncidentId>,
}

impl Incidents {
    /// Notes that the evidence of an incident is read, for the first time or again.
    pub fn begin(&mut self, incident: &IncidentId, stage: &StageName) {
        self.stages.insert(incident.clone(), stage.clone());
        self.open.insert(incident.clone());
    }

    /// Notes that one becomes a part of another.
    pub fn join(&mut self, incident: &IncidentId, stage: &StageName, into: &IncidentId) {
        self.leaders.insert(incident.clone(), into.clone());
        self.joined.entry(into.clone()).or_default().push(stage.clone());
    }

    /// The other stages that an incident takes care of.
    pub fn joined(&self, incident: &IncidentId) -> impl Iterator<Item = &StageName> {
        self.joined.get(incident).into_iter().flatten()
    }

    /// Which stage a line is about, for after its first word; nothing while there is only one that it can be about.
    pub fn label(&self, incident: &IncidentId) -> String {
        match self.stages.get(incident) {
            Some(stage) if self.open.len() > 1 => format!(" for {stage}"),
            _ => String::new(),
        }
    }

    /// What became of a remedy that was tried.
    pub fn tried(&self, incident: &IncidentId, ended: &str, reason: &str) -> String {
        let ended = paint(HEALED, format!("→ {ended}{}:", self.label(incident)));
        format!("  {ended} {}", harmless(reason, 300))
    }

    /// How one ended.
    pub fn end(
        &mut self,
        incident: &IncidentId,
        stage: &StageName,
        end: IncidentEnd,
        title: &str,
        mode: Mode,
    ) -> String {
        let title = harmless(title, 200);
        let label = self.label(incident);
        self.open.remove(incident);
        let line = match end {
            IncidentEnd::Healed => format!("{} {title}", paint(HEALED, format!("→ healed and verified{label}:"))),
            IncidentEnd::FlakySuspect => {
                format!("{} stage {stage} passed without the remedy too", paint(HEALED, "→ flaky suspect:"))
            }
            IncidentEnd::Quarantined => format!("{} it passed when it was run again", paint(HEALED, "→ quarantined:")),
            IncidentEnd::Proposed => {
                format!(
                    "{} {title}; the workspace is as it was",
                    paint(HEALED, format!("→ verified as a patch{label}:"))
                )
            }
            IncidentEnd::Reported => match mode {
                Mode::Off => format!("→ healing is off{label}"),
                Mode::Shadow | Mode::Suggest => format!("→ nothing was changed{label} (the mode says so)"),
                Mode::Auto => format!("→ no remedy fits{label}"),
            },
            IncidentEnd::Joined => {
                let leader = self.leaders.get(incident).and_then(|leader| self.stages.get(leader));
                let leader = leader.map_or("another stage", StageName::as_str);
                format!("{} {stage} fails as {leader} does, and both are one incident", paint(HEALED, "→ joined:"))
            }
            IncidentEnd::Escalated => format!("{} a person has to take over{label}", paint(FAILED, "→ handed over:")),
            IncidentEnd::Stuck => format!("{} look at the workspace now", paint(FAILED, "→ stuck:")),
            IncidentEnd::Superseded => "→ the run ended first".to_owned(),
        };
        let also: Vec<&str> = self.joined(incident).map(StageName::as_str).collect();
        let also = if also.is_empty() { String::new() } else { format!(" (with {})", also.join(", ")) };
        format!("  {line}{also}")
    }
}
