#![allow(clippy::unwrap_used)]

use std::os::unix::fs::symlink;
use std::sync::Mutex;

use super::*;
use crate::options::EmbeddedPlugin;

/// A component that exports a role and nothing else: parsing alone takes no exception to that.
fn component(role: &str) -> Vec<u8> {
    exporting(&format!("selfheal:plugin/{role}@0.1.0"))
}

fn exporting(name: &str) -> Vec<u8> {
    let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
    // An empty instance (component instance section, from exports, none), then an export of it.
    bytes.extend_from_slice(&[5, 3, 1, 1, 0]);
    let mut export = vec![1, 0, u8::try_from(name.len()).unwrap()];
    export.extend_from_slice(name.as_bytes());
    export.extend_from_slice(&[5, 0, 0]);
    bytes.push(11);
    bytes.push(u8::try_from(export.len()).unwrap());
    bytes.extend_from_slice(&export);
    bytes
}

fn load(directories: &[&Path], embedded: Vec<EmbeddedPlugin>) -> (Catalog, Vec<Notice>) {
    let notices = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&notices);
    let options = HostOptions {
        embedded,
        directories: directories.iter().map(|&path| path.to_owned()).collect(),
        on_notice: Arc::new(move |notice| sink.lock().unwrap().push(notice)),
        disabled: vec!["off".to_owned()],
        ..HostOptions::default()
    };
    let catalog = Catalog::load(&options).unwrap();
    let notices = std::mem::take(&mut *notices.lock().unwrap());
    (catalog, notices)
}

fn ids(catalog: &Catalog) -> Vec<&str> {
    catalog.plugins().map(|plugin| plugin.id.as_str()).collect()
}

#[test]
fn ids_come_from_file_names() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("acme")).unwrap();
    fs::write(directory.path().join("mine.wasm"), component("healer")).unwrap();
    fs::write(directory.path().join("acme/heal-x.wasm"), component("healer")).unwrap();
    fs::write(directory.path().join("off.wasm"), component("healer")).unwrap();
    fs::write(directory.path().join("notes.txt"), "no plugin").unwrap();
    symlink("mine.wasm", directory.path().join("linked.wasm")).unwrap();
    let (catalog, _) = load(&[directory.path()], Vec::new());
    assert_eq!(ids(&catalog), ["acme/heal-x", "linked", "mine"]);
    assert_eq!(catalog.refused(), []);
    assert!(catalog.find("mine").unwrap().version.starts_with("0.0.0+"));
    assert_eq!(catalog.with_role(Role::Healer).count(), 3);
    assert_eq!(catalog.with_role(Role::Runner).count(), 0);
}

#[test]
fn a_directory_wins_over_what_came_before_and_says_so() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(first.path().join("heal-retry.wasm"), component("healer")).unwrap();
    fs::write(second.path().join("heal-retry.wasm"), component("notifier")).unwrap();
    let embedded =
        EmbeddedPlugin { id: "heal-retry", version: "0.1.0", digest: None, bytes: component("healer").leak() };
    let (catalog, notices) = load(&[first.path(), second.path()], vec![embedded]);
    assert_eq!(catalog.find("heal-retry").unwrap().inspection.roles, [Role::Notifier]);
    let replaced: Vec<String> = notices
        .into_iter()
        .map(|notice| match notice {
            Notice::Replaced { replaces, .. } => replaces,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(replaced[0], "embedded");
    assert!(replaced[1].ends_with("heal-retry.wasm"));
}

#[test]
fn files_that_are_no_plugins_are_refused_and_the_others_are_used() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(directory.path().join(name), bytes).unwrap();
    write("core.wasm", b"\0asm\x01\0\0\0");
    write("text.wasm", b"hello");
    write("Upper.wasm", &component("healer"));
    write("nothing.wasm", &component("oracle"));
    write("good.wasm", &component("healer"));
    write("old.cwasm", b"\x7fELF");
    let (catalog, notices) = load(&[directory.path()], Vec::new());
    assert_eq!(ids(&catalog), ["good"]);
    let refused: Vec<&str> = catalog.refused().iter().map(|refusal| refusal.id.as_str()).collect();
    assert_eq!(refused, ["Upper", "core", "nothing", "old", "text"]);
    assert_eq!(notices.len(), 5);
    assert!(catalog.refused()[2].reason.contains("selfheal:plugin/oracle@0.1.0"), "{:?}", catalog.refused()[2]);
}

#[test]
fn a_plugin_of_another_version_of_the_contract_is_refused_with_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    for (name, version) in [("old", "0.0.3"), ("new", "0.2.0")] {
        let bytes = exporting(&format!("selfheal:plugin/healer@{version}"));
        fs::write(directory.path().join(format!("{name}.wasm")), bytes).unwrap();
    }
    let (catalog, notices) = load(&[directory.path()], Vec::new());
    assert_eq!((ids(&catalog).len(), notices.len()), (0, 2));
    let reasons: Vec<&str> = catalog.refused().iter().map(|refusal| refusal.reason.as_str()).collect();
    assert!(reasons[0].starts_with("engine too old: ") && reasons[0].contains("upgrade selfheal"), "{reasons:?}");
    assert!(reasons[1].starts_with("plugin too old: ") && reasons[1].contains("rebuild the plugin"), "{reasons:?}");
}

#[test]
fn a_refused_file_leaves_the_embedded_plugin_in_use() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("heal-retry.wasm"), "broken").unwrap();
    let embedded =
        EmbeddedPlugin { id: "heal-retry", version: "0.1.0", digest: None, bytes: component("healer").leak() };
    let (catalog, _) = load(&[directory.path()], vec![embedded]);
    assert_eq!(catalog.find("heal-retry").unwrap().origin, Origin::Embedded);
    assert!(catalog.refused()[0].reason.contains("the one from embedded stays in use"));
}

#[test]
fn a_directory_that_cannot_be_read_is_an_error() {
    let options = HostOptions { directories: vec![PathBuf::from("/nowhere/at/all")], ..HostOptions::default() };
    assert!(Catalog::load(&options).unwrap_err().to_string().contains("/nowhere/at/all"));
}

#[test]
fn a_fifo_is_refused_without_waiting_for_a_writer() {
    let directory = tempfile::tempdir().unwrap();
    let fifo = directory.path().join("pipe.wasm");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let (catalog, _) = load(&[directory.path()], Vec::new());
    assert!(catalog.refused()[0].reason.contains("regular file"));
}
