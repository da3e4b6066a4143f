//! The never-list on what really changed.

use proptest::prelude::*;

use super::cases::*;
use crate::event::{ChangeKind, FileChange};
use crate::finding::Disposition::{Auto, Patch};
use crate::policy::rule;

fn kind(mut change: FileChange, kind: ChangeKind) -> FileChange {
    change.change = kind;
    change
}

fn ignored(path: &str) -> FileChange {
    FileChange { is_versioned: false, ..change(path, "", "") }
}

fn one(change: FileChange) -> Result<crate::finding::Disposition, &'static str> {
    verdict(&[change])
}

#[test]
fn ignored_files_are_the_environment_and_versioned_ones_a_patch() {
    assert_eq!(verdict(&[]), Ok(Auto));
    assert_eq!(verdict(&[ignored("node_modules/jest/tests/a.test.js"), ignored(".env")]), Ok(Auto));
    assert_eq!(verdict(&[ignored(".env"), change("requirements.txt", "a==1", "a==2")]), Ok(Patch));
    assert_eq!(one(change("src/app.py", "import yaml", "import ruamel.yaml as yaml")), Ok(Patch));
    assert_eq!(one(change("README.md", "run pytest", "run pytest -k x || true # noqa")), Ok(Patch));
    assert_eq!(one(kind(change("notes.txt", "a", ""), ChangeKind::Removed)), Ok(Patch));
    assert_eq!(one(ignored("target/wasm32-wasip2/debug/x.wasm")), Ok(Auto));
}

#[test]
fn files_that_decide_what_is_checked_never_change() {
    for (path, rule) in [
        ("tests/test_app.py", rule::TOUCHES_TEST),
        ("tests/data.json", rule::TOUCHES_TEST),
        ("src/a.spec.ts", rule::TOUCHES_TEST),
        (".github/workflows/ci.yml", rule::TOUCHES_CI),
        ("selfheal.toml", rule::TOUCHES_HEALER),
        ("ci/plugins/x.wasm", rule::TOUCHES_HEALER),
        ("build.pipeline", rule::TOUCHES_HEALER),
        (".husky/pre-push", rule::TOUCHES_HOOKS),
        ("CODEOWNERS", rule::TOUCHES_REVIEW),
        (".coveragerc", rule::LOWERS_GATE),
        ("Makefile", rule::TOUCHES_CHECK),
        (".git/config", rule::TOUCHES_GIT),
        ("../elsewhere", rule::PATH_OUTSIDE),
    ] {
        for how in [ChangeKind::Modified, ChangeKind::Removed] {
            assert_eq!(one(kind(change(path, "a", "b"), how)), Err(rule), "{how:?} {path}");
        }
    }
    assert_eq!(one(ignored(".git/config")), Err(rule::TOUCHES_GIT));
    assert_eq!(one(ignored(".selfheal/state")), Err(rule::TOUCHES_HEALER));
}

#[test]
fn a_script_that_a_stage_runs_keeps_what_it_says() {
    for path in ["ci/measure", "tools/total.py", "scripts/coverage-gate.sh", "audit-all.sh"] {
        let gate = |added: &str| one(change(path, "[ \"$covered\" -ge 80 ] || exit 1", added));
        assert_eq!(gate("[ \"$covered\" -ge 10 ] || exit 1"), Err(rule::TOUCHES_CHECK), "{path}");
        assert_eq!(gate(""), Err(rule::TOUCHES_CHECK), "{path}");
        assert_eq!(gate("[ \"$covered\" -ge 80 ] || exit 1\r"), Ok(Patch), "{path}: other ends of lines");
        assert_eq!(one(change(path, "", "")), Ok(Patch), "{path}: its mode");
        let binary = FileChange { is_binary: true, ..change(path, "", "") };
        assert_eq!(one(binary), Err(rule::TOUCHES_CHECK), "{path}");
        assert!(one(kind(change(path, "exit 1", ""), ChangeKind::Removed)).is_err(), "{path}");
    }
    assert_eq!(one(change("src/total.py", "return 80", "return 10")), Ok(Patch), "no stage runs it");
}

