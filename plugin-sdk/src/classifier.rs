//! Role `classifier`: what a failed attempt's log shows. Most classifiers are only lists of [`Rule`]s.
//!
//! ```
//! use plugin_sdk::prelude::*;
//!
//! struct Widgets;
//!
//! impl Classifier for Widgets {
//!     const RULES: &'static [&'static [Rule]] = &[rules![
//!         Rule::new("widget.out-of-date")
//!             .category("configuration")
//!             .pattern(r"^widget: (?P<file>\S+) is out of date$")
//!             .confidence(0.95)
//!             .specificity(95)
//!             .disposition(Disposition::Patch)
//!             .strategies(&["config"])
//!             .matches("widget: a.wdg is out of date")
//!             .ignores("widget: checking whether a.wdg is out of date"),
//!     ]];
//! }
//!
//! plugin_sdk::export_classifier!(Widgets);
//! ```

use crate::types::{Finding, Log, PluginError, capture_value};

pub use crate::bindings::classifier::exports::selfheal::plugin::classifier::Candidate;
pub use crate::rule::record::{ExampleRecord, RuleRecord, records};
pub use crate::rule::{Example, Fact, FactValue, Rule, RuleBuilder, section};

/// Declares rules as data, and has a second look where a rule of its own asks for it.
pub trait Classifier {
    /// The rules, in packs of one topic each, every one written with [`rules!`](crate::rules!). Constant, because the host
    /// asks once per plugin digest and `selfheal plugin inspect` asks nobody. At most 2,000 rules.
    const RULES: &'static [&'static [Rule]];

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

    /// The rule that made this candidate, out of the plugin's own.
    ///
    /// # Errors
    /// [`PluginError::Unsupported`] when none of them did; the host never asks about the rule of another plugin.
    pub fn rule_in(&self, packs: &'static [&'static [Rule]]) -> Result<&'static Rule, PluginError> {
        let rule = packs.iter().copied().flatten().find(|rule| rule.code == self.code);
        rule.ok_or_else(|| PluginError::unsupported(format!("{} is not my rule", self.code)))
    }

    /// The finding that a rule makes of this candidate; a classifier changes what it knows better.
    ///
    /// The signature and the context are left empty, because the host computes them.
    pub fn to_finding(&self, rule: &Rule) -> Finding {
        Finding {
            code: self.code.clone(),
            category: rule.category.to_owned(),
            ecosystem: rule.ecosystem.to_owned(),
            severity: rule.severity.to_owned(),
            confidence: rule.confidence,
            signature: String::new(),
            cause: self.line.clone(),
            captures: self.captures.clone(),
            context: Vec::new(),
            disposition: rule.disposition,
            strategies: rule.strategies.iter().copied().map(str::to_owned).collect(),
            attrs: Vec::new(),
        }
    }
}

/// Exports a type as the classifier of the component, and writes its rules into the custom section `selfheal-rules`. Expands
/// to nothing on native targets.
#[macro_export]
macro_rules! export_classifier {
    ($plugin:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            const PACKS: &[&[$crate::classifier::Rule]] = <$plugin as $crate::classifier::Classifier>::RULES;

            // A hundred rules take longer to write than constant evaluation likes to be silent about.
            #[allow(long_running_const_eval)]
            const LENGTH: usize = $crate::classifier::section::length(PACKS);
            // Not `#[used]`, which would put a second copy into the guest's memory: every static is compiled, and what has a
            // section of its own stays in it.
            #[allow(long_running_const_eval, dead_code)]
            #[unsafe(link_section = "selfheal-rules")]
            static SECTION: [u8; LENGTH] = $crate::classifier::section::bytes(PACKS);

            struct Exported;
            impl $crate::bindings::classifier::exports::selfheal::plugin::classifier::Guest for Exported {
                fn rules() -> Result<Vec<$crate::classifier::RuleRecord>, $crate::types::PluginError> {
                    Ok($crate::classifier::records(PACKS))
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
