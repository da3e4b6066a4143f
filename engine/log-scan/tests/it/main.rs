//! Whole logs through the public interface.

mod cases;
mod checks;
mod judging;
mod properties;
mod rules;
