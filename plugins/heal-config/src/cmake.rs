//! A CMake cache that was made for another directory.

use plugin_sdk::prelude::*;

/// Where builds usually lie, in case the log's path leads nowhere.
const BUILD_DIRECTORIES: &[&str] = &["build", "cmake-build-debug", "cmake-build-release", "out", "."];

/// The remedy: remove the cache and what CMake derived from it.
pub fn remedies(incident: &Incident) -> Vec<Remedy> {
    let root = incident.root();
    let printed = root.capture("path").or_else(|| root.capture("file")).or_else(|| root.capture("directory"));
    let named = printed.and_then(|printed| path::existing(printed, &incident.stage.directory));
    let named = named.map(|path| path.trim_end_matches("/CMakeCache.txt").to_owned());
    let usual = BUILD_DIRECTORIES.iter().map(|directory| path::below(&incident.stage.directory, directory));
    let below = |directory: &str, name: &str| path::below(directory, name);
    let Some(directory) =
        named.into_iter().chain(usual).find(|directory| host::workspace::is_file(&below(directory, "CMakeCache.txt")))
    else {
        return Vec::new();
    };
    let cache = below(&directory, "CMakeCache.txt");
    let mut proposed = remedy("config", format!("remove the stale {cache}"))
        .because("CMake's cache was made for another directory, and CMake makes it anew")
        .confidence(0.9)
        .action(action::clear_path(cache));
    let derived = below(&directory, "CMakeFiles");
    if host::workspace::is_directory(&derived) {
        proposed = proposed.action(action::clear_path(derived));
    }
    vec![proposed]
}
