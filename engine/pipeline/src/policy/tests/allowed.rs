//! Remedies that have to pass: a never-list that refuses everything would keep every promise and heal nothing.

use super::cases::*;
use crate::remedy::{Action, CommandLine, Limits};

#[track_caller]
fn passes(actions: Vec<Action>) {
    let command = CommandLine::Shell("make test".to_owned());
    let result = judge(&command, &remedy(actions.clone()));
    assert!(result.is_ok(), "{actions:?}: {result:?}");
}

#[test]
fn commands_of_the_seven_strategies_pass() {
    for command in [
        "pip install -r requirements.txt",
        "python3 -m pip install Pillow==10.4.0",
        "python3 -m pip install --index-url https://mirror.example/simple -r requirements.txt",
        "python3 -m pip install --force-reinstall --no-cache-dir -r requirements.txt",
        "python3 -m venv .venv",
        "python3.12 -m venv --clear .venv",
        ".venv/bin/pip install -e .[dev]",
        ".venv/bin/python -m pip install -e .",
        "uv sync --locked",
        "uv lock",
        "uv pip install -r requirements.txt",
        "poetry lock",
        "poetry install",
        "pip-compile requirements.in",
        "npm ci",
        "npm install",
        "npm install --package-lock-only",
        "npm install left-pad@1.3.0 --save-dev",
        "npm install @types/node",
        "npm cache verify",
        "npm rebuild",
        "pnpm install --lockfile-only",
        "yarn install --mode=update-lockfile",
        "corepack enable",
        "npx prettier --write src/a.ts",
        "npx --no-install prettier --write src/a.ts",
        "npm run format",
        "node scripts/setup.js",
        "cargo update -p serde --precise 1.0.200",
        "cargo generate-lockfile",
        "cargo fetch --locked",
        "cargo fmt",
        "cargo clean",
        "cargo add anyhow",
        "rustup target add wasm32-wasip2",
        "rustup component add clippy",
        "rustup toolchain install 1.95",
        "black src",
        "ruff check --fix src",
        "ruff format src",
        "isort src/a.py",
        "go mod tidy",
        "go mod download",
        "gofmt -w main.go",
        "git fetch --unshallow",
        "git fetch --tags --depth=50",
        "git fetch origin main",
        "git submodule update --init --recursive",
        "git lfs pull",
        "chmod +x scripts/build.sh",
        "mkdir -p var/log",
        "touch var/log/app.log",
        "cmake -S . -B build2",
        "./gradlew --stop",
        "bundle install --jobs 1",
        "composer install --prefer-dist",
        "docker pull mirror.example/postgres:16",
        "docker compose up -d db",
        "mvn -B dependency:resolve -U",
        "make deps -j1",
    ] {
        passes(vec![run(command)]);
    }
}

#[test]
fn settings_of_the_environment_pass() {
    for (name, value) in [
        ("DATABASE_URL", "postgres://user:pw@localhost:5432/test"),
        ("APP_ENV", "test"),
        ("NODE_ENV", "test"),
        ("CI", "true"),
        ("TEST_DATABASE_URL", "sqlite://memory"),
        ("NODE_OPTIONS", "--max-old-space-size=4096"),
        ("CARGO_BUILD_JOBS", "1"),
        ("CARGO_NET_RETRY", "10"),
        ("CARGO_NET_GIT_FETCH_WITH_CLI", "true"),
        ("CARGO_INCREMENTAL", "0"),
        ("CARGO_PROFILE_DEV_DEBUG", "0"),
        ("RUSTC_WRAPPER", ""),
        ("PIP_RETRIES", "10"),
        ("PIP_DEFAULT_TIMEOUT", "60"),
        ("PIP_INDEX_URL", "https://mirror.example/simple"),
        ("PIP_INDEX_URL", "http://127.0.0.1:8081/simple"),
        ("npm_config_registry", "https://mirror.example/npm/"),
        ("npm_config_fetch_retries", "5"),
        ("npm_config_prefer_offline", "true"),
        ("PYTHONPATH", "src:lib"),
        ("PYTHONUTF8", "1"),
        ("PYTEST_ADDOPTS", "-p no:cacheprovider"),
        ("PYTEST_ADDOPTS", "-n0"),
        ("MAKEFLAGS", "-j1"),
        ("GRADLE_OPTS", "-Xmx2g -Dorg.gradle.daemon=false"),
        ("JAVA_TOOL_OPTIONS", "-Xmx1024m"),
        ("MAVEN_OPTS", "-Xmx2g -XX:MaxMetaspaceSize=512m"),
        ("GOPROXY", "https://mirror.example/go,direct"),
        ("GOFLAGS", "-p=1"),
        ("RUST_TEST_THREADS", "1"),
        ("LANG", "C.UTF-8"),
        ("LC_ALL", "C.UTF-8"),
        ("TZ", "UTC"),
        ("PORT", "8081"),
        ("PUPPETEER_SKIP_DOWNLOAD", "true"),
        ("RUSTUP_TOOLCHAIN", "1.95.0"),
        ("CC", "gcc-13"),
    ] {
        passes(vec![set_env(name, value)]);
    }
}

#[test]
fn a_directory_of_another_owner_may_be_trusted_for_one_run() {
    passes(vec![
        set_env("GIT_CONFIG_COUNT", "1"),
        set_env("GIT_CONFIG_KEY_0", "safe.directory"),
        set_env("GIT_CONFIG_VALUE_0", "/home/build/project"),
    ]);
}

#[test]
fn files_and_limits_within_reason_pass() {
    passes(vec![clear("node_modules"), run("npm ci")]);
    passes(vec![clear("build/CMakeCache.txt"), clear("target"), clear("tests/__pycache__"), clear(".venv")]);
    passes(vec![write(".env", "DATABASE_URL=sqlite://memory\nAPP_KEY=abc\n")]);
    passes(vec![edit("requirements.txt", "requests==2.0.0", "requests==2.32.3")]);
    passes(vec![edit("requirements.txt", "", "Pillow==10.4.0\n")]);
    passes(vec![edit("package.json", "\"left-pad\": \"^1.0.0\"", "\"left-pad\": \"^1.3.0\"")]);
    passes(vec![edit("Cargo.toml", "[dependencies]\n", "[dependencies]\nanyhow = \"1.0\"\n")]);
    passes(vec![edit("src/app.py", "import yaml", "import ruamel.yaml as yaml")]);
    passes(vec![restore(&[]), restore(&["Cargo.lock", "src/main.rs"])]);
    passes(vec![Action::MovePort { taken: 8080, variable: "PORT".to_owned() }]);
    passes(vec![Action::WaitForService { host: "localhost".to_owned(), port: 5432, timeout_ms: 30_000 }]);
    passes(vec![wait()]);
    passes(vec![escalate()]);
    let more = Limits {
        timeout_ms: Some(240_000),
        memory_bytes: Some(2 * GIB),
        jobs: Some(1),
        open_files: Some(4096),
        cpu_ms: None,
    };
    passes(vec![Action::SetLimit { limits: more }]);
}
