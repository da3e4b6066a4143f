//! The engine, the linker, and the limits around one call.
//!
//! A call gets a fresh store ([`Sandbox::store`]), runs under two clocks ([`Sandbox::within`]) and gives its store back
//! ([`Sandbox::conclude`]). Two clocks, because each has a hole: an epoch deadline does not end a guest that waits in a host
//! function, and a timer of tokio does not end a guest that computes. [`meter`] keeps them apart.

use std::future::Future;
use std::num::NonZeroUsize;
use std::time::Duration;

use driver::ports::Cancel;
use tokio::sync::{Semaphore, SemaphorePermit};
use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store, StoreContextMut, UpdateDeadline,
};

use crate::fault::{CallTraces, FaultKind, classify};
use crate::gate::Needs;
use crate::host::{HostState, add_free_interfaces, add_granted_interfaces};
use crate::inspect::Interface;
use meter::Metered;

mod limiter;
mod meter;

pub(crate) use limiter::Limiter;
pub(crate) use meter::Meter;

/// Length of one epoch. Deadlines are late by at most this much.
const TICK: Duration = Duration::from_millis(10);
/// Calls at the same time, running stages included. Each takes up to 8 GiB of address space, never memory, in the pool.
const POOL: u32 = 128;
/// How much slower than alone a guest may be: on a machine on which it gets less than this part of a processor, its call
/// ends at the wall clock before its processor time is up.
const SLOWEST: u32 = 20;
/// Stack of a guest. Smaller than the fiber's stack by what host functions need.
const WASM_STACK: usize = 512 * 1024;
/// Stack of a fiber.
const FIBER_STACK: usize = 2 * 1024 * 1024;

/// Limits of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallLimits {
    /// Processor time of the guest. Time in host functions does not count.
    pub cpu: Duration,
    /// Wall-clock time in which the guest does not compute: it waits for a host function. For runners the stage's own limit
    /// stands in its place.
    pub wall: Duration,
    /// The same for a call that may run programs or send requests: those take longer than a guest computes.
    pub wall_outside: Duration,
    /// Memory of one call, all linear memories together, in bytes.
    pub memory: usize,
    /// Elements of all tables of one call together.
    pub table_elements: usize,
    /// Core instances, tables and memories, each.
    pub instances: usize,
    /// Handles to resources.
    pub handles: usize,
    /// Bytes that one crossing from guest to host may carry, a call's result included.
    pub crossing: usize,
    /// Bytes of log output.
    pub log: usize,
    /// Calls of host functions.
    pub host_calls: u32,
}

/// Most that a plugin can ask for. Whoever needs more has work for a stage, not for a plugin.
mod ceiling {
    use super::Duration;

    pub(super) const CPU: Duration = Duration::from_secs(30);
    pub(super) const WALL: Duration = Duration::from_secs(120);
    pub(super) const MEMORY: usize = 512 << 20;
}

impl CallLimits {
    /// These limits as far as a plugin does not need others, and those that it needs as far as the host's ceiling allows.
    pub fn for_needs(&self, needs: Needs) -> Self {
        let cpu = needs.cpu.map_or(self.cpu, |cpu| cpu.min(ceiling::CPU));
        let wall = needs.wall.map(|wall| wall.min(ceiling::WALL));
        Self {
            cpu,
            // Somebody who may compute for so long has to be waited for at least as long.
            wall: wall.unwrap_or(self.wall).max(cpu),
            wall_outside: wall.unwrap_or(self.wall_outside).max(cpu),
            memory: needs.memory.map_or(self.memory, |memory| memory.min(ceiling::MEMORY)),
            ..self.clone()
        }
    }
}

impl Default for CallLimits {
    fn default() -> Self {
        Self {
            cpu: Duration::from_secs(2),
            wall: Duration::from_secs(5),
            wall_outside: Duration::from_secs(60),
            memory: 64 << 20,
            table_elements: 200_000,
            // CPython is linked of more than forty modules.
            instances: 64,
            handles: 256,
            crossing: 4 << 20,
            log: 64 << 10,
            host_calls: 20_000,
        }
    }
}

/// An engine and the interfaces that every plugin may import.
pub struct Sandbox {
    engine: Engine,
    free: Linker<HostState>,
    places: Semaphore,
}

/// The engine could not be set up: a fault of the engine or of the machine, never of a plugin.
#[derive(Debug, thiserror::Error)]
#[error("set up the wasm engine: {0}")]
pub struct SandboxError(String);

