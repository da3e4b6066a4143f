//! What the adversary holds against decisions about several failures, and about those that a person vouches for.

use super::*;

impl Adversary {
    /// A person's word covers one failure of one stage, alone, for a time, and two attempts.
    pub(super) fn check_rerun(&mut self, incident: &IncidentId, stage: &StageName, number: u32) {
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
        let most = pipeline.healing.max_attempts;
        assert!(watch.prepared <= most, "{incident} prepares {} of {most} trials", watch.prepared);
        assert!(!watch.may_be_open, "{incident} opens a scratch while one is open");
        watch.is_vouched = true;
        watch.may_be_open = true;
        self.check_budgets(incident, stage);
        self.check_one_at_a_time();
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

    /// A scratch is made of the workspace as it is, and committing another one would change it.
    pub(super) fn check_one_at_a_time(&self) {
        let open = self.watches.values().filter(|watch| watch.may_be_open).count();
        assert!(open <= 1, "{open} incidents have a scratch at the same time");
    }
}
