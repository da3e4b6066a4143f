#![allow(clippy::unwrap_used)]
use plugin_sdk::healer::Delay;
use plugin_sdk::testing::{FindingBuilder, LogText, World, finding, incident};

use super::*;

fn propose_with(config: &str, incident: Incident) -> Result<Vec<Remedy>, PluginError> {
    World::new().config(config).enter(|| HealRetry::propose(incident, &LogText::default()))
}

fn propose(incident: Incident) -> Vec<Remedy> {
    propose_with("{}", incident).unwrap()
}

fn reset() -> FindingBuilder {
    finding("system.connection-reset", "network-transient").disposition(Disposition::Retry)
}

fn delay(remedies: &[Remedy]) -> Delay {
    match &remedies[0].actions[..] {
        [Action::Wait(delay)] => *delay,
        other => panic!("expected one wait, got {other:?}"),
    }
}

#[test]
fn a_failure_that_may_be_a_mistake_is_not_tried_again_without_having_asked() {
    let found = finding("python.pip-nothing-offered", "dependency-missing").disposition(Disposition::Retry);
    assert!(propose(incident(found).build()).is_empty());
}

#[test]
fn every_transient_category_is_retried_after_a_growing_delay() {
    for category in ["network-transient", "registry-or-service-outage", "infrastructure-runner", "flaky-test"] {
        let remedies = propose(incident(finding("x.y", category)).build());
        assert_eq!(remedies.len(), 1, "{category}");
        assert_eq!(remedies[0].strategy, "retry");
        assert!(remedies[0].confidence > 0.0 && remedies[0].confidence < 1.0);
        assert_eq!(delay(&remedies), Delay { base_ms: 2_000, cap_ms: 300_000, asked_ms: None }, "{category}");
    }
}

#[test]
fn the_server_s_own_time_is_passed_on() {
    let limited = finding("node.too-many-requests", "rate-limit").capture("retry_after", "42");
    let remedies = propose(incident(limited).build());
    assert_eq!(delay(&remedies).asked_ms, Some(42_000));
    assert!(remedies[0].title.contains("42 s"), "{}", remedies[0].title);
}

#[test]
fn a_rate_limit_without_a_time_waits_longer_than_a_broken_connection() {
    let remedies = propose(incident(finding("x.limited", "rate-limit")).build());
    assert!(delay(&remedies).base_ms > 2_000);
}

#[test]
fn headers_beside_the_cause_say_when_the_server_answers_again() {
    let limited = |line: u64| incident(finding("x.limited", "rate-limit").cause(line, "HTTP/1.1 429")).build();
    let ask = |log: &str, line: u64| {
        let world = World::new().now_ms(1_792_566_000_000);
        delay(&world.enter(|| HealRetry::propose(limited(line), &LogText::new(log))).unwrap()).asked_ms
    };
    assert_eq!(ask("HTTP/1.1 429\nRetry-After: 17\n", 1), Some(17_000));
    assert_eq!(ask("X-RateLimit-Reset: 1792566090\nHTTP/1.1 429\n", 2), Some(90_000));
    // The server's clock counts where it shows it.
    let dated = "HTTP/1.1 429\nDate: Wed, 21 Oct 2026 08:00:00 GMT\nRetry-After: Wed, 21 Oct 2026 08:00:40 GMT\n";
    assert_eq!(ask(dated, 1), Some(40_000));
    assert_eq!(ask("HTTP/1.1 429\n", 1), None);
}

#[test]
fn words_win_over_a_capture_without_a_unit() {
    let said = finding("x.limited", "rate-limit").cause(1, "try again in 2 minutes").capture("retry-after", "2");
    assert_eq!(delay(&propose(incident(said).build())).asked_ms, Some(120_000));
}

#[test]
fn a_lock_that_another_process_holds_is_waited_for_only_where_the_rule_says_so() {
    let held = |disposition| finding("system.lock-held", "port-or-concurrency-conflict").disposition(disposition);
    assert_eq!(propose(incident(held(Disposition::Retry)).build()).len(), 1);
    assert!(propose(incident(held(Disposition::Auto)).build()).is_empty());
}

