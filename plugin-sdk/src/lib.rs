//! What the author of a plugin depends on: one trait and one export macro per role, typed errors, builders for rules and
//! remedies, and a harness that calls a plugin natively in `cargo test`.
//!
//! A plugin is a `cdylib` that implements the trait of a role for some type and exports it:
//!
//! ```
//! use plugin_sdk::prelude::*;
//!
//! struct Patience;
//!
//! impl Healer for Patience {
//!     fn handles() -> Result<Vec<Interest>, PluginError> {
//!         Ok(vec![Interest::category("rate-limit")])
//!     }
//!
//!     fn propose(incident: Incident, _log: &dyn Log) -> Result<Vec<Remedy>, PluginError> {
//!         let asked = incident.root().retry_after();
//!         Ok(vec![
//!             remedy("retry", "wait as long as the server asked")
//!                 .because("the server answered that it will accept requests again later")
//!                 .confidence(0.8)
//!                 .action(action::wait(Duration::from_secs(2), Duration::from_secs(300)).asked(asked)),
//!         ])
//!     }
//! }
//!
//! plugin_sdk::export_healer!(Patience);
//! ```
//!
//! One type, or several, may implement several traits; each is exported by its own macro and the component then has several
//! roles. The macros expand to nothing on native targets.
//!
//! May not: hold state, open files, read the clock or the environment. Everything outside the arguments comes through
//! [`host`], and every interface of it that a component really uses becomes an import that the user has to grant (`log`,
//! `config` and the log of an incident are free). Start reading at [`healer`] or [`classifier`], then [`testing`].

pub mod action;
pub mod bindings;
pub mod classifier;
pub mod codes;
pub mod healer;
pub mod host;
pub mod java;
pub mod notifier;
pub mod package_json;
pub mod path;
pub mod planner;
pub mod runner;
pub mod script_files;
pub mod types;

mod error;
mod incident;
mod remedy;
mod rule;

#[doc(hidden)]
pub mod joined_text;

#[cfg(not(target_arch = "wasm32"))]
pub mod testing;

pub mod prelude;

pub use remedy::remedy;
pub use serde_json as json;
