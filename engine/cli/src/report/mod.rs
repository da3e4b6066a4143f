//! What people and programs get to see. Everything here consumes the journal's records; nothing decides.

pub mod diagnosis;
pub mod human;
pub mod json;
pub mod live;
mod measures;
pub mod paint;
