use super::*;
use crate::id::PluginId;

fn pipeline() -> Pipeline {
    let mut pipeline = Pipeline::named("shop");
    pipeline.stages = vec![Stage::new("build", shell("make")), Stage::new("test", shell("make test"))];
    pipeline
}

fn shell(script: &str) -> CommandLine {
    CommandLine::Shell(script.to_owned())
}

fn failure(stage: &str, run: &str) -> EarlierFailure {
    let (code, category) = ("python.test-failed", "test-failure");
    EarlierFailure {
        stage: StageName::new(stage),
        run: RunId::new(run),
        code: Some(code.to_owned()),
        category: Some(category.to_owned()),
    }
}

fn past(stage: &str, command: &str, healed_by: Vec<Healing>) -> PastFailure {
    PastFailure { failure: failure(stage, "r-1"), command: command_digest(&shell(command)), healed_by }
}

fn healing(actions: Vec<Action>) -> Healing {
    Healing::of(&Remedy {
        plugin: PluginId::new("heal-test"),
        strategy: "config".to_owned(),
        title: "try it".to_owned(),
        rationale: String::new(),
        confidence: 0.5,
        actions,
        reversible: true,
        expects: Vec::new(),
    })
}

/// Whether the failure of `test` counts after these remedies helped, with these variables now.
fn counts(remedies: Vec<Vec<Action>>, env: &[(&str, &str)]) -> bool {
    let healed_by = remedies.into_iter().map(healing).collect();
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    !suspects(vec![past("test", "make test", healed_by)], &pipeline(), &[], &env).is_empty()
}

fn set_env() -> Action {
    Action::SetEnv { name: "HELPER".to_owned(), value: "1".to_owned() }
}

fn set_memory(bytes: u64) -> Action {
    Action::SetLimit { limits: Limits { memory_bytes: Some(bytes), ..Limits::default() } }
}

fn clear() -> Action {
    Action::ClearPath { path: "target".to_owned() }
}

fn wait() -> Action {
    Action::Wait { base_ms: 1, cap_ms: 2, asked_ms: None }
}

#[test]
fn a_failure_that_nothing_healed_counts() {
    assert!(counts(Vec::new(), &[]));
}

#[test]
fn one_that_only_another_attempt_healed_counts() {
    assert!(counts(vec![vec![wait()]], &[]));
    assert!(counts(vec![Vec::new()], &[]));
}

#[test]
fn what_a_remedy_left_in_the_workspace_repairs() {
    assert!(!counts(vec![vec![clear()]], &[]));
    assert!(!counts(vec![vec![wait(), clear()]], &[]));
    assert!(counts(vec![vec![clear()], vec![wait()]], &[]), "the second failure passed by itself");
}

#[test]
fn a_variable_repairs_as_long_as_it_is_set() {
    assert!(counts(vec![vec![set_env()]], &[]));
    assert!(counts(vec![vec![set_env()]], &[("HELPER", "2")]));
    assert!(!counts(vec![vec![set_env()]], &[("HELPER", "1")]));
}

#[test]
fn a_limit_repairs_where_the_stage_has_as_much_now() {
    let is_suspect = |now: Option<u64>| {
        let mut pipeline = pipeline();
        pipeline.stages[1].limits.memory_bytes = now;
        let past = past("test", "make test", vec![healing(vec![set_memory(100)])]);
        !suspects(vec![past], &pipeline, &[], &BTreeMap::new()).is_empty()
    };
    assert!(is_suspect(Some(99)));
    assert!(!is_suspect(Some(100)));
    assert!(!is_suspect(None), "no limit is enforced");
    let jobs = Limits { jobs: Some(2), ..Limits::default() };
    assert!(!is_as_generous(&Limits::default(), &jobs), "tools take as many as they like");
    assert!(is_as_generous(&Limits { jobs: Some(1), ..Limits::default() }, &jobs));
}

#[test]
fn a_learned_limit_repairs_what_a_larger_one_healed_and_a_try_with_less_does_not() {
    let is_suspect = |is_probe: bool| {
        let mut pipeline = pipeline();
        pipeline.stages[1].limits.memory_bytes = Some(10);
        let limits = Limits { memory_bytes: Some(50), ..Limits::default() };
        let floor = GivenFloor { stage: StageName::new("test"), limits, run: RunId::new("r-0"), is_probe };
        let past = past("test", "make test", vec![healing(vec![set_memory(100)])]);
        !suspects(vec![past], &pipeline, &[floor], &BTreeMap::new()).is_empty()
    };
    assert!(!is_suspect(false));
    assert!(is_suspect(true));
}

#[test]
fn another_command_and_another_stage_are_not_compared() {
    let past = vec![past("test", "make check", Vec::new()), past("gone", "make test", Vec::new())];
    assert_eq!(suspects(past, &pipeline(), &[], &BTreeMap::new()), []);
}

#[test]
fn of_several_failures_the_first_that_counts_is_named() {
    let mut newest = past("test", "make test", vec![healing(vec![clear()])]);
    newest.failure.run = RunId::new("r-3");
    let mut next = past("test", "make test", Vec::new());
    next.failure.run = RunId::new("r-2");
    let all = vec![newest, next, past("test", "make test", Vec::new())];
    assert_eq!(suspects(all, &pipeline(), &[], &BTreeMap::new()), [failure("test", "r-2")]);
}

#[test]
fn the_cause_is_said_and_whether_it_comes_and_goes() {
    let mut one = failure("test", "r-1");
    assert_eq!(one.to_string(), "passed here, failed in run r-1 on the same commit (test-failure, python.test-failed)");
    (one.category, one.code) = (Some("network-transient".to_owned()), Some("system.dns".to_owned()));
    assert!(one.to_string().ends_with("(network-transient, system.dns: a cause that comes and goes)"), "{one}");
    one.code = None;
    assert_eq!(one.to_string(), "passed here, failed in run r-1 on the same commit");
}
