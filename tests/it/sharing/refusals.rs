//! What is not what it says: each is refused, nothing of it is compiled or executed, and everything stays as it was.

use std::path::Path;

use super::{GREET, Publisher, manifest, plugin, refuses, state_files, text, trust, user};
use crate::lab::{DockerRegistry, Lab};

/// Changes one byte in the middle of what a file holds between two marks of the component.
fn tamper(file: &Path) {
    let mut bytes = std::fs::read(file).expect("read the bundle");
    let mark = b"GREETING is not set";
    let mark = if contains(&bytes, mark) { &mark[..] } else { &b"two-roles"[..] };
    let at = bytes.windows(mark.len()).position(|window| window == mark).expect("the component holds its rules");
    bytes[at] ^= 1;
    std::fs::write(file, bytes).expect("write it back");
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

/// The approved plugin heals here.
fn approved(acme: &Publisher) -> Lab {
    let home = user(GREET, &acme.policy());
    plugin(&home, &["install", text(&acme.signed_by("acme")), "--yes"]).ends_with(0);
    home
}

/// A run in which the plugin is refused with these words, and so the stage fails as it does without.
#[track_caller]
fn is_not_used(home: &Lab, words: &str) {
    let events = home.run(&[]);
    assert_eq!(events.code(), 1, "{events:#?}");
    let line = events.stderr().lines().find(|line| line.contains("plugin acme/two-roles is not used"));
    assert!(line.is_some_and(|line| line.contains(words)), "{words:?} is not in {}", events.stderr());
}

#[test]
fn a_file_that_was_tampered_with_is_refused() {
    let acme = Publisher::two_roles();
    let file = acme.signed_by("acme");
    tamper(&file);
    let home = user(GREET, &acme.policy());
    refuses(&home, &["install", text(&file)], "damaged or was tampered with");
    refuses(&home, &["install", text(&file), "--allow-unsigned", "--yes"], "damaged or was tampered with");
}

#[test]
fn unknown_missing_and_revoked_signatures_are_refused_with_what_would_help() {
    let acme = Publisher::two_roles();
    let (unsigned, home) = (acme.packed(), user(GREET, &acme.policy()));
    refuses(&home, &["install", text(&unsigned)], "the bundle is not signed");
    // Its publisher signs, says the policy; so what is not signed is not theirs.
    refuses(&home, &["install", text(&unsigned), "--allow-unsigned"], "the bundle is not signed");
    acme.keygen("stranger");
    let by_a_stranger = acme.signed_by("stranger");
    refuses(&home, &["install", text(&by_a_stranger)], "none of the 1 signatures is a valid one");
    let file = acme.signed_by("acme");
    trust(&home, &format!("{}[revoked]\nkeys = [\"acme-release\"]\n", acme.policy()));
    refuses(&home, &["install", text(&file)], "which the trust policy has revoked");
    std::fs::remove_file(home.outside("config/trust.toml")).expect("there was one");
    refuses(&home, &["install", text(&file)], "there is no trust policy; it would be ");
    trust(&home, "version = 1\n[[trust]]\n");
    plugin(&home, &["install", text(&file)]).ends_with(2).says("exactly one of publisher");
}

#[test]
fn a_registry_that_serves_something_unsigned_is_not_believed() {
    let (registry, acme) = (DockerRegistry::start(), Publisher::two_roles());
    let reference = format!("{}/acme/plugin:1.0.0", registry.host());
    acme.selfheal(&["push", text(&acme.packed()), &reference]).ends_with(0).says("nobody has signed it");
    let home = user(GREET, &acme.policy());
    refuses(&home, &["install", &reference], "the bundle is not signed");
    refuses(&home, &["install", &reference.replace(":1.0.0", ":2.0.0")], "does not exist");
    let nobody = user(GREET, "version = 1\n");
    plugin(&nobody, &["install", &reference, "--allow-unsigned", "--yes"]).ends_with(0).says("nobody whom you trust");
    assert!(nobody.read("plugins.lock").contains("signers = []"));
    nobody.heals(&[]);
}

#[test]
fn a_republished_tag_is_other_bytes_and_waits_for_approval() {
    let (registry, acme) = (DockerRegistry::start(), Publisher::two_roles());
    let reference = acme.publishes(&registry, "1.0.0");
    let home = user(GREET, &acme.policy());
    plugin(&home, &["install", &reference, "--yes"]).ends_with(0);
    acme.lab.write("plugin.toml", &manifest("1.0.0").replace("a stage misses", "a stage lacks"));
    let file = acme.signed_by("acme");
    acme.selfheal(&["push", text(&file), &reference]).ends_with(3).says("published versions stay as they are");
    acme.selfheal(&["push", text(&file), &reference, "--replace"]).ends_with(0);
    let lock = home.read("plugins.lock");
    plugin(&home, &["install", &reference]).ends_with(0).says("it is not used yet");
    plugin(&home, &["approve", "acme/two-roles"]).ends_with(3).says("OTHER BYTES under the same version");
    assert_eq!(home.read("plugins.lock"), lock, "nobody said yes");
    home.heals(&[]);
}

#[test]
fn nobody_is_asked_without_a_terminal_and_no_process_of_the_engine_says_yes() {
    let acme = Publisher::two_roles();
    let home = user(GREET, &acme.policy());
    plugin(&home, &["install", text(&acme.signed_by("acme"))]).ends_with(0);
    refuses(&home, &["approve", "acme/two-roles"], "this is no terminal to ask one at");
    let inside =
        home.selfheal(&["exec", "--", text(crate::lab::binary()), "plugin", "approve", "acme/two-roles", "--yes"]);
    inside.ends_with(1).says("cannot speak for a person");
    assert!(!home.root().join("plugins.lock").exists());
    refuses(&home, &["approve", "acme/no-such"], "there is no plugin acme/no-such to approve");
}

#[test]
fn a_person_at_a_terminal_is_asked_and_may_say_no() {
    for (answer, is_approved) in [("n\n", false), ("\n", false), ("y\n", true)] {
        let acme = Publisher::two_roles();
        let home = user(GREET, &acme.policy());
        plugin(&home, &["install", text(&acme.signed_by("acme"))]).ends_with(0);
        let command = format!("{} plugin approve acme/two-roles", text(crate::lab::binary()));
        let mut script = std::process::Command::new("script");
        let engine = home.command(&[]);
        for (name, value) in engine.get_envs() {
            match value {
                Some(value) => script.env(name, value),
                None => script.env_remove(name),
            };
        }
        script.args(["--quiet", "--return", "--command", &command, "/dev/null"]).current_dir(home.root());
        let mut child = script
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("script is part of util-linux");
        std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), answer.as_bytes()).expect("it listens");
        let output = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("use acme/two-roles in "), "{said}");
        assert_eq!(home.root().join("plugins.lock").exists(), is_approved, "{answer:?}: {said}");
        assert_eq!(output.status.success(), is_approved, "{answer:?}: {said}");
    }
}

