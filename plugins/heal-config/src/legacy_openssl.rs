//! Build tools that hash with MD4, which OpenSSL 3 only offers in its legacy provider.

use plugin_sdk::json::{self, Value};
use plugin_sdk::prelude::*;
use plugin_sdk::script_files;

const OPTION: &str = "--openssl-legacy-provider";

/// Beginnings of script names that say how a check or build is run; the host lets nobody change those.
const GUARDED: &[&str] = &[
    "test",
    "lint",
    "check",
    "typecheck",
    "type-check",
    "coverage",
    "pretest",
    "posttest",
    "ci",
    "verify",
    "validate",
    "e2e",
    "format",
    "audit",
    "prepare",
    "preinstall",
    "install",
    "postinstall",
    "prebuild",
    "build",
];

/// The option for this stage, and where a script may be changed also for good.
pub fn remedies(incident: &Incident) -> Vec<Remedy> {
    let because =
        "the build tool asks OpenSSL for MD4, which OpenSSL 3 (Node.js 17 and later) keeps in its legacy provider";
    let mut remedies = vec![
        remedy("config", "let Node.js use the legacy provider of OpenSSL in this stage")
            .because(because)
            .confidence(0.8)
            .action(action::set_env("NODE_OPTIONS", OPTION)),
    ];
    if let Some((path, action)) = in_settings(incident) {
        remedies.push(
            remedy("config", format!("let the scripts that npm runs use the legacy provider of OpenSSL ({path})"))
                .because(format!("{because}; npm gives `node-options` of {path} to every script it runs"))
                .confidence(0.6)
                .action(action),
        );
    } else if let Some((path, name, action)) = in_script(incident) {
        remedies.push(
            remedy("config", format!("let the script {name} use the legacy provider of OpenSSL"))
                .because(format!("{because}; {path} is where the option lasts"))
                .confidence(0.6)
                .action(action),
        );
    }
    remedies
}

/// The option in `.npmrc`, where the stage runs its scripts by npm or pnpm and the file sets no options yet.
fn in_settings(incident: &Incident) -> Option<(String, Action)> {
    let directory = &incident.stage.directory;
    let command = incident.stage.command.text();
    let files = script_files::named_in(&command, directory);
    let mut words = std::iter::once(&command).chain(&files).flat_map(|text| text.split_whitespace());
    if !words.any(|word| word == "npm" || word == "pnpm") {
        return None;
    }
    let path = path::below(directory, ".npmrc");
    let line = format!("node-options={OPTION}\n");
    let action = match host::workspace::read_text(&path) {
        Ok(text) if text.contains("node-options") => return None,
        Ok(text) if text.is_empty() || text.ends_with('\n') => action::append_to_file(&path, line),
        Ok(_) => action::append_to_file(&path, format!("\n{line}")),
        Err(_) => action::write_file(&path, line),
    };
    Some((path, action))
}

fn in_script(incident: &Incident) -> Option<(String, String, Action)> {
    let path = path::below(&incident.stage.directory, "package.json");
    let text = host::workspace::read_text(&path).ok()?;
    let manifest: Value = json::from_str(&text).ok()?;
    let scripts = manifest.get("scripts")?.as_object()?;
    let command = incident.stage.command.text();
    let words: Vec<&str> = command.split_whitespace().collect();
    let (name, script) = scripts.iter().find(|(name, _)| words.contains(&name.as_str()))?;
    let script = script.as_str().filter(|script| !script.contains("NODE_OPTIONS"))?;
    if GUARDED.iter().any(|guarded| name.starts_with(guarded)) {
        return None;
    }
    let quoted = json::to_string(script).ok()?;
    if text.matches(&quoted).count() != 1 {
        return None;
    }
    let replaced = json::to_string(&format!("NODE_OPTIONS={OPTION} {script}")).ok()?;
    Some((path.clone(), name.clone(), action::edit_file(path, quoted, replaced)))
}
