//! Calls a plugin natively in `cargo test`: a [`World`] stands in for the host, builders make incidents, and [`check_rules`]
//! holds rules to their own examples.
//!
//! ```
//! use plugin_sdk::prelude::*;
//! use plugin_sdk::testing::{self, World};
//!
//! fn lockfile_is_there() -> bool {
//!     host::workspace::is_file("package-lock.json")
//! }
//!
//! let world = World::new().file("package-lock.json", "{}");
//! assert!(world.enter(lockfile_is_there));
//! assert!(!World::new().enter(lockfile_is_there));
//! ```
//!
//! Only on native targets; a component carries none of it.

mod candidate;
mod glob;
mod incident;
mod log_text;
mod rules;
mod world;

pub(crate) mod backend;

pub use candidate::{CandidateBuilder, candidate};
pub use incident::{FindingBuilder, IncidentBuilder, finding, incident, outcome, stage};
pub use log_text::LogText;
pub use rules::{check_rules, rule_complaints};
pub use world::World;
