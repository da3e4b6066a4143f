//! The rules, one module per language.

use plugin_sdk::prelude::*;

pub mod dart;
pub mod elixir;
pub mod haskell;
pub mod julia;
pub mod ocaml;
pub mod perl;
pub mod r;
pub mod swift;

/// All rules.
pub const ALL: &[&[Rule]] =
    &[dart::RULES, elixir::RULES, haskell::RULES, julia::RULES, ocaml::RULES, perl::RULES, r::RULES, swift::RULES];

/// A rule for wording that only the tools of one language print.
const fn rule(code: &'static str, category: &'static str, ecosystem: &'static str) -> RuleBuilder {
    Rule::new(code).category(category).ecosystem(ecosystem).confidence(0.9).specificity(80)
}