impl Sandbox {
    /// Sets up an engine. Costs about 1 ms.
    pub fn new(limits: &CallLimits) -> Result<Self, SandboxError> {
        let failed = |error: wasmtime::Error| SandboxError(format!("{error:#}"));
        let engine = engine_for(limits).map_err(failed)?;
        let mut free = Linker::new(&engine);
        add_free_interfaces(&mut free).map_err(failed)?;
        start_ticker(&engine).map_err(|error| SandboxError(format!("start the ticker thread: {error}")))?;
        Ok(Self { engine, free, places: Semaphore::new(POOL as usize - 8) })
    }

    /// The engine.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Links a component to the free interfaces and to those that were granted; anything else it imports is an error.
    pub(crate) fn link(
        &self,
        component: &Component,
        granted: &[Interface],
    ) -> wasmtime::Result<InstancePre<HostState>> {
        let mut linker = self.free.clone();
        add_granted_interfaces(&mut linker, granted)?;
        linker.instantiate_pre(component)
    }

    /// A place in the pool. Waits while all are taken, which only many runners at once can cause.
    pub(crate) async fn place(&self) -> SemaphorePermit<'_> {
        self.places.acquire().await.expect("the semaphore is never closed")
    }

    /// A fresh store under all limits.
    pub(crate) fn store(&self, state: HostState, limits: &CallLimits) -> Result<Store<HostState>, FaultKind> {
        let mut store = Store::try_new(&self.engine, state)
            .map_err(|error| FaultKind::LoadRefused(format!("no memory for a store: {error:#}")))?;
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(limits.crossing);
        store.set_max_component_handles(limits.handles);
        store.set_epoch_deadline(1);
        let meter = store.data().meter.clone();
        store.epoch_deadline_callback(cpu_clock(limits.cpu, meter));
        Ok(store)
    }

    /// Awaits a call for as long as it may take.
    pub(crate) async fn within<T>(
        &self,
        patience: Patience,
        meter: Meter,
        call: impl Future<Output = wasmtime::Result<T>>,
    ) -> Result<T, CallError> {
        let wall = patience.wall;
        tokio::select! {
            biased;
            result = Metered::new(call, meter, wall) => match result {
                Some(result) => result.map_err(CallError::Wasm),
                None => Err(CallError::Wall(wall.unwrap_or_default())),
            },
            error = patience.end() => Err(error),
        }
    }

    /// Ends a call: drops its store, and sorts what went wrong.
    pub(crate) fn conclude<T>(
        &self,
        store: Store<HostState>,
        result: Result<T, CallError>,
    ) -> (Result<T, FaultKind>, HostState) {
        let state = store.into_data();
        let result = result.map_err(|error| match error {
            CallError::Cancelled => FaultKind::Timeout("it did not end when it was cancelled".to_owned()),
            CallError::Wall(wall) => FaultKind::Timeout(format!("no answer within {:.1} s", wall.as_secs_f64())),
            CallError::Wasm(error) => classify(
                &error,
                &CallTraces { was_refused_memory: state.limiter.has_refused(), stderr: state.stderr.text() },
            ),
        });
        (result, state)
    }
}

/// How long a call is waited for.
#[derive(Default)]
pub(crate) struct Patience {
    /// Wall-clock time that it may spend waiting; `None` is as long as it takes.
    pub wall: Option<Duration>,
    /// What ends the call early, and the time that it then has left.
    pub cancel: Option<(Cancel, Duration)>,
    /// Processor time that the guest may use; it gets so many times that to use it in.
    pub cpu: Duration,
}

impl Patience {
    /// So long and no longer.
    pub(crate) fn of(wall: Duration) -> Self {
        Self { wall: Some(wall), ..Self::default() }
    }

    /// The same for a guest that may compute for so long.
    pub(crate) fn with_cpu(self, cpu: Duration) -> Self {
        Self { cpu, ..self }
    }

