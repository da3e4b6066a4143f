//! A file that says another process runs, left behind by one that does not run any more.
//!
//! Only the host can see whether its owner lives, and it refuses to clear the file of a live one; this module finds the file.

use plugin_sdk::prelude::*;

use crate::leftovers;

/// The remedy for the file that the root cause names.
pub fn remedies(incident: &Incident) -> Vec<Remedy> {
    let root = incident.root();
    let printed = root.capture("path").or_else(|| root.capture("file"));
    let Some(path) =
        printed.and_then(|printed| path::existing(printed, &incident.stage.directory).or_else(|| searched(printed)))
    else {
        return Vec::new();
    };
    let owner = host::workspace::read_text(&path).ok().and_then(|text| number_in(&text));
    let because = match owner {
        Some(owner) => format!("{path} names process {owner}; the host clears it only if that process is gone"),
        None => format!("{path} is left over from an earlier run; the host clears it only if nobody has it open"),
    };
    vec![
        remedy("config", format!("remove the left-over {path}"))
            .because(because)
            .confidence(0.8)
            .action(action::clear_path(path)),
    ]
}

/// A file whose directory the message does not name, if there is exactly one of its name.
fn searched(printed: &str) -> Option<String> {
    let name = printed.trim_matches(['"', '\'']);
    if name.is_empty() || name.contains(['/', '*', '?', '[']) {
        return None;
    }
    let found = leftovers::ending_with(".", name, 1_000);
    let mut named = found.into_iter().filter(|path| path.rsplit('/').next() == Some(name));
    let only = named.next()?;
    named.next().is_none().then_some(only)
}

fn number_in(text: &str) -> Option<u32> {
    text.split_whitespace().next()?.parse().ok()
}
