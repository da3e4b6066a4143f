//! What no remedy may do, as data: each row with the rule that has to refuse it, and properties that no disguise helps.

use proptest::prelude::*;

use super::cases::*;
use crate::policy::rule;
use crate::remedy::{Action, CommandLine};

/// Commands that a remedy may not run.
const COMMANDS: &[(&str, &str)] = &[
    // Locks, hashes, resolution.
    ("npm install --legacy-peer-deps", rule::FORCES_RESOLUTION),
    ("npm install --force", rule::FORCES_RESOLUTION),
    ("npm i -f", rule::FORCES_RESOLUTION),
    ("pnpm install --no-frozen-lockfile", rule::DROPS_LOCK_FLAG),
    ("yarn install --frozen-lockfile=false", rule::DROPS_LOCK_FLAG),
    ("yarn install --frozen-lockfile false", rule::DROPS_LOCK_FLAG),
    ("pip install --break-system-packages requests", rule::FORCES_RESOLUTION),
    ("pip install --break_system_packages requests", rule::FORCES_RESOLUTION),
    ("pip install --no-require-hashes -r requirements.txt", rule::DROPS_HASH),
    ("composer install --ignore-platform-reqs", rule::FORCES_RESOLUTION),
    // Checks of origin.
    ("pip install --trusted-host mirror.example requests", rule::RELAXES_SECURITY),
    ("pip install --trusted-host=mirror.example requests", rule::RELAXES_SECURITY),
    ("pip install --index-url http://mirror.example/simple requests", rule::RELAXES_SECURITY),
    ("pip install -i http://mirror.example/simple requests", rule::RELAXES_SECURITY),
    ("pip install https://user:pw@mirror.example/x.whl", rule::RELAXES_SECURITY),
    ("npm install --strict-ssl=false", rule::RELAXES_SECURITY),
    ("npm install --no-strict-ssl", rule::RELAXES_SECURITY),
    ("npm install --strict-ssl false", rule::RELAXES_SECURITY),
    ("curl -k https://mirror.example/x", rule::RELAXES_SECURITY),
    ("curl -skL https://mirror.example/x", rule::RELAXES_SECURITY),
    ("curl --insecure https://mirror.example/x", rule::RELAXES_SECURITY),
    ("wget --no-check-certificate https://mirror.example/x", rule::RELAXES_SECURITY),
    ("apt-get install --allow-unauthenticated x", rule::RELAXES_SECURITY),
    ("git fetch --upload-pack=x origin", rule::RELAXES_SECURITY),
    // Tests, snapshots, gates.
    ("npm test -- -u", rule::UPDATES_SNAPSHOT),
    ("npx jest -u", rule::UPDATES_SNAPSHOT),
    ("npx jest --updateSnapshot", rule::UPDATES_SNAPSHOT),
    ("npx vitest --update-snapshots", rule::UPDATES_SNAPSHOT),
    ("pytest --snapshot-update", rule::UPDATES_SNAPSHOT),
    ("cargo insta accept", rule::RUNS_FORBIDDEN_PROGRAM),
    ("ruff check --fix --unsafe-fixes", rule::LOWERS_GATE),
    ("npx jest --passWithNoTests", rule::SKIPS_TEST),
    ("pytest --deselect tests/test_a.py::test_b", rule::SKIPS_TEST),
    ("pytest --ignore=tests/slow", rule::SKIPS_TEST),
    ("python3 -m pytest -k not_slow", rule::SKIPS_TEST),
    ("python3 -m pytest -m fast", rule::SKIPS_TEST),
    ("mvn verify -DskipTests", rule::SKIPS_TEST),
    ("mvn verify -Dmaven.test.skip=true", rule::SKIPS_TEST),
    ("./gradlew build -x test", rule::SKIPS_TEST),
    ("pytest --cov-fail-under=0", rule::LOWERS_GATE),
    ("eslint --max-warnings=9999 src", rule::LOWERS_GATE),
    ("flake8 --exit-zero", rule::LOWERS_GATE),
    ("cargo rustc -- --cap-lints allow", rule::LOWERS_GATE),
    ("tool --no-fail", rule::MASKS_FAILURE),
    // Shells and whatever else hides what runs.
    ("sh -c true", rule::RUNS_SHELL),
    ("bash setup.sh", rule::RUNS_SHELL),
    ("/bin/bash setup.sh", rule::RUNS_SHELL),
    ("env X=1 npm ci", rule::RUNS_SHELL),
    ("X=1 npm ci", rule::RUNS_SHELL),
    ("xargs rm", rule::RUNS_SHELL),
    ("nohup npm ci", rule::RUNS_SHELL),
    ("timeout 5 npm ci", rule::RUNS_SHELL),
    ("sudo apt-get install x", rule::RUNS_SHELL),
    ("python3 -c print(1)", rule::RUNS_SHELL),
    ("python3.12 -Ic print(1)", rule::RUNS_SHELL),
    ("python3 -", rule::RUNS_SHELL),
    ("python3", rule::RUNS_SHELL),
    ("node -e 1", rule::RUNS_SHELL),
    ("node --eval=1", rule::RUNS_SHELL),
    ("node -pe 1", rule::RUNS_SHELL),
    ("perl -e 1", rule::RUNS_SHELL),
    ("ruby -e 1", rule::RUNS_SHELL),
    ("php -r 1", rule::RUNS_SHELL),
    ("npx -c ls", rule::RUNS_SHELL),
    ("npm exec -- sh x", rule::RUNS_SHELL),
    ("uv run bash x", rule::RUNS_SHELL),
    ("poetry run sh x", rule::RUNS_SHELL),
    ("find . -delete", rule::RUNS_SHELL),
    ("sed -i s/a/b/ src/a.py", rule::RUNS_SHELL),
    // Publishing, and what cannot be undone.
    ("git push", rule::PUBLISHES),
    ("git push --force origin main", rule::PUBLISHES),
    ("git commit -m x", rule::TOUCHES_GIT),
    ("git commit --no-verify -m x", rule::TOUCHES_GIT),
    ("git reset --hard", rule::TOUCHES_GIT),
    ("git checkout -- tests", rule::TOUCHES_GIT),
    ("git config --global --add safe.directory *", rule::TOUCHES_GIT),
    ("git -c core.hooksPath=x fetch", rule::TOUCHES_GIT),
    ("git submodule foreach x", rule::TOUCHES_GIT),
    ("gh pr merge", rule::RUNS_FORBIDDEN_PROGRAM),
    ("npm publish", rule::PUBLISHES),
    ("cargo publish", rule::PUBLISHES),
    ("twine upload dist", rule::RUNS_FORBIDDEN_PROGRAM),
    ("python3 -m twine upload dist", rule::RUNS_FORBIDDEN_PROGRAM),
    ("docker push x", rule::PUBLISHES),
    ("mvn deploy", rule::PUBLISHES),
    ("terraform apply", rule::RUNS_FORBIDDEN_PROGRAM),
    ("npm config set strict-ssl false", rule::RUNS_FORBIDDEN_PROGRAM),
    ("rm -rf /", rule::RUNS_FORBIDDEN_PROGRAM),
    ("rm -rf tests", rule::RUNS_FORBIDDEN_PROGRAM),
    ("mv tests old", rule::RUNS_FORBIDDEN_PROGRAM),
    ("kill 1", rule::RUNS_FORBIDDEN_PROGRAM),
    ("pre-commit uninstall", rule::RUNS_FORBIDDEN_PROGRAM),
    ("selfheal run --patches apply", rule::RUNS_FORBIDDEN_PROGRAM),
    // Paths.
    ("chmod +x /etc/passwd", rule::PATH_OUTSIDE),
    ("chmod +x ../other/x", rule::PATH_OUTSIDE),
    ("python3 -m venv ~/venv", rule::PATH_OUTSIDE),
    ("pip install --target=/usr/lib x", rule::PATH_OUTSIDE),
    ("curl -o/etc/x https://mirror.example/x", rule::PATH_OUTSIDE),
    ("touch .git/hooks/pre-commit", rule::TOUCHES_GIT),
    ("/usr/bin/make deps", rule::PATH_OUTSIDE),
    ("../make deps", rule::PATH_OUTSIDE),
    // Nothing.
    ("true", rule::NO_OP_COMMAND),
    (":", rule::NO_OP_COMMAND),
    ("echo fixed", rule::NO_OP_COMMAND),
    ("sleep 600", rule::NO_OP_COMMAND),
];

