//! The driver over fakes of all its ports: promises of design.md sections 4 and 5, through the real loop, without a process, a
//! network or a wait.

#![allow(clippy::unwrap_used)]

mod caching;
mod crashes;
mod failures;
mod healing;
mod records;
mod scenarios;
mod several;
mod stopping;
mod telling;
mod world;
