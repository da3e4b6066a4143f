//! Recognises what C and C++ compilers, linkers, make, CMake, Ninja, autotools, Meson, Bazel, Conan, vcpkg and
//! builders of distribution packages print when they fail.
//!
//! Role: classifier. Imports: none that needs a grant. [`rules`] holds the wording; this file only connects it.

use plugin_sdk::prelude::*;

pub mod rules;

/// The plugin.
pub struct ClassifyNative;

impl Classifier for ClassifyNative {
    const RULES: &'static [&'static [Rule]] = rules::ALL;
}

plugin_sdk::export_classifier!(ClassifyNative);

#[cfg(test)]
mod tests {
    use plugin_sdk::testing::check_rules;

    #[test]
    fn rules_keep_to_their_examples_and_to_the_contract() {
        check_rules(super::rules::ALL);
    }
}
