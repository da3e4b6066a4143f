//! What may take the place of a stage's command.

use proptest::prelude::*;

use super::cases::*;
use crate::policy::rule;
use crate::remedy::{Action, CommandLine};

/// Original, replacement.
const ALLOWED: &[(&str, &str)] = &[
    ("make test", "make -j1 test"),
    ("make test", "make test -j1"),
    ("make -j8 test", "make -j2 test"),
    ("make -j test", "make -j1 test"),
    ("cargo test --locked", "cargo test --locked --jobs=1"),
    ("cargo test --locked", "cargo test --jobs 1 --locked"),
    ("cargo test --locked", "cargo test --locked -- --test-threads=1"),
    ("cargo build --locked", "cargo build --locked --offline"),
    ("pytest -q tests", "pytest -q tests -p no:cacheprovider"),
    ("pytest -n auto", "pytest -n 1"),
    ("pytest -q", "python3 -m pytest -q"),
    ("python -m pytest -q", "python3 -m pytest -q"),
    ("python app.py", "python3.12 app.py"),
    ("pip install -r requirements.txt", "python3 -m pip install -r requirements.txt"),
    ("pip install -r requirements.txt", "pip3 install -r requirements.txt --retries=10 --timeout=60"),
    (
        "pip install -r requirements.txt && pytest -q",
        ". .venv/bin/activate && pip install -r requirements.txt && pytest -q",
    ),
    ("pip install -r requirements.txt", ".venv/bin/pip install -r requirements.txt"),
    ("npm ci", "npm ci --prefer-offline"),
    ("npm ci && npm test", "npm ci --fetch-retries=5 && npm test -- --runInBand"),
    ("npm install", "npm ci"),
    ("npm test", "npm test -- --maxWorkers=1"),
    ("jest --coverage", "npx --no-install jest --coverage --runInBand"),
    ("yarn install --frozen-lockfile", "yarn install --frozen-lockfile --network-timeout 600000"),
    ("yarn test", "corepack yarn test"),
    ("./gradlew build", "./gradlew build --no-daemon --max-workers=1"),
    ("docker-compose up -d", "docker compose up -d"),
    ("./build.sh --all", "sh ./build.sh --all"),
    ("uv run pytest -q", "uv run python -m pytest -q"),
    ("make test 2>&1 | tee log", "make test -j1 2>&1 | tee log"),
    ("if make check; then make test; fi", "if make check; then make -j1 test; fi"),
];

