//! Whole logs through the public interface.

mod cases;
mod checks;
mod hard;
mod judging;
mod memory;
mod opinions;
mod properties;
mod rules;
mod splices;
