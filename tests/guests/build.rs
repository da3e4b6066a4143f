//! Builds every package in `programs/` as a component.

use std::process::ExitCode;

fn main() -> ExitCode {
    component_build::embed("../..", "tests/guests/programs")
}
