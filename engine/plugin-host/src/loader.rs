//! From a plugin of the catalog to something that can be instantiated: cache, else compile, then link. Lazily, once per
//! plugin and host, several plugins at the same time.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use pipeline::id::PluginId;
use tokio::task::JoinSet;
use wasmtime::component::{Component, InstancePre};

use crate::catalog::{Catalog, Origin, Plugin};
use crate::compile::{compile_here, compile_in_child};
use crate::compiled_cache::{CompiledCache, EntryKey, EntryKind, Lookup};
use crate::fault::{self, FaultKind};
use crate::host::{HostState, Web};
use crate::notice::Notice;
use crate::options::HostOptions;
use crate::sandbox::Sandbox;

type Loaded = Result<InstancePre<HostState>, FaultKind>;

/// What plugins have declared, as JSON.
type Declarations = BTreeMap<(EntryKind, PluginId), Arc<[u8]>>;

/// The plugins of one host and their machine code.
pub(crate) struct Loader {
    pub(crate) options: HostOptions,
    pub(crate) catalog: Catalog,
    sandbox: OnceLock<Result<Arc<Ready>, String>>,
    cache: OnceLock<Option<CompiledCache>>,
    slots: BTreeMap<PluginId, Slot>,
    /// The way out for requests of plugins.
    pub(crate) web: Arc<Web>,
    /// Declarations that were read or made in this process; those of healers are needed at each incident.
    declared: Mutex<Declarations>,
}

/// One plugin's machine code, and who is making it. Two stages that start at once need the same runner.
#[derive(Default)]
struct Slot {
    loaded: OnceLock<Loaded>,
    making: tokio::sync::Mutex<()>,
}

/// The engine, and what its machine code depends on.
struct Ready {
    sandbox: Sandbox,
    context: String,
}

impl Loader {
    pub(crate) fn new(options: HostOptions, catalog: Catalog) -> Self {
        let slots = catalog.plugins().map(|plugin| (plugin.id.clone(), Slot::default())).collect();
        let web = Arc::new(Web::new(options.network));
        Self {
            options,
            catalog,
            sandbox: OnceLock::new(),
            cache: OnceLock::new(),
            slots,
            web,
            declared: Mutex::default(),
        }
    }

    /// The sandbox; set up at the first call, so that a run that needs no plugin does not pay for it.
    pub(crate) fn sandbox(&self) -> Result<&Sandbox, FaultKind> {
        self.ready().map(|ready| &ready.sandbox)
    }

    fn ready(&self) -> Result<&Ready, FaultKind> {
        let ready = self.sandbox.get_or_init(|| {
            let sandbox = Sandbox::new(&self.options.limits).map_err(|error| error.to_string())?;
            let context = code_context(sandbox.engine());
            Ok(Arc::new(Ready { sandbox, context }))
        });
        match ready {
            Ok(ready) => Ok(ready),
            Err(why) => Err(FaultKind::LoadRefused(why.clone())),
        }
    }

    /// The cache, if it can be used; if not, a notice says why, once.
    fn cache(&self) -> Option<&CompiledCache> {
        let open = || {
            let directory = self.options.cache_dir.as_deref()?;
            match CompiledCache::open(directory) {
                Ok(cache) => Some(cache),
                Err(error) => {
                    self.notice(Notice::CacheUnusable { reason: error.to_string() });
                    None
                }
            }
        };
        self.cache.get_or_init(open).as_ref()
    }

    pub(crate) fn notice(&self, notice: Notice) {
        (self.options.on_notice)(notice);
    }

