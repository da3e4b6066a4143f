//! What a plugin declares once: rules of a classifier, interests of a healer. Kept beside the compiled code, so that a warm
//! start makes no guest call and loads no component for plugins that are not needed.

use std::sync::Arc;

use log_scan::{RuleSet, RuleSpec};
use pipeline::finding::Finding;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::api_range::API_VERSION;
use crate::catalog::{Origin, Plugin};
use crate::compiled_cache::EntryKind;
use crate::fault::FaultKind;
use crate::loader::Loader;
use crate::roles;
use crate::rules_section::{RulesSectionError, declared_rules, difference};

/// Version of what is kept; a change of the types below or of the checks needs another one.
const FORMAT: u32 = 4;
/// Interests of one healer.
const MAX_INTERESTS: usize = 100;

/// Which findings a healer wants to see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interest {
    /// Pattern over codes; empty when `category` is set.
    pub code: String,
    /// Pattern over categories; empty when `code` is set.
    pub category: String,
}

impl Interest {
    /// Whether a finding is one of them.
    pub fn covers(&self, finding: &Finding) -> bool {
        let covers = |pattern: &str, text: &str| match pattern.strip_suffix('*') {
            Some(prefix) => text.starts_with(prefix),
            None => pattern == text,
        };
        (!self.code.is_empty() && covers(&self.code, &finding.code))
            || (!self.category.is_empty() && covers(&self.category, &finding.category))
    }

    pub(crate) fn check_all(interests: Vec<Self>) -> Result<Vec<Self>, String> {
        if interests.len() > MAX_INTERESTS {
            return Err(format!("{} interests; at most {MAX_INTERESTS} are allowed", interests.len()));
        }
        for interest in &interests {
            for pattern in [&interest.code, &interest.category] {
                if pattern.len() > 128 || pattern.trim_end_matches('*').contains('*') {
                    return Err("an interest has a `*` that is not at its end, or is too long".to_owned());
                }
            }
            if interest.code.is_empty() == interest.category.is_empty() {
                return Err("an interest names not exactly one of code and category".to_owned());
            }
        }
        Ok(interests)
    }
}

/// The rules of classifiers, in the order given, prepared for loading. Of those whose rules are not kept, the embedded ones
/// are believed what their files declare, so that a first diagnosis compiles nothing; the others are loaded and called.
///
/// That an embedded classifier returns what its file declares is a test of this crate, not a question for each machine.
pub(crate) async fn rules_of<'a>(loader: &Arc<Loader>, classifiers: Vec<&'a Plugin>) -> Declared<'a, Vec<RuleSpec>> {
    let kept = kept_rules(loader, &classifiers);
    prepare_unknown(loader, &kept).await;
    let mut declared = Vec::with_capacity(kept.len());
    for (plugin, rules) in kept {
        let rules = match rules {
            Some(rules) => Ok(rules),
            None => asked_rules(loader, plugin).await.map(|rules| prepared(loader, plugin, rules)),
        };
        declared.push((plugin, rules));
    }
    declared
}

/// What is kept or believed of each classifier. Every diagnosis waits for it, so two processors share the work.
fn kept_rules<'a>(loader: &Loader, classifiers: &[&'a Plugin]) -> Vec<(&'a Plugin, Option<Vec<RuleSpec>>)> {
    let read = |classifiers: &[&'a Plugin]| -> Vec<_> {
        let kept = |plugin| cached(loader, plugin, EntryKind::Rules).or_else(|| believed(loader, plugin));
        classifiers.iter().map(|&plugin| (plugin, kept(plugin))).collect()
    };
    let (first, second) = classifiers.split_at(classifiers.len() / 2);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| read(first));
        let second = read(second);
        let mut all = first.join().expect("reading what was kept does not panic");
        all.extend(second);
        all
    })
}

fn believed(loader: &Loader, plugin: &Plugin) -> Option<Vec<RuleSpec>> {
    match plugin.origin {
        Origin::Embedded => {
            let declared = declared_rules(&plugin.name(), &plugin.bytes).ok().flatten()?;
            Some(prepared(loader, plugin, declared))
        }
        Origin::File(_) => None,
    }
}

