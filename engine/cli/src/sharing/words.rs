//! What a plugin is and asks for, for a person who has to decide.

use bundle::manifest::{ConfigSchema, Limits, Manifest};
use bundle::trust::Judgement;
use bundle::verify::Verified;

use super::trust::Trust;
use crate::report::paint::{HEALED, NAME, PASSED, duration, harmless, paint, size};

/// Longest line of a manifest that is shown, in characters.
const SHOWN: usize = 300;

/// Introduces a verified plugin.
pub fn introduce(verified: &Verified, trust: &Trust) {
    let manifest = &verified.contents().manifest;
    say!("{} {}  {}", paint(NAME, &manifest.id), manifest.version, harmless(&manifest.description, SHOWN));
    say!("  signed by {}", signers(verified.judgement(), trust));
    say!("  bundle    {}", verified.digest());
    say!("  component {} ({})", verified.bundle().component_digest(), size(verified.bundle().component().len() as u64));
    manifest_lines(manifest, verified.contents().schema.as_ref());
}

/// Whose signatures counted.
pub fn signers(judgement: &Judgement, trust: &Trust) -> String {
    match judgement.signers.as_slice() {
        [] => paint(HEALED, "nobody whom you trust"),
        signers => paint(PASSED, trust.names(signers)),
    }
}

/// What a manifest says, without its id.
pub fn manifest_lines(manifest: &Manifest, schema: Option<&ConfigSchema>) {
    let roles: Vec<&str> = manifest.roles.iter().map(|role| role.as_str()).collect();
    say!("  roles     {}, built for contract {}", roles.join(", "), manifest.api);
    let source = manifest.repository.as_deref().map(|source| format!(", source {source}")).unwrap_or_default();
    say!("  licence   {}{}", harmless(&manifest.license, SHOWN), harmless(&source, SHOWN));
    if !manifest.authors.is_empty() {
        say!("  authors   {}", harmless(&manifest.authors.join(", "), SHOWN));
    }
    if manifest.capabilities.is_empty() {
        say!("  asks to   nothing beyond reading what it is shown");
    } else {
        say!("  asks to");
        for capability in &manifest.capabilities {
            let (what, why) = (capability.in_words(), harmless(capability.reason(), SHOWN));
            say!("    {} ({why})", paint(HEALED, harmless(&what, SHOWN)));
        }
    }
    if let Some(limits) = limits_in_words(&manifest.limits) {
        say!("  limits    {limits} for one call, as far as the host's ceiling allows");
    }
    if let Some(schema) = schema {
        say!("  settings  {}", settings_in_words(schema));
    }
}

fn limits_in_words(limits: &Limits) -> Option<String> {
    let mut parts = Vec::new();
    parts.extend(limits.cpu_ms.map(|ms| format!("{} of processor time", duration(ms.into()))));
    parts.extend(limits.wall_ms.map(|ms| format!("{} of time", duration(ms.into()))));
    parts.extend(limits.memory_mb.map(|mib| format!("{mib} MiB of memory")));
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The names of the settings at the top, which is where people look first.
fn settings_in_words(schema: &ConfigSchema) -> String {
    let schema: serde_json::Value = serde_json::from_slice(schema.as_bytes()).unwrap_or_default();
    let properties = schema.get("properties").and_then(serde_json::Value::as_object);
    let names: Vec<&str> = properties.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    if names.is_empty() { "by a schema".to_owned() } else { harmless(&names.join(", "), SHOWN) }
}
