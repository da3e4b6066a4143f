//! What all commands of one executor share.

use std::io;
use std::sync::OnceLock;

use crate::local::LocalOptions;
use crate::memory_group::MemoryGroups;
use crate::spawner::Spawner;
use crate::watchdog::Watchdog;

/// What is there once. Fields are dropped in this order: the watchdog after the last child can have been started.
#[derive(Debug)]
pub(crate) struct Machinery {
    /// Starts processes.
    pub(crate) spawner: Spawner,
    /// Kills them if the engine is killed.
    pub(crate) watchdog: Watchdog,
    /// How commands are stopped.
    pub(crate) options: LocalOptions,
    memory_groups: OnceLock<MemoryGroups>,
}

impl Machinery {
    /// Starts it up.
    pub(crate) fn start(options: LocalOptions) -> io::Result<Self> {
        Ok(Self { watchdog: Watchdog::start()?, spawner: Spawner::start()?, options, memory_groups: OnceLock::new() })
    }

    /// The memory cgroups of this machine.
    pub(crate) fn memory_groups(&self) -> &MemoryGroups {
        self.memory_groups.get_or_init(MemoryGroups::detect)
    }

    /// Replaces what would be found on this machine, before it was asked for.
    #[cfg(test)]
    pub(crate) fn use_memory_groups(&self, groups: MemoryGroups) {
        self.memory_groups.set(groups).expect("nobody has asked yet");
    }
}
