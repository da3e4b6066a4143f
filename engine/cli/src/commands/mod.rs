//! One file per subcommand.

pub mod diagnose;
pub mod doctor;
pub mod exec;
pub mod explain;
pub mod history;
pub mod init;
pub mod manual;
pub mod plugin;
pub mod replay;
pub mod run;
