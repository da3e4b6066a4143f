//! Rules that a classifier's file declares in a custom section, so that they can be seen without running it.
//!
//! The section [`RULES_SECTION`] stands in the component or in a core module within it. It holds a JSON array of the
//! contract's record `rule`, field by field under the contract's names. The host refuses a classifier that returns other
//! rules than its file declares; for the embedded ones that was tested when they were built.

use log_scan::RuleSpec;
use serde::Deserialize;
use serde_json::Value;
use wasmparser::{Parser, Payload};

use crate::bindings::capabilities::selfheal::plugin::types::{Attr, Disposition};
use crate::bindings::classifier::exports::selfheal::plugin::classifier::{Example, Rule};
use crate::convert::rules_from_wit;

/// Name of the section.
pub const RULES_SECTION: &str = "selfheal-rules";
/// Largest section. 2,000 rules of the largest standard classifier's size take a quarter of it.
const MAX_SECTION: usize = 8 << 20;
/// How much of a value is shown where two differ, in characters.
const SHOWN: usize = 120;

/// Why a section cannot be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RulesSectionError {
    /// The file itself is broken.
    #[error("look for the section {RULES_SECTION}: the component is not valid: {0}")]
    Component(String),
    /// There is more than one.
    #[error("read the section {RULES_SECTION}: there is more than one in the file")]
    Several,
    /// It is too large.
    #[error("read the section {RULES_SECTION}: it has {0} bytes; at most {MAX_SECTION} are allowed")]
    TooLarge(usize),
    /// It is no list of rules.
    #[error("read the section {RULES_SECTION}: {0}")]
    Format(String),
    /// A rule is not valid.
    #[error("read the section {RULES_SECTION}: {0}")]
    Rule(String),
}

/// The record `rule` as it stands in the section.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct DeclaredRule {
    code: String,
    category: String,
    ecosystem: String,
    pattern: String,
    negative: Option<String>,
    severity: String,
    confidence: f64,
    specificity: u8,
    position: String,
    disposition: DeclaredDisposition,
    strategies: Vec<String>,
    asks_plugin: bool,
    examples: Vec<DeclaredExample>,
    attrs: Vec<DeclaredAttr>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum DeclaredDisposition {
    Retry,
    Auto,
    Patch,
    Never,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredExample {
    text: String,
    matches: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredAttr {
    key: String,
    value: String,
}

impl From<DeclaredRule> for Rule {
    fn from(rule: DeclaredRule) -> Self {
        let example = |example: DeclaredExample| Example { text: example.text, matches: example.matches };
        Self {
            code: rule.code,
            category: rule.category,
            ecosystem: rule.ecosystem,
            pattern: rule.pattern,
            negative: rule.negative,
            severity: rule.severity,
            confidence: rule.confidence,
            specificity: rule.specificity,
            position: rule.position,
            disposition: match rule.disposition {
                DeclaredDisposition::Retry => Disposition::Retry,
                DeclaredDisposition::Auto => Disposition::Auto,
                DeclaredDisposition::Patch => Disposition::Patch,
                DeclaredDisposition::Never => Disposition::Never,
            },
            strategies: rule.strategies,
            asks_plugin: rule.asks_plugin,
            examples: rule.examples.into_iter().map(example).collect(),
            attrs: rule.attrs.into_iter().map(|attr| Attr { key: attr.key, value: attr.value }).collect(),
        }
    }
}

/// The rules that a component declares, or `None` where it has no such section. `plugin` is `id@version`, with which the
/// ids of the rules begin. Nothing is executed; costs about 1 ms per megabyte.
pub fn declared_rules(plugin: &str, component: &[u8]) -> Result<Option<Vec<RuleSpec>>, RulesSectionError> {
    let Some(section) = section(component)? else { return Ok(None) };
    if section.len() > MAX_SECTION {
        return Err(RulesSectionError::TooLarge(section.len()));
    }
    let declared: Vec<DeclaredRule> =
        serde_json::from_slice(section).map_err(|error| RulesSectionError::Format(error.to_string()))?;
    let rules = declared.into_iter().map(Rule::from).collect();
    rules_from_wit(plugin, rules).map(Some).map_err(RulesSectionError::Rule)
}

/// The only section of that name, wherever in the component it stands.
fn section(component: &[u8]) -> Result<Option<&[u8]>, RulesSectionError> {
    let mut found = None;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload.map_err(|error| RulesSectionError::Component(error.to_string()))?;
        if let Payload::CustomSection(section) = payload
            && section.name() == RULES_SECTION
            && found.replace(section.data()).is_some()
        {
            return Err(RulesSectionError::Several);
        }
    }
    Ok(found)
}

/// What is wrong with a file that declares one thing when the plugin returns another; the first rule that differs.
pub(crate) fn difference(declared: &[RuleSpec], returned: &[RuleSpec]) -> Option<String> {
    (0..declared.len().max(returned.len())).find_map(|place| match (declared.get(place), returned.get(place)) {
        (Some(declared), Some(returned)) => rule_difference(declared, returned),
        (Some(declared), None) => {
            Some(format!("it declares the rule {} in its file but does not return it", declared.code))
        }
        (None, Some(returned)) => {
            Some(format!("it returns the rule {} but does not declare it in its file", returned.code))
        }
        (None, None) => None,
    })
}

fn rule_difference(declared: &RuleSpec, returned: &RuleSpec) -> Option<String> {
    if declared == returned {
        return None;
    }
    if declared.code != returned.code {
        let (declared, returned) = (&declared.code, &returned.code);
        return Some(format!("it declares the rule {declared} in its file but returns {returned} in its place"));
    }
    let code = &declared.code;
    let (declared, returned) = (fields(declared), fields(returned));
    let differs = declared.into_iter().find(|(name, value)| returned.get(name) != Some(value));
    let (name, value) = differs?;
    let other = returned.get(&name).map(shown).unwrap_or_default();
    Some(format!("rule {code}: it declares the {name} {} in its file but returns {other}", shown(&value)))
}

/// A rule's fields by their names.
fn fields(rule: &RuleSpec) -> serde_json::Map<String, Value> {
    match serde_json::to_value(rule) {
        Ok(Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests;