#[test]
fn an_installed_bundle_that_was_changed_on_disk_is_not_used() {
    let acme = Publisher::two_roles();
    let home = approved(&acme);
    home.heals(&[]);
    let [file] = &state_files(&home, ".plugin.tar")[..] else { panic!("one bundle is installed") };
    tamper(file);
    is_not_used(&home, "damaged or was tampered with");
    std::fs::remove_file(file).expect("it is there");
    is_not_used(&home, "it is not installed here; run: selfheal plugin install");
}

#[test]
fn a_lock_that_was_edited_is_not_believed() {
    let acme = Publisher::two_roles();
    let home = approved(&acme);
    let lock = home.read("plugins.lock");
    let edited = |from: &str, to: &str| {
        assert!(lock.contains(from), "{from} is not in {lock}");
        home.write("plugins.lock", &lock.replace(from, to));
    };
    // A grant that nobody approved, without its digest.
    edited("granted = []", "granted = [\"process sh\"]");
    let answer = home.selfheal(&["run"]);
    answer.ends_with(3).says("it was edited by hand").says("hint: nothing is used until it can be read");
    // Other bytes under the approved name.
    let wasm = lock.lines().find(|line| line.starts_with("wasm = ")).expect("it names the component").to_owned();
    edited(&wasm, &format!("wasm = \"sha256:{}\"", "0".repeat(64)));
    is_not_used(&home, "plugins.lock approves the component sha256:000000");
    // Another signer.
    let stranger = acme.keygen("stranger");
    edited(&acme.public("acme"), &stranger);
    is_not_used(&home, &format!("says that it is signed by {stranger}, and it has no such signature"));
    home.write("plugins.lock", &lock);
    home.heals(&[]);
}

