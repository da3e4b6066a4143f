use super::*;

fn request(outcome: Outcome) -> DiagnoseRequest {
    DiagnoseRequest {
        log: PathBuf::from("/nowhere"),
        outcome: Some(outcome),
        baselines: Vec::new(),
        confidence_threshold: 0.5,
        pattern_matching: true,
    }
}

/// Code of the host's own finding.
fn code_of(outcome: Outcome) -> Option<String> {
    let diagnosis = unreadable(&request(outcome), "gone");
    diagnosis.root().map(|finding| finding.code.clone())
}

#[test]
fn measurements_make_findings_where_no_rule_does() {
    let failed = |exit_code| Outcome { exit_code: Some(exit_code), ..Outcome::default() };
    assert_eq!(code_of(failed(75)).as_deref(), Some("system.tempfail"));
    assert_eq!(code_of(failed(1)), None);
    assert_eq!(code_of(failed(137)), None, "a kill alone is no lack of memory");
    let killed = Outcome { signal: Some(9), peak_memory_bytes: Some(1 << 20), ..Outcome::default() };
    assert_eq!(code_of(killed.clone()), None);
    let counted = Outcome { oom_kills: Some(2), ..failed(137) };
    assert_eq!(code_of(counted).as_deref(), Some("system.out-of-memory"));
    let huge = Outcome { peak_memory_bytes: Some(u64::MAX), ..killed };
    assert_eq!(code_of(huge).as_deref(), Some("system.out-of-memory"));
    let late = Outcome { timed_out: true, duration_ms: 10_000, signal: Some(15), ..Outcome::default() };
    assert_eq!(code_of(late).as_deref(), Some("system.timeout"));
    let absent = Outcome { not_started: Some("no such program".to_owned()), ..Outcome::default() };
    assert_eq!(code_of(absent).as_deref(), Some("system.command-not-found"));
}

#[test]
fn two_timeouts_have_one_signature() {
    let signature = |duration_ms| {
        let outcome = Outcome { timed_out: true, duration_ms, ..Outcome::default() };
        host_findings::of(&outcome, 7).expect("a finding").signature
    };
    assert_eq!(signature(10_000), signature(10_250));
}

#[test]
fn a_threshold_above_the_hosts_own_confidence_leaves_it_unknown() {
    let mut strict = request(Outcome { exit_code: Some(75), ..Outcome::default() });
    strict.confidence_threshold = 0.99;
    let diagnosis = unreadable(&strict, "gone");
    assert_eq!(diagnosis.outcome, DiagnosisOutcome::Unknown);
    assert_eq!(diagnosis.findings[0].code, "system.tempfail");
}

#[test]
fn a_gate_that_said_no_is_evidence_of_a_failure() {
    let gate =
        Outcome { exit_code: Some(0), failed_gates: vec!["coverage: 70 % < 80 %".to_owned()], ..Outcome::default() };
    assert_eq!(evidence(Some(&gate)).exit_code, Some(1));
    let absent = Outcome { not_started: Some(String::new()), ..Outcome::default() };
    assert_eq!(evidence(Some(&absent)).exit_code, Some(127));
}
