//! `config`: the plugin's own configuration.

use super::HostState;
use crate::bindings::capabilities::selfheal::plugin::config;

impl config::Host for HostState {
    fn get(&mut self) -> wasmtime::Result<String> {
        self.charge()?;
        Ok(self.config.to_string())
    }
}
