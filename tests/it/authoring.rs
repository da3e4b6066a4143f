//! The way of a plugin's author: new, build, test, in each language.
//!
//! One real build of cargo with the vendored SDK; the other roles share a build of the repository's own. JavaScript and Python need
//! their tool chains, which `.ci/run` installs into `target/plugin-tools`.

use std::path::{Path, PathBuf};

use crate::lab::{Answer, Lab, repository, target};

/// A lab whose builds share what cargo has compiled.
pub fn lab() -> Lab {
    Lab::bare().env("CARGO_TARGET_DIR", target().join("authoring").to_str().expect("a path of text"))
}

/// Where `.ci/run` has put a tool of another language.
pub fn tool(path: &str) -> PathBuf {
    let tool = target().join("plugin-tools").join(path);
    assert!(tool.exists(), "{} is missing: `.ci/plugin-tools` installs it", tool.display());
    tool
}

/// Gives a project in the lab the tool chain of its language.
pub fn with_tools(lab: &Lab, project: &str, link: &str, tool: &Path) {
    std::os::unix::fs::symlink(tool, lab.root().join(project).join(link)).expect("link the tool chain");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("make a folder");
    for entry in std::fs::read_dir(from).expect("list a folder").flatten() {
        let name = entry.file_name();
        let is_made = ["dist", "node_modules", ".venv", "wit"].iter().any(|made| name == *made);
        match entry.path() {
            _ if is_made => {}
            path if path.is_dir() => copy(&path, &to.join(name)),
            path => drop(std::fs::copy(path, to.join(name)).expect("copy a file")),
        }
    }
}

fn passes(lab: &Lab, project: &str) -> Answer {
    let answer = lab.selfheal(&["plugin", "test", project]);
    answer.ends_with(0).says("passed");
    answer
}

#[test]
fn a_new_rust_plugin_is_built_and_tested_by_the_binary_alone() {
    let lab = lab();
    let new = lab.selfheal(&["plugin", "new", "--role", "healer", "acme/heal-browsers"]);
    new.ends_with(0).says("heal-browsers").says("selfheal plugin test");
    passes(&lab, "heal-browsers").says("chromium").says("offline");

    let component = lab.root().join("heal-browsers/dist/acme/heal-browsers.wasm");
    let inspected = lab.selfheal(&["plugin", "inspect", component.to_str().expect("a path of text")]);
    inspected.ends_with(0).says("healer");
    lab.selfheal(&["plugin", "list", "--plugins", "heal-browsers/dist"]).ends_with(0).says("acme/heal-browsers");

    // An answer that is not the expected one is shown, and accepted only when the author says so.
    let expected = "heal-browsers/tests/chromium.expect";
    lab.write(expected, &lab.read(expected).replace("install chromium for", "install Chromium for"));
    let differs = lab.selfheal(&["plugin", "test", "--no-build", "heal-browsers"]);
    differs
        .ends_with(1)
        .says("- title = \"install Chromium for")
        .says("+ title = \"install chromium for")
        .says("--update");
    lab.selfheal(&["plugin", "test", "--no-build", "--update", "heal-browsers"]).ends_with(0).says("accepted");
    lab.selfheal(&["plugin", "test", "--no-build", "heal-browsers"]).ends_with(0).says("2 passed");

    // The manifest and the component have to agree.
    let manifest = lab.read("heal-browsers/plugin.toml");
    lab.write(
        "heal-browsers/plugin.toml",
        &format!("{manifest}\n[[capability]]\nkind = \"clock\"\nreason = \"none\"\n"),
    );
    lab.selfheal(&["plugin", "build", "heal-browsers"]).ends_with(3).says("clock, which the component does not import");
    lab.write("heal-browsers/plugin.toml", &manifest);

    let bench = lab.selfheal(&["plugin", "bench", "--seconds", "1", "--format", "json", "heal-browsers"]);
    bench.ends_with(0).says("\"function\":\"propose\"").says("\"faults\":0");
}

#[test]
fn every_other_role_has_an_example_in_rust_that_passes_its_fixtures() {
    let lab = lab();
    let sdk = format!("path:{}", repository().join("plugin-sdk").display());
    for role in ["classifier", "planner", "runner", "notifier"] {
        let name = format!("my-{role}");
        lab.selfheal(&["plugin", "new", "--role", role, "--sdk", &sdk, &name]).ends_with(0);
        passes(&lab, &name);
    }
}

