//! Projects of plugins, as their authors have them: made, built, tested, measured.
//!
//! A project is a folder with `plugin.toml` and sources in Rust, JavaScript or Python. [`scaffold`] writes a new one,
//! [`build`] makes the component out of it, [`fixture`] and [`trial`] hold the component to its recorded fixtures in the real
//! [`plugin_host`], under the limits and grants that a user's run would have.
//!
//! This crate may not print, read arguments or the environment of the engine, or give a plugin in a test what a user could
//! not grant it. It runs the tool chain of the project's language, and nothing else of the project.
//!
//! Read in this order: [`project`], [`scaffold`], [`build`], [`fixture`], [`trial`], then [`record`] and [`bench`].

pub mod bench;
pub mod build;
pub mod difference;
pub mod fixture;
pub mod language;
pub mod project;
pub mod record;
pub mod scaffold;
pub mod trial;

mod answer;
mod answering_server;
mod embedded;
mod world;

pub use language::Language;
pub use project::{Project, ProjectError};