#[test]
fn a_new_file_is_refused_where_it_steers_checks() {
    let added = |path: &str| one(kind(change(path, "", "x"), ChangeKind::Added));
    for (path, rule) in [
        ("conftest.py", rule::TOUCHES_TEST),
        ("src/__snapshots__/a.snap", rule::TOUCHES_TEST),
        (".github/workflows/new.yml", rule::TOUCHES_CI),
        ("GNUmakefile", rule::TOUCHES_CHECK),
        (".cargo/config.toml", rule::TOUCHES_CHECK),
        (".eslintignore", rule::LOWERS_GATE),
        (".gitignore", rule::LOWERS_GATE),
        ("sitecustomize.py", rule::TOUCHES_CHECK),
    ] {
        assert_eq!(added(path), Err(rule), "{path}");
    }
    for path in [
        "tests/test_new.py",
        "tests/output.txt",
        "build/Makefile",
        "build/lib/conftest.py",
        "out.log",
        ".x_cache/.gitignore",
    ] {
        assert_eq!(added(path), Ok(Patch), "{path}");
    }
}

#[test]
fn sources_and_locks_do_not_disappear() {
    let gone = |path: &str| one(kind(change(path, "x", ""), ChangeKind::Removed));
    assert_eq!(gone("src/broken.py"), Err(rule::REMOVES_SOURCE));
    assert_eq!(gone("package.json"), Err(rule::REMOVES_SOURCE));
    assert_eq!(gone("package-lock.json"), Err(rule::DROPS_LOCK_FILE));
}

#[test]
fn a_change_that_cannot_be_seen_is_not_judged() {
    let abridged = |path: &str| one(FileChange { is_abridged: true, ..change(path, "a", "b") });
    assert_eq!(abridged("src/a.rs"), Err(rule::UNSEEN_CHANGE));
    assert_eq!(abridged("package-lock.json"), Err(rule::UNSEEN_CHANGE));
    assert_eq!(abridged("README.md"), Ok(Patch));
    assert_eq!(one(change("bun.lockb", "", "")), Err(rule::UNSEEN_CHANGE));
    let new_lock = FileChange { is_abridged: true, ..kind(change("Cargo.lock", "", "x"), ChangeKind::Added) };
    assert_eq!(one(new_lock), Ok(Patch));
}

#[test]
fn markers_that_skip_or_silence_are_not_added() {
    for (path, added, rule) in [
        ("src/a.py", "@pytest.mark.skip", rule::SKIPS_TEST),
        ("src/a.py", "@pytest.mark.xfail(strict=False)", rule::SKIPS_TEST),
        ("src/a.py", "import os  # noqa: F401", rule::LOWERS_GATE),
        ("src/a.ts", "it.skip('x', () => {})", rule::SKIPS_TEST),
        ("src/a.ts", "describe.only('x', () => {})", rule::SKIPS_TEST),
        ("src/a.ts", "xit('x')", rule::SKIPS_TEST),
        ("src/a.tsx", "// @ts-ignore", rule::LOWERS_GATE),
        ("src/a.js", "/* eslint-disable */", rule::LOWERS_GATE),
        ("src/a.rs", "#[ignore]", rule::SKIPS_TEST),
        ("src/a.rs", "#![allow(clippy::all)]", rule::LOWERS_GATE),
        ("src/a.go", "\tt.Skip(\"later\")", rule::SKIPS_TEST),
        ("src/A.java", "@Ignore", rule::SKIPS_TEST),
        ("src/A.kt", "@Disabled(\"x\")", rule::SKIPS_TEST),
        ("deploy.yml", "continue-on-error: true", rule::MASKS_FAILURE),
        ("scripts/x.sh", "pytest || true", rule::MASKS_FAILURE),
        ("scripts/x.sh", "pip install --trusted-host x y", rule::RELAXES_SECURITY),
        ("package.json", "\"setup\": \"npm i --legacy-peer-deps\"", rule::FORCES_RESOLUTION),
        (".npmrc", "legacy-peer-deps=true", rule::FORCES_RESOLUTION),
        (".npmrc", "strict-ssl  =false", rule::RELAXES_SECURITY),
        ("src/a.py", "get(url, verify = False)", rule::RELAXES_SECURITY),
        ("src/a.py", "import os  #  NOQA", rule::LOWERS_GATE),
        ("Dockerfile", "RUN npm ci --force", rule::FORCES_RESOLUTION),
    ] {
        assert_eq!(one(change(path, "", added)), Err(rule), "{path}: {added}");
        assert_eq!(one(change(path, added, added)), Ok(Patch), "a moved line is no change: {path}: {added}");
    }
}

