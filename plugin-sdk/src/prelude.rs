//! Everything that most plugins name: `use plugin_sdk::prelude::*;`.

pub use std::time::Duration;

pub use crate::action;
pub use crate::classifier::{Candidate, Classifier, Rule, RuleBuilder};
pub use crate::healer::{Action, Healer, Incident, Interest, Preparation, Remedy, Tried};
pub use crate::host;
pub use crate::notifier::Notifier;
pub use crate::path;
pub use crate::planner::{PlannedStage, Planner, Project};
pub use crate::remedy::remedy;
pub use crate::runner::{Report, Runner};
pub use crate::types::{
    Attr, Capture, Command, Disposition, EnvVar, Finding, Limits, Log, LogLine, Outcome, PluginError, Stage, Tool,
};
pub use crate::{joined, rules};
