//! Dependency files that an earlier build wrote for make: one that still asks for a header that was renamed or removed stops
//! every later build. They are made again with the objects that they belong to.

use plugin_sdk::prelude::*;

use crate::leftovers;

/// Most files that are looked into.
const MOST_READ: usize = 500;
/// Most files that one remedy clears; the host takes 32 steps.
const MOST_CLEARED: usize = 24;

/// Clears the dependency files that name the target which nothing makes.
pub fn remedies(incident: &Incident) -> Vec<Remedy> {
    let root = incident.root();
    let directory = &incident.stage.directory;
    let Some(target) = root.capture("target").or_else(|| root.capture("file")).filter(|target| target.contains('.'))
    else {
        return Vec::new();
    };
    if path::existing(target, directory).is_some() {
        return Vec::new();
    }
    let found =
        [".d", ".Po", ".Plo"].into_iter().flat_map(|ending| leftovers::ending_with(directory, ending, MOST_READ));
    let names_it = |text: &str| text.split_whitespace().any(|word| word.trim_end_matches(':') == target);
    let mut stale: Vec<String> = found
        .filter(|path| host::workspace::read_text(path).is_ok_and(|text| names_it(&text)))
        .take(MOST_CLEARED)
        .collect();
    stale.dedup();
    if stale.is_empty() {
        return Vec::new();
    }
    let proposed = remedy("config", format!("clear {} dependency file(s) that ask for {target}", stale.len()))
        .because(format!(
            "{target} is gone, and only files that an earlier build wrote for make still ask for it: {}",
            stale.join(", ")
        ))
        .confidence(0.85);
    vec![stale.into_iter().fold(proposed, |proposed, path| proposed.action(action::clear_path(path)))]
}
