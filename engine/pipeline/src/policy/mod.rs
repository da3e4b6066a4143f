//! What may be done about a failure, by whom, how often and how soon.
//!
//! The rails of `design.md` section 5 as pure functions. [`weigh()`] gathers them: it takes what the healers proposed and
//! says of each remedy who may carry it out and, if nobody may, which rule forbids it. The never-list is checked twice,
//! on the actions before they run ([`check_actions`]) and on the files that changed ([`check_changes`]), because nobody can
//! tell from a command line what it will write. What is forbidden stands in [`tables`], as data to be reviewed; the code
//! around them errs on the side of refusing.
//!
//! The never-list is no sandbox. It refuses what is recognisably a way to make a red build green without repairing it; what
//! it lets through still runs in scratch, under limits, and is verified before anything is kept.

pub mod tables;

mod context;
mod disposition;
mod refusal;

mod actions;
mod commands;
mod environment;
mod installers;
mod paths;
mod pattern;
mod programs;
mod replacement;
mod script;

mod changes;
mod lines;
mod locks;
mod manifests;

mod weigh;

pub mod backoff;
pub mod breaker;
pub mod budget;
pub mod transient;

pub use actions::{MAX_TIME_FACTOR, check_actions};
pub use changes::check_changes;
pub use context::{Context, EverythingVersioned, Machine, PathFacts};
pub use disposition::{disposition_of, paths_named};
pub use paths::{PathClass, class_of, is_json_manifest, is_lock_file, normal_path};
pub use programs::programs_of_stages;
pub use refusal::{Refusal, rule};
pub use weigh::{Tried, Weighed, is_escalation, weigh};

#[cfg(test)]
mod tests;
