//! Prints the positive examples of the rules of all classifier plugins as JSON lines: `data/rules.jsonl`.
//!
//! Run `cargo run -p classify-learned --example rule_lines > plugins/classify-learned/data/rules.jsonl` after rules have changed,
//! then train again. Only errors: what a warning looks like is no failure.

use std::collections::BTreeSet;

use plugin_sdk::classifier::Rule;

/// The rules of every classifier plugin.
const PLUGINS: &[&[&[Rule]]] = &[
    classify_ci::rules::ALL,
    classify_container::rules::ALL,
    classify_delivery::rules::ALL,
    classify_dotnet::rules::ALL,
    classify_go::rules::ALL,
    classify_jvm::rules::ALL,
    classify_native::rules::ALL,
    classify_node::rules::ALL,
    classify_languages::rules::ALL,
    classify_php::rules::ALL,
    classify_python::rules::ALL,
    classify_ruby::rules::ALL,
    classify_rust::rules::ALL,
    classify_scanners::rules::ALL,
    classify_system::rules::ALL,
];

fn main() {
    let rules = PLUGINS.iter().copied().flatten().copied().flatten();
    let mut lines = BTreeSet::new();
    for rule in rules.filter(|rule| rule.severity == "error") {
        for example in rule.examples.iter().filter(|example| example.matches) {
            lines.insert((rule.category, rule.code, example.text));
        }
    }
    for (category, group, text) in lines {
        println!("{}", plugin_sdk::json::json!({ "category": category, "group": group, "text": text }));
    }
}
