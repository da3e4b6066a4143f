//! The promises of `design.md` section 5, one test each, and the tables against what they must refuse and must let pass.

mod actions;
mod allowed;
mod cases;
mod changes;
mod forbidden;
mod incident;
mod machine;
mod replacements;
