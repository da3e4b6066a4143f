//! What is looked up, and not decided.

pub mod packages;
