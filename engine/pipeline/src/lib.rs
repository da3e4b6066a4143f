//! The rules of a run: what a pipeline is, what happens next, and what may be done about a failure.
//!
//! This crate is pure. It may not read files, ask for the time, draw random numbers that are not seeded, start anything,
//! or know about wasm; time is always an argument. Start with [`event`], then read [`run`].

pub mod id;
pub mod time;

pub mod finding;
pub mod outcome;
pub mod remedy;

pub mod definition;
pub mod glob;
pub mod legacy;
pub mod plan;

pub mod cache;
pub mod floor;

pub mod choice;
pub mod policy;

pub mod event;
pub mod healing;
pub mod incident;
pub mod replay;
pub mod run;
pub mod source;
pub mod stage;
