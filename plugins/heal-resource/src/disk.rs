//! Disk space: directories that tools fill and refill by themselves. The host only clears what version control ignores.

use plugin_sdk::prelude::*;

/// Caches that cost only time when they are gone, largest as a rule first.
const CACHES: &[&str] = &[
    "target/debug/incremental",
    "target/tmp",
    ".next/cache",
    "node_modules/.cache",
    ".turbo",
    ".parcel-cache",
    ".gradle",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".tox",
    ".nox",
    "htmlcov",
    "coverage",
    ".nyc_output",
    ".cache",
];

/// Clears the caches that are there.
pub fn remedies(incident: &Incident) -> Vec<Remedy> {
    let directory = incident.stage.directory.trim_start_matches("./").trim_end_matches('/');
    let place = |name: &str| {
        if directory.is_empty() || directory == "." { name.to_owned() } else { format!("{directory}/{name}") }
    };
    let found: Vec<String> =
        CACHES.iter().map(|name| place(name)).filter(|path| host::workspace::is_directory(path)).collect();
    if found.is_empty() {
        return Vec::new();
    }
    let proposed = remedy("resource", format!("clear the caches {}", found.join(", ")))
        .because("no space is left, and these directories are made again by the tools that use them")
        .confidence(0.5);
    vec![found.into_iter().fold(proposed, |proposed, path| proposed.action(action::clear_path(path)))]
}
