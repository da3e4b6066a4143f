//! Paths as logs print them, turned into paths of the workspace. Logs often hold absolute paths, and a healer does not know
//! where the workspace lies, so the longest tail of a path that exists in the workspace counts.

use plugin_sdk::prelude::*;

/// The workspace path of a printed path, if there is such a file or directory.
pub fn relative(printed: &str, directory: &str) -> Option<String> {
    let printed = printed.trim().trim_matches(['"', '\'', '`']);
    let is_absolute = printed.starts_with('/');
    let parts: Vec<&str> = printed.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.is_empty() || parts.contains(&"..") {
        return None;
    }
    let exists = |path: &String| host::workspace::stat(path).is_ok();
    if !is_absolute {
        return [joined(directory, &parts.join("/")), parts.join("/")].into_iter().find(exists);
    }
    (0..parts.len()).map(|start| parts[start..].join("/")).find(exists)
}

/// The workspace path of a file inside a `.git`, which healers cannot see: its repository's directory is looked for instead.
pub fn inside_git(printed: &str, directory: &str) -> Option<String> {
    let printed = printed.trim().trim_matches(['"', '\'', '`']);
    let (repository, inside) = match printed.strip_prefix(".git/") {
        Some(inside) => ("", inside),
        None => printed.split_once("/.git/")?,
    };
    if inside.is_empty() || inside.split('/').any(|part| part == "..") {
        return None;
    }
    let found = if repository.is_empty() { Some(directory.to_owned()) } else { relative(repository, directory) };
    // An absolute path of which nothing exists in the workspace is the workspace itself, or lies above it.
    let found = found.unwrap_or_else(|| ".".to_owned());
    Some(joined(&found, &format!(".git/{inside}")))
}

/// A path below a directory of the workspace; `.` is its root.
pub fn joined(directory: &str, path: &str) -> String {
    let directory = directory.trim_start_matches("./").trim_end_matches('/');
    let path = path.trim_start_matches("./");
    if directory.is_empty() || directory == "." { path.to_owned() } else { format!("{directory}/{path}") }
}
