//! What the adversary keeps books of: budgets, scratches, benched pairs, controls, and what each incident committed.

use super::*;
use crate::event::TriedNote;

/// The books of one incident.
#[derive(Default)]
pub(super) struct Accounts {
    /// Processor time of its attempts in scratch.
    cpu_ms: u64,
    /// Whether the stage passed without the remedy.
    pub(super) control_passed: bool,
    has_committed: bool,
    /// Cause of the failure that healers were asked about last.
    asked: Option<Signature>,
    /// By remedy: the failure it was tried against last.
    tried_against: BTreeMap<RemedyKey, Signature>,
}

impl Watch {
    pub(super) fn holds_versioned(&self) -> bool {
        model::differences(&self.scratch.0, &self.scratch.1).iter().any(|change| change.is_versioned)
    }
}

impl Adversary {
    /// Books an attempt that ended.
    pub(super) fn book(&mut self, stage: &StageName, purpose: &Purpose, outcome: &Outcome) {
        let incident = match purpose {
            Purpose::Plain => {
                self.failed_at.insert(stage.clone(), self.now);
                return;
            }
            Purpose::Trial { incident } | Purpose::Verify { incident } | Purpose::Control { incident } => incident,
        };
        let accounts = &mut self.watches.entry(incident.clone()).or_default().accounts;
        accounts.cpu_ms += outcome.cpu_ms;
        accounts.control_passed |= matches!(purpose, Purpose::Control { .. }) && outcome.is_success();
    }

    /// Whatever is tried is paid for: no trial begins after the time or the processor time of its incident is used up.
    pub(super) fn check_budgets(&self, incident: &IncidentId, stage: &StageName) {
        let healing = &self.run.pipeline().healing;
        let (spent, most) = (self.watches[incident].accounts.cpu_ms, healing.cpu_budget_ms);
        assert!(spent < most, "{incident} goes on after {spent} of {most} ms of processor time");
        let (spent, most) = (self.now - self.failed_at[stage], healing.time_budget_ms);
        assert!(spent < most, "{incident} goes on after {spent} of {most} ms");
    }

    /// Notes what the healers are asked about, and which remedies did harm.
    pub(super) fn note_question(&mut self, incident: &IncidentId, findings: &[Finding], tried: &[TriedNote]) {
        let accounts = &mut self.watches.entry(incident.clone()).or_default().accounts;
        for note in tried.iter().filter(|note| note.ended == "worsened" || note.ended == "refused") {
            if let Some(signature) = accounts.tried_against.get(&note.key) {
                self.benched.insert((signature.clone(), note.key.clone()));
            }
        }
        accounts.asked = findings.first().map(|root| root.signature.clone());
    }

    /// What did harm against a failure is not tried against it again, in the run or after it.
    pub(super) fn check_benched(&mut self, incident: &IncidentId, remedy: &Remedy) {
        let accounts = &mut self.watches.entry(incident.clone()).or_default().accounts;
        let signature = accounts.asked.clone().expect("healers are asked before anything is tried");
        let pair = (signature.clone(), remedy.key());
        assert!(!self.benched.contains(&pair), "{incident} tries {remedy:?}, which is benched against {signature}");
        accounts.tried_against.insert(remedy.key(), signature);
    }

    pub(super) fn open_scratch(&mut self, incident: &IncidentId) {
        let watch = self.watches.entry(incident.clone()).or_default();
        watch.may_be_open = true;
        watch.scratch = (self.project.clone(), self.project.clone());
    }

    /// Nothing is run on, offered or kept of a scratch in which something was done that nobody may do.
    pub(super) fn check_scratch(&self, incident: &IncidentId) {
        let (before, after) = &self.watches[incident].scratch;
        let bad = model::offences(before, after);
        assert!(bad.is_empty(), "{incident} goes on with a scratch in which {bad:?}");
    }

    /// How a stage runs in scratch is no less strict than how it runs in the workspace.
    pub(super) fn check_conditions(&self, decision: &Decision) {
        let Decision::StartAttempt { stage, command, env, limits, .. } = decision else { return };
        let bad = model::bad_conditions(&self.command_of(stage), &command.to_string(), env, limits);
        assert_eq!(bad, None, "{decision:?}");
    }

    pub(super) fn command_of(&self, stage: &StageName) -> String {
        let definition = self.run.pipeline().stages.iter().find(|other| &other.name == stage).expect("a known stage");
        definition.command.to_string()
    }

    pub(super) fn note_commit(&mut self, fact: &Fact) {
        let Fact::ScratchCommitted { incident } = fact else { return };
        let watch = self.watches.get_mut(incident).expect("it has a scratch");
        watch.accounts.has_committed = true;
        self.project = watch.scratch.1.clone();
    }

    /// An incident that did not heal its stage has left the workspace as it was, and one whose stage passed without the remedy
    /// has healed nothing.
    pub(super) fn check_end_of(&self, incident: &IncidentId, end: IncidentEnd) {
        let Some(Watch { accounts, .. }) = self.watches.get(incident) else { return };
        let has_healed = matches!(end, IncidentEnd::Healed | IncidentEnd::Quarantined);
        assert_eq!(accounts.has_committed, has_healed, "{incident} ends as {}", end.as_str());
        assert!(!(accounts.control_passed && end == IncidentEnd::Healed), "{incident} takes credit for luck");
    }
}
