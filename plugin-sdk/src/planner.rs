//! Role `planner`: which stages a project without a pipeline file needs.

use crate::types::{Attr, EnvVar, Limits, PluginError, attr_value};

pub use crate::bindings::planner::exports::selfheal::plugin::planner::{PlannedStage, Project};

/// Reads a project through [`crate::host::workspace`] and names the stages it needs.
pub trait Planner {
    /// Returns the stages in an order that respects their needs; none when the planner does not know the project. Runs
    /// nothing. At most 200 stages.
    fn plan(project: Project) -> Result<Vec<PlannedStage>, PluginError>;
}

impl Project {
    /// Whether a program is installed.
    pub fn has_tool(&self, name: &str) -> bool {
        self.tools.iter().any(|tool| tool.name == name)
    }

    /// Value of an attribute.
    pub fn attr(&self, key: &str) -> Option<&str> {
        attr_value(&self.attrs, key)
    }
}

impl PlannedStage {
    /// A stage that runs a script at the workspace root; `purpose` and `ecosystem` are codes of `wit/README.md`.
    pub fn new(name: impl Into<String>, purpose: impl Into<String>, run: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            run: run.into(),
            directory: ".".to_owned(),
            needs: Vec::new(),
            env: Vec::new(),
            limits: Limits::default(),
            purpose: purpose.into(),
            ecosystem: "generic".to_owned(),
            reason: String::new(),
            evidence: Vec::new(),
            attrs: Vec::new(),
        }
    }

    /// The ecosystem code.
    #[must_use]
    pub fn ecosystem(mut self, ecosystem: impl Into<String>) -> Self {
        self.ecosystem = ecosystem.into();
        self
    }

    /// The directory, relative to the workspace root.
    #[must_use]
    pub fn directory(mut self, directory: impl Into<String>) -> Self {
        self.directory = directory.into();
        self
    }

    /// A stage that has to pass first.
    #[must_use]
    pub fn needs(mut self, stage: impl Into<String>) -> Self {
        self.needs.push(stage.into());
        self
    }

    /// A variable for the command.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push(EnvVar::new(name, value));
        self
    }

    /// Limits for the command.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Why the stage is there: one sentence for a person.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    /// A file that shows it: a relative path with an optional `:line`.
    #[must_use]
    pub fn evidence(mut self, file: impl Into<String>) -> Self {
        self.evidence.push(file.into());
        self
    }

    /// A further fact.
    #[must_use]
    pub fn attr(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.attrs.push(Attr::new(key, value));
        self
    }
}

/// Exports a type as the planner of the component. Expands to nothing on native targets.
#[macro_export]
macro_rules! export_planner {
    ($plugin:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            struct Exported;
            impl $crate::bindings::planner::exports::selfheal::plugin::planner::Guest for Exported {
                fn plan(
                    project: $crate::planner::Project,
                ) -> Result<Vec<$crate::planner::PlannedStage>, $crate::types::PluginError> {
                    <$plugin as $crate::planner::Planner>::plan(project)
                }
            }
    $crate::bindings::planner::export_planner_bindings!(Exported with_types_in $crate::bindings::planner);
        };
    };
}
