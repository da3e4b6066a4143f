//! Compiled code and declarations from run to run.

mod support;

use std::fs;
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