#[test]
fn npm_s_file_may_hold_the_options_of_node_that_the_variable_may_hold() {
    let added = |line: &'static str| one(change(".npmrc", "", line));
    for line in ["node-options=--openssl-legacy-provider", "node-options = --max-old-space-size=4096"] {
        assert_eq!(added(line), Ok(Patch), "{line}");
        assert_eq!(one(change(".yarnrc.yml", "", line)), Err(rule::RUNS_SHELL), "{line}");
    }
    for line in [
        "node-options=--require ./x.js",
        "node-options=--openssl-legacy-provider --require=./x.js",
        "node-options=${X}",
        "node-options[]=--openssl-legacy-provider",
        "node-options=--openssl-legacy-provider ; --import ./x.mjs",
        "script-shell=node-options=--openssl-legacy-provider",
    ] {
        assert_eq!(added(line), Err(rule::RUNS_SHELL), "{line}");
    }
}

#[test]
fn words_inside_other_words_are_no_markers() {
    for (path, added) in [
        ("src/a.ts", "const parts = text.split(',')"),
        ("src/a.ts", "await submit(form)"),
        ("src/a.py", "profit(1)"),
        ("src/a.rs", "let x = disallow(y);"),
        ("package.json", "\"left-pad\": \"^1.3.0\""),
    ] {
        assert_eq!(one(change(path, "", added)), Ok(Patch), "{path}: {added}");
    }
}

#[test]
fn checks_inside_of_sources_stay() {
    assert_eq!(one(change("src/a.rs", "    #[test]\n    fn works() {", "")), Err(rule::TOUCHES_TEST));
    assert_eq!(one(change("src/a.rs", "assert_eq!(a, b);", "assert_eq!(a, c);")), Ok(Patch));
    assert_eq!(one(change("src/a.py", "    assert x == 1", "")), Err(rule::TOUCHES_TEST));
    assert_eq!(one(change("scripts/x.sh", "set -euo pipefail", "")), Err(rule::MASKS_FAILURE));
    assert_eq!(one(change("Dockerfile", "RUN cargo build --locked", "RUN cargo build")), Err(rule::DROPS_LOCK_FLAG));
}