#[test]
fn a_server_that_asks_for_hours_is_not_waited_for() {
    let limited = finding("x.limited", "rate-limit").capture("retry-after", "3600");
    assert!(propose(incident(limited).build()).is_empty());
}

#[test]
fn exit_code_75_is_taken_at_its_word() {
    let asked = finding("system.tempfail", "unknown").disposition(Disposition::Retry);
    assert_eq!(propose(incident(asked).build()).len(), 1);
}

#[test]
fn a_failure_that_came_back_after_a_retry_is_not_retried_again() {
    assert!(propose(incident(reset()).tried("retry", "wait a little").build()).is_empty());
}

#[test]
fn another_failure_after_a_retry_may_be_retried() {
    let other = Tried {
        strategy: "retry".to_owned(),
        title: "wait a little".to_owned(),
        ended: "ineffective".to_owned(),
        signature: "system.dns:7".to_owned(),
    };
    assert_eq!(propose(incident(reset()).tried_as(other).build()).len(), 1);
}

#[test]
fn a_retry_that_the_host_refused_is_not_proposed_again() {
    let refused = Tried {
        strategy: "retry".to_owned(),
        title: "wait a little".to_owned(),
        ended: "refused".to_owned(),
        signature: String::new(),
    };
    assert!(propose(incident(reset()).tried_as(refused).build()).is_empty());
}

#[test]
fn without_attempts_left_nothing_is_proposed() {
    assert!(propose(incident(reset()).attempts_left(0).build()).is_empty());
}

#[test]
fn what_time_does_not_cure_is_left_alone() {
    for category in ["compile-error", "test-failure", "auth-or-permission", "unknown"] {
        assert!(
            propose(incident(finding("x.y", category).disposition(Disposition::Retry)).build()).is_empty(),
            "{category}"
        );
    }
    assert!(propose(incident(reset().disposition(Disposition::Never)).build()).is_empty());
}

#[test]
fn a_transient_symptom_below_another_root_cause_is_not_retried() {
    let root = finding("rust.compile-error", "compile-error").disposition(Disposition::Never);
    assert!(propose(incident(root).finding(reset()).build()).is_empty());
}

#[test]
fn of_checkout_failures_only_those_that_want_another_attempt_are_retried() {
    let broken_off = finding("git.early-eof", "git-or-checkout").disposition(Disposition::Retry);
    assert_eq!(propose(incident(broken_off).build()).len(), 1);
    let dubious = finding("git.dubious-ownership", "git-or-checkout").disposition(Disposition::Auto);
    assert!(propose(incident(dubious).build()).is_empty());
}

#[test]
fn an_outage_with_a_known_mirror_is_first_left_to_the_strategy_alternative() {
    let outage = finding("node.registry-down", "registry-or-service-outage").attr("mirror", "mirror.example");
    assert!(propose(incident(outage.clone()).build()).is_empty());
    assert_eq!(propose(incident(outage).tried("alternative", "use mirror.example").build()).len(), 1);
}

#[test]
fn where_the_rule_prefers_an_alternative_the_retry_is_less_sure() {
    let outage = || finding("node.registry-down", "registry-or-service-outage");
    let plain = propose(incident(outage().strategy("retry").strategy("alternative")).build());
    let second = propose(incident(outage().strategy("alternative").strategy("retry")).build());
    assert!(second[0].confidence < plain[0].confidence);
}

#[test]
fn delays_are_configurable_and_mistakes_are_diagnosed() {
    let remedies = propose_with(r#"{"base-ms": 10, "cap-ms": 20}"#, incident(reset()).build()).unwrap();
    assert_eq!(delay(&remedies), Delay { base_ms: 10, cap_ms: 20, asked_ms: None });
    for config in [r#"{"base-ms": "soon"}"#, r#"{"bas-ms": 1}"#, "[]", "{"] {
        let answer = propose_with(config, incident(reset()).build());
        assert!(matches!(answer, Err(PluginError::InvalidConfig(_))), "{config}: {answer:?}");
    }
}

#[test]
fn everything_that_it_proposes_for_is_among_what_it_handles() {
    let handled = HealRetry::handles().unwrap();
    assert!(handled.contains(&Interest::code("system.tempfail")));
    for category in patience::CATEGORIES {
        assert!(handled.contains(&Interest::category(*category)), "{category}");
    }
}
