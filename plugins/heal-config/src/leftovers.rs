//! Finds files that version control ignores, which is what earlier builds leave: the host's patterns skip those, so
//! directories are listed one by one.

use plugin_sdk::prelude::*;

/// Deepest directory that is looked into, and most directories: builds with more belong to a person.
const MAX_DEPTH: usize = 8;
const MOST_DIRECTORIES: usize = 400;

/// Directories of installed or committed things, whose files are nobody's left-overs.
const SKIPPED: &[&str] = &[".git", "node_modules", ".venv", "venv", ".tox", "site-packages"];

/// The files below a directory whose name ends like this, in the order of their paths, at most `most`.
pub fn ending_with(directory: &str, ending: &str, most: usize) -> Vec<String> {
    let (mut found, mut open, mut looked) = (Vec::new(), vec![(directory.to_owned(), 0)], 0);
    while let Some((next, depth)) = open.pop() {
        looked += 1;
        if looked > MOST_DIRECTORIES {
            break;
        }
        for entry in host::workspace::entries(&next).unwrap_or_default() {
            let name = entry.path.rsplit('/').next().unwrap_or_default();
            match entry.kind {
                host::workspace::EntryKind::Directory if depth < MAX_DEPTH && !SKIPPED.contains(&name) => {
                    open.push((entry.path, depth + 1));
                }
                host::workspace::EntryKind::File if name.ends_with(ending) => found.push(entry.path),
                _ => {}
            }
        }
    }
    found.sort();
    found.truncate(most);
    found
}
