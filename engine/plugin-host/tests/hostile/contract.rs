//! Guests that break the contract: each is contained, named by a stable code, and the next call works.

use std::time::{Duration, Instant};

use driver::ports::Plugins;
use plugin_host::{EmbeddedPlugin, HostOptions, Notice, PluginHost};

use crate::lab::alone;
use crate::support::{self, Notices, diagnose_request, finding, incident};

/// A host with the misbehaving guest and a good one.
fn host(behaviour: &str, function: &str, notices: &Notices) -> PluginHost {
    // Declarations are kept by version, machine code is not: so these tests compile each guest once.
    let version: &'static str = format!("0.1.0+{behaviour}-in-{function}").leak();
    let guest = |id| EmbeddedPlugin { id, version, digest: None, bytes: guests::component(id) };
    let mut options = HostOptions {
        embedded: vec![guest("misbehaving"), guest("two-roles")],
        cache_dir: Some(support::cache()),
        ..HostOptions::default()
    };
    let config = format!("{{\"behaviour\": \"{behaviour}\", \"in\": \"{function}\"}}");
    options.config.insert("misbehaving".to_owned(), config);
    notices.listen(&mut options);
    PluginHost::new(options).expect("the catalog loads")
}

/// Asks both healers, and checks that the good one answered. Returns the fault codes of the other.
async fn proposes(host: &PluginHost) -> Vec<String> {
    let mut good = finding("two-roles.variable-unset", "configuration");
    good.captures.insert("variable".to_owned(), "TOKEN".to_owned());
    let proposals = host.propose(&incident(vec![good, finding("guest.failed", "configuration")])).await;
    let good: Vec<&str> = proposals.remedies.iter().map(|remedy| remedy.plugin.as_str()).collect();
    assert!(good.contains(&"two-roles"), "{proposals:?}");
    proposals
        .faults
        .into_iter()
        .map(|fault| {
            assert_eq!(fault.plugin, "misbehaving");
            fault.code
        })
        .collect()
}