#[test]
fn what_was_revoked_after_its_approval_is_not_used_any_more() {
    let acme = Publisher::two_roles();
    let home = approved(&acme);
    trust(&home, &format!("{}[revoked]\nkeys = [\"acme-release\"]\n", acme.policy()));
    is_not_used(&home, "is revoked by the trust policy; selfheal plugin update acme/two-roles");
}

#[test]
fn with_a_lock_a_file_in_a_plugin_folder_is_used_only_if_it_is_approved() {
    let acme = Publisher::two_roles();
    let home = approved(&acme).guest("stranger", "two-roles");
    plugin(&home, &["remove", "acme/two-roles"]).ends_with(0);
    assert_eq!(home.read("plugins.lock").matches("[[plugin]]").count(), 0);
    let events = home.run(&[]);
    assert_eq!(events.code(), 1, "{events:#?}");
    assert!(events.stderr().contains("plugins.lock does not approve it"), "{}", events.stderr());
    // The approved component may lie in the folder, too: what counts is its bytes.
    let bundle = acme.packed();
    let folder = home.plugins().join("acme");
    std::fs::create_dir_all(&folder).expect("make the folder");
    let component = component_in(&bundle);
    std::fs::write(folder.join("two-roles.wasm"), &component).expect("write the component");
    trust(&home, "version = 1\n");
    let plugins = home.plugins();
    plugin(&home, &["approve", "acme/two-roles", "--yes", "--plugins", text(&plugins)]).ends_with(0);
    home.heals(&[]);
    let mut other = component;
    other.extend_from_slice(&[0, 2, 1, b'x']);
    std::fs::write(folder.join("two-roles.wasm"), other).expect("write other bytes");
    is_not_used(&home, "look at what changed, then: selfheal plugin approve acme/two-roles");
}

/// The component that a bundle holds: its largest blob.
fn component_in(bundle: &Path) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let status = std::process::Command::new("tar").arg("xf").arg(bundle).arg("-C").arg(folder.path()).status();
    assert!(status.expect("tar starts").success());
    let blobs = std::fs::read_dir(folder.path().join("blobs/sha256")).expect("it is a layout").flatten();
    let read = |entry: std::fs::DirEntry| std::fs::read(entry.path()).expect("read a blob");
    blobs.map(read).max_by_key(Vec::len).expect("there are blobs")
}

#[test]
fn every_command_that_asks_plugins_compares_them_with_the_lock() {
    let acme = Publisher::two_roles();
    let home = approved(&acme).guest("stranger", "two-roles");
    let plugins = home.plugins();
    home.write("build.log", "two-roles: GREETING is not set\n");
    let words = "plugin stranger is not used: plugins.lock does not approve it";
    let folder = text(&plugins);
    let diagnosis = home.selfheal(&["diagnose", "build.log", "--plugins", folder]);
    diagnosis.ends_with(0).says(words).says("two-roles.variable-unset");
    home.selfheal(&["exec", "--plugins", folder, "--", "false"]).says(words);
    home.selfheal(&["plugin", "list", "--plugins", folder]).ends_with(3).says("selfheal plugin approve stranger");
}
