//! Role `runner`: how a stage's work is done.

use crate::types::{Attr, Outcome, PluginError, Stage};

pub use crate::bindings::runner::exports::selfheal::plugin::runner::{Artifact, Metric, Report, Verdict};

/// Does a stage's work through [`crate::host::process`] or [`crate::host::http`].
pub trait Runner {
    /// Runs one attempt of a stage. Never retries by itself and decides nothing about healing.
    fn run(stage: Stage) -> Result<Report, PluginError>;
}

impl Report {
    /// A report that consists of an outcome and nothing else.
    pub fn of(outcome: Outcome) -> Self {
        Self { outcome, metrics: Vec::new(), artifacts: Vec::new(), verdicts: Vec::new(), attrs: Vec::new() }
    }

    /// A measured value, with its unit in UCUM notation (empty for a count).
    #[must_use]
    pub fn metric(mut self, name: impl Into<String>, value: f64, unit: impl Into<String>) -> Self {
        self.metrics.push(Metric { name: name.into(), value, unit: unit.into() });
        self
    }

    /// A file that the stage produced.
    #[must_use]
    pub fn artifact(
        mut self,
        path: impl Into<String>,
        media_type: impl Into<String>,
        title: impl Into<String>,
    ) -> Self {
        self.artifacts.push(Artifact { path: path.into(), media_type: media_type.into(), title: title.into() });
        self
    }

    /// A gate's answer: `pass`, `fail` or `not-measured`.
    #[must_use]
    pub fn verdict(mut self, gate: impl Into<String>, verdict: impl Into<String>, reason: impl Into<String>) -> Self {
        self.verdicts.push(Verdict { gate: gate.into(), verdict: verdict.into(), reason: reason.into() });
        self
    }

    /// A further fact.
    #[must_use]
    pub fn attr(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.attrs.push(Attr::new(key, value));
        self
    }
}

/// Exports a type as the runner of the component. Expands to nothing on native targets.
#[macro_export]
macro_rules! export_runner {
    ($plugin:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            struct Exported;
            impl $crate::bindings::runner::exports::selfheal::plugin::runner::Guest for Exported {
                fn run(stage: $crate::types::Stage) -> Result<$crate::runner::Report, $crate::types::PluginError> {
                    <$plugin as $crate::runner::Runner>::run(stage)
                }
            }
    $crate::bindings::runner::export_runner_bindings!(Exported with_types_in $crate::bindings::runner);
        };
    };
}
