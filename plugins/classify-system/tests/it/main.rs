//! All rule packs together: they leave each other's examples alone, and the figures of the product on its own labelled logs
//! (`tests/logs`) do not fall.
//!
//! They are here and not beside the system tests so that a writer of rules needs nothing but this package, no sandbox and no
//! program: `cargo test -p classify-system`. [`packs`] names the packs, [`diagnose`] stands in for the engine, [`labels`]
//! reads the logs, [`figures`] counts, and [`logs`] and [`signals`] hold the floors.

mod diagnose;
mod figures;
mod labels;
mod logs;
mod packs;
mod signals;
