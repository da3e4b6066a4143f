//! The never-list and its exceptions as data, one file per kind of thing, so that a stranger can review them.
//!
//! A table whose name begins with `ALLOWED` lists the only exceptions to a general refusal; the others say by their names what
//! is refused or what something is. `*` in a pattern stands for any text.

pub mod commands;
pub mod failures;
pub mod lines;
pub mod paths;
pub mod replacements;
pub mod variables;
