//! The five things that a plugin can be asked for.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a plugin exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Plans stages.
    Planner,
    /// Runs stages.
    Runner,
    /// Reads logs.
    Classifier,
    /// Proposes remedies.
    Healer,
    /// Tells people outside.
    Notifier,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Planner, Self::Runner, Self::Classifier, Self::Healer, Self::Notifier];

    /// The word, which is also the name of its interface in the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planner => "planner",
            Self::Runner => "runner",
            Self::Classifier => "classifier",
            Self::Healer => "healer",
            Self::Notifier => "notifier",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