/// Variables that a remedy may not set.
const VARIABLES: &[(&str, &str, &str)] = &[
    ("NODE_TLS_REJECT_UNAUTHORIZED", "0", rule::RELAXES_SECURITY),
    ("PYTHONHTTPSVERIFY", "0", rule::RELAXES_SECURITY),
    ("GIT_SSL_NO_VERIFY", "true", rule::RELAXES_SECURITY),
    ("npm_config_strict_ssl", "false", rule::RELAXES_SECURITY),
    ("NPM_CONFIG_STRICT_SSL", "false", rule::RELAXES_SECURITY),
    ("npm_config_strict-ssl", "false", rule::RELAXES_SECURITY),
    ("npm_config_legacy_peer_deps", "true", rule::FORCES_RESOLUTION),
    ("npm_config_force", "true", rule::FORCES_RESOLUTION),
    ("PIP_TRUSTED_HOST", "mirror.example", rule::RELAXES_SECURITY),
    ("PIP_BREAK_SYSTEM_PACKAGES", "1", rule::FORCES_RESOLUTION),
    ("PIP_INDEX_URL", "http://mirror.example/simple", rule::FORBIDDEN_VARIABLE),
    ("PIP_EXTRA_INDEX_URL", "https://mirror.example/simple", rule::RELAXES_SECURITY),
    ("PIP_REQUIRE_HASHES", "0", rule::DROPS_HASH),
    ("CARGO_HTTP_CHECK_REVOKE", "false", rule::RELAXES_SECURITY),
    ("GOFLAGS", "-insecure", rule::FORBIDDEN_VARIABLE),
    ("GONOSUMDB", "*", rule::RELAXES_SECURITY),
    ("GOSUMDB", "off", rule::RELAXES_SECURITY),
    ("SSL_CERT_FILE", "x.pem", rule::RELAXES_SECURITY),
    ("NODE_EXTRA_CA_CERTS", "x.pem", rule::RELAXES_SECURITY),
    ("https_proxy", "http://127.0.0.1:1", rule::RELAXES_SECURITY),
    ("SKIP", "pytest", rule::SKIPS_TEST),
    ("SKIP_TESTS", "1", rule::SKIPS_TEST),
    ("CI", "false", rule::FORBIDDEN_VARIABLE),
    ("CI", "", rule::FORBIDDEN_VARIABLE),
    ("PYTEST_ADDOPTS", "--deselect tests/a.py", rule::SKIPS_TEST),
    ("PYTEST_ADDOPTS", "-k fast", rule::SKIPS_TEST),
    ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1", rule::SKIPS_TEST),
    ("RUSTFLAGS", "--cap-lints allow", rule::LOWERS_GATE),
    ("RUSTFLAGS", "", rule::LOWERS_GATE),
    ("CARGO_ENCODED_RUSTFLAGS", "--cap-lints=allow", rule::LOWERS_GATE),
    ("CARGO_PROFILE_DEV_OVERFLOW_CHECKS", "false", rule::LOWERS_GATE),
    ("INSTA_UPDATE", "always", rule::UPDATES_SNAPSHOT),
    ("UPDATE_EXPECT", "1", rule::UPDATES_SNAPSHOT),
    ("HUSKY", "0", rule::TOUCHES_HOOKS),
    ("LD_PRELOAD", "x.so", rule::FORBIDDEN_VARIABLE),
    ("DYLD_INSERT_LIBRARIES", "x.dylib", rule::FORBIDDEN_VARIABLE),
    ("PATH", "fake:/usr/bin", rule::FORBIDDEN_VARIABLE),
    ("Path", "fake", rule::FORBIDDEN_VARIABLE),
    ("BASH_ENV", "x.sh", rule::FORBIDDEN_VARIABLE),
    ("NODE_OPTIONS", "--require ./x.js", rule::FORBIDDEN_VARIABLE),
    ("NODE_OPTIONS", "--max-old-space-size=4096 --require=./x.js", rule::FORBIDDEN_VARIABLE),
    ("PYTHONSTARTUP", "x.py", rule::FORBIDDEN_VARIABLE),
    ("PYTHONPATH", "/tmp/x", rule::FORBIDDEN_VARIABLE),
    ("PYTHONPATH", "src:../x", rule::FORBIDDEN_VARIABLE),
    ("PYTHONOPTIMIZE", "1", rule::LOWERS_GATE),
    ("GIT_CONFIG_GLOBAL", "x", rule::FORBIDDEN_VARIABLE),
    ("GIT_SSH_COMMAND", "x", rule::RELAXES_SECURITY),
    ("GIT_CONFIG_KEY_0", "core.hooksPath", rule::FORBIDDEN_VARIABLE),
    ("GIT_CONFIG_KEY_0", "safe.directory", rule::FORBIDDEN_VARIABLE),
    ("GIT_CONFIG_VALUE_0", "*", rule::FORBIDDEN_VARIABLE),
    ("RUSTC_WRAPPER", "./fake", rule::FORBIDDEN_VARIABLE),
    ("MAKEFLAGS", "-i", rule::FORBIDDEN_VARIABLE),
    ("SELFHEAL_MODE", "auto", rule::TOUCHES_HEALER),
    ("MY_ARGS", "--deselect a", rule::SKIPS_TEST),
    ("MY_COMMAND", "make test || true", rule::MASKS_FAILURE),
    ("A=B", "x", rule::FORBIDDEN_VARIABLE),
    ("", "x", rule::FORBIDDEN_VARIABLE),
    ("X", "a\0b", rule::FORBIDDEN_VARIABLE),
];

