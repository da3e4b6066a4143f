//! One hostile guest, one good one, and what has to hold whatever the hostile one does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use driver::ports::{IncidentView, Place, Plugins, Proposals};
use pipeline::definition::Grant;
use pipeline::event::FaultNote;
use plugin_host::{EmbeddedPlugin, HostOptions, Notice, PluginHost, Role};
use tokio::sync::{Mutex, MutexGuard};

use crate::support::{self, Notices, finding, incident};

/// The hostile guest's id.
pub const ID: &str = "hostile";
/// Stands in the engine's environment. No guest, and nothing that a guest makes be written, may show it.
const CANARY_VALUE: &str = "canary-of-the-environment-4f1d";
/// Stands in a file beside the workspace.
const CANARY_CONTENT: &str = "canary-of-the-file-9b72";
/// More than any call takes, on the busiest machine. Without the limit that is tested, it would be for ever.
const LONGEST: Duration = Duration::from_secs(120);
/// What the engine's process may grow by: a guest's memory (64 MiB), what one crossing may carry, and what wasmtime needs.
/// Without the limit that is tested, it would be gigabytes.
const LARGEST: u64 = 256 << 20;

/// Only one of these tests runs at a time, because each measures the whole process.
static ALONE: Mutex<()> = Mutex::const_new(());

static CANARY_IN_ENVIRONMENT: LazyLock<()> = LazyLock::new(|| {
    // SAFETY: the other threads of this program read the environment through std, which takes a lock for both; nothing here
    // calls C code that reads it.
    unsafe { std::env::set_var("SELFHEAL_HOSTILE_CANARY", CANARY_VALUE) };
});

/// A host with a hostile guest and a good one.
pub struct Lab {
    pub options: HostOptions,
    directory: tempfile::TempDir,
    notices: Notices,
}

/// What came of asking the hostile guest.
pub struct Told {
    /// The faults of the hostile guest.
    pub faults: Vec<FaultNote>,
    /// What its remedies are called.
    pub remedies: Vec<String>,
    /// What the host told meanwhile.
    pub notices: Vec<Notice>,
}

impl Lab {
    /// With a component, or with a guest of `tests/guests`.
    pub fn of(component: Vec<u8>) -> Self {
        LazyLock::force(&CANARY_IN_ENVIRONMENT);
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::create_dir(directory.path().join("project")).expect("a directory");
        std::fs::write(directory.path().join("canary"), CANARY_CONTENT).expect("it is written");
        let good =
            EmbeddedPlugin { id: "two-roles", version: "0.1.0", digest: None, bytes: guests::component("two-roles") };
        let hostile = EmbeddedPlugin { id: ID, version: "0.1.0", digest: None, bytes: component.leak() };
        let mut options = HostOptions {
            embedded: vec![hostile, good],
            cache_dir: Some(support::cache()),
            state_dir: Some(directory.path().join("state")),
            ..HostOptions::default()
        };
        // Long enough for any honest guest, short enough for a test.
        options.limits.cpu = Duration::from_millis(500);
        options.limits.wall = Duration::from_millis(500);
        options.limits.wall_outside = Duration::from_secs(20);
        let notices = Notices::default();
        notices.listen(&mut options);
        Self { options, directory, notices }
    }

    pub fn guest(id: &str) -> Self {
        Self::of(guests::component(id).to_vec())
    }

    pub fn config(mut self, config: &str) -> Self {
        self.options.config.insert(ID.to_owned(), config.to_owned());
        self
    }

    pub fn grant(mut self, grant: Grant) -> Self {
        self.options.grants = BTreeMap::from([(ID.to_owned(), grant)]);
        self
    }

    /// The project; the canary's file lies beside it.
    pub fn project(&self) -> PathBuf {
        self.directory.path().join("project")
    }

    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    fn incident(&self) -> IncidentView {
        let mut cause = finding("two-roles.variable-unset", "configuration");
        cause.captures.insert("variable".to_owned(), "TOKEN".to_owned());
        let mut incident = incident(vec![cause, finding("guest.failed", "configuration")]);
        let root = self.project();
        incident.place = Place { root: root.clone(), visible_root: root, namespace: None };
        incident
    }