/// Original, replacement, rule.
const REFUSED: &[(&str, &str, &str)] = &[
    ("make test", "make test", rule::UNKNOWN_REPLACEMENT),
    ("make test", "true", rule::NO_OP_COMMAND),
    ("make test", ":", rule::NO_OP_COMMAND),
    ("make test", "echo ok", rule::NO_OP_COMMAND),
    ("make test", "exit 0", rule::NO_OP_COMMAND),
    ("make test", "", rule::NO_OP_COMMAND),
    ("make test", "make test || true", rule::MASKS_FAILURE),
    ("make test", "make test; true", rule::MASKS_FAILURE),
    ("make test", "make test || :", rule::MASKS_FAILURE),
    ("make test", "set +e; make test", rule::MASKS_FAILURE),
    ("make test", "make -i test", rule::MASKS_FAILURE),
    ("make test", "make -n test", rule::MASKS_FAILURE),
    ("make test", "make test &", rule::UNKNOWN_REPLACEMENT),
    ("make test", "make", rule::UNKNOWN_REPLACEMENT),
    ("make lint test", "make test", rule::UNKNOWN_REPLACEMENT),
    ("make lint && make test", "make test", rule::UNKNOWN_REPLACEMENT),
    ("make lint && make test", "make lint || make test", rule::UNKNOWN_REPLACEMENT),
    ("make lint; make test", "make test; make lint", rule::UNKNOWN_REPLACEMENT),
    ("cargo test --locked", "cargo test", rule::DROPS_LOCK_FLAG),
    ("cargo test --locked", "cargo test -- --locked", rule::UNKNOWN_REPLACEMENT),
    ("cargo test --locked", "cargo test -j --locked", rule::UNKNOWN_REPLACEMENT),
    ("cargo test --frozen", "cargo test --offline", rule::DROPS_LOCK_FLAG),
    ("cargo test", "cargo test --no-run", rule::SKIPS_TEST),
    ("cargo clippy -- -D warnings", "cargo clippy", rule::UNKNOWN_REPLACEMENT),
    ("cargo clippy -- -D warnings", "cargo clippy -- -A warnings", rule::UNKNOWN_REPLACEMENT),
    ("yarn install --frozen-lockfile", "yarn install", rule::DROPS_LOCK_FLAG),
    ("npm ci", "npm install", rule::DROPS_LOCK_FLAG),
    ("npm ci", "npm ci --legacy-peer-deps", rule::FORCES_RESOLUTION),
    ("npm ci", "npm ci --force", rule::FORCES_RESOLUTION),
    ("npm ci", "npm ci --strict-ssl=false", rule::RELAXES_SECURITY),
    ("npm test", "npm test -- -u", rule::UPDATES_SNAPSHOT),
    ("npm test", "npm test -- --updateSnapshot", rule::UPDATES_SNAPSHOT),
    ("npm test", "npm test -- --passWithNoTests", rule::SKIPS_TEST),
    ("npm test", "npm test --ignore-scripts", rule::UNKNOWN_REPLACEMENT),
    ("npm run lint && npm test", "npm run lint && npm test --if-present", rule::MASKS_FAILURE),
    ("pip install --require-hashes -r r.txt", "pip install -r r.txt", rule::DROPS_LOCK_FLAG),
    ("pip install -r r.txt", "pip install -r r.txt --break-system-packages", rule::FORCES_RESOLUTION),
    ("pip install -r r.txt", "pip install -r r.txt --trusted-host x", rule::RELAXES_SECURITY),
    ("pytest", "pytest -k 'not slow'", rule::SKIPS_TEST),
    ("pytest", "pytest tests/unit", rule::UNKNOWN_REPLACEMENT),
    ("pytest", "pytest --deselect a", rule::SKIPS_TEST),
    ("pytest tests", "pytest tests/unit", rule::UNKNOWN_REPLACEMENT),
    ("pytest -W error", "pytest", rule::UNKNOWN_REPLACEMENT),
    ("pytest --maxfail 1", "pytest --maxfail -n1 1", rule::UNKNOWN_REPLACEMENT),
    ("pytest -k a", "pytest -k -v a", rule::UNKNOWN_REPLACEMENT),
    ("mvn verify", "mvn verify -DskipTests", rule::SKIPS_TEST),
    ("./gradlew build", "./gradlew build -x test", rule::SKIPS_TEST),
    ("ruff check", "ruff check --fix --unsafe-fixes", rule::LOWERS_GATE),
    ("pytest -q", "FOO=1 pytest -q", rule::UNKNOWN_REPLACEMENT),
    ("pytest -q", "/opt/x/pytest -q", rule::UNKNOWN_REPLACEMENT),
    ("pytest -q", "x/bin/pytest -q", rule::UNKNOWN_REPLACEMENT),
    ("pytest -q", "../bin/pytest -q", rule::UNKNOWN_REPLACEMENT),
    ("pytest -q", "pytest -q # ok", rule::UNKNOWN_REPLACEMENT),
    ("pytest -q", "pytest -q > /dev/null", rule::UNKNOWN_REPLACEMENT),
    ("pytest -q", "pytest -q $(cat more)", rule::UNKNOWN_REPLACEMENT),
    ("pytest -q", "'pytest' -q", rule::UNKNOWN_REPLACEMENT),
    ("./build.sh", "sh ../build.sh", rule::UNKNOWN_REPLACEMENT),
    ("./build.sh", "sh -n ./build.sh", rule::UNKNOWN_REPLACEMENT),
    ("./build.sh", "sh ./other.sh", rule::UNKNOWN_REPLACEMENT),
    // With an unknown program a word too many turns a condition into "no".
    ("if [ -d tests ]; then pytest; fi", "if [ -d tests ] -j1; then pytest; fi", rule::UNKNOWN_REPLACEMENT),
    ("! make broken", "! -j1 make broken", rule::UNKNOWN_REPLACEMENT),
    ("pytest 2> err", "pytest 2 -n1> err", rule::UNKNOWN_REPLACEMENT),
];

