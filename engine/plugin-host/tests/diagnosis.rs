//! Rules of classifiers over logs, through the port.

mod support;

use driver::ports::Plugins;
use pipeline::finding::DiagnosisOutcome;
use plugin_host::{EmbeddedPlugin, HostOptions, Notice, PluginHost};
use support::diagnose_request;

fn host() -> PluginHost {
    let guest =
        EmbeddedPlugin { id: "two-roles", version: "0.1.0", digest: None, bytes: guests::component("two-roles") };
    let cache_dir = Some(support::cache());
    PluginHost::new(HostOptions { embedded: vec![guest], cache_dir, ..HostOptions::default() })
        .expect("the catalog loads")
}

fn log(text: &str) -> tempfile::NamedTempFile {
    let log = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(&log, text).expect("it is written");
    log
}

const BROKEN: &str = "starting\ntwo-roles: DATABASE_URL is not set\nmake: *** [all] Error 1\n";

#[tokio::test]
async fn a_rule_of_a_plugin_names_the_cause() {
    let log = log(BROKEN);
    let (diagnosis, faults) = host().diagnose(diagnose_request(log.path(), 1)).await;
    assert_eq!(faults, []);
    let root = diagnosis.root().expect("a cause");
    assert_eq!((root.code.as_str(), root.line), ("two-roles.variable-unset", 2));
    assert_eq!(root.rule, "two-roles@0.1.0/variable-unset");
    assert_eq!(root.captures.get("variable").map(String::as_str), Some("DATABASE_URL"));
}

#[tokio::test]
async fn a_plugin_that_is_asked_can_drop_the_match() {
    let log = log(&format!("{BROKEN}two-roles: drill\n"));
    let (diagnosis, faults) = host().diagnose(diagnose_request(log.path(), 1)).await;
    assert_eq!(faults, []);
    assert_eq!(diagnosis.outcome, DiagnosisOutcome::Unknown);
}

#[tokio::test]
async fn a_green_attempt_has_no_failure_whatever_its_log_says() {
    let log = log(BROKEN);
    let (diagnosis, _) = host().diagnose(diagnose_request(log.path(), 0)).await;
    assert_eq!(diagnosis.outcome, DiagnosisOutcome::NoFailure);
}

#[tokio::test]
async fn lines_of_green_logs_weigh_nothing() {
    let (log, green) = (log(BROKEN), log("two-roles: DATABASE_URL is not set\n"));
    let mut request = diagnose_request(log.path(), 1);
    request.baselines.push(green.path().to_owned());
    let (diagnosis, _) = host().diagnose(request).await;
    assert_eq!(diagnosis.outcome, DiagnosisOutcome::Unknown);
}

#[tokio::test]
async fn without_pattern_matching_only_measurements_count() {
    let log = log(BROKEN);
    let mut request = diagnose_request(log.path(), 75);
    request.pattern_matching = false;
    let (diagnosis, _) = host().diagnose(request).await;
    assert_eq!(diagnosis.root().map(|finding| finding.code.as_str()), Some("system.tempfail"));
}

#[tokio::test]
async fn a_log_that_cannot_be_read_is_unknown() {
    let (diagnosis, faults) = host().diagnose(diagnose_request(std::path::Path::new("/nowhere/log"), 1)).await;
    assert_eq!((diagnosis.outcome, faults.len()), (DiagnosisOutcome::Unknown, 0));
}

#[tokio::test]
async fn every_standard_classifier_gives_rules_that_pass() {
    let host = support::host();
    let classifiers: Vec<&str> =
        host.catalog().with_role(plugin_host::Role::Classifier).map(|plugin| plugin.id.as_str()).collect();
    assert!(classifiers.contains(&"classify-python"), "{classifiers:?}");
    for classifier in classifiers {
        let rules = host.rules_of(classifier).await;
        assert!(rules.as_ref().is_ok_and(|rules| !rules.is_empty()), "{classifier}: {rules:?}");
    }
}

#[tokio::test]
async fn a_first_diagnosis_with_rules_that_ask_nobody_compiles_nothing() {
    let notices = support::Notices::default();
    let mut options = HostOptions { cache_dir: None, ..support::options() };
    notices.listen(&mut options);
    let log = log("fatal: Unable to create '/srv/shop/.git/index.lock': File exists.\n");
    let host = PluginHost::new(options).expect("the catalog loads");
    let (diagnosis, faults) = host.diagnose(diagnose_request(log.path(), 128)).await;
    assert_eq!(faults, []);
    assert_eq!(diagnosis.root().map(|finding| finding.code.as_str()), Some("system.git-index-lock"));
    let notices = notices.take();
    assert!(!notices.iter().any(|notice| matches!(notice, Notice::Compiling { .. })), "{notices:?}");
}

#[tokio::test]
async fn the_standard_rules_name_a_missing_module() {
    let log = log("Traceback (most recent call last):\n  File \"app.py\", line 1, in <module>\n    import PIL\n\
                   ModuleNotFoundError: No module named 'PIL'\n");
    let (diagnosis, faults) = support::host().diagnose(diagnose_request(log.path(), 1)).await;
    assert_eq!(faults, []);
    let root = diagnosis.root().expect("a cause");
    assert_eq!((root.code.as_str(), root.line), ("python.module-not-found", 4));
    assert_eq!(root.captures.get("module").map(String::as_str), Some("PIL"));
}
