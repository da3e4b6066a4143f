//! Runs commands on this machine.
//!
//! [`LocalExecutor`] is the driver's `Executor` port: every command gets a process group, limits, a capped log without
//! secrets, and leaves measured evidence (exit code, signal, time, memory). It decides nothing: a command that fails is an
//! outcome like any other, and what it means is judged elsewhere.
//!
//! Read in this order:
//!
//! 1. [`LocalExecutor`]: the port, and how a future becomes a supervised process.
//! 2. `supervise`: the life of one command; `supervision` and `streams` are its middle part, `reaping` its end.
//! 3. `launch`, `spawner`, `birth`, `child_setup`: how a process is started; the last two hold what the child itself does.
//! 4. `target`, `process_table`, `watchdog`: how processes are stopped, also after the engine itself was killed.
//! 5. `spool`, `ring`: the log on disk. `memory_group`, `jobs`: limits.
//! 6. [`find_tools`], [`find_java_homes`], [`free_port`], [`wait_for_service`]: small facts about this machine.
//!
//! Invariants: no process of a command's group outlives [`LocalExecutor`]'s answer; memory does not grow with the output;
//! a child allocates nothing before exec. This crate may not know pipelines' rules, wasm, SQLite or the terminal.

mod local;
mod machinery;

mod reaping;
mod streams;
mod supervise;
mod supervision;

mod birth;
mod child_setup;
mod launch;
mod spawner;
mod start_error;

mod process_table;
mod target;
mod watchdog;

mod ring;
mod spool;

mod jobs;
mod memory_group;

mod java;
mod service;
mod tools;

pub use java::{JavaHome, find_java_homes};
pub use local::{LocalExecutor, LocalOptions};
pub use service::{ServiceError, answers_http, free_port, wait_for_service};
pub use tools::{WELL_KNOWN_TOOLS, find_tools};