    /// Returns when there is none left, the longest that the guest may take to use its processor time included.
    async fn end(self) -> CallError {
        let longest = self.wall.map(|wall| wall.saturating_add(self.cpu * SLOWEST));
        let wall = async {
            match longest {
                Some(longest) => tokio::time::sleep(longest).await,
                None => std::future::pending().await,
            }
        };
        let cancelled = async {
            match self.cancel {
                Some((mut cancel, slack)) => {
                    cancel.cancelled().await;
                    tokio::time::sleep(slack).await;
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = wall => CallError::Wall(longest.unwrap_or_default()),
            () = cancelled => CallError::Cancelled,
        }
    }
}

/// Why a call gave no result.
pub(crate) enum CallError {
    /// An error of wasmtime: a trap, or a value that breaks the contract.
    Wasm(wasmtime::Error),
    /// The wall clock.
    Wall(Duration),
    /// It was cancelled and did not end by itself.
    Cancelled,
}

/// Charges what the guest has computed at each epoch that it sees. One that passes while a host function is pending is seen
/// at most once, when the guest goes on: so a runner that waits an hour for its process pays next to nothing. Yields at each,
/// so that tokio's timers and the other calls get their turn.
fn cpu_clock(
    budget: Duration,
    meter: Meter,
) -> impl FnMut(StoreContextMut<'_, HostState>) -> wasmtime::Result<UpdateDeadline> + Send + Sync + 'static {
    move |_| {
        if meter.charge() >= budget {
            return Ok(UpdateDeadline::Interrupt);
        }
        meter.end_turn();
        Ok(UpdateDeadline::Yield(1))
    }
}

/// What is compiled must not depend on how instances are allocated: see [`compiler_engine`].
fn base_config() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .concurrency_support(false)
        .epoch_interruption(true)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(FIBER_STACK)
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_relaxed_simd(false)
        .wasm_tail_call(false)
        .wasm_wide_arithmetic(false)
        .wasm_custom_page_sizes(false)
        .wasm_extended_const(true)
        .cranelift_nan_canonicalization(true)
        // Shown nowhere, because plugins are stripped; their depth tells a deep recursion (`fault`).
        .wasm_backtrace_max_frames(NonZeroUsize::new(crate::fault::DEEP));
    config
}

/// The engine of calls: pooled where the address space allows it.
fn engine_for(limits: &CallLimits) -> wasmtime::Result<Engine> {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(POOL)
        .total_core_instances(POOL * 4)
        .total_memories(POOL * limiter::MEMORIES as u32)
        .total_tables(POOL * 4)
        .total_stacks(POOL)
        .max_unused_warm_slots(16)
        .max_memory_size(limits.memory.max(ceiling::MEMORY))
        .table_elements(limits.table_elements)
        .max_tables_per_module(4)
        .max_core_instance_size(4 << 20)
        .max_component_instance_size(4 << 20);
    let mut config = base_config();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    // The pool reserves its address space at once. Under a limit on address space that fails, and one instance at a time
    // still works.
    Engine::new(&config).or_else(|_| Engine::new(&base_config()))
}

/// An engine for compiling only: it reserves nothing, so that it runs under a tight limit on address space.
pub(crate) fn compiler_engine() -> wasmtime::Result<Engine> {
    let mut config = base_config();
    config.parallel_compilation(false);
    Engine::new(&config)
}

/// Advances the engine's epoch until the engine is gone.
fn start_ticker(engine: &Engine) -> std::io::Result<()> {
    let weak = engine.weak();
    std::thread::Builder::new().name("plugin-ticker".to_owned()).spawn(move || {
        loop {
            std::thread::sleep(TICK);
            match weak.upgrade() {
                Some(engine) => engine.increment_epoch(),
                None => return,
            }
        }
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::hash::{DefaultHasher, Hash, Hasher};

    use driver::ports::CancelSource;

    use super::*;

    #[tokio::test]
    async fn a_call_that_does_not_end_when_cancelled_is_given_up() {
        let sandbox = Sandbox::new(&CallLimits::default()).expect("an engine");
        let source = CancelSource::new();
        let patience = || Patience { cancel: Some((source.handle(), Duration::ZERO)), ..Patience::default() };
        let quick = sandbox.within(patience(), Meter::default(), async { Ok(1) }).await;
        assert!(matches!(quick, Ok(1)));
        source.cancel();
        let stuck = sandbox.within::<()>(patience(), Meter::default(), std::future::pending()).await;
        assert!(matches!(stuck, Err(CallError::Cancelled)));
    }

    #[test]
    fn a_plugin_gets_what_it_needs_below_the_ceiling() {
        let default = CallLimits::default();
        assert_eq!(default.for_needs(Needs::default()), default);
        let seconds = Duration::from_secs;
        let modest = Needs { cpu: Some(seconds(1)), wall: Some(seconds(3)), memory: Some(16 << 20) };
        let limits = default.for_needs(modest);
        assert_eq!((limits.cpu, limits.wall, limits.memory), (seconds(1), seconds(3), 16 << 20));
        let greedy = Needs { cpu: Some(seconds(3600)), wall: None, memory: Some(64 << 30) };
        let limits = default.for_needs(greedy);
        assert_eq!((limits.cpu, limits.wall, limits.memory), (seconds(30), seconds(30), 512 << 20));
    }

    fn compatibility(engine: &Engine) -> u64 {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        hasher.finish()
    }

    #[test]
    fn code_of_the_compiling_child_fits_the_engine_of_calls() {
        let calls = engine_for(&CallLimits::default()).expect("an engine");
        let compiler = compiler_engine().expect("an engine");
        let on_demand = Engine::new(&base_config()).expect("an engine");
        assert_eq!(compatibility(&calls), compatibility(&compiler));
        assert_eq!(compatibility(&calls), compatibility(&on_demand));
    }
}
