//! Rules of a classifier.

use std::collections::BTreeSet;

use log_scan::{Example, RuleSpec};

use super::check::{check_count, check_sized};
use super::{check_attrs, check_code, check_text, check_unit, disposition_from_wit};
use crate::bindings::classifier::exports::selfheal::plugin::classifier as wit;

/// Rules of one plugin.
const MAX_RULES: usize = 2_000;
/// Text of one pattern.
const MAX_PATTERN: usize = 2 << 10;
/// Strategies or examples of one rule.
const MAX_LIST: usize = 64;

/// Checks a classifier's rules. `plugin` is `id@version`. The error names the rule.
pub(crate) fn rules_from_wit(plugin: &str, rules: Vec<wit::Rule>) -> Result<Vec<RuleSpec>, String> {
    let rules = check_count("rules", rules, MAX_RULES)?;
    let mut codes = BTreeSet::new();
    let mut names = BTreeSet::new();
    let mut specs = Vec::with_capacity(rules.len());
    for rule in rules {
        let code = super::cut(&rule.code, 200);
        if !codes.insert(rule.code.clone()) {
            return Err(format!("rule {code:?}: the code occurs twice"));
        }
        let mut spec = rule_from_wit(rule).map_err(|why| format!("rule {code:?}: {why}"))?;
        let name = if names.insert(rule_name(&spec.code).to_owned()) { rule_name(&spec.code) } else { &spec.code };
        spec.id = format!("{plugin}/{name}");
        specs.push(spec);
    }
    Ok(specs)
}

fn rule_from_wit(rule: wit::Rule) -> Result<RuleSpec, String> {
    let code = check_code("its code", rule.code)?;
    if rule.specificity > 100 {
        return Err(format!("its specificity is {}, not between 0 and 100", rule.specificity));
    }
    let strategies = check_count("strategies", rule.strategies, MAX_LIST)?;
    let examples = check_count("examples", rule.examples, MAX_LIST)?;
    Ok(RuleSpec {
        id: String::new(),
        category: check_code("its category", rule.category)?,
        ecosystem: check_code("its ecosystem", rule.ecosystem)?,
        pattern: check_sized("its pattern", rule.pattern, MAX_PATTERN)?,
        negative: rule
            .negative
            .map(|negative| check_sized("its negative pattern", negative, MAX_PATTERN))
            .transpose()?,
        severity: rule.severity.parse().map_err(|unknown: log_scan::UnknownWord| unknown.to_string())?,
        confidence: check_unit("its confidence", rule.confidence)?,
        specificity: rule.specificity,
        position: rule.position.parse().map_err(|unknown: log_scan::UnknownWord| unknown.to_string())?,
        disposition: disposition_from_wit(rule.disposition).as_str().to_owned(),
        strategies: strategies.into_iter().map(|code| check_code("a strategy", code)).collect::<Result<_, _>>()?,
        asks_plugin: rule.asks_plugin,
        examples: examples
            .into_iter()
            .map(|example| Ok(Example { text: check_text("an example", example.text)?, matches: example.matches }))
            .collect::<Result<_, String>>()?,
        attrs: check_attrs(rule.attrs)?,
        code,
    })
}

/// A rule's name within its plugin: the code without its first part, which as a rule is the ecosystem. Where two rules
/// would share a name, the second one keeps its whole code.
fn rule_name(code: &str) -> &str {
    code.split_once('.').map_or(code, |(_, name)| name)
}
