//! Builds every package in `plugins/` as a component.

use std::process::ExitCode;

fn main() -> ExitCode {
    component_build::embed("../..", "plugins")
}
