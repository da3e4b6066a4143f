//! Runs plugins in a sandbox. The only crate that knows wasmtime.
//!
//! [`PluginHost`] implements [`driver::ports::Plugins`]. Plugins propose, the host disposes: a guest gets data and gives
//! data, and every host function checks its grant below the bindings, in `host`.
//!
//! Read in this order:
//!
//! 1. [`catalog`]: where plugins come from and which of them are used; [`inspect`] and `rules_section`: what the bytes
//!    alone say; [`api_range`]: which versions of the contract; `grants`; [`gate`]: who else has a say.
//! 2. `sandbox`: the engine, the linker, and one call in a fresh store under limits; `host`: what a guest may call.
//! 3. `roles`: the calls of each role, with `convert` between WIT and `pipeline` types; [`fault`]: how calls go wrong.
//! 4. `loader`, [`compile`], `compiled_cache`, `metadata`: from bytes to machine code, and what is kept from run to run.
//! 5. [`plugin_host`]: the port; [`reload`]: the same where plugins change meanwhile; `diagnose`: rules of all classifiers
//!    over one log; [`notifier`]: telling people outside.
//!
//! This crate may not decide what to do about a failure, print, or read its configuration from the environment.
//!
//! Invariants: every call has a store of its own, a CPU deadline and a wall deadline; a fault of a plugin is a value, never
//! a panic and never an error of the engine; a plugin's name comes from where it was found, never from the plugin; only
//! machine code whose authentication code matches is ever loaded.

pub mod api_range;
pub mod catalog;
pub mod gate;
mod grants;
pub mod inspect;
mod rules_section;

mod host;
mod sandbox;

mod bindings;
mod convert;
pub mod fault;
mod roles;

pub mod compile;
mod compiled_cache;
mod loader;
mod metadata;

mod diagnose;
pub mod notice;
pub mod notifier;
pub mod options;
pub mod plugin_host;
pub mod reload;

pub use api_range::{CONTRACTS, Contract, Misfit};
pub use catalog::{Catalog, LoadError, Origin, Plugin, Refusal};
pub use compile::compile_child_main;
pub use fault::{FaultKind, PluginFault};
pub use gate::{Candidate, Gate, Needs, Terms};
pub use grants::Allowance;
pub use host::state::StateFileError;
pub use inspect::{Import, ImportStanding, InspectError, Inspection, Interface, Role, digest, inspect};
pub use metadata::Interest;
pub use notice::{Notice, TracedCall};
pub use options::{EmbeddedPlugin, HostOptions, InstalledPlugin, Network, OnNotice, Programs};
pub use plugin_host::PluginHost;
pub use rules_section::{RULES_SECTION, RulesSectionError, declared_rules};
pub use sandbox::CallLimits;
