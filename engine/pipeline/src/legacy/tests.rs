use expect_test::{Expect, expect};

use super::*;
use crate::definition::{Detection, Healing, Stage};
use crate::remedy::CommandLine;

/// Every key, with a value that differs from the default of what it sets.
const FULL: &str = r#"
autonomous_cicd:
  pipeline:
    enable_optimization: false
    enable_parallel_processing: true
    max_concurrent_tasks: 7
    default_timeout_minutes: 30
  error_detection:
    enable_learning: false
    confidence_threshold: 0.8
    pattern_matching: false
  self_healing:
    max_healing_attempts: 5
    enable_aggressive_healing: true
    enable_rollback: false
  quality_gates:
    test_coverage: 80
    code_quality: "B"
    security_scan: true
    performance_benchmark: true
  integrations:
    github:
      enable_webhooks: true
      auto_create_issues: true
    linear:
      enable_notifications: true
      auto_update_status: true
    database:
      store_metrics: false
      enable_analytics: true
"#;

fn read(text: &str) -> Legacy {
    parse(text, ".autonomous-cicd.yml").unwrap_or_else(|errors| panic!("{errors}"))
}

fn applied(text: &str) -> Pipeline {
    let mut pipeline = Pipeline::named("shop");
    pipeline.stages.push(Stage::new("test", CommandLine::Shell("make test".to_owned())));
    let mut slow = pipeline.stages[0].clone();
    slow.name = "slow".into();
    slow.limits.timeout_ms = Some(1);
    pipeline.stages.push(slow);
    read(text).apply(&mut pipeline);
    pipeline
}

#[track_caller]
fn check_errors(text: &str, expected: Expect) {
    let errors = parse(text, ".autonomous-cicd.yml").expect_err("the file has mistakes");
    expected.assert_eq(&errors.to_string());
}

#[test]
fn every_setting_has_its_effect() {
    let pipeline = applied(FULL);
    assert_eq!((pipeline.order, pipeline.max_parallel), (StageOrder::File, 7));
    assert_eq!(pipeline.stages[0].limits.timeout_ms, Some(1_800_000));
    assert_eq!(pipeline.stages[1].limits.timeout_ms, Some(1), "a stage's own timeout stays");
    let detection = Detection { confidence_threshold: 0.8, pattern_matching: false, learning: false };
    assert_eq!(pipeline.detection, detection);
    let healing = Healing { max_attempts: 5, patches: Patches::Apply, rollback: false, ..Healing::default() };
    assert_eq!(pipeline.healing, healing);
}