/// Paths that no remedy may write, edit, remove or restore.
const PATHS: &[(&str, &str)] = &[
    ("tests/test_app.py", rule::TOUCHES_TEST),
    ("tests/data/input.json", rule::TOUCHES_TEST),
    ("src/app/test_views.py", rule::TOUCHES_TEST),
    ("conftest.py", rule::TOUCHES_TEST),
    ("pytest.ini", rule::TOUCHES_TEST),
    ("src/a.spec.ts", rule::TOUCHES_TEST),
    ("src/a.test.jsx", rule::TOUCHES_TEST),
    ("src/__tests__/a.js", rule::TOUCHES_TEST),
    ("src/__snapshots__/a.js.snap", rule::TOUCHES_TEST),
    ("jest.config.js", rule::TOUCHES_TEST),
    ("pkg/server_test.go", rule::TOUCHES_TEST),
    ("pkg/testdata/x.json", rule::TOUCHES_TEST),
    ("src/tests.rs", rule::TOUCHES_TEST),
    ("src/Test/java/AppTest.java", rule::TOUCHES_TEST),
    ("spec/models/user_spec.rb", rule::TOUCHES_TEST),
    ("Shop.Tests/CartTests.cs", rule::TOUCHES_TEST),
    ("TESTS/Test_App.PY", rule::TOUCHES_TEST),
    (".github/workflows/ci.yml", rule::TOUCHES_CI),
    (".GitHub/workflows/ci.yml", rule::TOUCHES_CI),
    (".gitlab-ci.yml", rule::TOUCHES_CI),
    (".travis.yml", rule::TOUCHES_CI),
    ("Jenkinsfile", rule::TOUCHES_CI),
    ("azure-pipelines.yml", rule::TOUCHES_CI),
    (".circleci/config.yml", rule::TOUCHES_CI),
    (".buildkite/pipeline.yml", rule::TOUCHES_CI),
    (".drone.yml", rule::TOUCHES_CI),
    ("bitbucket-pipelines.yml", rule::TOUCHES_CI),
    ("appveyor.yml", rule::TOUCHES_CI),
    ("selfheal.toml", rule::TOUCHES_HEALER),
    ("./selfheal.toml", rule::TOUCHES_HEALER),
    ("services/a/selfheal.toml", rule::TOUCHES_HEALER),
    (".autonomous-cicd.yml", rule::TOUCHES_HEALER),
    ("ci/plugins/heal.wasm", rule::TOUCHES_HEALER),
    ("ci/plugins/notes.md", rule::TOUCHES_HEALER),
    ("build.pipeline", rule::TOUCHES_HEALER),
    (".git/config", rule::TOUCHES_GIT),
    (".GIT/hooks/pre-commit", rule::TOUCHES_GIT),
    ("vendor/x/.git/config", rule::TOUCHES_GIT),
    (".git", rule::TOUCHES_GIT),
    (".husky/pre-commit", rule::TOUCHES_HOOKS),
    (".pre-commit-config.yaml", rule::TOUCHES_HOOKS),
    ("CODEOWNERS", rule::TOUCHES_REVIEW),
    (".coveragerc", rule::LOWERS_GATE),
    ("codecov.yml", rule::LOWERS_GATE),
    (".nycrc.json", rule::LOWERS_GATE),
    ("sonar-project.properties", rule::LOWERS_GATE),
    ("clippy.toml", rule::LOWERS_GATE),
    ("deny.toml", rule::LOWERS_GATE),
    (".eslintrc.json", rule::LOWERS_GATE),
    ("packages/a/eslint.config.mjs", rule::LOWERS_GATE),
    (".trivyignore", rule::LOWERS_GATE),
    ("Makefile", rule::TOUCHES_CHECK),
    ("tox.ini", rule::TOUCHES_CHECK),
    (".cargo/config.toml", rule::TOUCHES_CHECK),
    ("node_modules/jest/bin/jest.js", rule::TOUCHES_INSTALLED_CODE),
    (".venv/bin/pytest", rule::TOUCHES_INSTALLED_CODE),
    ("/etc/passwd", rule::PATH_OUTSIDE),
    ("../other/file", rule::PATH_OUTSIDE),
    ("a/../../file", rule::PATH_OUTSIDE),
    ("a\\..\\file", rule::PATH_OUTSIDE),
    ("C:/x", rule::PATH_OUTSIDE),
    ("~/x", rule::PATH_OUTSIDE),
    ("a\0b", rule::PATH_OUTSIDE),
    ("", rule::PATH_OUTSIDE),
    (".", rule::PATH_OUTSIDE),
];

