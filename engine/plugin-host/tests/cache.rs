//! Compiled code and declarations from run to run.

mod support;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use driver::ports::Plugins;
use plugin_host::{EmbeddedPlugin, HostOptions, Notice, PluginHost};
use support::{Notices, finding, incident};

/// One run: a host, a question to its healer, and what was told.
async fn run(cache: &Path) -> Vec<Notice> {
    let guest =
        EmbeddedPlugin { id: "two-roles", version: "0.1.0", digest: None, bytes: guests::component("two-roles") };
    let mut options =
        HostOptions { embedded: vec![guest], cache_dir: Some(cache.to_owned()), ..HostOptions::default() };
    let notices = Notices::default();
    notices.listen(&mut options);
    let host = PluginHost::new(options).expect("the catalog loads");
    let mut cause = finding("two-roles.variable-unset", "configuration");
    cause.captures.insert("variable".to_owned(), "TOKEN".to_owned());
    let proposals = host.propose(&incident(vec![cause])).await;
    assert_eq!((proposals.remedies.len(), proposals.faults.len()), (1, 0), "{proposals:?}");
    assert!(Plugins::rules(&host).await.is_some());
    notices.take()
}

fn entries(cache: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(cache.join("plugins"))
        .expect("the cache is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some())
        .collect();
    paths.sort();
    paths
}

#[tokio::test]
async fn a_warm_start_compiles_nothing_and_a_tampered_entry_is_made_again() {
    let cache = tempfile::tempdir().expect("a directory");
    let cold = run(cache.path()).await;
    assert!(matches!(cold[..], [Notice::Compiling { count: 1 }, Notice::Compiled { count: 1, .. }]), "{cold:?}");
    let kinds: Vec<_> = entries(cache.path()).iter().map(|path| path.extension().map(|kind| kind.to_owned())).collect();
    assert_eq!(kinds.len(), 3, "{kinds:?}");
    assert_eq!(run(cache.path()).await, []);

    for entry in entries(cache.path()) {
        let good = fs::read(&entry).expect("an entry");
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        fs::write(&entry, bad).expect("it is written");
        let notices = run(cache.path()).await;
        assert!(matches!(notices[0], Notice::CacheRejected { .. }), "{entry:?}: {notices:?}");
        assert_eq!(run(cache.path()).await, [], "{entry:?} was not made again");
    }
}

/// However an entry was tampered with: it is not used, that is said, and it is made again.
#[tokio::test]
async fn an_entry_that_is_not_the_hosts_own_is_never_used() {
    type Tampering = fn(&Path, &Path);
    let tamperings: [(&str, Tampering); 6] = [
        ("cut off", |entry, _| {
            let good = fs::read(entry).expect("an entry");
            fs::write(entry, &good[..good.len() - 1]).expect("it is written");
        }),
        ("empty", |entry, _| fs::write(entry, "").expect("it is written")),
        ("swapped", |entry, other| {
            fs::copy(other, entry).expect("it is copied");
        }),
        ("linked", |entry, other| {
            let elsewhere = other.with_extension("elsewhere");
            fs::rename(entry, &elsewhere).and_then(|()| symlink(&elsewhere, entry)).expect("it is linked");
        }),
        ("writable by all", |entry, _| {
            fs::set_permissions(entry, fs::Permissions::from_mode(0o666)).expect("it is opened");
        }),
        ("machine code as it comes out of a compiler", |entry, _| {
            fs::write(entry, b"\x7fELF\x02\x01\x01 this would be run").expect("it is written");
        }),
    ];
    let cache = tempfile::tempdir().expect("a directory");
    run(cache.path()).await;
    let all = entries(cache.path());
    let code = all.iter().find(|path| path.extension().is_some_and(|kind| kind == "code")).expect("machine code");
    let other = all.iter().find(|path| path.extension().is_some_and(|kind| kind == "rules")).expect("rules");
    for (how, tamper) in tamperings {
        tamper(code, other);
        let notices = run(cache.path()).await;
        let said = |notice: &Notice| matches!(notice, Notice::CacheRejected { plugin, .. } if plugin == "two-roles");
        assert!(notices.iter().any(said), "{how}: {notices:?}");
        assert!(notices.iter().any(|notice| matches!(notice, Notice::Compiled { .. })), "{how}: {notices:?}");
        assert_eq!(run(cache.path()).await, [], "{how}: it was not made again");
    }
}

#[tokio::test]
async fn a_directory_that_all_can_write_is_not_used_and_the_run_says_so() {
    let cache = tempfile::tempdir().expect("a directory");
    run(cache.path()).await;
    fs::set_permissions(cache.path().join("plugins"), fs::Permissions::from_mode(0o777)).expect("it is opened");
    let notices = run(cache.path()).await;
    assert!(matches!(notices[0], Notice::CacheUnusable { .. }), "{notices:?}");
    assert!(notices.iter().any(|notice| matches!(notice, Notice::Compiled { .. })), "{notices:?}");
}

#[tokio::test]
async fn a_cache_that_cannot_be_used_costs_time_only() {
    let parent = tempfile::tempdir().expect("a directory");
    let file = parent.path().join("file");
    fs::write(&file, "not a directory").expect("it is written");
    let notices = run(&file).await;
    assert!(matches!(notices[0], Notice::CacheUnusable { .. }), "{notices:?}");
    let unusable = |notice: &Notice| matches!(notice, Notice::CacheUnusable { .. });
    assert_eq!(notices.iter().filter(|notice| unusable(notice)).count(), 1, "{notices:?}");
}

#[tokio::test]
async fn a_healer_that_is_not_concerned_is_not_loaded() {
    let cache = tempfile::tempdir().expect("a directory");
    run(cache.path()).await;
    for entry in entries(cache.path()).iter().filter(|entry| entry.extension().is_some_and(|kind| kind == "code")) {
        fs::remove_file(entry).expect("it is removed");
    }
    let guest =
        EmbeddedPlugin { id: "two-roles", version: "0.1.0", digest: None, bytes: guests::component("two-roles") };
    let mut options =
        HostOptions { embedded: vec![guest], cache_dir: Some(cache.path().to_owned()), ..HostOptions::default() };
    let notices = Notices::default();
    notices.listen(&mut options);
    let host = PluginHost::new(options).expect("the catalog loads");
    let proposals = host.propose(&incident(vec![finding("python.x", "test-failure")])).await;
    assert_eq!((proposals.remedies.len(), proposals.faults.len()), (0, 0));
    assert_eq!(notices.take(), []);
}