/// Reads the patterns once and keeps the result: that is nine tenths of what loading the rules costs.
fn prepared(loader: &Loader, plugin: &Plugin, rules: Vec<RuleSpec>) -> Vec<RuleSpec> {
    let rules: Vec<RuleSpec> = rules.into_iter().map(RuleSpec::prepared).collect();
    keep(loader, plugin, EntryKind::Rules, &rules);
    rules
}

/// The interests of healers, in the order given. Only those whose interests are not kept are loaded and called.
pub(crate) async fn interests_of<'a>(loader: &Arc<Loader>, healers: Vec<&'a Plugin>) -> Declared<'a, Vec<Interest>> {
    let kept: Vec<_> =
        healers.into_iter().map(|plugin| (plugin, cached(loader, plugin, EntryKind::Interests))).collect();
    prepare_unknown(loader, &kept).await;
    let mut declared = Vec::with_capacity(kept.len());
    for (plugin, interests) in kept {
        let interests = match interests {
            Some(interests) => Ok(interests),
            None => ask_for_interests(loader, plugin).await,
        };
        declared.push((plugin, interests));
    }
    declared
}

/// What plugins declare, or how they failed to.
pub(crate) type Declared<'a, T> = Vec<(&'a Plugin, Result<T, FaultKind>)>;

/// The rules that a classifier returns when it is called now. Its file may not declare others.
pub(crate) async fn asked_rules(loader: &Arc<Loader>, plugin: &Plugin) -> Result<Vec<RuleSpec>, FaultKind> {
    let declared = match declared_rules(&plugin.name(), &plugin.bytes) {
        Ok(declared) => declared,
        // Loading it says what is wrong, in the compiler's words.
        Err(RulesSectionError::Component(_)) => None,
        Err(error) => return Err(FaultKind::LoadRefused(error.to_string())),
    };
    let rules = roles::rules(loader, plugin).await?.unwrap_or_default();
    if let Some(difference) = declared.and_then(|declared| difference(&declared, &rules)) {
        return Err(FaultKind::LoadRefused(difference));
    }
    // Once, before they are kept: rules from the cache are only loaded.
    RuleSet::compile(rules.clone()).map_err(|error| FaultKind::Garbage(error.to_string()))?;
    Ok(rules)
}

async fn ask_for_interests(loader: &Arc<Loader>, plugin: &Plugin) -> Result<Vec<Interest>, FaultKind> {
    let interests = roles::handles(loader, plugin).await?.unwrap_or_default();
    keep(loader, plugin, EntryKind::Interests, &interests);
    Ok(interests)
}

/// Compiles all plugins at once that are about to be asked.
async fn prepare_unknown<T>(loader: &Arc<Loader>, kept: &[(&Plugin, Option<T>)]) {
    let unknown = kept.iter().filter(|(_, declared)| declared.is_none());
    loader.prepare(unknown.map(|(plugin, _)| plugin.id.clone())).await;
}

/// Rule ids contain id and version.
fn context(plugin: &Plugin) -> String {
    format!("{FORMAT} {API_VERSION} {}", plugin.name())
}

fn cached<T: DeserializeOwned>(loader: &Loader, plugin: &Plugin, kind: EntryKind) -> Option<T> {
    let bytes = loader.declaration(plugin, kind, &context(plugin))?;
    serde_json::from_slice(&bytes).ok()
}

fn keep<T: Serialize>(loader: &Loader, plugin: &Plugin, kind: EntryKind, value: &T) {
    if let Ok(bytes) = serde_json::to_vec(value) {
        loader.keep_declaration(plugin, kind, &context(plugin), bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interest(code: &str, category: &str) -> Interest {
        Interest { code: code.to_owned(), category: category.to_owned() }
    }

    #[test]
    fn an_interest_names_a_code_or_a_category() {
        assert!(Interest::check_all(vec![interest("python.*", ""), interest("", "network-transient")]).is_ok());
        assert!(Interest::check_all(vec![interest("", "")]).is_err());
        assert!(Interest::check_all(vec![interest("a", "b")]).is_err());
        assert!(Interest::check_all(vec![interest("a*b", "")]).is_err());
        assert!(Interest::check_all(vec![interest("a", ""); 101]).is_err());
    }
}
