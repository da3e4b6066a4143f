//! The state of one call.

use std::sync::Arc;

use driver::ports::Place;
use pipeline::definition::Grant;
use pipeline::id::PluginId;
use pipeline::time::Timestamp;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use super::http::{CallEnd, Http, Web};
use super::log::Log;
use super::process::Processes;
use super::state::StateSession;
use super::wasi::{CappedOutput, empty_wasi};
use super::workspace::WorkspaceView;
use crate::fault::HostCallsSpent;
use crate::options::OnNotice;
use crate::sandbox::{CallLimits, Limiter, Meter};

/// What a call is made with.
pub struct CallSetup {
    /// Who is calling. Comes from the catalog, never from the guest.
    pub plugin: PluginId,
    /// What it may do.
    pub grant: Grant,
    /// Its configuration, JSON.
    pub config: Arc<str>,
    /// The project's files, for a call that has any.
    pub place: Option<Place>,
    /// How it starts processes.
    pub processes: Processes,
    /// How it sends requests; `None` where none is sent.
    pub(crate) web: Option<Arc<Web>>,
    /// When its requests have to end.
    pub(crate) end: CallEnd,
    /// Its durable state, where it was granted one.
    pub state: Option<StateSession>,
    /// The time for the whole call.
    pub now: Timestamp,
    /// Gets its log lines.
    pub on_notice: OnNotice,
}

/// What the host functions of one call share.
pub struct HostState {
    pub(super) table: ResourceTable,
    pub(super) log: Log,
    pub(super) config: Arc<str>,
    pub(super) workspace: Option<WorkspaceView>,
    pub(super) http: Http,
    pub(super) now: Timestamp,
    pub(super) wasi: WasiCtx,
    pub(crate) processes: Processes,
    pub(crate) state: Option<StateSession>,
    pub(crate) stderr: CappedOutput,
    pub(crate) limiter: Limiter,
    pub(crate) meter: Meter,
    host_calls_left: u32,
}

impl HostState {
    /// The state of a call that has not begun.
    pub fn new(setup: CallSetup, limits: &CallLimits) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits.handles);
        let stderr = CappedOutput::default();
        let workspace = match (setup.grant.workspace, setup.place) {
            (Some(_), Some(place)) => Some(WorkspaceView::new(place.visible_root)),
            _ => None,
        };
        Self {
            table,
            log: Log::new(setup.plugin.clone(), limits.log, Arc::clone(&setup.on_notice)),
            config: setup.config,
            workspace,
            http: Http::new(
                setup.web,
                &setup.grant.http,
                setup.end,
                setup.plugin.clone(),
                Arc::clone(&setup.on_notice),
            ),
            now: setup.now,
            wasi: empty_wasi(&stderr, setup.now),
            processes: setup.processes,
            state: setup.state,
            stderr,
            limiter: Limiter::new(limits),
            meter: Meter::default(),
            host_calls_left: limits.host_calls,
        }
    }

    /// Takes one call out of the budget; traps when it is spent.
    pub(super) fn charge(&mut self) -> wasmtime::Result<()> {
        match self.host_calls_left.checked_sub(1) {
            Some(rest) => {
                self.host_calls_left = rest;
                Ok(())
            }
            None => Err(HostCallsSpent.into()),
        }
    }
}

impl WasiView for HostState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}
