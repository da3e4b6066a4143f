//! The local executor with real processes.

mod bench;

mod engine_death;
mod evidence;
mod limits;
mod log;
mod run;
#[cfg(target_os = "linux")]
mod scratch;
mod services;
mod stop;
#[cfg(target_os = "linux")]
mod terminal;
