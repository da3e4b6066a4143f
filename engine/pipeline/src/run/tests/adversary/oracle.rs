//! What the adversary holds against decisions about several failures, and about those that a person vouches for.

use super::*;

impl Adversary {
    /// A person's word covers one failure of one stage, alone, for a time, and two attempts.
    pub(super) fn check_rerun(&mut self, incident: &IncidentId, stage: &StageName, number: u32, is_beside: bool) {
        let pipeline = self.run.pipeline();
        let watch = self.watches.get_mut(incident).expect("it was diagnosed");
        let root = watch.findings.first().expect("a failure without a cause is nobody's");
        let covers = |entry: &&crate::definition::Quarantine| {
            entry.stage == *stage && entry.signature == root.signature && entry.until >= Day::of(START)
        };
        assert!(pipeline.quarantine.iter().any(|entry| covers(&entry)), "nobody vouches for {root:?} of {stage}");
        let is_other =
            |finding: &&Finding| finding.signature != root.signature && finding.code != "python.test-summary";
        assert_eq!(watch.findings.iter().find(is_other), None, "something stands beside what is vouched for");
        assert_eq!(pipeline.healing.mode, Mode::Auto, "a stage runs again although the mode says no");
        assert!(number <= 2, "{stage} runs again for the time number {number}");
        watch.prepared += 1;
        watch.in_scratch = (0, 1);
        watch.is_beside_others = is_beside;
        let most = pipeline.healing.max_attempts;
        assert!(watch.prepared <= most, "{incident} prepares {} of {most} trials", watch.prepared);
        assert!(!watch.may_be_open, "{incident} opens a scratch while one is open");
        watch.is_vouched = true;
        watch.may_be_open = true;
        self.check_budgets(incident, stage);
        self.check_open_scratches();
    }

    /// Only failures of one known cause, for which nobody vouches, become one incident, and into one that goes on.
    pub(super) fn check_join(&mut self, incident: &IncidentId, stage: &StageName, into: &IncidentId) {
        let root = |id: &IncidentId| self.watches[id].findings.first().map(|root| root.signature.clone());
        let cause = root(incident);
        assert!(cause.is_some(), "{incident} joins another and nobody knows its cause");
        assert_eq!(cause, root(into), "{incident} joins {into}, which has another cause");
        assert!(!self.watches[into].is_ended, "{incident} joins {into}, which is over");
        assert!(!self.watches[incident].may_be_open, "{incident} joins another and has a scratch");
        let is_vouched =
            |entry: &crate::definition::Quarantine| entry.stage == *stage && Some(&entry.signature) == cause.as_ref();
        assert!(!self.run.pipeline().quarantine.iter().any(is_vouched), "{incident} is quarantined and joins {into}");
        self.watches.get_mut(into).expect("it is there").joined.push(stage.clone());
    }

    /// So many as may have a scratch have one, and one that is not alone knows it: it may not be in the workspace itself.
    pub(super) fn check_open_scratches(&self) {
        let open: Vec<&Watch> = self.watches.values().filter(|watch| watch.may_be_open).collect();
        assert!(open.len() <= self.most_at_once(), "{} incidents have a scratch at the same time", open.len());
        let is_known = open.len() < 2 || open.iter().all(|watch| watch.is_beside_others);
        assert!(is_known, "a scratch is open beside one that may be the workspace itself");
    }

    fn most_at_once(&self) -> usize {
        self.run.pipeline().max_parallel.min(self.scratches).max(1) as usize
    }

    /// Nobody else is at work on a failure.
    pub(super) fn check_quiet(&self, incident: &IncidentId) {
        let other = self.pending.iter().find(|decision| decision.incident() != Some(incident));
        assert!(other.is_none(), "{incident} changes the workspace during {other:?}");
    }

    /// What is verified for a patch may be any stage; it runs beside nothing else.
    pub(super) fn check_verification(&self, incident: &IncidentId) {
        let most = self.most_at_once();
        let attempts = |decision: &&Decision| matches!(decision, Decision::StartAttempt { .. });
        assert!(self.pending.iter().filter(attempts).count() < most, "more than {most} attempts at the same time");
        if self.watches[incident].holds_versioned() {
            self.check_quiet(incident);
        }
    }

    /// What is put off is not counted, and that happens once.
    pub(super) fn check_put_off(&mut self, incident: &IncidentId) {
        let watch = self.watches.get_mut(incident).expect("it had its turn");
        assert!(watch.is_beside_others, "{incident} is put off for nobody");
        assert!(!std::mem::replace(&mut watch.was_put_off, true), "{incident} is put off twice");
        let (trials, prepared) = std::mem::take(&mut watch.in_scratch);
        watch.trials -= trials;
        watch.prepared -= prepared;
    }

    /// What holds of a run that has ended.
    pub(super) fn check_end(&self) {
        let (result, qualifier) = self.result.expect("the run has ended");
        assert!(self.run.is_ended());
        assert_eq!(self.ended.len(), self.run.pipeline().stages.len(), "every stage has a result");
        assert!(self.watches.values().all(|watch| !watch.may_be_open), "a scratch is open at the end");
        assert!(self.run.incidents().iter().all(|incident| incident.end().is_some()), "an incident is open at the end");
        let is_passed = |name: &StageName| matches!(self.ended.get(name), Some((RunResult::Success, _)));
        let is_clean = result == RunResult::Success && qualifier == Qualifier::Clean;
        assert!(!(is_clean && self.failed.iter().any(is_passed)), "a run with {{fail, pass}} is called clean");
        let is_stuck = self.run.incidents().iter().any(|incident| incident.end() == Some(IncidentEnd::Stuck));
        assert!(!is_stuck || result == RunResult::Error, "a workspace that is stuck is called {}", result.as_str());
    }
}
