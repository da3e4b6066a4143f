//! Dispositions and numbers.

use proptest::prelude::*;

use super::cases::*;
use crate::finding::Disposition::{self, Auto, Never, Patch, Retry};
use crate::policy::{EverythingVersioned, disposition_of, paths_named, rule};
use crate::remedy::{Action, CommandLine, Limits};

fn of(actions: &[Action]) -> Disposition {
    disposition_of(actions, &is_versioned)
}

fn probe(host: &str, port: u16, timeout_ms: u64) -> Action {
    Action::WaitForService { host: host.to_owned(), port, timeout_ms }
}

fn limit(limits: Limits) -> Action {
    Action::SetLimit { limits }
}

#[test]
fn the_disposition_comes_from_the_actions() {
    assert_eq!(of(&[wait()]), Retry);
    assert_eq!(of(&[probe("localhost", 1, 1)]), Retry);
    for action in [
        set_env("A", "b"),
        limit(Limits::default()),
        replace("make -j1 test"),
        Action::MovePort { taken: 1, variable: "PORT".to_owned() },
        run("npm ci"),
        write(".env", "A=b"),
        remove("build/x"),
        clear("node_modules"),
        restore(&["build/x", "node_modules"]),
    ] {
        assert_eq!(of(std::slice::from_ref(&action)), Auto, "{action:?}");
    }
    for action in [
        write("new.txt", "x"),
        edit("package.json", "a", "b"),
        remove("notes.txt"),
        restore(&[]),
        restore(&["build/x", "Cargo.lock"]),
        write("../outside", "x"),
    ] {
        assert_eq!(of(std::slice::from_ref(&action)), Patch, "{action:?}");
    }
    assert_eq!(of(&[escalate()]), Never);
    assert_eq!(disposition_of(&[write(".env", "A=b")], &EverythingVersioned), Patch);
}

#[test]
fn paths_to_look_up_are_named_once_and_in_normal_form() {
    let actions = [write("./a//b", ""), remove("a/b"), clear("build"), restore(&["c", "/etc/x"]), run("x"), wait()];
    assert_eq!(paths_named(&actions), ["a/b", "build", "c"]);
}

fn any_action() -> impl Strategy<Value = Action> {
    proptest::sample::select(vec![
        wait(),
        set_env("A", "b"),
        run("npm ci"),
        write(".env", "x"),
        write("x", "y"),
        clear("build"),
        restore(&[]),
        escalate(),
        probe("localhost", 1, 1),
    ])
}

proptest! {
    #[test]
    fn the_most_careful_step_decides(actions in proptest::collection::vec(any_action(), 1..10)) {
        let worst = actions.iter().map(|action| of(std::slice::from_ref(action))).max().expect("there is one");
        prop_assert_eq!(of(&actions), worst);
    }
}

#[test]
fn a_remedy_has_one_to_thirty_two_steps() {
    let command = CommandLine::Shell("make test".to_owned());
    let steps = |count: usize| vec![set_env("A", "b"); count];
    let rule_of = |count: usize| judge(&command, &remedy(steps(count))).err().map(|refusal| refusal.rule);
    assert_eq!(
        (rule_of(0), rule_of(1), rule_of(32), rule_of(33)),
        (Some(rule::BAD_SHAPE), None, None, Some(rule::BAD_SHAPE))
    );
}

#[test]
fn waits_end() {
    let long = |base_ms, cap_ms| refusal_of(Action::Wait { base_ms, cap_ms, asked_ms: None });
    assert_eq!(long(2_000, 300_000), None);
    assert_eq!(long(2_000, 300_001), Some(rule::OUT_OF_RANGE));
    assert_eq!(long(u64::MAX, 1), Some(rule::OUT_OF_RANGE));
    // What a server asks for is not the remedy's wish; the back-off turns it into a hold.
    assert_eq!(refusal_of(Action::Wait { base_ms: 1, cap_ms: 1, asked_ms: Some(3_600_000) }), None);
    assert_eq!(refusal_of(probe("127.0.0.1", 80, 300_001)), Some(rule::OUT_OF_RANGE));
    assert_eq!(refusal_of(probe("127.0.0.1", 0, 1)), Some(rule::OUT_OF_RANGE));
}

#[test]
fn waits_do_not_add_up() {
    let command = CommandLine::Shell("make test".to_owned());
    let rule_of = |actions| judge(&command, &remedy(actions)).err().map(|refusal| refusal.rule);
    assert_eq!(rule_of(vec![wait(), wait()]), Some(rule::OUT_OF_RANGE));
    assert_eq!(rule_of(vec![probe("localhost", 1, 200_000), probe("localhost", 2, 200_000)]), Some(rule::OUT_OF_RANGE));
    assert_eq!(rule_of(vec![wait(), probe("localhost", 1, 100_000), probe("localhost", 2, 200_000)]), None);
}

