//! Whether a package is used by the project's own files.

use plugin_sdk::prelude::*;

use super::manifest::Manifest;

/// Endings of files that may import a package or name it in settings.
const ENDINGS: &[&str] = &[
    ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte", ".json", ".html", ".css", ".scss",
    ".yml", ".yaml",
];
/// Directories and files that name everything that is installed.
const NOT_OWN: &[&str] =
    &["node_modules/", "package.json", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml"];
/// Most files and bytes that are read: a quarter of what one call may read. Beyond it the answer is the careful one.
const MAX_FILES: u32 = 2_000;
const MAX_BYTES: u64 = 4 << 20;

/// Whether a source file, setting or script names the package; also when there is too much to look at.
pub fn is_used(package: &str, manifest: &Manifest) -> bool {
    if manifest.scripts().iter().any(|script| script.contains(package)) {
        return true;
    }
    let Ok(files) = host::workspace::glob(&path::below(&manifest.directory, "**"), MAX_FILES) else {
        return true;
    };
    if files.len() >= MAX_FILES as usize {
        return true;
    }
    let mut bytes = 0;
    for file in files {
        let is_own = !NOT_OWN.iter().any(|other| file.path.ends_with(other) || file.path.contains(other));
        if !is_own || !ENDINGS.iter().any(|ending| file.path.ends_with(ending)) {
            continue;
        }
        bytes += file.size;
        let text = host::workspace::read_text(&file.path);
        if bytes > MAX_BYTES || text.map_or(true, |text| text.contains(package)) {
            return true;
        }
    }
    false
}