#[test]
fn maven_may_ask_its_repositories_again_and_no_test_tool_may_accept_snapshots() {
    assert_eq!(replacement("mvn -B verify", "mvn -B verify -U"), None);
    assert_eq!(replacement("mvn -B verify", "mvn -U -B verify"), None);
    assert_eq!(replacement("./mvnw verify && echo done", "./mvnw -U verify && echo done"), None);
    for (original, changed) in [
        ("mvn -B verify", "mvn -B verify --update-snapshots"),
        ("jest", "jest -u"),
        ("jest", "jest -U"),
        ("npm test", "npm test -U"),
        ("gradle test", "gradle test -U"),
        ("pytest -q", "pytest -q --snapshot-update"),
    ] {
        assert!(replacement(original, changed).is_some(), "{changed} passes");
    }
}

#[test]
fn gradle_may_compile_kotlin_without_its_daemon_and_nothing_else_by_a_property() {
    let in_process = "./gradlew test -Pkotlin.compiler.execution.strategy=in-process";
    assert_eq!(replacement("./gradlew test", in_process), None);
    for property in ["-Pkotlin.compiler.execution.strategy=out-of-process", "-PskipTests", "-Pwidget=1"] {
        assert!(replacement("./gradlew test", &format!("./gradlew test {property}")).is_some(), "{property} passes");
    }
}

#[test]
fn a_replacement_may_change_how_hard_a_program_works_and_how_it_is_called() {
    for (original, changed) in ALLOWED {
        assert_eq!(replacement(original, changed), None, "{original} → {changed}");
    }
}

#[test]
fn a_replacement_that_drops_or_weakens_a_check_is_refused() {
    for (original, changed, rule) in REFUSED {
        assert_eq!(replacement(original, changed), Some(*rule), "{original} → {changed}");
    }
}

#[test]
fn a_list_of_words_and_a_script_of_plain_words_are_the_same_command() {
    let judge_pair = |original: CommandLine, changed: CommandLine| {
        judge(&original, &remedy(vec![Action::ReplaceCommand { command: changed }])).err().map(|refusal| refusal.rule)
    };
    let shell = |text: &str| CommandLine::Shell(text.to_owned());
    let list = |text: &str| CommandLine::Argv(argv(text));
    assert_eq!(judge_pair(shell("pytest -q"), list("pytest -q -n0")), None);
    assert_eq!(judge_pair(list("pytest -q"), shell("pytest -q -n0")), None);
    assert_eq!(judge_pair(list("pytest -q"), list("pytest -q -n0")), None);
    assert_eq!(judge_pair(shell("pytest -k 'a b'"), list("pytest -k 'a b' -n0")), Some(rule::UNKNOWN_REPLACEMENT));
    assert_eq!(judge_pair(list("pytest -q"), shell("pytest -q -n0 || true")), Some(rule::MASKS_FAILURE));
    assert_eq!(judge_pair(list("make test"), list("sh -c make")), Some(rule::RUNS_SHELL));
    assert_eq!(judge_pair(shell("A=1 make"), list("A=1 make -j1")), Some(rule::UNKNOWN_REPLACEMENT));
}

proptest! {
    #[test]
    fn whatever_is_added_to_a_command_is_refused_unless_it_is_on_the_list(
        original in proptest::sample::select(ALLOWED).prop_map(|(original, _)| original),
        word in "-{0,2}[a-zA-Z]{2,8}(=[a-z0-9]{1,3})?|[a-z0-9./]{1,6}|[;&|<>]{1,2}",
        at: proptest::sample::Index,
    ) {
        let known: Vec<&str> = crate::policy::tables::replacements::ALLOWED_ADDITIONS
            .iter().flat_map(|row| row.words.iter().flat_map(|word| word.split([' ', '#']))).collect();
        prop_assume!(!known.iter().any(|known| !known.is_empty() && word.starts_with(known)));
        let mut words = argv(original);
        words.insert(at.index(words.len() + 1), word);
        prop_assert!(replacement(original, &words.join(" ")).is_some(), "{words:?}");
    }

    #[test]
    fn whatever_is_taken_from_a_command_is_refused(
        row in proptest::sample::select(ALLOWED), at: proptest::sample::Index,
    ) {
        let mut words = argv(row.0);
        prop_assume!(words.len() > 1);
        words.remove(at.index(words.len()));
        prop_assert!(replacement(row.0, &words.join(" ")).is_some(), "{words:?}");
    }
}
