//! The workspace port on real files, with real overlays where the machine allows them.

#![allow(clippy::unwrap_used)]

mod beside;
mod copies;
mod property;
mod recovery;
mod refusals;
mod repositories;
mod scratches;
mod snapshots;
mod steering;
mod support;
