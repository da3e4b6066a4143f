//! Rust: cargo does everything.

use plugin_sdk::prelude::*;

use crate::files::{evidence, first, has, joined, text};
use crate::toml;

/// The stages of a package or workspace.
pub fn stages(directory: &str) -> Vec<PlannedStage> {
    let Some(manifest) = text(directory, "Cargo.toml") else {
        return Vec::new();
    };
    let is_workspace = toml::has_table(&manifest, "workspace");
    let workspace = if is_workspace { " --workspace" } else { "" };
    let locked = if has(directory, "Cargo.lock") { " --locked" } else { "" };
    let place = if is_workspace {
        evidence(directory, "Cargo.toml", "[workspace")
    } else {
        evidence(directory, "Cargo.toml", "[package]")
    };
    let what = if is_workspace { "a Cargo workspace" } else { "a Cargo package" };
    let style = first(directory, &["rustfmt.toml", ".rustfmt.toml"]).map(|name| joined(directory, name));
    let mut fmt = PlannedStage::new("fmt", "lint", "cargo fmt --all --check")
        .because("rustfmt is the style that Rust projects share")
        .evidence(place.clone());
    if let Some(style) = style {
        fmt = fmt.evidence(style);
    }
    vec![
        fmt,
        PlannedStage::new("clippy", "lint", format!("cargo clippy{workspace} --all-targets{locked}"))
            .because(format!("clippy checks {what}; its warnings are shown, and its errors fail"))
            .evidence(place.clone()),
        PlannedStage::new("test", "test", format!("cargo test{workspace}{locked}"))
            .because(format!("{what} has its tests beside its code"))
            .evidence(place),
    ]
}