#[test]
fn the_example_in_javascript_passes_its_fixtures() {
    let lab = lab();
    copy(&repository().join("examples/05-plugin-in-javascript"), &lab.root().join("plugin"));
    with_tools(&lab, "plugin", "node_modules", &tool("js/node_modules"));
    passes(&lab, "plugin").says("stale-and-ours");
}

#[test]
fn the_example_in_python_passes_its_fixtures() {
    let lab = lab();
    copy(&repository().join("examples/06-plugin-in-python"), &lab.root().join("plugin"));
    with_tools(&lab, "plugin", ".venv", &tool("python"));
    passes(&lab, "plugin").says("examples of rules").says("async-installed");
}

#[test]
fn a_missing_tool_chain_is_named_with_what_to_type() {
    let lab = Lab::bare();
    for (language, hint) in [("js", "npm install"), ("python", "pip install -r"), ("rust", "rustup")] {
        let new = ["plugin", "new", "--role", "healer", "--lang", language, language];
        lab.selfheal(&new).ends_with(0);
        let mut build = lab.command(&["plugin", "build", language]);
        // A search path on which no tool chain is, but what tells whether one could be installed.
        let path = lab.outside("bin");
        std::fs::create_dir_all(&path).expect("make a folder");
        for program in ["npm", "python3"] {
            let _ = std::os::unix::fs::symlink("/bin/true", path.join(program));
        }
        let answer = Answer::of(build.env("PATH", path).output().expect("start the engine"));
        answer.ends_with(2).says("is not installed").says(hint);
    }
}

#[test]
fn a_module_that_calls_the_system_is_refused_in_words() {
    let lab = Lab::bare();
    lab.selfheal(&["plugin", "new", "--role", "healer", "--lang", "js", "mine"]).ends_with(0);
    let name = "wasi_snapshot_preview1";
    let mut module = b"\0asm\x01\0\0\0\x02\0\x01".to_vec();
    module.push(u8::try_from(name.len()).expect("short"));
    module.extend_from_slice(name.as_bytes());
    std::fs::write(lab.root().join("old.wasm"), module).expect("write the module");
    let answer = lab.selfheal(&["plugin", "build", "--module", "old.wasm", "mine"]);
    answer.ends_with(3).says("wasi:filesystem, which no plugin gets").says("wasm32-wasip2");
}

#[test]
fn what_is_no_project_says_how_to_make_one() {
    let lab = Lab::bare();
    lab.selfheal(&["plugin", "build"]).ends_with(2).says("no plugin.toml").says("selfheal plugin new");
    lab.selfheal(&["plugin", "new", "--role", "healer", "Not_An_Id"]).ends_with(2).says("lower-case");
    lab.selfheal(&["plugin", "new", "--role", "healer", "--lang", "js", "mine"]).ends_with(0);
    lab.selfheal(&["plugin", "new", "--role", "healer", "--lang", "js", "mine"]).ends_with(2).says("there already");
}

#[test]
fn an_incident_of_a_real_run_becomes_a_fixture() {
    let lab = Lab::bare().pipeline(
        "[[stage]]\nname = \"deploy\"\nrun = \"echo 'Error: Error acquiring the state lock'; exit 1\"\n[healing]\nmode = \"off\"\n",
    );
    lab.selfheal(&["plugin", "new", "--role", "healer", "--lang", "js", "--dir", "mine", "heal-lock"]).ends_with(0);
    lab.selfheal(&["run"]).ends_with(1);
    let recorded = lab.selfheal(&["plugin", "test", "--record", "last", "mine"]);
    recorded.ends_with(0).says("recorded").says("--update");
    let names: Vec<String> = std::fs::read_dir(lab.root().join("mine/tests"))
        .expect("list the fixtures")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let name = names.iter().find(|name| name.starts_with("terraform-state-locked") && name.ends_with(".toml"));
    let text = lab.read(&format!("mine/tests/{}", name.expect("a fixture was made")));
    assert!(text.contains("stage = \"deploy\"") && text.contains("code = \"terraform.state-locked\""), "{text}");
    lab.selfheal(&["plugin", "test", "--record", "last", "mine"]).ends_with(2).says("there already");
}
