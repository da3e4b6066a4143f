//! Builds packages of this workspace as WebAssembly components, from the build script of the package that embeds them.
//!
//! A nested cargo compiles every package at once for `wasm32-wasip2` with the profile `component`, in its own target folder
//! `<target>/components`, so that it neither waits for the outer cargo's lock nor loses its cache when features change.
//! [`embed`] is the whole of a build script; its parts are [`package`] (which packages there are), [`toolchain`] (is the
//! target's std there), [`nested`] (the cargo call) and [`table`] (what the embedding crate includes, with each component's
//! [`digest`]).
//!
//! May not: use any other crate (Cargo.toml names three for their features only). It is compiled before everything else,
//! on the critical path of the first build.

pub mod digest;
pub mod nested;
pub mod package;
pub mod table;
pub mod toolchain;

mod embed;
mod error;

pub use embed::embed;
pub use error::BuildError;
