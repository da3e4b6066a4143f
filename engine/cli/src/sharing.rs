//! Plugins from outside: what a project has installed, what was approved, and whose word counts.
//!
//! `plugins.lock` and `[plugins.grants]` in `selfheal.toml` say what may be used; both belong into version control. The
//! bundles themselves lie in the engine's state ([`installed`]). [`gate`] compares at each start what is there with what was
//! approved. Nothing here compiles or runs a plugin.

pub mod approval;
pub mod client;
pub mod gate;
pub mod grant_file;
pub mod installed;
pub mod offer;
pub mod password;
pub mod project_files;
pub mod trust;
pub mod words;