#[test]
fn every_key_without_effect_gives_a_warning_that_names_it() {
    let shown: Vec<String> =
        read(FULL).warnings.iter().map(|warning| format!("{}: {}", warning.line, warning.kind)).collect();
    expect![[r#"
        14: `enable_aggressive_healing` applies verified patches to the workspace; without it they are offered as files
        17: gate `test_coverage` is not measured in this version: nothing fails because of it, and a green run says nothing about it
        18: gate `code_quality` is not measured in this version: nothing fails because of it, and a green run says nothing about it
        19: gate `security_scan` is not measured in this version: nothing fails because of it, and a green run says nothing about it
        20: gate `performance_benchmark` is not measured in this version: nothing fails because of it, and a green run says nothing about it
        23: `github.enable_webhooks` has no effect in this version: nothing listens for webhooks yet
        24: `github.auto_create_issues` has no effect in this version: tickets are written as files and not sent to a tracker yet
        26: `linear.enable_notifications` has no effect in this version: nothing is sent to Linear yet
        27: `linear.auto_update_status` has no effect in this version: nothing is sent to Linear yet
        29: `database.store_metrics` has no effect in this version: the journal of every run is kept, because recovery needs it
        30: `database.enable_analytics` has no effect in this version: runs are recorded, and nothing is computed from them yet"#]].assert_eq(&shown.join("\n"));
}

#[test]
fn a_warning_shows_its_place() {
    let legacy = read("autonomous_cicd:\n  integrations:\n    linear: { enable_notifications: true }\n");
    expect![[r#"
        .autonomous-cicd.yml:3:15: warning: `linear.enable_notifications` has no effect in this version: nothing is sent to Linear yet
          |
        3 |     linear: { enable_notifications: true }
          |               ^^^^^^^^^^^^^^^^^^^^"#]].assert_eq(&legacy.warnings[0].to_string());
}

#[test]
fn a_flag_that_asks_for_nothing_gives_no_warning() {
    let text = "
autonomous_cicd:
  self_healing: { enable_aggressive_healing: false }
  quality_gates: { security_scan: false, performance_benchmark: false }
  integrations:
    github: { enable_webhooks: false, auto_create_issues: false }
    linear: { enable_notifications: false, auto_update_status: false }
    database: { store_metrics: true, enable_analytics: false }
";
    assert_eq!(read(text).warnings, []);
    assert_eq!(applied(text).healing.patches, Patches::Propose);
}

#[test]
fn without_parallel_processing_one_stage_runs_at_a_time() {
    let text = "autonomous_cicd:\n  pipeline: { enable_parallel_processing: false, max_concurrent_tasks: 8 }\n";
    assert_eq!(applied(text).max_parallel, 1);
}

#[test]
fn keys_that_are_left_out_change_nothing() {
    for text in ["autonomous_cicd:\n", "autonomous_cicd: {}\n", "autonomous_cicd:\n  pipeline:\n  self_healing: {}\n"] {
        let mut expected = applied(text);
        assert_eq!(read(text), Legacy::default(), "{text}");
        expected.stages.clear();
        assert_eq!(expected, Pipeline::named("shop"), "{text}");
    }
}

#[test]
fn every_mistake_is_refused_at_once() {
    check_errors(
        "autonomous_cicd:
  pipeline:
    max_concurent_tasks: 4
    enable_optimization: sometimes
    default_timeout_minutes: 0
  error_detection:
    confidence_threshold: 80
  self_healing:
    max_healing_attempts: lots
  quality_gates:
    code_quality: Z
  notifications: {}
",
        expect![[r#"
            .autonomous-cicd.yml:3:5: unknown key `max_concurent_tasks` in pipeline; did you mean `max_concurrent_tasks`?
              |
            3 |     max_concurent_tasks: 4
              |     ^^^^^^^^^^^^^^^^^^^

            .autonomous-cicd.yml:4:26: `enable_optimization` wants true or false, found the text "sometimes"
              |
            4 |     enable_optimization: sometimes
              |                          ^^^^^^^^^

            .autonomous-cicd.yml:5:30: `default_timeout_minutes` has to lie between 1 and 43200, found 0
              |
            5 |     default_timeout_minutes: 0
              |                              ^

            .autonomous-cicd.yml:7:27: `confidence_threshold` has to lie between 0 and 1, found 80; did you mean 0.8?
              |
            7 |     confidence_threshold: 80
              |                           ^^

            .autonomous-cicd.yml:9:27: `max_healing_attempts` wants a whole number, found the text "lots"
              |
            9 |     max_healing_attempts: lots
              |                           ^^^^

            .autonomous-cicd.yml:11:19: `code_quality` is one of "A", "B", "C", "D", "E", "F", found "Z"
               |
            11 |     code_quality: Z
               |                   ^

            .autonomous-cicd.yml:12:3: unknown key `notifications` in autonomous_cicd; its keys are `pipeline`, `error_detection`, `self_healing`, `quality_gates` and `integrations`
               |
            12 |   notifications: {}
               |   ^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn other_files_are_refused() {
    check_errors(
        "",
        expect![[r#"
        .autonomous-cicd.yml:1:1: the file has no `autonomous_cicd`; add one, such as `autonomous_cicd:`
          |
        1 |
          | ^"#]],
    );
    check_errors(
        "stages: [build]\n",
        expect![[r#"
        .autonomous-cicd.yml:1:1: unknown key `stages` in the file; its keys are `autonomous_cicd`
          |
        1 | stages: [build]
          | ^^^^^^"#]],
    );
    check_errors(
        "autonomous_ci_cd:\n  pipeline:\n",
        expect![[r#"
        .autonomous-cicd.yml:1:1: unknown key `autonomous_ci_cd` in the file; did you mean `autonomous_cicd`?
          |
        1 | autonomous_ci_cd:
          | ^^^^^^^^^^^^^^^^"#]],
    );
    check_errors(
        "- a\n- b\n",
        expect![[r#"
        .autonomous-cicd.yml:1:1: the file has to be a table of keys and values, found a list
          |
        1 | - a
          | ^"#]],
    );
}

#[test]
fn text_that_is_not_yaml_is_refused() {
    check_errors(
        "autonomous_cicd:\n  pipeline: [1, 2\n",
        expect![[r#"
        .autonomous-cicd.yml:2:13: unclosed bracket '['
          |
        2 |   pipeline: [1, 2
          |             ^"#]],
    );
    check_errors(
        "autonomous_cicd:\n  pipeline: {}\n  pipeline: {}\n",
        expect![[r#"
        .autonomous-cicd.yml:3:3: duplicate mapping key `pipeline` is not allowed here
          |
        3 |   pipeline: {}
          |   ^^^^^^^^"#]],
    );
}

#[test]
fn places_are_right_behind_characters_of_several_bytes() {
    check_errors(
        "# größe\nautonomous_cicd: { pipeline: { \"ä\": 1, max_concurrent_tasks: 0 } }\n",
        expect![[r#"
        .autonomous-cicd.yml:2:32: unknown key `ä` in pipeline; its keys are `enable_optimization`, `enable_parallel_processing`, `max_concurrent_tasks` and `default_timeout_minutes`
          |
        2 | autonomous_cicd: { pipeline: { "ä": 1, max_concurrent_tasks: 0 } }
          |                                ^^^

        .autonomous-cicd.yml:2:62: `max_concurrent_tasks` has to lie between 1 and 1024, found 0
          |
        2 | autonomous_cicd: { pipeline: { "ä": 1, max_concurrent_tasks: 0 } }
          |                                                              ^"#]],
    );
}

#[test]
fn an_alias_has_the_value_of_its_anchor() {
    let text =
        "autonomous_cicd:\n  pipeline: { max_concurrent_tasks: &n 3 }\n  self_healing: { max_healing_attempts: *n }\n";
    let pipeline = applied(text);
    assert_eq!((pipeline.max_parallel, pipeline.healing.max_attempts), (3, 3));
}
