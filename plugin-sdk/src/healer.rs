//! Role `healer`: what could be done about an incident.
//!
//! [`crate::remedy`] and [`crate::action`] build the answer; [`Incident`] answers the usual questions.

use crate::types::{Log, PluginError};

pub use crate::bindings::healer::exports::selfheal::plugin::healer::{
    Action, Delay, FileContent, FileEdit, Incident, Interest, PortMove, Preparation, Remedy, ServiceProbe, Ticket,
    Tried,
};

/// Proposes remedies and performs none.
pub trait Healer {
    /// Returns which findings the healer wants to see. Asked once per plugin digest. At most 100.
    fn handles() -> Result<Vec<Interest>, PluginError>;

    /// Returns remedies, best first; none when there is nothing to propose. Asked again after each remedy that did not help,
    /// with that remedy in `incident.tried`. At most 16.
    fn propose(incident: Incident, log: &dyn Log) -> Result<Vec<Remedy>, PluginError>;
}

impl Interest {
    /// Findings whose code matches, e.g. `python.*`.
    pub fn code(pattern: impl Into<String>) -> Self {
        Self { code: pattern.into(), category: String::new() }
    }

    /// Findings whose code matches one of these.
    pub fn codes(patterns: &[&str]) -> Vec<Self> {
        patterns.iter().map(|pattern| Self::code(*pattern)).collect()
    }

    /// Findings whose category matches, e.g. `dependency-*`.
    pub fn category(pattern: impl Into<String>) -> Self {
        Self { code: String::new(), category: pattern.into() }
    }

    /// Findings whose category matches one of these.
    pub fn categories(patterns: &[&str]) -> Vec<Self> {
        patterns.iter().map(|pattern| Self::category(*pattern)).collect()
    }
}

/// Exports a type as the healer of the component. Expands to nothing on native targets.
#[macro_export]
macro_rules! export_healer {
    ($plugin:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            struct Exported;
            impl $crate::bindings::healer::exports::selfheal::plugin::healer::Guest for Exported {
                fn handles() -> Result<Vec<$crate::healer::Interest>, $crate::types::PluginError> {
                    <$plugin as $crate::healer::Healer>::handles()
                }

                fn propose(
                    incident: $crate::healer::Incident,
                    log: &$crate::host::LogReader,
                ) -> Result<Vec<$crate::healer::Remedy>, $crate::types::PluginError> {
                    <$plugin as $crate::healer::Healer>::propose(incident, log)
                }
            }
    $crate::bindings::healer::export_healer_bindings!(Exported with_types_in $crate::bindings::healer);
        };
    };
}
