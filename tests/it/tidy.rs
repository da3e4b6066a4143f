//! The rules that the tree itself keeps (CONTRIBUTING.md, "House rules"). Each is an ordinary test that reads the sources.

mod crates;
mod docs;
mod hostile;
mod promises;
mod sources;
