//! Caches that a tool wrote for other code, another version of itself or another place, and that it makes anew when they are
//! gone. The host clears only what version control ignores.

use plugin_sdk::prelude::*;

use crate::leftovers;

/// Most directories or files that one remedy clears; the host takes 32 steps.
const MOST: usize = 24;

/// A kind of cache: what the message holds, what is cleared, and why that is safe.
struct Kind {
    message: &'static str,
    paths: &'static [&'static str],
    why: &'static str,
}

const KINDS: &[Kind] = &[
    Kind {
        message: "bad magic number",
        paths: &["**/*.pyc"],
        why: "the compiled files are of another Python, which makes them anew from their source",
    },
    Kind {
        message: "incremental compilation error",
        paths: &["target/debug/incremental", "target/release/incremental"],
        why: "the compiler stumbled over what an earlier build left, and builds without it from the start",
    },
    Kind {
        message: "compiled by an incompatible version of rustc",
        paths: &["target"],
        why: "the build directory is of another compiler, which cannot read it",
    },
    Kind {
        message: "failed to cache transform results",
        paths: &["node_modules/.cache", ".jest-cache", ".cache/jest"],
        why: "the cache of transformed files is broken, and the tool fills it again",
    },
    Kind {
        message: "node_modules/.cache",
        paths: &["node_modules/.cache"],
        why: "the cache below node_modules does not fit any more, and the tools fill it again",
    },
    Kind {
        message: "TS6305",
        paths: &["**/*.tsbuildinfo"],
        why: "the compiler's notes say that something is built that is not there, and it writes them anew",
    },
];

/// Clears what is there of the cache that the root cause speaks of.
pub fn remedies(incident: &Incident) -> Vec<Remedy> {
    let text = &incident.root().cause.text;
    let is_rust = incident.root().code == "rust.compiled-by-another-version";
    let kind = KINDS.iter().find(|kind| text.contains(kind.message) || (is_rust && kind.paths == ["target"]));
    let Some(kind) = kind else { return Vec::new() };
    let mut found: Vec<String> = kind.paths.iter().flat_map(|name| there(name, &incident.stage.directory)).collect();
    found.truncate(MOST);
    if found.is_empty() {
        return Vec::new();
    }
    let named = if found.len() > 3 { format!("{} cached files", found.len()) } else { found.join(", ") };
    let proposed = remedy("config", format!("clear {named}")).because(kind.why).confidence(0.85);
    vec![found.into_iter().fold(proposed, |proposed, path| proposed.action(action::clear_path(path)))]
}

/// What is there of a path or pattern below a directory. Compiled files of Python are cleared with their directory.
fn there(name: &str, directory: &str) -> Vec<String> {
    let path = path::below(directory, name);
    if !name.contains('*') {
        return if host::workspace::stat(&path).is_ok() { vec![path] } else { Vec::new() };
    }
    let ending = name.rsplit('*').next().unwrap_or(name);
    let files = leftovers::ending_with(directory, ending, 1_000).into_iter();
    let whole = files.map(|file| match file.rsplit_once('/') {
        Some((folder, _)) if folder.ends_with("__pycache__") => folder.to_owned(),
        _ => file,
    });
    let mut whole: Vec<String> = whole.filter(|path| !path.contains("node_modules/")).collect();
    whole.dedup();
    whole
}