    /// What a plugin has declared, in this process or an earlier one.
    pub(crate) fn declaration(&self, plugin: &Plugin, kind: EntryKind, context: &str) -> Option<Arc<[u8]>> {
        let key = (kind, plugin.id.clone());
        if let Some(known) = self.declared.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Some(Arc::clone(known));
        }
        let read: Arc<[u8]> = self.cached(plugin, kind, context)?.into();
        self.declared.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&read));
        Some(read)
    }

    /// Keeps what a plugin has declared, in this process and for later ones.
    pub(crate) fn keep_declaration(&self, plugin: &Plugin, kind: EntryKind, context: &str, content: Vec<u8>) {
        self.keep(plugin, kind, context, &content);
        let key = (kind, plugin.id.clone());
        self.declared.lock().unwrap_or_else(PoisonError::into_inner).insert(key, content.into());
    }

    /// Looks an entry up; one that is not believed is a notice and a miss.
    fn cached(&self, plugin: &Plugin, kind: EntryKind, context: &str) -> Option<Vec<u8>> {
        let key = EntryKey { kind, digest: plugin.digest(), context };
        match self.cache()?.get(&key) {
            Lookup::Hit(content) => Some(content),
            Lookup::Miss => None,
            Lookup::Rejected(reason) => {
                self.notice(Notice::CacheRejected { plugin: plugin.id.to_string(), reason });
                None
            }
        }
    }

    /// Keeps an entry for later runs. That it cannot be kept is a notice.
    fn keep(&self, plugin: &Plugin, kind: EntryKind, context: &str, content: &[u8]) {
        let Some(cache) = self.cache() else { return };
        let key = EntryKey { kind, digest: plugin.digest(), context };
        if let Err(error) = cache.put(&key, content) {
            self.notice(Notice::CacheUnusable { reason: error.to_string() });
        }
    }

    /// Makes plugins ready, all at the same time. Those that are ready cost nothing. Errors show up when they are asked.
    pub(crate) async fn prepare(self: &Arc<Self>, plugins: impl IntoIterator<Item = PluginId>) {
        // In the order of ids, so that two callers never wait for each other.
        let wanted: BTreeSet<PluginId> = plugins.into_iter().filter(|id| self.is_cold(id)).collect();
        let mut making = Vec::with_capacity(wanted.len());
        for id in &wanted {
            if let Some(slot) = self.slots.get(id) {
                making.push(slot.making.lock().await);
            }
        }
        let cold: Vec<PluginId> = wanted.iter().filter(|id| self.is_cold(id)).cloned().collect();
        if !cold.is_empty() {
            self.make(cold).await;
        }
    }

    fn is_cold(&self, id: &PluginId) -> bool {
        self.slots.get(id).is_some_and(|slot| slot.loaded.get().is_none())
    }

    async fn make(self: &Arc<Self>, cold: Vec<PluginId>) {
        let mut lookups = JoinSet::new();
        for id in cold {
            let loader = Arc::clone(self);
            lookups.spawn_blocking(move || {
                let loaded = loader.catalog.find(id.as_str()).and_then(|plugin| loader.load_cached(plugin));
                (id, loaded)
            });
        }
        let mut missing = Vec::new();
        for (id, loaded) in lookups.join_all().await {
            match loaded {
                Some(loaded) => self.remember(&id, loaded),
                None => missing.push(id),
            }
        }
        if missing.is_empty() {
            return;
        }
        let (count, started) = (missing.len(), Instant::now());
        self.notice(Notice::Compiling { count });
        let mut compilations = JoinSet::new();
        for id in missing {
            let loader = Arc::clone(self);
            compilations.spawn_blocking(move || {
                if let Some(plugin) = loader.catalog.find(id.as_str()) {
                    let loaded = loader.compile(plugin);
                    loader.remember(&id, loaded);
                }
            });
        }
        compilations.join_all().await;
        self.notice(Notice::Compiled { count, ms: pipeline::time::millis(started.elapsed()) });
    }

    /// A plugin that can be instantiated.
    pub(crate) async fn load(self: &Arc<Self>, plugin: &Plugin) -> Loaded {
        self.prepare([plugin.id.clone()]).await;
        match self.slots.get(&plugin.id).and_then(|slot| slot.loaded.get()) {
            Some(loaded) => loaded.clone(),
            None => Err(FaultKind::LoadRefused("it is not in the catalog".to_owned())),
        }
    }

    fn remember(&self, id: &PluginId, loaded: Loaded) {
        if let Some(slot) = self.slots.get(id) {
            // Whoever holds the slot's lock is the only one who sets it.
            slot.loaded.get_or_init(|| loaded);
        }
    }

    fn load_cached(&self, plugin: &Plugin) -> Option<Loaded> {
        let ready = match self.ready() {
            Ok(ready) => ready,
            Err(fault) => return Some(Err(fault)),
        };
        let code = self.cached(plugin, EntryKind::Code, &ready.context)?;
        match deserialize(ready, &code) {
            Ok(component) => Some(link(ready, plugin, &component)),
            Err(error) => {
                let reason = format!("{error:#}");
                self.notice(Notice::CacheRejected { plugin: plugin.id.to_string(), reason });
                None
            }
        }
    }

    fn compile(&self, plugin: &Plugin) -> Loaded {
        let ready = self.ready()?;
        let code = match (&plugin.origin, &self.options.compile_child) {
            (Origin::File(_), Some(program)) => compile_in_child(program, &plugin.bytes, self.options.compile_deadline),
            _ => compile_here(ready.sandbox.engine(), &plugin.bytes),
        };
        let code = code.map_err(FaultKind::CompileFailed)?;
        let component =
            deserialize(ready, &code).map_err(|error| fault::of_loading(&error, FaultKind::CompileFailed))?;
        self.keep(plugin, EntryKind::Code, &ready.context, &code);
        link(ready, plugin, &component)
    }
}

fn link(ready: &Ready, plugin: &Plugin, component: &Component) -> Loaded {
    let linked = ready.sandbox.link(component, &plugin.allowance.interfaces);
    linked.map_err(|error| fault::of_loading(&error, FaultKind::LoadRefused))
}

/// What machine code depends on besides the component: the exact version of wasmtime, and everything in its configuration
/// and the processor that its compatibility hash covers. Wasmtime itself would load code of another patch release.
fn code_context(engine: &wasmtime::Engine) -> String {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    format!("{} {:016x}", env!("CARGO_PKG_VERSION"), hasher.finish())
}

/// Loads machine code that this process has compiled or verified.
fn deserialize(ready: &Ready, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: `code` is in memory, and it either came out of the compiler just now, in this process or over a pipe from a
    // child that this process started, or carried an authentication code under the key of this installation, which only
    // its user can read (`compiled_cache`). Nobody but the user can have chosen it.
    unsafe { Component::deserialize(ready.sandbox.engine(), code) }
}
