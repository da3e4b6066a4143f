//! The heap of Node.js, which has a limit of its own: the project's own setting where there is one, else Node's option.

use plugin_sdk::package_json;
use plugin_sdk::prelude::*;
use plugin_sdk::script_files;

const OPTION: &str = "--max-old-space-size=";
/// Heap below which a limit is doubled more than once: half of what Node takes by itself on a small machine, in MiB.
const SMALLEST_STEP_MIB: u64 = 512;
/// Heap that Node takes by itself on machines with enough memory, in MiB.
const USUAL_MIB: u64 = 4096;

/// The remedies, the project's own setting first.
pub fn remedies(incident: &Incident, log: &dyn Log) -> Vec<Remedy> {
    let command = incident.stage.command.text();
    let scripts = package_json::scripts(&incident.stage.directory);
    let files = script_files::named_in(&command, &incident.stage.directory);
    let own = || std::iter::once(command.as_str()).chain(files.iter().map(String::as_str));
    let texts: Vec<&str> = own().chain(scripts.iter().map(String::as_str)).collect();
    let because = match reached(log) {
        Some(reached) => format!("Node.js gave up with a heap of {reached} MiB"),
        None => "Node.js says that its heap is full".to_owned(),
    };
    let most = incident.memory_bytes().map(|bytes| (bytes >> 20) / 4 * 3);
    let step = |now: u64| (now * 2).max(SMALLEST_STEP_MIB).min(most.unwrap_or(u64::MAX));
    if let Some((variable, now)) = texts.iter().find_map(|text| own_setting(text)) {
        let next = step(now);
        if next <= now {
            return Vec::new();
        }
        let because = format!("{because}, and the project sets it by {variable} with the default {now}");
        let mut remedies = vec![
            remedy("resource", format!("raise {variable} from {now} to {next} MiB"))
                .because(because.clone())
                .confidence(0.85)
                .action(action::set_env(&variable, next.to_string())),
        ];
        if own().any(|text| text.contains(".env")) {
            remedies.extend(persisted(&variable, next, &incident.stage.directory, &because));
        }
        return remedies;
    }
    // An option on the command line wins over the environment, so that a variable would change nothing.
    if texts.iter().any(|text| text.contains(OPTION)) {
        return Vec::new();
    }
    let now = reached(log).unwrap_or(USUAL_MIB / 2);
    let next = step(now);
    if next <= now {
        return Vec::new();
    }
    vec![
        remedy("resource", format!("raise the heap of Node.js to {next} MiB"))
            .because(because)
            .confidence(0.8)
            .action(action::set_env("NODE_OPTIONS", format!("{OPTION}{next}"))),
    ]
}

/// The variable and default of `--max-old-space-size=${NAME:-24}`.
fn own_setting(text: &str) -> Option<(String, u64)> {
    let (_, rest) = text.split_once(OPTION)?;
    let inside = rest.strip_prefix("${")?;
    let (inside, _) = inside.split_once('}')?;
    let (name, default) = inside.split_once(":-").or_else(|| inside.split_once('-'))?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    Some((name.to_owned(), default.parse().ok()?)).filter(|_| is_name)
}

/// The same value in the `.env` that the command reads.
fn persisted(variable: &str, value: u64, directory: &str, because: &str) -> Option<Remedy> {
    let path = path::below(directory, ".env");
    let line = format!("{variable}={value}\n");
    let action = match host::workspace::read_text(&path) {
        Ok(text) => {
            let old = text.lines().find(|line| line.split('=').next().is_some_and(|name| name.trim() == variable));
            match old {
                Some(old) if text.matches(old).count() == 1 => action::edit_file(&path, old, line.trim_end()),
                Some(_) => return None,
                None => {
                    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
                    action::append_to_file(&path, format!("{gap}{line}"))
                }
            }
        }
        Err(_) => action::write_file(&path, line),
    };
    Some(
        remedy("resource", format!("set {variable}={value} in {path}"))
            .because(format!("{because}; the command reads {path}, so it lasts there"))
            .confidence(0.7)
            .action(action),
    )
}

/// The heap that Node reports, in MiB: `Mark-Compact 23.8 (41.2) -> 23.1 (40.9) MB`.
fn reached(log: &dyn Log) -> Option<u64> {
    let marks = ["Mark-Compact", "Mark-sweep", "Scavenge"];
    let last = marks.iter().flat_map(|mark| log.find(mark, 1, 100)).max()?;
    let text = log.line(last)?.text;
    let (_, after) = text.split_once("-> ")?;
    after.split(['.', ' ']).next()?.parse().ok()
}
