//! Plugins that change while a run goes on.

use super::{GREET, Publisher, plugin, text, user};
use crate::lab::Lab;

/// A stage that puts a file into the plugin folder, and then the one that a plugin can heal.
fn lab(bytes: &[u8]) -> Lab {
    let lab = Lab::bare().with_repository().pipeline(&format!(
        "[[stage]]\nname = \"swap\"\nrun = \"mv \\\"$OUTSIDE/new.wasm\\\" \\\"$OUTSIDE/plugins/two-roles.wasm\\\"\"\n{}",
        GREET.replace("name = \"greet\"", "name = \"greet\"\nneeds = [\"swap\"]")
    ));
    std::fs::create_dir(lab.plugins()).expect("make the folder");
    std::fs::write(lab.outside("new.wasm"), bytes).expect("write the plugin");
    lab
}

#[test]
fn a_plugin_that_appears_during_a_run_is_used_from_the_next_call_on() {
    let lab = lab(guests::component("two-roles"));
    let events = lab.run(&["--watch"]);
    assert_eq!(events.end(), "success healed", "{events:#?}");
    assert!(events.stderr().contains("plugins changed and are taken up: two-roles"), "{}", events.stderr());
}

#[test]
fn without_watching_a_run_keeps_the_plugins_that_it_began_with() {
    let events = lab(guests::component("two-roles")).run(&[]);
    assert_eq!(events.code(), 1, "{events:#?}");
}

#[test]
fn a_broken_replacement_leaves_the_old_plugin_in_use() {
    let lab = lab(b"garbage").guest("two-roles", "two-roles");
    let events = lab.run(&["--watch"]);
    assert_eq!(events.end(), "success healed", "{events:#?}");
    let words = "plugin two-roles changed, and what was in use stays: this is not WebAssembly";
    assert!(events.stderr().contains(words), "{}", events.stderr());
}

#[test]
fn what_the_lock_does_not_approve_is_not_taken_up() {
    let acme = Publisher::two_roles();
    let home = user(
        &format!(
            "[[stage]]\nname = \"swap\"\nrun = \"cp \\\"$OUTSIDE/new.wasm\\\" \\\"$OUTSIDE/plugins/other.wasm\\\"\"\n{}",
            GREET.replace("name = \"greet\"", "name = \"greet\"\nneeds = [\"swap\"]")
        ),
        &acme.policy(),
    );
    plugin(&home, &["install", text(&acme.signed_by("acme")), "--yes"]).ends_with(0);
    std::fs::create_dir(home.plugins()).expect("make the folder");
    std::fs::write(home.outside("new.wasm"), guests::component("misbehaving")).expect("write the plugin");
    let events = home.run(&["--watch"]);
    assert_eq!(events.end(), "success healed", "{events:#?}");
    assert!(
        events.stderr().contains("plugin other is not used: plugins.lock does not approve it"),
        "{}",
        events.stderr()
    );
}
