//! What a plugin may ask the host, one module per interface of `wit/v0/host.wit`.
//!
//! In a component each function calls the host; natively it asks the [`crate::testing::World`] that the test has entered.
//! Only the interfaces whose functions a component really calls become imports of it, and only those need a grant.

pub mod clock;
pub mod config;
pub mod http;
pub mod log;
pub mod process;
pub mod state;
pub mod workspace;

pub use crate::bindings::capabilities::selfheal::plugin::log_source::LogReader;

#[cfg(target_arch = "wasm32")]
use crate::bindings::capabilities::selfheal::plugin as backend;
#[cfg(not(target_arch = "wasm32"))]
use crate::testing::backend;
