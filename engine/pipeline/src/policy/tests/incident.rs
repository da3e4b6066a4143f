//! Which remedies may be tried on an incident.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::cases::*;
use crate::definition::Healing;
use crate::finding::{Disposition, Finding};
use crate::id::{RemedyKey, Signature};
use crate::policy::{Context, Refusal, Tried, Weighed, rule, weigh};
use crate::remedy::{Action, CommandLine, Limits, Remedy};

#[derive(Default)]
struct Incident {
    findings: Vec<Finding>,
    tried: Vec<Tried>,
    settings: Healing,
    benched: BTreeSet<(Signature, RemedyKey)>,
}

impl Incident {
    fn of(findings: Vec<Finding>) -> Self {
        Self { findings, ..Self::default() }
    }

    fn weigh(&self, remedy: Remedy) -> Weighed {
        let (command, limits) = (CommandLine::Shell("make test".to_owned()), Limits::default());
        let context = Context { paths: &is_versioned, ..Context::new(&command, &limits) };
        let mut weighed = weigh(vec![remedy], &self.findings, &self.tried, &self.settings, &context, &self.benched);
        weighed.pop().expect("one remedy, one verdict")
    }

    fn rule(&self, actions: Vec<Action>) -> Option<&'static str> {
        self.weigh(remedy(actions)).refusal.map(|refusal| refusal.rule)
    }
}

fn network() -> Finding {
    finding("net.reset", "network-transient", Disposition::Retry)
}

fn missing() -> Finding {
    finding("python.module-not-found", "dependency-missing", Disposition::Auto)
}

#[test]
fn never_means_that_only_a_person_may_act() {
    for category in ["compile-error", "type-error", "test-failure", "security-finding"] {
        // Whatever a classifier claims about them.
        let incident = Incident::of(vec![finding("x.y", category, Disposition::Auto)]);
        assert_eq!(incident.rule(vec![run("npm ci")]), Some(rule::NEVER_FINDING), "{category}");
        assert_eq!(incident.rule(vec![wait()]), Some(rule::NEVER_FINDING), "{category}");
        assert_eq!(incident.rule(vec![escalate()]), None, "{category}");
    }
    let incident = Incident::of(vec![finding("npm.missing", "dependency-missing", Disposition::Never)]);
    assert_eq!(incident.rule(vec![run("npm ci")]), Some(rule::NEVER_FINDING));
    assert_eq!(incident.rule(vec![run("npm ci"), escalate()]), Some(rule::BAD_SHAPE), "a ticket is no cover");
    assert_eq!(incident.rule(vec![escalate()]), None);
}

#[test]
fn a_broken_seal_stops_healing_even_beside_another_cause() {
    let seal = finding("npm.integrity-mismatch", "dependency-conflict", Disposition::Never);
    let incident = Incident::of(vec![network(), seal.clone()]);
    assert_eq!(incident.rule(vec![wait()]), Some(rule::NEVER_FINDING));
    let mut hint = seal;
    hint.severity = "warning".to_owned();
    assert_eq!(Incident::of(vec![network(), hint]).rule(vec![wait()]), None);
    // A failed test beside a missing module is its consequence.
    let failed = finding("pytest.failed", "test-failure", Disposition::Never);
    assert_eq!(Incident::of(vec![missing(), failed]).rule(vec![run("pip install x")]), None);
}

#[test]
fn an_unknown_cause_is_not_guessed_at() {
    let unknown = finding("unknown", "unknown", Disposition::Auto);
    for incident in [Incident::of(vec![]), Incident::of(vec![unknown])] {
        assert_eq!(incident.rule(vec![run("npm ci")]), Some(rule::UNKNOWN_CAUSE));
        assert_eq!(incident.rule(vec![wait()]), Some(rule::UNKNOWN_CAUSE));
        assert_eq!(incident.rule(vec![escalate()]), None);
    }
}

#[test]
fn blind_retry_is_forbidden() {
    assert_eq!(Incident::of(vec![network()]).rule(vec![wait()]), None);
    assert_eq!(Incident::of(vec![missing()]).rule(vec![wait()]), Some(rule::BLIND_RETRY));
    let busy = finding("git.hung-up", "git-or-checkout", Disposition::Retry);
    assert_eq!(Incident::of(vec![busy]).rule(vec![wait()]), None);
    let dubious = finding("git.dubious-ownership", "git-or-checkout", Disposition::Auto);
    assert_eq!(Incident::of(vec![dubious]).rule(vec![wait()]), Some(rule::BLIND_RETRY));
}

#[test]
fn exit_code_75_is_a_cooperative_transient() {
    let tempfail = finding("system.tempfail", "unknown", Disposition::Retry);
    assert_eq!(Incident::of(vec![tempfail]).rule(vec![wait()]), None);
}