#[test]
fn a_remedy_does_not_bring_along_the_program_it_runs() {
    let command = CommandLine::Shell("make test".to_owned());
    let rule_of = |actions| judge(&command, &remedy(actions)).err().map(|refusal| refusal.rule);
    let script =
        |path: &str, executable| Action::WriteFile { path: path.to_owned(), content: "1".to_owned(), executable };
    for actions in [
        vec![script("tmp/fix.py", None), run("python3 tmp/fix.py")],
        vec![script("tmp/fix.py", None), run("python3 -m tmp.fix")],
        vec![script("tmp/fix", Some(true)), run("./tmp/fix")],
        vec![script("tmp/fix", None), run("node ./tmp//fix")],
        vec![run("node tmp/fix"), script("tmp/fix", None)],
        vec![write("tmp/fix", "#!/bin/sh"), run("npm ci")],
        vec![edit("src/tools.py", "a", "b"), run("npm ci")],
    ] {
        assert_eq!(rule_of(actions.clone()), Some(rule::RUNS_OWN_CODE), "{actions:?}");
    }
    assert_eq!(rule_of(vec![write(".env", "A=b"), run("npm ci")]), None);
    assert_eq!(rule_of(vec![edit("requirements.txt", "a", "b"), run("pip install -r requirements.txt")]), None);
    assert_eq!(rule_of(vec![edit("src/a.py", "a", "b")]), None);
}

#[test]
fn only_services_of_this_machine_are_waited_for() {
    for host in ["localhost", "127.0.0.1", "::1"] {
        assert_eq!(refusal_of(probe(host, 80, 1)), None, "{host}");
    }
    for host in ["mirror.example", "localhost.example", "10.0.0.1", "", "127.0.0.1.example"] {
        assert_eq!(refusal_of(probe(host, 80, 1)), Some(rule::PATH_OUTSIDE), "{host}");
    }
}

#[test]
fn limits_stay_within_the_machine_and_four_times_the_pipeline() {
    let rule_of = |limits: Limits| refusal_of(limit(limits));
    let timeout = |ms| Limits { timeout_ms: Some(ms), ..Limits::default() };
    let memory = |bytes| Limits { memory_bytes: Some(bytes), ..Limits::default() };
    let jobs = |count| Limits { jobs: Some(count), ..Limits::default() };
    assert_eq!((rule_of(timeout(240_000)), rule_of(timeout(240_001))), (None, Some(rule::OUT_OF_RANGE)));
    assert_eq!((rule_of(memory(8 * GIB)), rule_of(memory(8 * GIB + 1))), (None, Some(rule::OUT_OF_RANGE)));
    assert_eq!((rule_of(jobs(8)), rule_of(jobs(9))), (None, Some(rule::OUT_OF_RANGE)));
    for nothing in [timeout(0), memory(0), jobs(0), Limits { open_files: Some(0), ..Limits::default() }] {
        assert_eq!(rule_of(nothing), Some(rule::OUT_OF_RANGE));
    }
}

#[test]
fn a_lock_directly_in_a_git_directory_may_be_cleared_and_nothing_else_there() {
    for path in [".git/index.lock", "build/checkout/.git/HEAD.lock"] {
        assert_eq!(refusal_of(clear(path)), None, "{path:?}");
        assert_eq!(disposition_of(&[clear(path)], &EverythingVersioned), Disposition::Auto, "{path:?}");
    }
    for path in [".git", ".git/index", ".git/.lock", ".git/refs/heads/main.lock", ".git/hooks", "x/.git/config"] {
        assert_eq!(refusal_of(clear(path)), Some(rule::TOUCHES_GIT), "{path:?}");
    }
}

#[test]
fn only_what_version_control_ignores_is_cleared() {
    for (path, rule) in [
        ("src", rule::CLEARS_VERSIONED),
        ("notes.txt", rule::CLEARS_VERSIONED),
        (".", rule::PATH_OUTSIDE),
        ("", rule::PATH_OUTSIDE),
        ("..", rule::PATH_OUTSIDE),
        ("/", rule::PATH_OUTSIDE),
        (".git", rule::TOUCHES_GIT),
        ("build/.git/objects", rule::TOUCHES_GIT),
        (".selfheal", rule::TOUCHES_HEALER),
        ("ci/plugins/target", rule::TOUCHES_HEALER),
        ("tests", rule::TOUCHES_TEST),
        ("tests/fixtures", rule::TOUCHES_TEST),
        ("tmp/Cargo.lock", rule::DROPS_LOCK_FILE),
    ] {
        assert_eq!(refusal_of(clear(path)), Some(rule), "{path:?}");
    }
}

#[test]
fn sources_and_lock_files_are_not_removed() {
    assert_eq!(refusal_of(remove("src/a.rs")), Some(rule::REMOVES_SOURCE));
    assert_eq!(refusal_of(remove("package.json")), Some(rule::REMOVES_SOURCE));
    assert_eq!(refusal_of(remove("package-lock.json")), Some(rule::DROPS_LOCK_FILE));
    assert_eq!(refusal_of(remove("build/gen.rs")), None);
    assert_eq!(refusal_of(remove("stale.pid")), None);
}