#[test]
fn a_manifest_on_one_line_is_judged_by_its_keys() {
    let was = r#"{"scripts":{"build":"tsc","test":"jest"},"dependencies":{"a":"^1"}}"#;
    let with = |from: &str, to: &str| was.replace(from, to);
    let judged = |is: &str| one(change("web/package.json", was, is));
    assert_eq!(judged(&with(r#""a":"^1""#, r#""a":"^1","b":"^2""#)), Ok(Patch), "a dependency more");
    assert_eq!(judged(&with(r#""test":"jest""#, r#""test":"true""#)), Err(rule::TOUCHES_CHECK));
    assert_eq!(judged(&with(r#","test":"jest""#, "")), Err(rule::TOUCHES_CHECK));
    let many = with(r#""a":"^1""#, r#""a":"^2""#).replace(',', ",\n");
    assert_eq!(judged(&many), Ok(Patch), "the same keys on many lines");
    let forced = with(r#""build":"tsc""#, r#""build":"npm i --legacy-peer-deps && tsc""#);
    assert!(judged(&forced).is_err());
}

#[test]
fn a_long_change_of_a_lock_file_is_seen_whole() {
    let entry = |number: usize, version: usize| {
        format!(
            "    \"node_modules/p{number}\": {{\n      \"version\": \"{version}.0.0\",\n      \"integrity\": \"sha512-{number:040}{version}==\"\n    }},\n"
        )
    };
    let text = |version: usize| (0..4_000).map(|number| entry(number, version)).collect::<String>();
    assert_eq!(FileChange::most_lines("web/package-lock.json"), 20_000);
    assert_eq!(FileChange::most_lines("Cargo.lock"), 20_000);
    assert_eq!(FileChange::most_lines("src/lib.rs"), 500);
    assert_eq!(one(change("package-lock.json", &text(1), &text(2))), Ok(Patch));
    // The first entry's version is no part of the change.
    let alone = |digit: &str| format!("      \"integrity\": \"sha512-{}==\"\n", digit.repeat(40));
    let (was, is) = (alone("a") + &text(1), alone("b") + &text(2));
    assert_eq!(one(change("package-lock.json", &was, &is)), Err(rule::CHANGES_HASH), "one checksum among 4,000");
}

#[test]
fn gates_in_manifests_are_not_lowered() {
    for (path, removed, added, rule) in [
        ("pyproject.toml", "fail_under = 80", "fail_under = 70", rule::LOWERS_GATE),
        ("pyproject.toml", "fail_under = 80", "", rule::LOWERS_GATE),
        ("pyproject.toml", "addopts = \"-q\"", "addopts = \"-q -k fast\"", rule::LOWERS_GATE),
        ("setup.cfg", "", "ignore = E501", rule::LOWERS_GATE),
        ("pyproject.toml", "", "    \"E501\",", rule::LOWERS_GATE),
        ("pyproject.toml", "    \"--strict-config\",", "", rule::LOWERS_GATE),
        ("package.json", "    \"branches\": 80,", "    \"branches\": 10,", rule::LOWERS_GATE),
        ("package.json", "\"test\": \"jest\"", "\"test\": \"jest --silent\"", rule::TOUCHES_CHECK),
        ("tsconfig.json", "\"strict\": true,", "", rule::LOWERS_GATE),
        ("Cargo.toml", "unwrap_used = \"deny\"", "unwrap_used = \"warn\"", rule::LOWERS_GATE),
        ("pom.xml", "<minimum>0.80</minimum>", "<minimum>0.10</minimum>", rule::LOWERS_GATE),
        ("build.gradle", "useJUnitPlatform()", "", rule::LOWERS_GATE),
    ] {
        assert_eq!(one(change(path, removed, added)), Err(rule), "{path}: {removed} → {added}");
    }
}

const A: &str = "sha256:aaaaaaaaaaaaaaaa";
const B: &str = "sha256:bbbbbbbbbbbbbbbb";

#[test]
fn hashes_of_requirements_are_kept() {
    let check = |removed: &str, added: &str| one(change("requirements.txt", removed, added));
    assert_eq!(check(&format!("    --hash={A}"), ""), Err(rule::DROPS_HASH));
    assert_eq!(check(&format!("    --hash={A}"), &format!("    --hash={B}")), Err(rule::CHANGES_HASH));
    assert_eq!(check(&format!("a==1 --hash={A}"), "a==1"), Err(rule::DROPS_HASH));
    assert_eq!(check(&format!("a==1 --hash={A}"), &format!("a==1 --hash={B}")), Err(rule::CHANGES_HASH));
    assert_eq!(check(&format!("a==1 \\\n    --hash={A}"), "a==2"), Err(rule::DROPS_HASH));
    assert_eq!(check("--require-hashes", ""), Err(rule::DROPS_HASH));
    assert_eq!(check(&format!("a==1 \\\n    --hash={A}"), &format!("a==2 \\\n    --hash={B}")), Ok(Patch));
    assert_eq!(check(&format!("a==1 --hash={A}"), ""), Ok(Patch), "a requirement that goes takes its hash along");
    assert_eq!(check("a==1", "a==2"), Ok(Patch));
}

#[test]
fn checksums_of_lock_files_are_kept() {
    let sum = |letter: &str| letter.repeat(64);
    for (path, removed, added, expected) in [
        // Cargo.lock.
        ("Cargo.lock", format!("checksum = \"{}\"", sum("a")), String::new(), Err(rule::DROPS_HASH)),
        ("Cargo.lock", format!("checksum = \"{}\"", sum("a")), format!("checksum = \"{}\"", sum("b")), Err(rule::CHANGES_HASH)),
        (
            "Cargo.lock",
            format!("version = \"1.0.0\"\nchecksum = \"{}\"", sum("a")),
            format!("version = \"1.0.1\"\nchecksum = \"{}\"", sum("b")),
            Ok(Patch),
        ),
        ("Cargo.lock", format!("version = \"1.0.0\"\nchecksum = \"{}\"", sum("a")), "version = \"1.0.1\"".to_owned(), Err(rule::DROPS_HASH)),
        (
            "Cargo.lock",
            format!("[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"x\"\nchecksum = \"{}\"", sum("a")),
            String::new(),
            Ok(Patch),
        ),
        (
            "Cargo.lock",
            String::new(),
            format!("[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"x\"\nchecksum = \"{}\"", sum("a")),
            Ok(Patch),
        ),
        // package-lock.json.
        ("package-lock.json", "      \"integrity\": \"sha512-aaaaaaaaaaaa==\",".to_owned(), String::new(), Err(rule::DROPS_HASH)),
        (
            "package-lock.json",
            "      \"integrity\": \"sha512-aaaaaaaaaaaa==\",".to_owned(),
            "      \"integrity\": \"sha512-bbbbbbbbbbbb==\",".to_owned(),
            Err(rule::CHANGES_HASH),
        ),
        (
            "package-lock.json",
            "\"version\": \"1.0.0\",\n\"resolved\": \"https://r.example/a-1.0.0.tgz\",\n\"integrity\": \"sha512-aaaaaaaaaaaa==\",".to_owned(),
            "\"version\": \"1.0.1\",\n\"resolved\": \"https://r.example/a-1.0.1.tgz\",\n\"integrity\": \"sha512-bbbbbbbbbbbb==\",".to_owned(),
            Ok(Patch),
        ),
        // yarn.lock and pnpm-lock.yaml.
        ("yarn.lock", "  integrity sha512-aaaaaaaaaaaa==".to_owned(), "  integrity sha512-bbbbbbbbbbbb==".to_owned(), Err(rule::CHANGES_HASH)),
        (
            "yarn.lock",
            "a@^1.0.0:\n  version \"1.0.0\"\n  integrity sha512-aaaaaaaaaaaa==".to_owned(),
            "a@^1.1.0:\n  version \"1.1.0\"\n  integrity sha512-bbbbbbbbbbbb==".to_owned(),
            Ok(Patch),
        ),
        (
            "pnpm-lock.yaml",
            "  a@1.0.0:\n    resolution: {integrity: sha512-aaaaaaaaaaaa==}".to_owned(),
            "  a@1.1.0:\n    resolution: {integrity: sha512-bbbbbbbbbbbb==}".to_owned(),
            Ok(Patch),
        ),
        // go.sum.
        ("go.sum", "e.example/a v1.0.0 h1:aaaaaaaaaaaa=".to_owned(), "e.example/a v1.0.0 h1:bbbbbbbbbbbb=".to_owned(), Err(rule::CHANGES_HASH)),
        ("go.sum", "e.example/a v1.0.0 h1:aaaaaaaaaaaa=".to_owned(), "e.example/a v1.1.0 h1:bbbbbbbbbbbb=".to_owned(), Ok(Patch)),
        ("go.sum", String::new(), "e.example/a v1.1.0 h1:bbbbbbbbbbbb=".to_owned(), Ok(Patch)),
        // poetry.lock and uv.lock.
        (
            "poetry.lock",
            format!("    {{file = \"a-1.0.whl\", hash = \"{A}\"}},"),
            format!("    {{file = \"a-1.0.whl\", hash = \"{B}\"}},"),
            Err(rule::CHANGES_HASH),
        ),
        ("poetry.lock", format!("    {{file = \"a-1.0.whl\", hash = \"{A}\"}},"), "    {file = \"a-1.0.whl\"},".to_owned(), Err(rule::DROPS_HASH)),
        (
            "uv.lock",
            format!("    {{ url = \"https://r.example/a-1.0.whl\", hash = \"{A}\", size = 1 }},"),
            format!("    {{ url = \"https://r.example/a-1.1.whl\", hash = \"{B}\", size = 1 }},"),
            Ok(Patch),
        ),
    ] {
        assert_eq!(one(change(path, &removed, &added)), expected, "{path}:\n{removed}\n→\n{added}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn one_forbidden_change_among_many_is_found(
        before in 0usize..5, after in 0usize..5,
        forbidden in proptest::sample::select(vec![
            change("tests/test_a.py", "a", "b"),
            change("src/a.py", "", "# type: ignore"),
            change("Cargo.lock", "checksum = \"0123456789abcdef\"", ""),
            kind(change("src/a.rs", "a", ""), ChangeKind::Removed),
            ignored(".git/index"),
        ]),
    ) {
        let mut changes = vec![change("requirements.txt", "a==1", "a==2"); before];
        changes.push(forbidden);
        changes.extend(vec![ignored("build/x"); after]);
        prop_assert!(verdict(&changes).is_err());
    }

    #[test]
    fn a_checksum_never_changes_alone(at in 0usize..4, count in 1usize..5) {
        // Several upgraded packages, one of which keeps its version.
        let block = |number: usize, version: &str, sum: &str| format!("version = \"{version}.{number}\"\nchecksum = \"{}\"\n", sum.repeat(16));
        let mut removed: Vec<String> = (0..count).map(|number| block(number, "1", "abcd")).collect();
        let mut added: Vec<String> = (0..count).map(|number| block(number, "2", "ef01")).collect();
        prop_assert_eq!(one(change("Cargo.lock", &removed.concat(), &added.concat())), Ok(Patch));
        let place = at.min(count);
        removed.insert(place, format!("checksum = \"{}\"\n", "9999".repeat(16)));
        added.insert(place, format!("checksum = \"{}\"\n", "8888".repeat(16)));
        prop_assert_eq!(one(change("Cargo.lock", &removed.concat(), &added.concat())), Err(rule::CHANGES_HASH));
    }
}
