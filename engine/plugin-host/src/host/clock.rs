//! `clock`: the time, as the run sees it.

use super::HostState;
use crate::bindings::capabilities::selfheal::plugin::clock;

impl clock::Host for HostState {
    fn now_ms(&mut self) -> wasmtime::Result<u64> {
        self.charge()?;
        Ok(self.now.0)
    }
}
