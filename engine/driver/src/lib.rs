//! The only event loop of the engine.
//!
//! The driver feeds facts to [`pipeline::run::Run`], journals them and the decisions that come back, and carries the
//! decisions out through [`ports`]. It decides nothing by itself, knows no wasm, no SQLite and no terminal, and never asks
//! for the time except through [`ports::Clock`]. Start with [`dispatch`].

pub mod caching;
pub mod dispatch;
pub mod effects;
pub mod fakes;
pub mod log_text;
pub mod ports;

mod attempt;
mod live;
mod news;
mod services;
mod trial;

pub use attempt::INSIDE;
pub use dispatch::{Driver, DriverError, Finished};
pub use effects::{Ports, Settings};
pub use trial::digest_of;
