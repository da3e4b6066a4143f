//! Plugins that are replaced between calls.

mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use driver::ports::Plugins;
use plugin_host::reload::ReloadingHost;
use plugin_host::{HostOptions, Notice, PluginHost};
use support::{Notices, diagnose_request};

struct Lab {
    folder: tempfile::TempDir,
    log: tempfile::NamedTempFile,
    notices: Notices,
    host: ReloadingHost,
}

impl Lab {
    /// With an empty plugin folder.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let log = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(&log, "starting\ntwo-roles: DATABASE_URL is not set\n").expect("it is written");
        let notices = Notices::default();
        let mut options = HostOptions {
            directories: vec![folder.path().to_owned()],
            cache_dir: Some(support::cache()),
            ..HostOptions::default()
        };
        notices.listen(&mut options);
        let on_notice = Arc::clone(&options.on_notice);
        let make = move || PluginHost::new(options.clone()).map(Arc::new).map_err(|error| error.to_string());
        let first = make().expect("the catalog loads");
        let host = ReloadingHost::new(first, vec![folder.path().to_owned()], Arc::new(make), on_notice);
        Self { folder, log, notices, host }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("mine.wasm")
    }

    /// As an editor or `mv` does it: the file is there whole or not at all.
    fn put(&self, bytes: &[u8]) {
        let new = self.folder.path().join("mine.new");
        std::fs::write(&new, bytes).expect("it is written");
        std::fs::rename(&new, self.file()).expect("it is moved");
    }

    async fn rule(&self) -> Option<String> {
        let (diagnosis, _) = self.host.diagnose(diagnose_request(self.path(), 1)).await;
        diagnosis.root().map(|root| root.code.clone())
    }

    fn path(&self) -> &Path {
        self.log.path()
    }

    /// Plugins that were taken up, and those whose replacement was not, since the last call.
    fn told(&self) -> (Vec<String>, Vec<(String, String)>) {
        let (mut taken_up, mut kept) = (Vec::new(), Vec::new());
        for notice in self.notices.take() {
            match notice {
                Notice::TakenUp { plugins } => taken_up.extend(plugins),
                Notice::KeptOld { plugin, reason } => kept.push((plugin, reason)),
                _ => {}
            }
        }
        (taken_up, kept)
    }
}

const FOUND: Option<&str> = Some("two-roles.variable-unset");

#[tokio::test]
async fn a_plugin_that_is_added_replaced_or_removed_is_so_at_the_next_call() {
    let lab = Lab::new();
    assert_eq!(lab.rule().await, None);
    lab.put(guests::component("two-roles"));
    assert_eq!(lab.rule().await.as_deref(), FOUND);
    assert_eq!(lab.told(), (vec!["mine".to_owned()], vec![]));
    assert_eq!(lab.rule().await.as_deref(), FOUND);
    assert_eq!(lab.told(), (vec![], vec![]), "nothing changed");
    lab.put(guests::component("errands"));
    assert_eq!(lab.rule().await.as_deref(), FOUND, "it asks for what it was not granted, so the old one stays");
    let (_, kept) = lab.told();
    assert!(matches!(&kept[..], [(plugin, why)] if plugin == "mine" && why.contains("not granted")), "{kept:?}");
    std::fs::remove_file(lab.file()).expect("it is there");
    assert_eq!(lab.rule().await, None);
    assert_eq!(lab.told(), (vec!["mine".to_owned()], vec![]));
}

#[tokio::test]
async fn a_broken_replacement_keeps_the_old_one_says_why_once_and_a_good_one_is_taken_up() {
    let lab = Lab::new();
    let good = guests::component("two-roles");
    lab.put(good);
    assert_eq!(lab.rule().await.as_deref(), FOUND);
    lab.told();
    let mut cut_short = good.to_vec();
    cut_short.truncate(good.len() / 2);
    for broken in [&b"garbage"[..], &cut_short] {
        lab.put(broken);
        assert_eq!(lab.rule().await.as_deref(), FOUND);
        let (taken_up, kept) = lab.told();
        assert_eq!((taken_up.len(), kept.len()), (0, 1), "{kept:?}");
        assert_eq!(lab.rule().await.as_deref(), FOUND);
        assert_eq!(lab.told(), (vec![], vec![]));
    }
    let mut other = good.to_vec();
    other.extend_from_slice(&[0, 2, 1, b'x']);
    lab.put(&other);
    assert_eq!(lab.rule().await.as_deref(), FOUND);
    assert_eq!(lab.told(), (vec!["mine".to_owned()], vec![]));
}

#[tokio::test]
async fn a_call_that_is_under_way_keeps_its_plugin() {
    let lab = Lab::new();
    lab.put(guests::component("two-roles"));
    let under_way = lab.host.host().await;
    std::fs::remove_file(lab.file()).expect("it is there");
    assert_eq!(lab.rule().await, None, "the next call has none");
    let (diagnosis, faults) = under_way.diagnose(diagnose_request(lab.path(), 1)).await;
    assert_eq!((diagnosis.root().map(|root| root.code.as_str()), faults), (FOUND, vec![]));
}
