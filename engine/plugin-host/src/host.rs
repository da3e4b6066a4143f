//! What a guest may call: one file per interface, and the state of one call that they share.
//!
//! Every function charges the call's budget first, then checks its grant, then answers. A denial is an answer, never a
//! trap, so that a plugin can go on without.

mod call;
mod link;

pub mod clock;
pub mod config;
pub mod http;
pub mod log;
pub mod log_source;
pub mod process;
pub mod state;
pub mod wasi;
pub mod workspace;

pub use call::{CallSetup, HostState};
pub(crate) use http::{CallEnd, Web};
pub(crate) use link::{add_free_interfaces, add_granted_interfaces};
