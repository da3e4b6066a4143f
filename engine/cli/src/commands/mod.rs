//! One file per subcommand.

pub mod cache_plan;
pub mod diagnose;
pub mod doctor;
pub mod exec;
pub mod explain;
pub mod history;
pub mod init;
pub mod learn;
mod learn_label;
pub mod manual;
pub mod plugin;
mod plugin_inspect;
pub mod replay;
pub mod run;
