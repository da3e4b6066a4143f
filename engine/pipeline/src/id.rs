//! Identifiers as types of their own, so that a stage's name cannot be passed where a plugin's id belongs.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps a text; nothing is checked.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

id!(
    /// One execution of a pipeline, e.g. `r-20261123-141502-7f3a`.
    RunId
);
id!(
    /// One incident, unique in the project: the run's id and a number, e.g. `r-…-7f3a.1`.
    IncidentId
);
id!(
    /// Name of a stage, unique in its pipeline.
    StageName
);
id!(
    /// Id of a plugin, e.g. `heal-retry` or `acme/heal-terraform`.
    PluginId
);
id!(
    /// Stable fingerprint of a finding: rule code and normalised cause line.
    Signature
);
id!(
    /// Stable fingerprint of a remedy: strategy and actions. Two proposals with the same key are the same remedy.
    RemedyKey
);
id!(
    /// Digest of all that a stage's result depends on; what is kept under it is that result's outputs.
    CacheKey
);
