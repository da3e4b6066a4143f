//! How much memory a call may have, and whether it asked for more.

use wasmtime::ResourceLimiter;

use super::CallLimits;

/// Linear memories of one component. Guests have one; those that a language runtime is adapted into may have two.
pub(super) const MEMORIES: usize = 2;

/// Counts all memories and tables of one store together, and remembers a refusal: a guest that is refused memory aborts
/// by itself, which looks like any other trap.
pub(crate) struct Limiter {
    memory_left: usize,
    elements_left: usize,
    instances: usize,
    has_refused: bool,
}

impl Limiter {
    pub(crate) fn new(limits: &CallLimits) -> Self {
        Self {
            memory_left: limits.memory,
            elements_left: limits.table_elements,
            instances: limits.instances,
            has_refused: false,
        }
    }

    /// Memory that was given out of a budget, in bytes.
    pub(crate) fn given_of(&self, memory: usize) -> usize {
        memory.saturating_sub(self.memory_left)
    }

    pub(crate) fn has_refused(&self) -> bool {
        self.has_refused
    }
}

/// Takes the growth from `current` to `desired` out of `left`, if it fits.
fn take(left: &mut usize, current: usize, desired: usize) -> bool {
    let growth = desired.saturating_sub(current);
    match left.checked_sub(growth) {
        Some(rest) => {
            *left = rest;
            true
        }
        None => false,
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let fits = take(&mut self.memory_left, current, desired);
        self.has_refused |= !fits;
        Ok(fits)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.has_refused = true;
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let fits = take(&mut self.elements_left, current, desired);
        self.has_refused |= !fits;
        Ok(fits)
    }

    fn table_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.has_refused = true;
        Ok(())
    }

    fn instances(&self) -> usize {
        self.instances
    }

    fn tables(&self) -> usize {
        self.instances
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}