/// Edits of files that may otherwise change.
const EDITS: &[(&str, &str, &str, &str)] = &[
    ("pyproject.toml", "fail_under = 80", "fail_under = 10", rule::LOWERS_GATE),
    ("package.json", "\"coverageThreshold\": 80", "\"coverageThreshold\": 0", rule::LOWERS_GATE),
    ("package.json", "\"test\": \"jest\"", "\"test\": \"true\"", rule::TOUCHES_CHECK),
    ("package.json", "\"deploy\": \"x\"", "\"deploy\": \"npm i --legacy-peer-deps\"", rule::FORCES_RESOLUTION),
    (".npmrc", "", "legacy-peer-deps=true", rule::FORCES_RESOLUTION),
    (".npmrc", "", "strict-ssl=false", rule::RELAXES_SECURITY),
    ("pip.conf", "", "trusted-host = mirror.example", rule::RELAXES_SECURITY),
    ("tsconfig.json", "\"strict\": true", "\"strict\": false", rule::LOWERS_GATE),
    ("Cargo.toml", "", "[lints.rust]\nunsafe_code = \"allow\"", rule::LOWERS_GATE),
    ("src/a.py", "x = y", "x = y  # noqa", rule::LOWERS_GATE),
    ("src/a.py", "x = y", "x = y  # type: ignore", rule::LOWERS_GATE),
    ("src/a.py", "", "@pytest.mark.skip\n", rule::SKIPS_TEST),
    ("src/a.ts", "x", "// eslint-disable-next-line\nx", rule::LOWERS_GATE),
    ("src/a.ts", "describe('x'", "describe.skip('x'", rule::SKIPS_TEST),
    ("src/a.rs", "fn a()", "#[allow(dead_code)]\nfn a()", rule::LOWERS_GATE),
    ("src/a.rs", "#[test]", "#[test]\n#[ignore]", rule::SKIPS_TEST),
    ("src/a.rs", "assert_eq!(a, b);", "", rule::TOUCHES_TEST),
    ("src/a.go", "x", "t.Skip()", rule::SKIPS_TEST),
    ("src/A.java", "x", "@Disabled\nx", rule::SKIPS_TEST),
    ("scripts/build.sh", "make", "make || true", rule::MASKS_FAILURE),
    ("scripts/build.sh", "set -e", "set +e", rule::MASKS_FAILURE),
    ("src/net.py", "get(url)", "get(url, verify=False)", rule::RELAXES_SECURITY),
    ("src/net.go", "x", "InsecureSkipVerify: true", rule::RELAXES_SECURITY),
    ("Dockerfile", "RUN npm ci", "RUN npm install", rule::DROPS_LOCK_FLAG),
    (".env", "", "NODE_TLS_REJECT_UNAUTHORIZED=0", rule::RELAXES_SECURITY),
];

