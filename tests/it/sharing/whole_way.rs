//! The whole way of a plugin, from an idea to somebody else's healed build: new, build, test, pack, sign, push; and on a machine
//! whose home is empty install, approve and a run that heals with it. Once for each language that a plugin can be written in.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use super::{plugin, text, trust};
use crate::authoring::{lab, tool, with_tools};
use crate::lab::{DockerRegistry, Lab};

/// A stage that misses a browser, and a program that can fetch it. What the standard plugins know of it is switched off, so that
/// only the author's plugin can have healed it.
const PIPELINE: &str = "[[stage]]\nname = \"e2e\"\nrun = \"sh e2e.sh\"\n[healing]\ncontrol-rate = 0.0\n\
    [plugins]\ndisabled = [\"heal-dependency\", \"heal-alternative\"]\n";
const STAGE: &str = "test -f ms-playwright/chromium && exit 0\n\
    echo \"browserType.launch: Executable doesn't exist at $PWD/ms-playwright/chromium-1091/chrome-linux/chrome\" >&2\nexit 1\n";
const NPX: &str = "#!/bin/sh\n[ \"$*\" = \"playwright install chromium\" ] || exit 9\n\
    mkdir -p ms-playwright && echo binary > ms-playwright/chromium\n";

/// Somebody who has the project and trusts the publisher, on a machine on which `npx` is a program of the test.
fn somebody(policy: &str) -> Lab {
    let lab = Lab::bare()
        .with_repository()
        .pipeline(PIPELINE)
        .file("e2e.sh", STAGE)
        .file(".gitignore", "ms-playwright/\n")
        .committed();
    trust(&lab, policy);
    let npx = lab.outside("bin").join("npx");
    std::fs::create_dir(lab.outside("bin")).expect("make a folder");
    std::fs::write(&npx, NPX).expect("write the program");
    std::fs::set_permissions(&npx, Permissions::from_mode(0o755)).expect("make it executable");
    let path = format!("{}:{}", lab.outside("bin").display(), std::env::var("PATH").unwrap_or_default());
    lab.env("PATH", path).env("HOME", "/nonexistent")
}

/// Walks it with a project that was made by `plugin new` with these arguments.
fn walk(author: &Lab, registry: &DockerRegistry) {
    plugin(author, &["test", "heal-browsers"]).ends_with(0).says("2 passed");
    let (bundle, key) = (author.outside("heal-browsers.tar"), author.outside("acme.key"));
    let reference = format!("{}/acme/heal-browsers:0.1.0", registry.host());
    plugin(author, &["pack", "heal-browsers", "-o", text(&bundle)]).ends_with(0).says("packed");
    plugin(author, &["keygen", "--no-password", "-o", text(&key)]).ends_with(0);
    plugin(author, &["sign", text(&bundle), "--key", text(&key)]).ends_with(0);
    plugin(author, &["push", text(&bundle), &reference]).ends_with(0).says("pushed");

    let public = std::fs::read_to_string(key.with_extension("key.pub")).expect("there is a public key");
    let public = public.lines().nth(1).expect("the key is its second line");
    let home = somebody(&format!(
        "version = 1\n[keys]\nacme = \"{public}\"\n[[trust]]\npublisher = \"acme/\"\nall-of = [\"acme\"]\n"
    ));
    assert_eq!(home.run(&[]).code(), 1, "nobody else heals it");
    plugin(&home, &["install", &reference]).ends_with(0).says("acme/heal-browsers 0.1.0");
    plugin(&home, &["approve", "acme/heal-browsers", "--yes"]).ends_with(0);
    let events = home.heals(&[]);
    assert_eq!(events.healers_tried(), ["acme/heal-browsers"]);
}

#[test]
fn a_plugin_in_rust_goes_the_whole_way() {
    let author = lab();
    plugin(&author, &["new", "--role", "healer", "acme/heal-browsers"]).ends_with(0);
    walk(&author, &DockerRegistry::start());
}

#[test]
fn a_plugin_in_javascript_goes_the_whole_way() {
    let author = lab();
    plugin(&author, &["new", "--role", "healer", "--lang", "js", "acme/heal-browsers"]).ends_with(0);
    with_tools(&author, "heal-browsers", "node_modules", &tool("js/node_modules"));
    walk(&author, &DockerRegistry::start());
}

#[test]
fn a_plugin_in_python_goes_the_whole_way() {
    let author = lab();
    plugin(&author, &["new", "--role", "healer", "--lang", "python", "acme/heal-browsers"]).ends_with(0);
    with_tools(&author, "heal-browsers", ".venv", &tool("python"));
    walk(&author, &DockerRegistry::start());
}
