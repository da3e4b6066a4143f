//! Which answer a log gets under which evidence.

use log_scan::{Claim, Diagnosis, Evidence, Options, Outcome, RuleSet, Scan, Scanner, SecretMask, Severity, Templates};

use crate::rules::{self, With, rule};

fn scan(log: &str) -> Scan {
    let mut scanner = Scanner::new(&rules::set());
    scanner.push(log.as_bytes());
    scanner.finish()
}

fn judge(log: &str, evidence: &Evidence) -> Diagnosis {
    scan(log).diagnose(evidence, &Options::default())
}

fn failed() -> Evidence {
    Evidence { exit_code: Some(1), ..Evidence::default() }
}

fn root_code(diagnosis: &Diagnosis) -> &str {
    diagnosis.root().map_or("none", |finding| finding.code.as_str())
}

const MISSING: &str = "Traceback (most recent call last):\n  File \"app.py\", line 3, in <module>\n    import PIL\nModuleNotFoundError: No module named 'PIL'\n";

#[test]
fn a_traceback_points_at_its_last_line() {
    let diagnosis = judge(MISSING, &failed());
    let root = diagnosis.root().expect("there is a cause");
    assert_eq!((root.code.as_str(), root.line), ("python.module-not-found", 4));
    assert_eq!(root.captures["module"], "PIL");
    assert_eq!(root.context.iter().map(|line| line.line).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn a_traceback_that_no_rule_explains_still_points_at_its_last_line() {
    let log =
        "Traceback (most recent call last):\n  File \"app.py\", line 3, in <module>\n    main()\nRuntimeError: boom\n";
    let diagnosis = judge(log, &failed());
    assert_eq!(diagnosis.findings[0].line, 4);
    assert_eq!(diagnosis.findings[0].text, "RuntimeError: boom");
}

#[test]
fn exit_code_zero_means_that_nothing_failed() {
    let diagnosis = judge(MISSING, &Evidence { exit_code: Some(0), ..Evidence::default() });
    assert_eq!(diagnosis.outcome, Outcome::NoFailure);
    assert!(diagnosis.findings.is_empty());
}

#[test]
fn a_failure_that_no_rule_knows_is_unknown_with_lines_to_read() {
    let diagnosis = judge("starting\nfatal: the frobnicator is jammed\nbye\n", &failed());
    assert_eq!(diagnosis.outcome, Outcome::Unknown);
    assert!(diagnosis.root().is_none());
    let likeliest = &diagnosis.findings[0];
    assert_eq!((likeliest.code.as_str(), likeliest.line), ("system.unknown-failure", 2));
    assert!(diagnosis.excerpt.iter().any(|line| line.line == 2));
}

#[test]
fn a_truncated_log_is_unknown_whatever_matched() {
    let diagnosis = judge(MISSING, &Evidence { log_truncated: true, ..failed() });
    assert_eq!(diagnosis.outcome, Outcome::Unknown);
    assert!(diagnosis.truncated && diagnosis.root().is_none());
}

#[test]
fn a_warning_alone_is_no_failure() {
    let log =
        "WARNING: Retrying (Retry(total=4, connect=None)) after connection broken\nSuccessfully installed demo-1.0\n";
    assert_eq!(judge(log, &Evidence::default()).outcome, Outcome::NoFailure);
}

#[test]
fn a_log_that_ends_well_stays_quiet_about_errors_before() {
    let log = "ModuleNotFoundError: No module named 'fast_json'\nusing the slow one\n===== 12 passed in 0.52s =====\n";
    assert_eq!(judge(log, &Evidence::default()).outcome, Outcome::NoFailure);
    assert_eq!(root_code(&judge(MISSING, &Evidence::default())), "python.module-not-found");
}

#[test]
fn the_closing_words_of_a_ci_service_stand_in_for_the_exit_code() {
    let red = format!("{MISSING}Build step 'Execute shell' marked build as failure\nFinished: FAILURE\n");
    let green = format!("{MISSING}Finished: SUCCESS\n");
    assert_eq!(judge(&red, &Evidence::default()).outcome, Outcome::Failure);
    assert_eq!(judge(&green, &Evidence::default()).outcome, Outcome::NoFailure);
}

#[test]
fn a_summary_points_up_to_its_cause() {
    let log = "error[E0308]: mismatched types\n --> src/main.rs:2:18\n\nerror: could not compile `demo` (bin \"demo\") due to 1 previous error\n";
    let diagnosis = judge(log, &failed());
    assert_eq!((root_code(&diagnosis), diagnosis.findings[0].line), ("rust.compile-error", 1));
    assert!(diagnosis.findings.iter().skip(1).all(|finding| finding.confidence < diagnosis.findings[0].confidence));
}

#[test]
fn the_first_error_of_a_cascade_is_the_root() {
    let log = "error[E0425]: cannot find value `a` in this scope\n\nerror[E0308]: mismatched types\n\nerror[E0599]: no method named `b`\n";
    assert_eq!(judge(log, &failed()).findings[0].line, 1);
}

#[test]
fn a_chain_of_exceptions_points_at_its_last_cause() {
    let log = "Exception in thread \"main\" java.lang.IllegalStateException: no pool\n\tat demo.Main.main(Main.java:9)\nCaused by: java.sql.SQLException: no driver\n\tat demo.Db.open(Db.java:3)\n\t... 1 more\nCaused by: java.io.IOException: gone\n\tat demo.Io.read(Io.java:5)\n\t... 2 more\nbye\n";
    assert_eq!(judge(log, &failed()).findings[0].line, 6);
}

#[test]
fn killed_is_out_of_memory_only_when_the_counter_says_so() {
    let log = "building\nKilled\n";
    let killed = Evidence { exit_code: Some(137), ..Evidence::default() };
    let proven = judge(log, &Evidence { oom_kills: Some(1), ..killed.clone() });
    let refuted = judge(log, &Evidence { oom_kills: Some(0), ..killed });
    assert_eq!(root_code(&proven), "system.killed");
    assert!(proven.findings[0].confidence > refuted.findings[0].confidence);
}

#[test]
fn evidence_alone_makes_the_finding_that_a_rule_claims_for_it() {
    let out_of_memory = judge("building\n", &Evidence { signal: Some(9), oom_kills: Some(1), ..Evidence::default() });
    assert_eq!(root_code(&out_of_memory), "system.killed");
    assert_eq!(out_of_memory.findings[0].text, "the kernel killed 1 process for lack of memory");
    let stopped = judge("building\n", &Evidence { timed_out: true, ..Evidence::default() });
    assert_eq!(root_code(&stopped), "system.timed-out");
}

#[test]
fn lines_that_a_green_log_also_has_weigh_nothing() {
    let log = "java.net.ConnectException: Connection refused (try 3)\nerror[E0308]: mismatched types\n";
    let green = Templates::learn(b"java.net.ConnectException: Connection refused (try 1)\nok\n");
    let diagnosis = scan(log).diagnose(&failed(), &Options { baseline: Some(&green), ..Options::default() });
    assert_eq!(root_code(&diagnosis), "rust.compile-error");
    assert!(diagnosis.runner_up.is_none());
}

#[test]
fn the_best_rival_of_another_category_is_kept_and_costs_confidence() {
    let alone = judge("java.net.ConnectException: Connection refused\n", &failed());
    let both = judge("java.net.ConnectException: Connection refused\nerror: No space left on device\n", &failed());
    let rival = both.runner_up.as_ref().expect("there is a rival");
    assert_ne!(rival.category, both.findings[0].category);
    assert!(both.findings[0].confidence < alone.findings[0].confidence);
}

#[test]
fn repetitions_are_one_finding() {
    let log = "error: write a1: No space left on device\n".repeat(50);
    let diagnosis = judge(&log, &failed());
    assert_eq!(diagnosis.findings.len(), 1);
    assert_eq!(diagnosis.findings[0].line, 1);
}

#[test]
fn all_context_together_stays_within_its_budget() {
    let mut log = String::new();
    for number in 0..60 {
        log.push_str(&format!("plain line {number}\nerror[E0{number:03}]: case {number}\n  |\n3 | let x;\n  |\n"));
    }
    let diagnosis = judge(&log, &failed());
    let all = diagnosis.findings.iter().chain(&diagnosis.runner_up);
    assert!(all.map(|finding| 1 + finding.context.len()).sum::<usize>() <= 40, "cause lines count too");
}

#[test]
fn an_echoed_command_is_not_its_output() {
    let log = "$ grep 'No space left on device' build.log\nerror[E0308]: mismatched types\n";
    assert_eq!(root_code(&judge(log, &failed())), "rust.compile-error");
}

#[test]
fn below_the_threshold_the_answer_is_unknown_and_the_guess_is_kept() {
    let diagnosis = scan(MISSING).diagnose(&failed(), &Options { confidence_threshold: 0.995, ..Options::default() });
    assert_eq!(diagnosis.outcome, Outcome::Unknown);
    assert_eq!(diagnosis.findings[0].code, "python.module-not-found");
    assert!(diagnosis.root().is_none());
}

#[test]
fn a_plugin_may_replace_or_drop_what_its_rule_matched() {
    let mut asking = rule("go.panic", "test-failure", r"^panic: ");
    asking.asks_plugin = true;
    let set = RuleSet::compile(vec![asking]).expect("the rule is sound");
    let scan = || {
        let mut scanner = Scanner::new(&set);
        scanner.push(b"panic: test timed out after 5s\n\ngoroutine 5 [running]:\n");
        scanner.finish()
    };
    let question = scan().questions().remove(0);
    assert_eq!((question.code.as_str(), question.line), ("go.panic", 1));
    let claim = Claim {
        code: "go.test-timeout".to_owned(),
        category: "resource-cpu-timeout".to_owned(),
        ecosystem: "go".to_owned(),
        severity: Severity::Error,
        confidence: 0.9,
        line: 3,
        text: String::new(),
        captures: Default::default(),
        disposition: "retry".to_owned(),
        strategies: vec!["retry".to_owned()],
        votes: Vec::new(),
    };
    let mut replaced = scan();
    replaced.settle(vec![(question.number, vec![claim])]);
    let diagnosis = replaced.diagnose(&failed(), &Options::default());
    assert_eq!(
        (root_code(&diagnosis), diagnosis.findings[0].text.as_str()),
        ("go.test-timeout", "goroutine 5 [running]:")
    );
    let mut dropped = scan();
    dropped.settle(vec![(question.number, Vec::new())]);
    assert_eq!(dropped.diagnose(&failed(), &Options::default()).findings[0].code, "system.unknown-failure");
}

#[test]
fn the_json_has_the_documented_shape() {
    let diagnosis = judge(MISSING, &failed());
    let json = serde_json::to_value(&diagnosis).expect("a diagnosis is plain data");
    let keys = |value: &serde_json::Value| {
        value.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>()).unwrap_or_default()
    };
    assert_eq!(keys(&json), ["findings", "lines", "outcome", "runner_up", "truncated"]);
    assert_eq!(json["outcome"], "failure");
    assert_eq!(
        keys(&json["findings"][0]),
        [
            "captures",
            "category",
            "code",
            "confidence",
            "context",
            "disposition",
            "ecosystem",
            "line",
            "rule",
            "severity",
            "signature",
            "strategies",
            "text"
        ]
    );
    assert_eq!(json["findings"][0]["severity"], "error");
    let back: Diagnosis = serde_json::from_value(json).expect("it reads back");
    assert_eq!(back, diagnosis);
}

#[test]
fn secrets_are_masked_in_every_text_of_a_diagnosis() {
    let log = "token hunter22secret\nModuleNotFoundError: No module named 'hunter22secret'\n";
    let masked = judge(log, &failed()).masked(&SecretMask::new(["hunter22secret"]));
    let json = serde_json::to_string(&masked).expect("a diagnosis is plain data");
    assert!(!json.contains("hunter22secret") && json.contains("***"));
}

#[test]
fn colours_in_the_middle_of_words_do_not_hide_a_failure() {
    let log = "2024-05-22T12:43:46.9Z \x1b[31mModuleNot\x1b[1mFoundError\x1b[0m: No module named 'yaml'\n";
    let diagnosis = judge(log, &failed());
    assert_eq!(diagnosis.findings[0].captures["module"], "yaml");
    assert_eq!(diagnosis.findings[0].text, "2024-05-22T12:43:46.9Z ModuleNotFoundError: No module named 'yaml'");
}

#[test]
fn lines_are_numbered_by_every_kind_of_line_end() {
    let log = "10 %\r50 %\r100 %\r\nok\n\x1b[K\rerror: No space left on device\r\nend";
    let diagnosis = judge(log, &failed());
    assert_eq!((diagnosis.findings[0].line, diagnosis.lines), (6, 7));
}

#[test]
fn a_negative_pattern_keeps_its_rule_silent() {
    let rules = vec![rule("x.y", "unknown", "failed hard").negative("expected")];
    let set = RuleSet::compile(rules).expect("the rule is sound");
    let mut scanner = Scanner::new(&set);
    scanner.push(b"failed hard, as expected\nfailed hard\n");
    assert_eq!(scanner.finish().diagnose(&failed(), &Options::default()).findings[0].line, 2);
}

#[test]
fn a_snapshot_shows_a_match_before_the_log_ends() {
    let mut scanner = Scanner::new(&rules::set());
    scanner.push(b"error: No space left on device\nstill wri");
    assert_eq!(scanner.matched(), 1);
    let diagnosis = scanner.snapshot().diagnose(&failed(), &Options::default());
    assert_eq!((root_code(&diagnosis), diagnosis.lines), ("system.no-space", 1));
    scanner.push(b"ting\n");
    assert_eq!(scanner.finish().lines(), 2);
}

#[test]
fn what_the_job_went_on_after_is_seldom_its_cause() {
    let steps = "##[group]Run ./prepare\nerror: No space left on device\n##[group]Run cargo build\nerror[E0308]: mismatched types\n##[error]Process completed with exit code 101.\n";
    assert_eq!(root_code(&judge(steps, &Evidence::default())), "rust.compile-error");
    let shell = "[demo] $ /bin/sh -xe /tmp/a.sh\n+ ./prepare\nerror: No space left on device\n+ cargo build\nerror[E0308]: mismatched types\nBuild step 'Execute shell' marked build as failure\n";
    assert_eq!(root_code(&judge(shell, &Evidence::default())), "rust.compile-error");
    let gitlab = "\x1b[32;1m$ ./prepare\x1b[0;m\nerror: No space left on device\n\x1b[32;1m$ cargo build\x1b[0;m\nerror[E0308]: mismatched types\nERROR: Job failed: exit code 1\n";
    assert_eq!(root_code(&judge(gitlab, &Evidence::default())), "rust.compile-error");
    let one_step = steps.replace("##[group]Run cargo build\n", "");
    assert_eq!(root_code(&judge(&one_step, &Evidence::default())), "system.no-space");
}

#[test]
fn a_plus_sign_is_a_command_only_where_a_shell_shows_its_commands() {
    let diff = "error: No space left on device\n+ expected\n- actual\nerror[E0308]: mismatched types\nBuild step 'Execute shell' marked build as failure\n";
    assert_eq!(root_code(&judge(diff, &Evidence::default())), "system.no-space");
}

#[test]
fn of_the_same_message_the_first_is_the_root_even_if_the_summary_follows_the_last() {
    let log = "error[E0308]: mismatched types\n\nerror[E0308]: mismatched types\n\nerror: could not compile `demo` due to 2 previous errors\n";
    assert_eq!(judge(log, &failed()).findings[0].line, 1);
}

#[test]
fn a_test_that_lacked_something_failed_for_lack_of_it() {
    let specs = [
        rule("go.test-failed", "test-failure", r"^--- FAIL: ").sure(0.9),
        rule("system.port-taken", "port-or-concurrency-conflict", "bind: address already in use").sure(0.85),
    ];
    let set = RuleSet::compile(specs.to_vec()).expect("both are sound");
    let root = |log: &str| {
        let mut scanner = Scanner::new(&set);
        scanner.push(log.as_bytes());
        scanner.finish().diagnose(&failed(), &Options::default()).findings[0].code.clone()
    };
    let said = "--- FAIL: TestServer (0.06s)\n    server_test.go:29: listen tcp: bind: address already in use\nFAIL\n";
    assert_eq!(root(said), "system.port-taken");
    let unrelated = "--- FAIL: TestServer (0.06s)\nFAIL\nlisten tcp: bind: address already in use\n";
    assert_eq!(root(unrelated), "go.test-failed");
}

#[test]
fn a_verdict_that_repeats_a_message_points_to_where_it_was_said_first() {
    let rules = vec![rule("git.refused", "network-transient", "dial tcp .*: connection refused")];
    let set = RuleSet::compile(rules).expect("the rule is sound");
    let mut scanner = Scanner::new(&set);
    scanner.push(b"WARNING: Failed to pull image: Get \"https://images.example/v2/\": dial tcp 10.0.0.1:443: connection refused\nERROR: Job failed: failed to pull image: Get \"https://images.example/v2/\": dial tcp 10.0.0.1:443: connection refused\n");
    assert_eq!(scanner.finish().diagnose(&failed(), &Options::default()).findings[0].line, 1);
}

#[test]
fn a_log_without_the_verdict_that_its_service_always_writes_is_cut_off() {
    let diagnosis = judge("Running with gitlab-runner 17.0.0\nFetching changes\n", &Evidence::default());
    assert_eq!((diagnosis.outcome, diagnosis.truncated), (Outcome::Unknown, true));
    assert_eq!(diagnosis.findings[0].line, 2);
    let whole = judge("Running with gitlab-runner 17.0.0\nFetching changes\nJob succeeded\n", &Evidence::default());
    assert_eq!((whole.outcome, whole.truncated), (Outcome::NoFailure, false));
}

#[test]
fn the_section_of_a_failed_test_is_shown_where_its_failure_is_only_named() {
    let log = "test shapes::area ... FAILED\ntest shapes::other ... ok\n\nfailures:\n\n---- shapes::area stdout ----\nthread 'shapes::area' panicked at src/shapes.rs:9:9:\nassertion failed: area() == 7\n  left: 6\n right: 7\n\ntest result: FAILED. 1 passed; 1 failed\n";
    let diagnosis = judge(log, &failed());
    assert_eq!(diagnosis.findings[0].line, 1);
    let shown: Vec<u64> =
        diagnosis.findings.iter().flat_map(|finding| &finding.context).map(|line| line.line).collect();
    assert!(diagnosis.findings.iter().any(|finding| finding.line == 7), "where it panicked");
    assert!([8, 9, 10].iter().all(|line| shown.contains(line)), "what it said: {shown:?}");
}
