use pipeline::definition::WorkspaceGrant;
use proptest::prelude::*;

use super::*;
use crate::samples::{policy_for, secret_key, signed};
use crate::verify::verify;

fn grant() -> Grant {
    Grant { process: vec!["terraform".to_owned()], workspace: Some(WorkspaceGrant::Read), ..Grant::default() }
}

fn entry(id: &str, version: &str) -> Entry {
    let key = secret_key();
    let publisher = format!("{}/", id.split_once('/').expect("it has a publisher").0);
    let verified = verify(signed(id, version, &key), &[], &policy_for(&publisher, &key)).expect("it is verified");
    Entry::offered(&verified, "registry.example/acme/x:1.0.0", &grant())
}

fn words(approved: Option<&Entry>, offered: &Entry) -> Vec<String> {
    changes(approved, offered).iter().map(Change::to_string).collect()
}

#[test]
fn a_lock_is_read_as_it_was_written_and_sorted_by_id() {
    let mut lock = Lock::default();
    lock.approve(entry("bolt/b", "1.0.0"));
    lock.approve(entry("acme/a", "2.0.0"));
    let text = lock.to_text();
    assert_eq!(Lock::parse(&text).expect("it is read"), lock);
    assert!(text.find("acme/a") < text.find("bolt/b"), "{text}");
    assert!(text.contains("granted = [\"process terraform\", \"workspace read\"]\n"), "{text}");
}

#[test]
fn a_new_plugin_is_described_whole() {
    let offered = entry("acme/a", "1.0.0");
    let key = offered.signers[0];
    assert_eq!(
        words(None, &offered),
        [
            "acme/a@1.0.0 is new".to_owned(),
            format!("it is signed by {key}, which had not signed before"),
            "it may now: run the program terraform".to_owned(),
            "it may now: read the project's files, except .git".to_owned(),
        ]
    );
    assert!(changes(Some(&offered), &offered).is_empty());
}

#[test]
fn every_kind_of_change_is_told_in_words() {
    let approved = entry("acme/a", "1.2.0");
    let (old_key, new_key) = (approved.signers[0], secret_key().public());
    let check = |change: &dyn Fn(&mut Entry), expected: &[&str], needs_approval: bool| {
        let mut offered = approved.clone();
        change(&mut offered);
        let found = changes(Some(&approved), &offered);
        assert_eq!(found.iter().map(Change::to_string).collect::<Vec<_>>(), expected);
        assert_eq!(found.iter().any(Change::needs_approval), needs_approval, "{expected:?}");
    };
    check(&|entry| entry.version = "1.10.0".to_owned(), &["version 1.2.0 becomes 1.10.0"], true);
    check(
        &|entry| entry.version = "1.2.0-rc.1".to_owned(),
        &["version 1.2.0 becomes 1.2.0-rc.1, which is OLDER"],
        true,
    );
    let (from, to) = (approved.wasm.short(), Digest::of(b"x").short());
    let other = format!("the component has OTHER BYTES under the same version ({from} becomes {to})");
    check(&|entry| entry.wasm = Digest::of(b"x"), &[&other], true);
    let other = format!("the same component in another bundle ({} becomes {to})", approved.manifest.short());
    check(&|entry| entry.manifest = Digest::of(b"x"), &[&other], true);
    let (gone, added) = (
        format!("it is NO LONGER signed by {old_key}"),
        format!("it is signed by {new_key}, which had not signed before"),
    );
    check(&|entry| entry.signers = vec![new_key], &[&gone, &added], true);
    check(&|entry| entry.granted.push("http x.example".to_owned()), &["it may now: send requests to x.example"], true);
    check(&|entry| entry.granted.truncate(1), &["it may no longer: read the project's files, except .git"], false);
    check(&|entry| entry.api = "0.2".to_owned(), &["it is built for contract 0.2 instead of 0.1"], true);
    check(
        &|entry| entry.source = "mirror.example/a".to_owned(),
        &["it comes from mirror.example/a instead of registry.example/acme/x:1.0.0"],
        false,
    );
}

#[test]
fn the_digest_of_a_grant_is_about_what_it_allows() {
    let one = Grant { process: vec!["a".to_owned(), "b".to_owned()], ..Grant::default() };
    let other =
        Grant { process: vec!["b".to_owned(), "a".to_owned()], digest: Some("sha256:x".to_owned()), ..one.clone() };
    assert_eq!(digest_of_grant(&one), digest_of_grant(&other));
    assert_ne!(digest_of_grant(&one), digest_of_grant(&Grant { clock: true, ..one.clone() }));
}

#[test]
fn an_edited_lock_is_refused() {
    let mut lock = Lock::default();
    lock.approve(entry("acme/a", "1.0.0"));
    lock.approve(entry("bolt/b", "1.0.0"));
    let text = lock.to_text();
    let check = |from: &str, to: &str, expected: &str| {
        assert!(text.contains(from), "the lock does not contain {from}");
        let error = Lock::parse(&text.replacen(from, to, 1)).expect_err(to).to_string();
        assert!(error.contains(expected), "{error}");
    };
    check("\"process terraform\"", "\"process sh\"", "`grants` is not the digest of `granted`");
    check("acme/a", "zeta/z", "bolt/b is not in its place");
    check("acme/a", "Acme/a", "its id is none");
    check("version = 1\n", "version = 2\n", "has version 2");
    check("api = ", "apy = ", "line 10: unknown field `apy`");
}

#[test]
fn two_processes_do_not_lose_each_others_entries() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("plugins.lock");
    let entries: Vec<Entry> = (0..8).map(|number| entry(&format!("acme/p{number}"), "1.0.0")).collect();
    std::thread::scope(|scope| {
        for entry in &entries {
            scope.spawn(|| Lock::update(&path, |lock| lock.approve(entry.clone())).expect("it is updated"));
        }
    });
    assert_eq!(Lock::read(&path).expect("it is read").entries().count(), entries.len());
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("it is listed").collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn a_broken_lock_is_not_replaced() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("plugins.lock");
    std::fs::write(&path, "nonsense").expect("it is written");
    assert!(Lock::update(&path, |lock| lock.remove("x")).is_err());
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "nonsense");
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text: String) {
        let _ = Lock::parse(&text);
    }
}
