//! Plugins that are replaced while a run goes on.
//!
//! Before each call the folders are looked at, which costs a few microseconds for each file. Where something changed, a new
//! host is made beside the one in use: every plugin with new bytes is compiled and asked what it declares. If all of that
//! works, the new host takes the next calls; calls that are under way keep the old one until they end. If anything does
//! not, the old host stays whole, and a notice says why: a run never mixes half of an update with half of the old state.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use driver::ports::{
    DiagnoseRequest, Executor, IncidentView, News, PlannedStage, Plugins, ProjectView, Proposals, RunnerRequest,
};
use log_scan::RuleSet;
use pipeline::event::FaultNote;
use pipeline::finding::Diagnosis;
use pipeline::outcome::Outcome;

use crate::catalog::{Origin, Plugin};
use crate::inspect::Role;
use crate::notice::Notice;
use crate::options::OnNotice;
use crate::plugin_host::PluginHost;

/// Makes a host of what is there now.
pub type Remake = Arc<dyn Fn() -> Result<Arc<PluginHost>, String> + Send + Sync>;

/// Takes up replaced plugins between calls.
pub struct ReloadingHost {
    watched: Vec<PathBuf>,
    remake: Remake,
    on_notice: OnNotice,
    current: Mutex<Current>,
    /// Held by whoever makes a new host; the others go on with the one in use.
    remaking: tokio::sync::Mutex<()>,
}

struct Current {
    host: Arc<PluginHost>,
    seen: Footprint,
}

/// What tells that a file was replaced: its device, number, size, and times of content and of the entry.
type Footprint = BTreeMap<PathBuf, (u64, u64, u64, i64, i64, i64, i64)>;

impl ReloadingHost {
    /// Watches these folders and files. `host` has just been made of them.
    pub fn new(host: Arc<PluginHost>, watched: Vec<PathBuf>, remake: Remake, on_notice: OnNotice) -> Self {
        let seen = footprint(&watched);
        Self {
            watched,
            remake,
            on_notice,
            current: Mutex::new(Current { host, seen }),
            remaking: tokio::sync::Mutex::default(),
        }
    }

    /// The host for the next call.
    pub async fn host(&self) -> Arc<PluginHost> {
        let Ok(_guard) = self.remaking.try_lock() else { return self.in_use() };
        let found = footprint(&self.watched);
        let old = self.in_use();
        if self.lock().seen == found {
            return old;
        }
        let remade = self.remade(&old).await;
        let mut current = self.lock();
        // Also where the old one stays: the same broken file is complained about once.
        current.seen = found;
        if let Some(new) = remade {
            current.host = new;
        }
        Arc::clone(&current.host)
    }

    fn in_use(&self) -> Arc<PluginHost> {
        Arc::clone(&self.lock().host)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A host of what is there now, if everything that changed works.
    async fn remade(&self, old: &PluginHost) -> Option<Arc<PluginHost>> {
        let keep = |plugin: &str, reason: String| {
            (self.on_notice)(Notice::KeptOld { plugin: plugin.to_owned(), reason });
            None
        };
        let new = match (self.remake)() {
            Ok(new) => new,
            Err(reason) => return keep("", reason),
        };
        for refusal in new.catalog().refused() {
            let was_used = old.catalog().find(&refusal.id).is_some_and(|plugin| plugin.origin != Origin::Embedded);
            if was_used {
                return keep(&refusal.id, refusal.reason.clone());
            }
        }
        let changed: Vec<&Plugin> = new.catalog().plugins().filter(|plugin| is_new_in(old, plugin)).collect();
        for plugin in &changed {
            if let Err(reason) = works(&new, plugin).await {
                return keep(plugin.id.as_str(), reason);
            }
        }
        let gone = old.catalog().plugins().filter(|plugin| new.catalog().find(plugin.id.as_str()).is_none());
        let mut names: Vec<String> = gone.map(|plugin| plugin.id.to_string()).collect();
        names.extend(changed.iter().map(|plugin| plugin.id.to_string()));
        if !names.is_empty() {
            (self.on_notice)(Notice::TakenUp { plugins: names });
        }
        Some(new)
    }
}

/// Whether a plugin was not in use with these bytes, this grant and this configuration.
fn is_new_in(old: &PluginHost, plugin: &Plugin) -> bool {
    old.catalog().find(plugin.id.as_str()).is_none_or(|before| {
        before.digest() != plugin.digest()
            || before.allowance != plugin.allowance
            || before.config != plugin.config
            || before.limits != plugin.limits
    })
}

/// Whether a plugin compiles, links and says what it declares.
async fn works(host: &PluginHost, plugin: &Plugin) -> Result<(), String> {
    host.loader().load(plugin).await.map_err(|kind| kind.to_string())?;
    if plugin.has_role(Role::Classifier) {
        host.rules_of(plugin.id.as_str()).await.map_err(|fault| fault.to_string())?;
    }
    if plugin.has_role(Role::Healer) {
        host.interests_of(plugin.id.as_str()).await.map_err(|fault| fault.to_string())?;
    }
    Ok(())
}

/// The state of files, and of what lies in folders and in the folders of publishers within.
fn footprint(watched: &[PathBuf]) -> Footprint {
    const DEPTH: usize = 2;
    let mut found = Footprint::new();
    for path in watched {
        note(path, DEPTH, &mut found);
    }
    found
}

fn note(path: &Path, depth: usize, found: &mut Footprint) {
    // What has gone is not in the footprint, which is a change, too.
    let Ok(metadata) = fs::metadata(path) else { return };
    found.insert(path.to_owned(), state(&metadata));
    if metadata.is_dir() && depth > 0 {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            note(&entry.path(), depth - 1, found);
        }
    }
}

fn state(metadata: &Metadata) -> (u64, u64, u64, i64, i64, i64, i64) {
    let (content, entry) = ((metadata.mtime(), metadata.mtime_nsec()), (metadata.ctime(), metadata.ctime_nsec()));
    (metadata.dev(), metadata.ino(), metadata.len(), content.0, content.1, entry.0, entry.1)
}

#[async_trait]
impl Plugins for ReloadingHost {
    async fn plan(&self, project: &ProjectView) -> (Vec<PlannedStage>, Vec<FaultNote>) {
        self.host().await.plan(project).await
    }

    async fn run(&self, request: RunnerRequest, executor: Arc<dyn Executor>) -> Outcome {
        self.host().await.run(request, executor).await
    }

    async fn diagnose(&self, request: DiagnoseRequest) -> (Diagnosis, Vec<FaultNote>) {
        self.host().await.diagnose(request).await
    }

    async fn propose(&self, incident: &IncidentView) -> Proposals {
        self.host().await.propose(incident).await
    }

    async fn tell(&self, news: &News) {
        self.host().await.tell(news).await;
    }

    async fn rules(&self) -> Option<RuleSet> {
        Plugins::rules(self.host().await.as_ref()).await
    }
}
