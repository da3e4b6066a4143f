//! Plugins that break their contract during a real run: each is contained and named, and the run goes on.

use std::process::Command;

use crate::lab::{Lab, binary};
use crate::secrets::files_with;

const STANDARD_BUT_THE_RUNNER: &[&str] = &[
    "classify-learned",
    "classify-node",
    "classify-python",
    "classify-rust",
    "classify-system",
    "heal-alternative",
    "heal-config",
    "heal-dependency",
    "heal-escalate",
    "heal-resource",
    "heal-retry",
    "heal-rollback",
    "plan-project",
];

/// A stage that a good plugin can heal. Its log also holds the line that makes the bad plugin be asked.
fn lab(behaviour: &str, function: &str) -> Lab {
    Lab::bare()
        .pipeline(&format!(
            "[[stage]]\nname = \"greet\"\nrun = \"test -n \\\"$GREETING\\\" || {{ echo 'two-roles: GREETING is not set'; echo 'guest: failed'; exit 1; }}\"\n\
             [healing]\ncontrol-rate = 0.0\n\
             [plugins.config.misbehaving]\nbehaviour = \"{behaviour}\"\nin = \"{function}\"\n"
        ))
        .guest("misbehaving", "misbehaving")
        .guest("two-roles", "two-roles")
}

#[test]
fn a_healer_that_breaks_its_contract_is_named_and_a_good_one_heals_all_the_same() {
    for (behaviour, fault) in [
        ("loop", "timeout"),
        ("exhaust-memory", "memory-limit"),
        ("recurse", "stack-overflow"),
        ("trap", "panic"),
        ("exit", "exited"),
        ("flood-log", "host-call-limit"),
        ("flood-host", "host-call-limit"),
        ("many-elements", "garbage"),
        ("huge-text", "garbage"),
        ("invalid-text", "garbage"),
        ("invalid-values", "garbage"),
        ("invalid-paths", "garbage"),
        ("transient-error", "transient"),
    ] {
        let lab = lab(behaviour, "propose");
        let events = lab.heals(&[]);
        let expected = ("misbehaving".to_owned(), fault.to_owned());
        assert!(events.faults().contains(&expected), "{behaviour}: {:?}\n{events:#?}", events.faults());
        assert_eq!(events.healed_by(), "config");
        lab.selfheal(&["explain", "last"]).ends_with(0).says("misbehaving").says(fault);
    }
}

#[test]
fn a_guest_that_misbehaves_in_any_of_its_functions_is_named_and_does_not_end_the_run() {
    for function in ["rules", "classify", "handles"] {
        for behaviour in ["loop", "trap", "exhaust-memory", "invalid-text", "many-elements"] {
            // What a plugin declares is kept beside its compiled code, so each of these needs a cache of its own; few plugins
            // are left that have to be compiled for it.
            let lab = lab(behaviour, function);
            let cache = lab.outside("cache");
            let pipeline = lab.read("selfheal.toml");
            let lab = lab
                .pipeline(&format!("{pipeline}\n[plugins]\ndisabled = {STANDARD_BUT_THE_RUNNER:?}\n"))
                .env("SELFHEAL_CACHE_DIR", cache.to_str().expect("a path of the lab is text"));
            let events = lab.run(&[]);
            assert_eq!(events.end(), "success healed", "{behaviour} in {function}: {events:#?}");
            let is_named = events.faults().iter().any(|(plugin, _)| plugin == "misbehaving");
            assert!(is_named, "{behaviour} in {function} is not shown: {events:#?}");
        }
    }
}

#[test]
fn remedies_of_the_never_list_are_refused_each_with_its_reason() {
    let lab = Lab::bare()
        .with_repository()
        .file("tests/test_shop.py", "def test_total():\n    assert False\n")
        .pipeline(
            "[[stage]]\nname = \"greet\"\nrun = \"echo 'guest: failed'; exit 1\"\n\
             [healing]\npatches = \"apply\"\n[plugins.config.misbehaving]\nbehaviour = \"never-list\"\n",
        )
        .guest("misbehaving", "misbehaving")
        .committed();
    let before = lab.tree();
    let events = lab.run(&[]);
    assert_eq!((events.code(), events.tried().len()), (1, 0), "{events:#?}");
    assert!(events.refusals().len() >= 12, "{:#?}", events.refusals());
    lab.tree().is_same_as(&before);
    lab.replays();
}

