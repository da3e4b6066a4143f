//! The pipeline file: text in, a checked [`Pipeline`] or every mistake with its line and column out.
//!
//! Start with `native.rs`: it reads `selfheal.toml` from top to bottom. The text first becomes a [`tree`] in which every
//! key and value knows where it stands; `reader.rs` asks the tree for values and reports what does not fit to a
//! [`problem::Report`]; nothing stops at the first mistake. [`crate::legacy`] reads `.autonomous-cicd.yml` with the same
//! parts. A documented example with every key is `docs/selfheal.toml` ([`EXAMPLE`]).

pub mod model;

pub mod problem;
pub mod when;

pub(crate) mod reader;
pub(crate) mod spelling;
pub(crate) mod tree;
pub(crate) mod units;

mod matrix;
pub(crate) mod native;
mod needs;
mod plugins;
mod quarantine;
mod services;
mod stages;

mod planned;
mod write;

pub use model::*;
pub use native::{EXAMPLE, Parsed, parse, parse_settings};
pub use planned::{Planned, PlannedStage, PlanningNote, from_planned};
pub use problem::{DefinitionErrors, Problem, ProblemKind, Severity};
pub use quarantine::Quarantine;
pub use services::local_address;
pub use units::parse_duration;
pub use when::{When, WhenError};
