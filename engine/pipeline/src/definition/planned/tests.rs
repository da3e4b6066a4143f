use expect_test::{Expect, expect};

use super::*;

fn planned(plugin: &str, name: &str, needs: &[&str]) -> PlannedStage {
    PlannedStage {
        plugin: PluginId::new(plugin),
        name: name.to_owned(),
        run: format!("do {name}"),
        directory: ".".to_owned(),
        needs: needs.iter().map(|need| (*need).to_owned()).collect(),
        env: Vec::new(),
        limits: Limits::default(),
        purpose: "test".to_owned(),
        reason: format!("{name} is needed"),
        evidence: vec!["Makefile:3".to_owned()],
    }
}

/// Checks the graph and the notes.
#[track_caller]
fn check(stages: Vec<PlannedStage>, expected: Expect) {
    let Planned { pipeline, notes } = from_planned("shop", stages);
    let mut shown = String::new();
    for stage in &pipeline.stages {
        let needs: Vec<&str> = stage.needs.iter().map(|need| need.as_str()).collect();
        shown.push_str(&format!("{} needs {needs:?}\n", stage.name));
    }
    for note in &notes {
        shown.push_str(&format!("note: {note}\n"));
    }
    expected.assert_eq(&shown);
    let again = super::super::parse(&pipeline.to_toml(), "selfheal.toml");
    assert!(pipeline.stages.is_empty() || again.is_ok(), "the result is a right pipeline");
}

#[test]
fn a_planned_stage_keeps_its_reason_and_evidence() {
    let stages = from_planned("shop", vec![planned("plan-project", "test", &[])]).pipeline.stages;
    assert_eq!(stages[0].reason.as_deref(), Some("test is needed"));
    assert_eq!(stages[0].evidence, ["Makefile:3"]);
    assert_eq!(stages[0].command, CommandLine::Shell("do test".to_owned()));
    assert_eq!(stages[0].runner.as_deref(), Some("run-shell"));
}

#[test]
fn names_that_collide_get_the_plugins_id_in_front() {
    check(
        vec![
            planned("plan-a", "build", &[]),
            planned("plan-a", "test", &["build"]),
            planned("acme/plan-b", "build", &[]),
            planned("acme/plan-b", "pack", &["build", "test"]),
        ],
        expect![[r#"
            plan-a:build needs []
            test needs ["plan-a:build"]
            acme/plan-b:build needs []
            pack needs ["acme/plan-b:build", "test"]
            note: several planners have a stage `build`; that of plan-a is called `plan-a:build`
            note: several planners have a stage `build`; that of acme/plan-b is called `acme/plan-b:build`
        "#]],
    );
}

#[test]
fn a_need_that_nobody_planned_is_left_out() {
    check(
        vec![planned("plan-a", "test", &["install", "test"])],
        expect![[r#"
        test needs []
        note: stage `test` of plan-a needs `install`, which nobody planned; it runs without
        note: stage `test` of plan-a needs `test`, which closes a circle; it runs without
    "#]],
    );
}

#[test]
fn a_circle_is_opened_where_it_points_forward() {
    check(
        vec![planned("p", "a", &["c"]), planned("p", "b", &["a"]), planned("p", "c", &["b"])],
        expect![[r#"
            a needs []
            b needs ["a"]
            c needs ["b"]
            note: stage `a` of p needs `c`, which closes a circle; it runs without
        "#]],
    );
}

#[test]
fn stages_that_nobody_can_run_are_left_out() {
    let nothing = PlannedStage { run: " ".to_owned(), ..planned("p", "nothing", &[]) };
    let outside = PlannedStage { directory: "../x".to_owned(), ..planned("p", "outside", &[]) };
    check(
        vec![nothing, outside, planned("p", "", &[]), planned("p", "a", &["nothing"]), planned("p", "a", &[])],
        expect![[r#"
            a needs []
            note: left out stage "nothing" of p: it runs nothing
            note: left out stage "outside" of p: its directory lies outside the workspace
            note: left out stage "" of p: its name is empty, too long, or holds blanks at an end or control characters
            note: left out stage "a" of p: its name occurs twice
            note: stage `a` of p needs `nothing`, which nobody planned; it runs without
        "#]],
    );
}

#[test]
fn a_variable_without_a_usable_name_is_left_out() {
    let env = vec![("A B".to_owned(), "1".to_owned()), ("CI".to_owned(), "1".to_owned())];
    let Planned { pipeline, notes } = from_planned("x", vec![PlannedStage { env, ..planned("p", "a", &[]) }]);
    assert_eq!(pipeline.stages[0].env.keys().collect::<Vec<_>>(), ["CI"]);
    assert!(matches!(&notes[..], [PlanningNote::VariableLeftOut { variable, .. }] if variable == "A B"));
}

#[test]
fn a_deployment_is_not_idempotent() {
    let deploy = PlannedStage { purpose: "deploy".to_owned(), ..planned("p", "ship", &[]) };
    assert!(!from_planned("x", vec![deploy]).pipeline.stages[0].is_idempotent);
}