    /// Asks both guests, twice: the host is as good as new after the first time.
    pub async fn ask(&self) -> Told {
        let _alone = ALONE.lock().await;
        let host = PluginHost::new(self.options.clone()).expect("the catalog loads");
        host.prepare(&Role::ALL).await;
        let mut told = None;
        for _ in 0..2 {
            let size = Size::before();
            let started = Instant::now();
            let proposals = host.propose(&self.incident()).await;
            let took = started.elapsed();
            assert!(took < LONGEST, "it took {took:?}: {proposals:?}");
            size.check();
            let notices = self.notices.take();
            check_canaries(&format!("{proposals:?} {notices:?}"));
            let (hostile, good) = split(proposals);
            assert_eq!(good, ["set TOKEN for the stage"], "the good guest");
            told.get_or_insert((hostile, notices));
        }
        self.check_kept();
        let ((faults, remedies), notices) = told.expect("it was asked");
        Told { faults, remedies, notices }
    }

    /// The stable codes of the hostile guest's faults.
    pub async fn codes(&self) -> Vec<String> {
        self.ask().await.faults.into_iter().map(|fault| fault.code).collect()
    }

    /// What plugins keep does not hold a canary either.
    fn check_kept(&self) {
        let Ok(kept) = std::fs::read_dir(self.directory.path().join("state")) else { return };
        for file in kept {
            let path = file.expect("it can be listed").path();
            check_canaries(&String::from_utf8_lossy(&std::fs::read(&path).expect("it can be read")));
        }
    }
}

impl Told {
    /// What the hostile guest wrote to its log.
    pub fn logged(&self) -> Vec<&str> {
        fn message(notice: &Notice) -> Option<&str> {
            match notice {
                Notice::Log { plugin, message, .. } if plugin == ID => Some(message),
                _ => None,
            }
        }
        self.notices.iter().filter_map(message).collect()
    }
}

/// Everything that the hostile guest got back, and the titles of the good one's remedies.
fn split(proposals: Proposals) -> ((Vec<FaultNote>, Vec<String>), Vec<String>) {
    for fault in &proposals.faults {
        assert_eq!(fault.plugin, ID, "{fault:?}");
    }
    let (good, hostile): (Vec<_>, Vec<_>) =
        proposals.remedies.into_iter().partition(|remedy| remedy.plugin.as_str() == "two-roles");
    assert!(hostile.iter().all(|remedy| remedy.plugin.as_str() == ID), "{hostile:?}");
    let titles = |remedies: Vec<pipeline::remedy::Remedy>| remedies.into_iter().map(|remedy| remedy.title).collect();
    ((proposals.faults, titles(hostile)), titles(good))
}

fn check_canaries(text: &str) {
    for canary in [CANARY_VALUE, CANARY_CONTENT] {
        assert!(!text.contains(canary), "{canary} got out: {text}");
    }
}

/// The memory of this process.
struct Size(Option<u64>);

impl Size {
    /// Has the kernel forget the greatest so far.
    fn before() -> Self {
        let reset = std::fs::write("/proc/self/clear_refs", "5");
        Self(reset.ok().and_then(|()| kilobytes("VmRSS:")))
    }

    /// Where the kernel does not say, as outside of Linux, there is nothing to compare.
    fn check(self) {
        if let (Some(before), Some(peak)) = (self.0, kilobytes("VmHWM:")) {
            let grown = peak.saturating_sub(before) << 10;
            assert!(grown < LARGEST, "this process grew by {grown} bytes");
        }
    }
}

fn kilobytes(field: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix(field))?.trim().strip_suffix(" kB")?.parse().ok()
}

/// Takes the turn of this test without asking anybody.
pub async fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().await
}

/// A grant, so that tests need not name what they do not grant.
pub fn granting(change: impl FnOnce(&mut Grant)) -> Grant {
    let mut grant = Grant::default();
    change(&mut grant);
    grant
}
