//! Stages that are put back instead of run, and services beside stages, through the real binary and the real runner.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

struct Lab {
    folder: TempDir,
}

struct Answer {
    code: i32,
    out: String,
    err: String,
}

impl Lab {
    fn new(pipeline: &str) -> Self {
        let this = Self { folder: tempfile::tempdir().unwrap() };
        this.write("selfheal.toml", pipeline);
        this
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("shop").join(path)
    }

    fn write(&self, path: &str, content: &str) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), content).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn selfheal(&self, arguments: &[&str]) -> Answer {
        let state = self.folder.path().join("state");
        // Compiled plugins are shared, so that only the first test compiles them.
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled");
        let output = Command::new(env!("CARGO_BIN_EXE_selfheal"))
            .args(arguments)
            .current_dir(self.path(""))
            .env("SELFHEAL_STATE_DIR", state)
            .env("SELFHEAL_CACHE_DIR", cache)
            .env("NO_COLOR", "1")
            .env("CI", "true")
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Answer { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
    }

    #[track_caller]
    fn passes(&self, arguments: &[&str]) -> Answer {
        let answer = self.selfheal(arguments);
        assert_eq!(answer.code, 0, "{arguments:?}\n{}\n{}", answer.out, answer.err);
        answer
    }

    /// Lines of JSON.
    fn lines(&self, arguments: &[&str]) -> Vec<Value> {
        self.selfheal(arguments).out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

const BUILD: &str = r#"
[[stage]]
name = "build"
run = "mkdir -p dist && cp src/app dist/app && chmod 750 dist/app && ln -sf app dist/link && echo x >> ran"
inputs = ["src"]
outputs = ["dist"]

[[stage]]
name = "test"
needs = ["build"]
run = "cat dist/app && echo y >> ran"
inputs = ["src"]
"#;

#[test]
fn a_second_run_puts_outputs_back_and_says_so_everywhere() {
    let lab = Lab::new(BUILD);
    lab.write("src/app", "one");
    let planned = lab.passes(&["run", "--plan"]).out;
    assert!(planned.contains("cache    miss"), "{planned}");
    let first = lab.passes(&["run"]).out;
    assert!(first.contains("✓ passed build"), "{first}");
    assert_eq!(lab.read("ran"), "x\ny\n");

    fs::remove_dir_all(lab.path("dist")).unwrap();
    lab.write("dist/stale", "stale");
    let planned = lab.passes(&["run", "--plan"]).out;
    assert_eq!(planned.matches("cache    hit").count(), 2, "{planned}");
    let second = lab.passes(&["run"]).out;
    assert!(second.contains("✓ cached build") && second.contains("✓ cached test"), "{second}");
    assert_eq!(lab.read("ran"), "x\ny\n", "nothing ran");
    assert_eq!(lab.read("dist/link"), "one");
    assert!(!lab.path("dist/stale").exists());
    let history = lab.lines(&["history", "--format", "json"]);
    let cached: Vec<&Value> = history.iter().map(|run| &run["cached"]).collect();
    assert_eq!(cached, [&Value::from(2), &Value::from(0)]);
    assert!(lab.passes(&["history"]).out.contains("2 stages (2 cached)"));

    let third = lab.lines(&["run", "--format", "json"]);
    let restored: Vec<&Value> =
        third.iter().map(|line| &line["fact"]).filter(|fact| fact["fact"] == "outputs-restored").collect();
    assert_eq!((restored.len(), &restored[0]["files"]), (2, &Value::from(2)));

    lab.passes(&["run", "--no-cache"]);
    assert_eq!(lab.read("ran"), "x\ny\nx\ny\n");
    lab.write("src/app", "two");
    lab.passes(&["run"]);
    assert_eq!(lab.read("ran"), "x\ny\nx\ny\nx\ny\n");
    assert_eq!(lab.read("dist/app"), "two");
    assert!(lab.passes(&["replay", "last"]).out.contains("same") || lab.selfheal(&["replay", "last"]).code == 0);
}

#[test]
fn a_service_that_cannot_bind_its_port_is_diagnosed_from_its_own_words() {
    let lab = Lab::new(
        r#"
[[stage]]
name = "test"
run = "echo never"
services = [{ name = "web", run = "echo 'Error: listen EADDRINUSE: address already in use 127.0.0.1:8080' >&2; exit 1", ready = { log = "listening" } }]
[healing]
mode = "off"
"#,
    );
    let lines = lab.lines(&["run", "--format", "json"]);
    let found = lines.iter().map(|line| &line["fact"]).find(|fact| fact["fact"] == "diagnosed").unwrap();
    let root = &found["diagnosis"]["findings"][0];
    assert_eq!(root["category"], "port-or-concurrency-conflict", "{root}");
    let ended = lines.iter().map(|line| &line["fact"]).find(|fact| fact["fact"] == "attempt-ended").unwrap();
    assert_eq!(ended["outcome"]["failed_service"], "service web ended before it was ready (exit code 1)");
}