#[test]
fn a_plugin_that_imports_what_it_was_not_granted_is_refused_by_the_interface_s_name() {
    for (guest, interface) in [("imports-http", "http"), ("imports-filesystem", "wasi:filesystem")] {
        let lab = lab("none", "nowhere").guest(guest, guest);
        let events = lab.run(&[]);
        assert_eq!(events.end(), "success healed", "{events:#?}");
        let line = events.stderr().lines().find(|line| line.contains(guest));
        assert!(line.is_some_and(|line| line.contains(interface)), "{}", events.stderr());
    }
}

#[test]
fn a_file_that_is_no_component_is_refused_with_one_message_and_the_run_goes_on() {
    let core_module = b"\0asm\x01\0\0\0";
    let half = &guests::component("two-roles")[..1000];
    for bytes in [&core_module[..], b"garbage", b"", half] {
        let lab = lab("none", "nowhere").plugin_bytes("broken", bytes);
        let events = lab.run(&[]);
        assert_eq!(events.end(), "success healed", "{events:#?}");
        let count = events.stderr().lines().filter(|line| line.contains("broken")).count();
        assert_eq!(count, 1, "{}", events.stderr());
    }
}

#[test]
fn a_plugin_of_the_same_id_in_a_directory_wins_and_the_run_says_so() {
    let lab = Lab::bare()
        .pipeline("[[stage]]\nname = \"a\"\nrun = \"echo 'guest: failed'; exit 75\"\n")
        .guest("heal-retry", "misbehaving");
    let events = lab.run(&[]);
    // The guest that stands in for `heal-retry` knows nothing of retries.
    assert_eq!((events.code(), events.tried().contains(&"retry".to_owned())), (1, false), "{events:#?}");
    let line = events.stderr().lines().find(|line| line.contains("heal-retry.wasm") && line.contains("replaces"));
    assert!(line.is_some(), "{}", events.stderr());
    let plugins = lab.plugins();
    lab.selfheal(&["plugin", "list", "--plugins", plugins.to_str().expect("a path")]).says("heal-retry.wasm");
}

#[test]
fn inspecting_shows_roles_and_imports_of_a_file_and_the_rules_of_a_standard_plugin() {
    let lab = lab("none", "nowhere").guest("imports-http", "imports-http");
    let inspect = |name: &str| {
        let file = lab.plugins().join(name);
        lab.selfheal(&["plugin", "inspect", file.to_str().expect("a path")])
    };
    inspect("two-roles.wasm").ends_with(0).says("classifier, healer").says("sha256:");
    inspect("imports-http.wasm").ends_with(0).says("selfheal:plugin/http@").says("needs the grant");
    lab.selfheal(&["plugin", "inspect", "classify-python"]).ends_with(0).says("python.module-not-found");
}

#[test]
fn nothing_that_the_engine_keeps_to_itself_comes_out_through_a_plugin() {
    let (variable, content) = ("canary-of-the-environment-77aa", "canary-of-the-file-31c0");
    for action in
        ["\"do\" = \"look-around\"", "read = [\"../canary\", \"out\", \"/proc/self/environ\", \".git/config\"]"]
    {
        let lab = lab("none", "nowhere").guest("prying", "prying").env("SELFHEAL_TEST_CANARY", variable);
        let pipeline = lab.read("selfheal.toml");
        let lab = lab.pipeline(&format!(
            "{pipeline}\n[plugins.config.prying]\n{action}\n[plugins.grants.prying]\nworkspace = \"read\"\nstate = true\n"
        ));
        let canary = lab.root().parent().expect("it has a parent").join("canary");
        std::fs::write(&canary, content).expect("it is written");
        std::os::unix::fs::symlink(&canary, lab.root().join("out")).expect("it is linked");
        let events = lab.run(&[]);
        assert_eq!(events.end(), "success healed", "{events:#?}");
        assert!(events.faults().iter().all(|(plugin, _)| plugin != "prying"), "{events:#?}");
        let explained = lab.selfheal(&["explain", "last"]);
        for canary in [variable, content] {
            for text in [events.text(), events.stderr(), &explained.text()] {
                assert!(!text.contains(canary), "{text}");
            }
            assert_eq!(files_with(&lab.outside("state"), canary), [""; 0]);
        }
    }
}

#[test]
fn the_compiler_child_survives_garbage() {
    let output = Command::new(binary()).arg("compile-plugin").stdin(std::process::Stdio::null()).output();
    assert!(!output.expect("start the engine").status.success());
}
