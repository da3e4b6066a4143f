//! Reading the project's files, and pointing at lines in them.

use plugin_sdk::prelude::*;

/// A path below a directory of the workspace; `.` is its root.
pub fn joined(directory: &str, path: &str) -> String {
    if directory.is_empty() || directory == "." { path.to_owned() } else { format!("{directory}/{path}") }
}

/// The text of a file, if it is there.
pub fn text(directory: &str, name: &str) -> Option<String> {
    host::workspace::read_text(&joined(directory, name)).ok()
}

/// Whether a file is there.
pub fn has(directory: &str, name: &str) -> bool {
    host::workspace::is_file(&joined(directory, name))
}

/// The first of these files that is there.
pub fn first<'a>(directory: &str, names: &[&'a str]) -> Option<&'a str> {
    names.iter().copied().find(|name| has(directory, name))
}

/// `path:line` of the first line that contains a text, else the path.
pub fn evidence(directory: &str, name: &str, needle: &str) -> String {
    let path = joined(directory, name);
    let line = text(directory, name).and_then(|text| text.lines().position(|line| line.contains(needle)));
    match line {
        Some(index) => format!("{path}:{}", index + 1),
        None => path,
    }
}
