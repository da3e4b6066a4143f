//! The binary `selfheal`: arguments, printing, exit codes. Everything else lives in the crates it puts together.

// First, because its macros print for all others.
#[macro_use]
mod report;

mod args;
mod commands;
mod drive;
mod engine;
mod exit;
mod outputs;
mod people;
mod pipeline_file;
mod project;
mod sharing;
mod signals;
mod standard;
mod summary;
mod ticket_files;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use exit::Failure;
use report::paint::{FAILED, paint};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and version are answers; anything else is bad input. clap prints each to the right stream.
        Err(error) => {
            let code = if error.use_stderr() { exit::BAD_INPUT } else { exit::PASSED };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    // The engine starts these two itself; they have their own exit codes and must not have threads.
    match cli.command {
        Command::CompilePlugin => plugin_host::compile_child_main(),
        Command::HoldScratch { args } => workspace::hold_scratch_main(args),
        command => answer(command),
    }
}

fn answer(command: Command) -> ExitCode {
    match dispatch(command) {
        Ok(code) if report::output::is_incomplete() => {
            tell!("{} the answer could not be written whole", paint(FAILED, "error:"));
            ExitCode::from(if code == exit::PASSED { exit::ENGINE } else { code })
        }
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            tell(&failure);
            ExitCode::from(failure.code)
        }
    }
}

fn dispatch(command: Command) -> Result<u8, Failure> {
    match command {
        Command::Run(args) => commands::run::run(args),
        Command::Exec(args) => commands::exec::exec(args),
        Command::Diagnose(args) => commands::diagnose::diagnose(args),
        Command::Init(args) => commands::init::init(args),
        Command::Plugin(command) => commands::plugin::plugin(command),
        Command::History(args) => commands::history::history(args),
        Command::Explain(args) => commands::explain::explain(args),
        Command::Approve(args) => commands::approve::approve(args),
        Command::Reject(args) => commands::approve::reject(args),
        Command::Tickets(args) => commands::tickets::tickets(args),
        Command::Replay(args) => commands::replay::replay(args),
        Command::Learn(command) => commands::learn::learn(command),
        Command::Doctor(args) => commands::doctor::doctor(args),
        Command::Completions { shell } => commands::manual::completions(shell),
        Command::Man { dir } => commands::manual::man(dir),
        Command::CompilePlugin | Command::HoldScratch { .. } => unreachable!("answered before this"),
    }
}

/// Prints an error: what was attempted, why it failed, what to do.
fn tell(failure: &Failure) {
    let mut text = format!("{}", failure.error);
    for cause in failure.error.chain().skip(1) {
        let cause = cause.to_string();
        // Some errors repeat their source in their own text.
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    tell!("{} {text}", paint(FAILED, "error:"));
    for hint in &failure.hints {
        tell!("hint: {hint}");
    }
}
