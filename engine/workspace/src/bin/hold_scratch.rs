//! The holder process by itself, for the tests of this crate; the engine's binary runs the same function.

use std::process::ExitCode;

fn main() -> ExitCode {
    workspace::hold_scratch_main(std::env::args_os().skip(1))
}
