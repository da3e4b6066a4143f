//! Role `classifier`: what a failed attempt's log shows. Most classifiers are only a list of [`Rule`]s.

use crate::types::{Finding, Log, PluginError, capture_value};

pub use crate::bindings::classifier::exports::selfheal::plugin::classifier::{Candidate, Example, Rule};

/// Declares rules as data, and has a second look where a rule of its own asks for it.
pub trait Classifier {
    /// Returns the rules. Asked once per plugin digest: the answer may depend on nothing. At most 2,000 rules.
    fn rules() -> Result<Vec<Rule>, PluginError>;

    /// Returns what a candidate of a rule with `asks_plugin` is: no findings to drop it, one or more to replace it.
    ///
    /// The default is for classifiers without such rules; the host keeps the candidate as the rule describes it.
    fn classify(candidate: Candidate, log: &dyn Log) -> Result<Vec<Finding>, PluginError> {
        let _ = log;
        Err(PluginError::unsupported(format!("the rule {} needs no second look", candidate.code)))
    }
}

impl Candidate {
    /// What a capture group of the rule matched; never an empty text. `-` and `_` in names are the same.
    pub fn capture(&self, name: &str) -> Option<&str> {
        capture_value(&self.captures, name)
    }

    /// The finding that a rule makes of this candidate; a classifier changes what it knows better.
    ///
    /// The signature and the context are left empty, because the host computes them.
    pub fn to_finding(&self, rule: &Rule) -> Finding {
        Finding {
            code: self.code.clone(),
            category: rule.category.clone(),
            ecosystem: rule.ecosystem.clone(),
            severity: rule.severity.clone(),
            confidence: rule.confidence,
            signature: String::new(),
            cause: self.line.clone(),
            captures: self.captures.clone(),
            context: Vec::new(),
            disposition: rule.disposition,
            strategies: rule.strategies.clone(),
            attrs: Vec::new(),
        }
    }
}

/// Exports a type as the classifier of the component. Expands to nothing on native targets.
#[macro_export]
macro_rules! export_classifier {
    ($plugin:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            struct Exported;
            impl $crate::bindings::classifier::exports::selfheal::plugin::classifier::Guest for Exported {
                fn rules() -> Result<Vec<$crate::classifier::Rule>, $crate::types::PluginError> {
                    <$plugin as $crate::classifier::Classifier>::rules()
                }

                fn classify(
                    candidate: $crate::classifier::Candidate,
                    log: &$crate::host::LogReader,
                ) -> Result<Vec<$crate::types::Finding>, $crate::types::PluginError> {
                    <$plugin as $crate::classifier::Classifier>::classify(candidate, log)
                }
            }
            $crate::bindings::classifier::export_classifier_bindings!(
                Exported with_types_in $crate::bindings::classifier
            );
        };
    };
}