#[test]
fn a_forbidden_command_is_refused() {
    for (command, rule) in COMMANDS {
        assert_eq!(refusal_of(run(command)), Some(*rule), "{command}");
    }
}

#[test]
fn a_forbidden_variable_is_refused() {
    for (name, value, rule) in VARIABLES {
        assert_eq!(refusal_of(set_env(name, value)), Some(*rule), "{name}={value}");
        let beside = Action::RunCommand {
            argv: argv("npm ci"),
            directory: ".".to_owned(),
            env: vec![((*name).to_owned(), (*value).to_owned())],
            timeout_ms: 1,
        };
        assert_eq!(refusal_of(beside), Some(*rule), "{name}={value} beside a command");
    }
}

#[test]
fn a_forbidden_path_is_refused() {
    for (path, rule) in PATHS {
        for action in [write(path, "x"), edit(path, "a", "b"), remove(path), restore(&[path])] {
            assert_eq!(refusal_of(action.clone()), Some(*rule), "{action:?}");
        }
    }
}

#[test]
fn an_edit_that_weakens_a_check_is_refused() {
    for (path, find, replace, rule) in EDITS {
        assert_eq!(refusal_of(edit(path, find, replace)), Some(*rule), "{path}: {find} → {replace}");
    }
}

#[test]
fn a_port_cannot_be_moved_into_a_forbidden_variable() {
    for variable in ["PATH", "SKIP_TESTS", "NODE_OPTIONS", "A B"] {
        assert!(refusal_of(Action::MovePort { taken: 80, variable: variable.to_owned() }).is_some(), "{variable}");
    }
}

