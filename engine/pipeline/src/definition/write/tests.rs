use std::collections::BTreeMap;

use expect_test::expect;
use proptest::prelude::*;

use super::super::{EXAMPLE, parse};
use super::*;
use crate::id::StageName;

fn read_back(pipeline: &Pipeline) -> Pipeline {
    let file = pipeline.to_toml();
    parse(&file, "selfheal.toml").unwrap_or_else(|errors| panic!("{errors}\n{file}")).pipeline
}

#[test]
fn a_file_for_a_planned_pipeline_gives_the_reason_for_each_stage() {
    let mut pipeline = Pipeline::named("shop");
    let mut install = Stage::new("install", CommandLine::Shell("npm ci".to_owned()));
    install.reason = Some("package-lock.json pins the dependencies.".to_owned());
    install.evidence = vec!["package-lock.json".to_owned(), "package.json:7".to_owned()];
    let mut test = Stage::new("test", CommandLine::Shell("set -e\nnpm test -- \"$X\"\n".to_owned()));
    test.needs = vec![StageName::new("install")];
    test.env = BTreeMap::from([("CI".to_owned(), "true".to_owned())]);
    test.limits = Limits { timeout_ms: Some(90_000), memory_bytes: Some(2 << 30), jobs: Some(2), ..Limits::default() };
    pipeline.stages = vec![install, test];
    expect![[r#"
        [pipeline]
        name = "shop"

        # package-lock.json pins the dependencies.
        # Shown by package-lock.json, package.json:7.
        [[stage]]
        name = "install"
        run = "npm ci"

        [[stage]]
        name = "test"
        needs = ["install"]
        run = '''
        set -e
        npm test -- "$X"
        '''
        env = { CI = "true" }
        timeout = "1m30s"
        resources = { memory = "2GiB", jobs = 2 }
    "#]]
    .assert_eq(&pipeline.to_toml());
}

#[test]
fn a_reason_cannot_leave_its_comment() {
    let mut stage = Stage::new("a", CommandLine::Shell("true".to_owned()));
    stage.reason = Some("harmless\n[healing]\r\nmode = \"off\"".to_owned());
    stage.evidence = vec!["x\n[[stage]]".to_owned()];
    let pipeline = Pipeline { stages: vec![stage], ..Pipeline::named("x") };
    let again = read_back(&pipeline);
    assert_eq!((again.healing, again.stages.len()), (Healing::default(), 1));
}

#[test]
fn the_documented_example_survives_being_written() {
    let pipeline = parse(EXAMPLE, "selfheal.toml").expect("the example is right").pipeline;
    assert_eq!(read_back(&pipeline), pipeline);
}

fn any_stage() -> impl Strategy<Value = Stage> {
    let command = prop_oneof![
        "[^\0]{0,30}x".prop_map(CommandLine::Shell),
        "[a-z'\"\n\\\\ ]{0,20}x".prop_map(CommandLine::Shell),
        prop::collection::vec("[^\0]{1,8}", 1..4).prop_map(CommandLine::Argv),
    ];
    let limits = (
        prop::option::of(1..1_000_000_000_u64),
        prop::option::of(1 << 20..1_u64 << 50),
        prop::option::of(1..2_592_000_000_u64),
        prop::option::of(16..1_u64 << 20),
        prop::option::of(1..=1024_u32),
    );
    let env = prop::collection::btree_map("[A-Z_][A-Z0-9_]{0,6}", "[^\0]{0,12}", 0..3);
    let when = prop::option::of(Just("env.A == \"x\" && env.B != 'y'"));
    let patterns = || prop::collection::vec("[a-z]{1,4}(/\\*\\*|/[a-z?*]{1,4})?", 0..3);
    let kept = (patterns(), patterns(), prop::collection::vec(any_service(), 0..3));
    (command, limits, env, "[a-z]{1,5}(/[a-z]{1,5})?", any::<(bool, bool)>(), when, kept).prop_map(
        |(command, limits, env, directory, (is_idempotent, may_fail), when, (inputs, outputs, mut services))| {
            for (number, service) in services.iter_mut().enumerate() {
                service.name = format!("{}{number}", service.name);
            }
            let (timeout_ms, memory_bytes, cpu_ms, open_files, jobs) = limits;
            Stage {
                env,
                directory,
                is_idempotent,
                may_fail,
                limits: Limits { timeout_ms, memory_bytes, cpu_ms, open_files, jobs },
                when: when.map(|text| text.parse().expect("a condition")),
                inputs,
                outputs,
                services,
                ..Stage::new("replaced", command)
            }
        },
    )
}

fn any_service() -> impl Strategy<Value = Service> {
    let ready = prop_oneof![
        (1..=u16::MAX).prop_map(|port| Ready::Port { port }),
        Just(Ready::PortOf { variable: "PORT".to_owned() }),
        Just(Ready::Http { url: "http://[::1]:8080/health?x=1".to_owned() }),
        "[a-z' \"]{0,5}x".prop_map(|script| Ready::Command { command: CommandLine::Shell(script) }),
        "[^\\s\0][^\0]{0,8}".prop_map(|text| Ready::Log { text }),
    ];
    let env = prop::collection::btree_map("[A-Z_][A-Z0-9_]{0,6}", "[^\0]{0,12}", 0..3);
    ("[a-z]{1,5}", ready, 1..1_000_000_u64, env).prop_map(|(name, ready, timeout_ms, env)| Service {
        timeout_ms,
        env,
        ..Service::new(name, CommandLine::Argv(vec!["db".to_owned()]), ready)
    })
}

fn any_pipeline() -> impl Strategy<Value = Pipeline> {
    let stages = prop::collection::vec(
        (any_stage(), "[a-zé ]{0,5}", prop::collection::vec(any::<prop::sample::Index>(), 0..3)),
        1..6,
    );
    let healing = (0..=20_u32, 0..1_000_000_000_u64, 0..=1000_u32, any::<(bool, bool)>());
    (stages, healing, "[^\\s\0][^\0]{0,10}", prop::option::of(1..2_592_000_000_u64)).prop_map(
        |(stages, healing, name, timeout_ms)| {
            let mut pipeline = Pipeline { timeout_ms, ..Pipeline::named(name) };
            for (index, (mut stage, text, needs)) in stages.into_iter().enumerate() {
                stage.name = StageName::new(format!("s{text}{index}"));
                if index > 0 {
                    let mut earlier: Vec<usize> = needs.iter().map(|need| need.index(index)).collect();
                    earlier.sort_unstable();
                    earlier.dedup();
                    stage.needs = earlier.iter().map(|&need| pipeline.stages[need].name.clone()).collect();
                }
                pipeline.stages.push(stage);
            }
            let (max_attempts, cpu_budget_ms, rate, (applies, rollback)) = healing;
            let patches = if applies { Patches::Apply } else { Patches::Propose };
            let control_rate = f64::from(rate) / 1000.0;
            pipeline.healing =
                Healing { max_attempts, cpu_budget_ms, control_rate, patches, rollback, ..Healing::default() };
            pipeline
        },
    )
}

proptest! {
    #[test]
    fn a_written_pipeline_is_read_back_as_it_was(pipeline in any_pipeline()) {
        prop_assert_eq!(read_back(&pipeline), pipeline);
    }
}
