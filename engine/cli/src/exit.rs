//! Exit codes (house style, section 12).

/// Passed, or healed.
pub const PASSED: u8 = 0;
/// A stage failed and healing did not fix it.
pub const FAILED: u8 = 1;
/// Bad arguments or pipeline file.
pub const BAD_INPUT: u8 = 2;
/// A plugin is missing, refused, or broke its contract.
pub const PLUGIN: u8 = 3;
/// There is nothing to run.
pub const NOTHING: u8 = 4;
/// Healing left something that it could not undo.
pub const STUCK: u8 = 5;
/// Healed, under `--strict`.
pub const HEALED_STRICT: u8 = 10;
/// Engine fault.
pub const ENGINE: u8 = 70;
/// Interrupted, after clean unwinding.
pub const INTERRUPTED: u8 = 130;

/// An error with its exit code and what to do next.
#[derive(Debug)]
pub struct Failure {
    /// Exit code.
    pub code: u8,
    /// What went wrong.
    pub error: anyhow::Error,
    /// What to do, one line each.
    pub hints: Vec<String>,
}

impl Failure {
    /// Bad arguments or a bad file.
    pub fn bad_input(error: impl Into<anyhow::Error>) -> Self {
        Self { code: BAD_INPUT, error: error.into(), hints: Vec::new() }
    }

    /// A plugin is missing, refused or broken.
    pub fn plugin(error: impl Into<anyhow::Error>) -> Self {
        Self { code: PLUGIN, error: error.into(), hints: Vec::new() }
    }

    /// The same with something to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    /// Whatever was not sorted is the engine's own fault.
    fn from(error: E) -> Self {
        Self { code: ENGINE, error: error.into(), hints: Vec::new() }
    }
}