#[test]
fn the_same_signature_failing_the_same_way_twice_is_deterministic() {
    let mut incident = Incident::of(vec![network()]);
    let again = |disposition, signature: Option<Signature>| Tried { key: "retry:1".into(), disposition, signature };
    incident.tried = vec![again(Disposition::Retry, Some(network().signature))];
    assert_eq!(incident.rule(vec![wait()]), Some(rule::DETERMINISTIC));
    assert_eq!(incident.rule(vec![set_env("PIP_RETRIES", "10")]), None, "changed conditions are no retry");
    incident.tried = vec![again(Disposition::Retry, Some("other".into()))];
    assert_eq!(incident.rule(vec![wait()]), None);
    incident.tried = vec![again(Disposition::Auto, Some(network().signature))];
    assert_eq!(incident.rule(vec![wait()]), None, "nothing was retried yet");
}

#[test]
fn a_remedy_is_not_tried_twice_in_an_incident_under_another_title() {
    let mut incident = Incident::of(vec![missing()]);
    let first = remedy(vec![run("pip install x")]);
    incident.tried = vec![Tried { key: first.key(), disposition: Disposition::Auto, signature: None }];
    let mut again = first;
    again.title = "something quite new".to_owned();
    again.confidence = 1.0;
    assert_eq!(incident.weigh(again).refusal.map(|refusal| refusal.rule), Some(rule::ALREADY_TRIED));
    assert_eq!(incident.rule(vec![run("pip install y")]), None);
}

#[test]
fn what_made_it_worse_is_benched_for_that_signature() {
    let mut incident = Incident::of(vec![missing()]);
    let key = remedy(vec![run("pip install x")]).key();
    incident.benched.insert((missing().signature, key.clone()));
    assert_eq!(incident.rule(vec![run("pip install x")]), Some(rule::BENCHED));
    incident.benched = BTreeSet::from([(Signature::new("other"), key)]);
    assert_eq!(incident.rule(vec![run("pip install x")]), None);
}

#[test]
fn rollback_can_be_switched_off() {
    let mut incident = Incident::of(vec![missing()]);
    assert_eq!(incident.rule(vec![restore(&[])]), None);
    incident.settings.rollback = false;
    assert_eq!(incident.rule(vec![restore(&[])]), Some(rule::ROLLBACK_OFF), "under whatever strategy");
    let by_name = incident.weigh(remedy_of("rollback", vec![run("npm ci")]));
    assert_eq!(by_name.refusal.map(|refusal| refusal.rule), Some(rule::ROLLBACK_OFF));
}

#[test]
fn a_refused_remedy_is_still_weighed_and_keeps_its_place() {
    let (command, limits) = (CommandLine::Shell("make test".to_owned()), Limits::default());
    let context = Context::new(&command, &limits);
    let remedies = vec![remedy(vec![run("rm -rf /")]), remedy(vec![write("a.txt", "x")]), remedy(vec![escalate()])];
    let weighed = weigh(remedies.clone(), &[missing()], &[], &Healing::default(), &context, &BTreeSet::new());
    assert_eq!(weighed.iter().map(|one| one.remedy.clone()).collect::<Vec<_>>(), remedies);
    let seen: Vec<_> =
        weighed.iter().map(|one| (one.disposition, one.refusal.as_ref().map(|refusal| refusal.rule))).collect();
    assert_eq!(
        seen,
        [
            (Disposition::Auto, Some(rule::RUNS_FORBIDDEN_PROGRAM)),
            (Disposition::Patch, None),
            (Disposition::Never, None),
        ]
    );
}

#[test]
fn a_refusal_survives_the_journal() {
    let refusal = Incident::of(vec![missing()]).weigh(remedy(vec![wait()])).refusal.expect("blind");
    let json = serde_json::to_string(&refusal).expect("plain data");
    assert_eq!(serde_json::from_str::<Refusal>(&json).expect("just written"), refusal);
    assert!(serde_json::from_str::<Refusal>("{\"rule\":\"no-such-rule\",\"message\":\"\"}").is_err());
    let codes: BTreeSet<_> = rule::ALL.iter().collect();
    assert_eq!(codes.len(), rule::ALL.len(), "a code names one rule");
}

proptest! {
    #[test]
    fn no_plugin_talks_its_way_past_a_never_finding(
        strategy in "[a-z]{1,10}", confidence in 0.0f64..=1.0, reversible: bool,
        actions in proptest::collection::vec(proptest::sample::select(vec![wait(), run("npm ci"), set_env("A", "b"), escalate()]), 1..5),
    ) {
        let incident = Incident::of(vec![finding("go.race", "test-failure", Disposition::Never)]);
        let only_tickets = actions.iter().all(|action| matches!(action, Action::Escalate { .. }));
        let weighed = incident.weigh(Remedy { confidence, reversible, ..remedy_of(&strategy, actions) });
        prop_assert_eq!(weighed.refusal.is_none(), only_tickets);
    }
}