/// Any step that the tables above forbid, or a replacement that no original allows.
fn forbidden_action() -> impl Strategy<Value = Action> {
    let path = proptest::sample::select(PATHS).prop_map(|(path, _)| path);
    prop_oneof![
        proptest::sample::select(COMMANDS).prop_map(|(command, _)| run(command)),
        proptest::sample::select(VARIABLES).prop_map(|(name, value, _)| set_env(name, value)),
        proptest::sample::select(EDITS).prop_map(|(path, find, replace, _)| edit(path, find, replace)),
        path.clone().prop_map(|path| write(path, "x")),
        path.clone().prop_map(remove),
        path.prop_map(|path| restore(&["src/a.rs", path])),
        Just(replace("true")),
        Just(replace("make test || true")),
        Just(replace("make")),
        Just(clear("src")),
        Just(clear(".git")),
    ]
}

fn harmless_action() -> impl Strategy<Value = Action> {
    prop_oneof![
        Just(run("npm ci")),
        Just(set_env("PORT", "1")),
        Just(clear("node_modules")),
        Just(edit("requirements.txt", "a", "b")),
        Just(replace("make -j1 test")),
    ]
}

proptest! {
    #[test]
    fn no_sequence_of_steps_with_a_forbidden_one_passes(
        mut actions in proptest::collection::vec(harmless_action(), 0..8),
        forbidden in forbidden_action(),
        at: proptest::sample::Index,
    ) {
        let command = CommandLine::Shell("make test".to_owned());
        prop_assert!(actions.is_empty() || judge(&command, &remedy(actions.clone())).is_ok());
        actions.insert(at.index(actions.len() + 1), forbidden);
        prop_assert!(judge(&command, &remedy(actions)).is_err());
    }

    #[test]
    fn a_forbidden_flag_is_refused_wherever_it_stands(
        row in proptest::sample::select(COMMANDS), words in proptest::collection::vec("[a-z]{1,6}", 0..5), at: proptest::sample::Index,
    ) {
        // Words put between do not hide anything, as long as the program keeps its place.
        let mut argv = argv(row.0);
        let tail = argv.len();
        if row.1 != rule::RUNS_SHELL && row.1 != rule::NO_OP_COMMAND && !row.0.contains(" false") && !row.0.starts_with("git") {
            for word in words {
                let place = tail.min(1) + at.index(argv.len());
                // Behind a runner the next word is the program.
                if !["-m", "--", "run", "exec"].contains(&argv[place - 1].as_str()) {
                    argv.insert(place, word);
                }
            }
        }
        prop_assert!(refusal_of(run_words(argv.clone())).is_some(), "{argv:?}");
    }

    #[test]
    fn spelling_a_path_differently_does_not_help(
        row in proptest::sample::select(PATHS), dots in 0usize..3, slashes in 1usize..3,
    ) {
        // Behind `./` even `/etc` is a path in the workspace.
        prop_assume!(row.1 != rule::PATH_OUTSIDE || row.0.contains(".."));
        let spelled = format!("{}{}", "./".repeat(dots), row.0.replace('/', &"/".repeat(slashes)));
        prop_assert!(refusal_of(write(&spelled, "x")).is_some(), "{spelled}");
        prop_assert!(refusal_of(remove(&spelled)).is_some(), "{spelled}");
    }

    #[test]
    fn nothing_outside_of_the_workspace_is_ever_named(
        names in proptest::collection::vec(prop_oneof![Just("..".to_owned()), Just(".".to_owned()), "[a-z]{1,3}"], 1..8),
        is_absolute: bool,
    ) {
        let path = format!("{}{}", if is_absolute { "/" } else { "" }, names.join("/"));
        match crate::policy::normal_path(&path) {
            Ok(normal) => {
                prop_assert!(!is_absolute && !normal.split('/').any(|name| name == ".."));
                prop_assert!(!names.iter().any(|name| name == ".."));
            }
            Err(_) => prop_assert!(is_absolute || names.iter().any(|name| name == "..")),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_makes_the_rules_panic(
        path in "\\PC{0,12}", words in proptest::collection::vec("\\PC{0,8}", 0..6), script in "\\PC{0,40}", value in "\\PC{0,12}",
    ) {
        let _ = refusal_of(run_words(words));
        let _ = refusal_of(write(&path, &script));
        let _ = refusal_of(edit(&path, &value, &script));
        let _ = refusal_of(set_env(&path, &value));
        let _ = replacement(&script, &value);
        let _ = verdict(&[change(&path, &script, &value)]);
    }
}
