//! Guests that are not merely broken but out to do harm. Each is contained, named by a stable code, bounded in time and
//! memory; a good guest of the same host answers right after; and what the host keeps to itself never comes out.
//!
//! The ids `H1` to `H18` and `B4` are those of the list in `tests/it/tidy/hostile.rs`, which says where each is tested.

#[path = "../support/mod.rs"]
mod support;

mod lab;
mod module;

mod bytes;
mod contract;
mod files;
mod hoards;
mod loops;
mod outside;
mod traces;
mod voices;
