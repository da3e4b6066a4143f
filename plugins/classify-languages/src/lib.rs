//! Recognises what the compilers, package managers and test runners of Elixir and Erlang, Haskell, OCaml, Dart and Flutter,
//! Swift, Julia, Perl and R print when they fail.
//!
//! Languages whose tools fill a pack of their own have one (`classify-rust`, `classify-go`, …); these share this one.
//! Role: classifier. Imports: none that needs a grant. [`rules`] holds the wording; this file only connects it.

use plugin_sdk::prelude::*;

pub mod rules;

/// The plugin.
pub struct ClassifyLanguages;

impl Classifier for ClassifyLanguages {
    const RULES: &'static [&'static [Rule]] = rules::ALL;
}

plugin_sdk::export_classifier!(ClassifyLanguages);

#[cfg(test)]
mod tests {
    use plugin_sdk::testing::check_rules;

    #[test]
    fn rules_keep_to_their_examples_and_to_the_contract() {
        check_rules(super::rules::ALL);
    }
}
