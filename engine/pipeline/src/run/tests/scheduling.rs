//! Which stages start, and when.

use super::*;

#[test]
fn an_unwanted_stage_is_skipped_and_counts_as_passed() {
    let definition = pipeline(&[("deploy", &[]), ("notify", &["deploy"])]);
    let fact = Fact::RunStarted {
        run: RunId::new("r-1"),
        pipeline: Box::new(definition),
        seed: 1,
        learned: Vec::new(),
        benched: Vec::new(),
        machine: Machine::default(),
        unwanted: vec![StageName::new("deploy")],
        durations: BTreeMap::new(),
        joins_failures: true,
        java_homes: Vec::new(),
        source: None,
        earlier: Default::default(),
    };
    let (_, decisions) = Run::start(&fact, NOW).expect("a run starts with its first fact");
    assert_eq!(words(&decisions), ["deploy skip clean", "start notify.1"]);
}

#[test]
fn the_stage_with_the_longest_measured_way_to_go_starts_first() {
    let mut definition = pipeline(&[("lint", &[]), ("build", &[]), ("test", &["build"])]);
    definition.max_parallel = 1;
    let first = |definition: &Pipeline, lint_ms: u64| {
        let fact = Fact::RunStarted {
            run: RunId::new("r-1"),
            pipeline: Box::new(definition.clone()),
            seed: 1,
            learned: Vec::new(),
            benched: Vec::new(),
            machine: Machine::default(),
            unwanted: Vec::new(),
            durations: [("lint", lint_ms), ("build", 400), ("test", 500)]
                .map(|(name, ms)| (StageName::new(name), ms))
                .into(),
            joins_failures: true,
            java_homes: Vec::new(),
            source: None,
            earlier: Default::default(),
        };
        words(&Run::start(&fact, NOW).expect("a run starts with its first fact").1)
    };
    assert_eq!(first(&definition, 800), ["start build.1"]);
    assert_eq!(first(&definition, 1_000), ["start lint.1"]);
    definition.order = crate::definition::StageOrder::File;
    assert_eq!(first(&definition, 800), ["start lint.1"]);
}

#[test]
fn stages_start_when_what_they_need_has_passed() {
    let (mut run, first) = start(pipeline(&[("install", &[]), ("lint", &[]), ("test", &["install"])]));
    assert_eq!(words(&first), ["start install.1", "start lint.1"]);
    step(&mut run, ended("lint", 1, Purpose::Plain, 0), &["lint success clean"]);
    step(&mut run, ended("install", 1, Purpose::Plain, 0), &["install success clean", "start test.1"]);
    step(&mut run, ended("test", 1, Purpose::Plain, 0), &["test success clean", "run success clean"]);
}