async fn fault_of(behaviour: &str) -> (Vec<String>, Duration) {
    let host = host(behaviour, "propose", &Notices::default());
    host.prepare(&plugin_host::Role::ALL).await;
    let started = Instant::now();
    let codes = proposes(&host).await;
    let took = started.elapsed();
    // The engine is as good as new: the same host, and then the same guest, answer.
    assert_eq!(proposes(&host).await, codes);
    (codes, took)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_guest_has_no_fault() {
    let _alone = alone().await;
    let host = host("none", "nowhere", &Notices::default());
    assert_eq!(proposes(&host).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_ends_at_the_deadline() {
    let _alone = alone().await;
    let (codes, took) = fault_of("loop").await;
    assert_eq!(codes, ["timeout"]);
    assert!(took < Duration::from_secs(20), "{took:?}");
}

#[tokio::test]
async fn a_loop_ends_on_a_single_thread_too() {
    let _alone = alone().await;
    let host = host("loop", "propose", &Notices::default());
    assert_eq!(proposes(&host).await, ["timeout"]);
}

#[tokio::test]
async fn memory_has_a_limit() {
    let _alone = alone().await;
    assert_eq!(fault_of("exhaust-memory").await.0, ["memory-limit"]);
}

#[tokio::test]
async fn recursion_has_a_limit() {
    let _alone = alone().await;
    assert_eq!(fault_of("recurse").await.0, ["stack-overflow"]);
}

#[tokio::test]
async fn a_panic_shows_its_message() {
    let _alone = alone().await;
    let host = host("trap", "propose", &Notices::default());
    let proposals = host.propose(&incident(vec![finding("guest.failed", "configuration")])).await;
    assert_eq!(proposals.faults[0].code, "panic");
    assert!(proposals.faults[0].message.contains("the guest panics on purpose"), "{proposals:?}");
}

#[tokio::test]
async fn an_exit_is_no_exit_of_the_engine() {
    let _alone = alone().await;
    assert_eq!(fault_of("exit").await.0, ["exited"]);
}

#[tokio::test]
async fn floods_are_stopped() {
    let _alone = alone().await;
    assert_eq!(fault_of("flood-host").await.0, ["host-call-limit"]);
    assert_eq!(fault_of("flood-log").await.0, ["host-call-limit"]);
}

#[tokio::test]
async fn log_output_is_capped_and_harmless() {
    let _alone = alone().await;
    let notices = Notices::default();
    let host = host("flood-log", "propose", &notices);
    proposes(&host).await;
    let mut bytes = 0;
    for notice in notices.take() {
        if let Notice::Log { plugin, message, .. } = notice {
            assert_eq!(plugin, "misbehaving");
            assert!(!message.contains(|c: char| c.is_control()), "{message:?}");
            bytes += message.len();
        }
    }
    // Escapes are longer than what they stand for.
    assert!((1_000..4 * 64 * 1_024).contains(&bytes), "{bytes}");
}

#[tokio::test]
async fn answers_over_a_limit_or_without_sense_are_garbage() {
    let _alone = alone().await;
    for behaviour in ["many-elements", "huge-text", "invalid-text", "invalid-values", "invalid-paths"] {
        assert_eq!(fault_of(behaviour).await.0, ["garbage"], "{behaviour}");
    }
}

#[tokio::test]
async fn an_error_is_an_answer() {
    let _alone = alone().await;
    assert_eq!(fault_of("transient-error").await.0, ["transient"]);
}

#[tokio::test]
async fn a_guest_that_breaks_its_contract_three_times_is_benched() {
    let _alone = alone().await;
    let notices = Notices::default();
    let host = host("trap", "propose", &notices);
    for _ in 0..3 {
        assert_eq!(proposes(&host).await, ["panic"]);
    }
    assert_eq!(proposes(&host).await, [""; 0]);
    let benched = |notice: &Notice| matches!(notice, Notice::Benched { faults: 3, .. });
    assert_eq!(notices.take().iter().filter(|notice| benched(notice)).count(), 1);
}

#[tokio::test]
async fn declarations_are_contained_like_answers() {
    let _alone = alone().await;
    let cases = [
        ("handles", "trap", "panic"),
        ("handles", "many-elements", "garbage"),
        ("handles", "invalid-values", "garbage"),
        ("rules", "trap", "panic"),
        ("rules", "exhaust-memory", "memory-limit"),
        ("rules", "many-elements", "garbage"),
        ("rules", "invalid-text", "garbage"),
        ("rules", "invalid-values", "garbage"),
        ("rules", "invalid-patterns", "garbage"),
    ];
    for (function, behaviour, code) in cases {
        let host = host(behaviour, function, &Notices::default());
        let fault = match function {
            "rules" => host.rules_of("misbehaving").await.map(drop),
            _ => host.interests_of("misbehaving").await.map(drop),
        };
        assert_eq!(fault.map_err(|fault| fault.kind.code()), Err(code), "{behaviour} in {function}");
        assert!(host.rules_of("two-roles").await.is_ok());
    }
}

#[tokio::test]
async fn a_match_whose_plugin_fails_stays_as_its_rule_describes_it() {
    let _alone = alone().await;
    for (behaviour, code) in [
        ("trap", "panic"),
        ("many-elements", "garbage"),
        ("invalid-values", "garbage"),
        ("flood-host", "host-call-limit"),
    ] {
        let host = host(behaviour, "classify", &Notices::default());
        let log = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(&log, "building\nguest: failed\nmake: *** [all] Error 1\n").expect("it is written");
        let (diagnosis, faults) = host.diagnose(diagnose_request(log.path(), 1)).await;
        assert_eq!(diagnosis.root().map(|finding| finding.code.as_str()), Some("guest.failed"), "{diagnosis:?}");
        let codes: Vec<&str> = faults.iter().map(|fault| fault.code.as_str()).collect();
        assert_eq!(codes, [code], "{behaviour}");
    }
}

#[tokio::test]
async fn ungranted_and_unknown_imports_are_refused_by_name() {
    let _alone = alone().await;
    let guest = |id| EmbeddedPlugin { id, version: "0.1.0", digest: None, bytes: guests::component(id) };
    let options = HostOptions {
        embedded: vec![guest("imports-filesystem"), guest("imports-http"), guest("two-roles")],
        ..HostOptions::default()
    };
    let host = PluginHost::new(options).expect("the catalog loads");
    let reasons: Vec<&str> = host.catalog().refused().iter().map(|refusal| refusal.reason.as_str()).collect();
    assert_eq!(reasons.len(), 2);
    assert!(reasons[0].contains("wasi:filesystem/"), "{reasons:?}");
    assert!(reasons[1].contains("[plugins.grants.\"imports-http\"]: http = [\"HOST\"]"), "{reasons:?}");
    assert!(host.catalog().find("two-roles").is_some());
}
