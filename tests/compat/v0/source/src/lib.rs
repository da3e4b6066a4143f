//! One plugin for each role, as small as it can be, that uses every interface of the contract between them. Each answers with
//! what it was told, so that a test sees both directions of every type.

#[cfg(feature = "classifier")]
mod classifier;
#[cfg(feature = "healer")]
mod healer;
#[cfg(feature = "notifier")]
mod notifier;
#[cfg(feature = "planner")]
mod planner;
#[cfg(feature = "runner")]
mod runner;
