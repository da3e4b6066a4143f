//! Build tools that hash with MD4, which OpenSSL 3 only offers in its legacy provider.

use plugin_sdk::json::{self, Value};
use plugin_sdk::prelude::*;

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
    if let Some((path, name, action)) = in_script(incident) {
        remedies.push(
            remedy("config", format!("let the script {name} use the legacy provider of OpenSSL"))
                .because(format!("{because}; {path} is where the option lasts"))
                .confidence(0.6)
                .action(action),
        );
    }
    remedies
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
