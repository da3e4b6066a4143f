//! Runs a stage's command: a script through `sh -c`, an argument list as it is.
//!
//! Role: runner. Imports: `process`. It returns the host's measurements unchanged and has no opinion about them.

use plugin_sdk::host::process::{ProcessError, ProcessRequest};
use plugin_sdk::prelude::*;

/// The plugin.
pub struct RunShell;

impl Runner for RunShell {
    fn run(stage: Stage) -> Result<Report, PluginError> {
        let request = ProcessRequest::new(argv(stage.command)?).directory(stage.directory).limits(stage.limits);
        match host::process::run(&request) {
            Ok(result) => Ok(Report::of(result.outcome)),
            Err(ProcessError::NotStarted(reason)) => Ok(Report::of(not_started(reason))),
            Err(error) => Err(error.into()),
        }
    }
}

plugin_sdk::export_runner!(RunShell);

/// The program and its arguments; none of the two kinds of command goes through more than the one shell it asks for.
fn argv(command: Command) -> Result<Vec<String>, PluginError> {
    match command {
        Command::Shell(script) => Ok(vec!["sh".to_owned(), "-c".to_owned(), script]),
        Command::Argv(argv) if argv.is_empty() => {
            Err(PluginError::failed("empty-command", "the stage names no program to run"))
        }
        Command::Argv(argv) => Ok(argv),
    }
}

/// A program that does not exist is a failed build, as it is in a shell; an error would blame the engine.
fn not_started(reason: String) -> Outcome {
    Outcome { attrs: vec![Attr::new("not-started", reason)], ..Outcome::default() }
}

#[cfg(test)]
mod tests;
