//! One file per subcommand.

pub mod approve;
pub mod cache_plan;
pub mod diagnose;
pub mod doctor;
pub mod exec;
pub mod explain;
pub mod history;
pub mod init;
pub mod learn;
mod learn_label;
mod learn_transfer;
pub mod manual;
pub mod plugin;
mod plugin_inspect;
pub mod replay;
mod replay_policy;
pub mod run;
pub mod tickets;
