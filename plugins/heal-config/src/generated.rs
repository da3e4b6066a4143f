//! What a checkout does not have because version control leaves it out: directories that the project's ignore file names, and
//! files that the project keeps an example of.

use plugin_sdk::prelude::*;

/// Endings and beginnings of a file's example, most usual first.
const EXAMPLE_ENDINGS: &[&str] = &[".example", ".sample", ".dist", ".template", ".default", "-example", "-dist"];
/// Largest example that is copied, in bytes: settings are small.
const MAX_EXAMPLE_BYTES: u64 = 64 << 10;
/// Values that everybody has to put in himself; a copy with one of them would only fail later.
const PLACEHOLDERS: &[&str] = &["changeme", "change-me", "change_me", "your-", "your_", "<your", "replace-me", "todo"];

/// Remedies for the path that the root cause says is not there.
pub fn remedies(incident: &Incident) -> Vec<Remedy> {
    let root = incident.root();
    let Some(printed) = ["path", "file", "name", "directory"].iter().find_map(|name| root.capture(name)) else {
        return Vec::new();
    };
    let Some(path) = place_of(printed, &incident.stage.directory) else {
        return Vec::new();
    };
    if host::workspace::stat(&path).is_ok() {
        return Vec::new();
    }
    from_example(&path).into_iter().chain(directory_of(&path, root.code == "system.no-such-file")).collect()
}

/// The file as its example has it. The host offers it as a patch unless version control ignores the file.
fn from_example(path: &str) -> Option<Remedy> {
    let (stem, ending) = path.rsplit_once('.').unwrap_or((path, ""));
    let before_ending = |word: &str| if stem.is_empty() { String::new() } else { format!("{stem}{word}.{ending}") };
    let names = EXAMPLE_ENDINGS.iter().flat_map(|word| [format!("{path}{word}"), before_ending(word)]);
    let example = names.filter(|name| !name.is_empty()).find(|name| {
        host::workspace::stat(name).is_ok_and(|entry| {
            entry.kind == host::workspace::EntryKind::File && entry.size > 0 && entry.size <= MAX_EXAMPLE_BYTES
        })
    })?;
    let content = host::workspace::read_text(&example).ok()?;
    let lower = content.to_ascii_lowercase();
    if content.contains('\u{fffd}') || PLACEHOLDERS.iter().any(|word| lower.contains(word)) {
        return None;
    }
    Some(
        remedy("config", format!("make {path} from {example}"))
            .because(format!("{path} is not there, and the project keeps {example} for it"))
            .confidence(0.75)
            .action(action::write_file(path, content)),
    )
}

/// The directory that should hold the path, where the project says that it is generated.
fn directory_of(path: &str, is_any_access: bool) -> Option<Remedy> {
    let (directory, _) = path.rsplit_once('/')?;
    if host::workspace::stat(directory).is_ok() {
        return None;
    }
    let generated = ignored_directories(".");
    let is_below = |name: &String| directory == name || directory.starts_with(&format!("{name}/"));
    let named = generated.iter().find(|name| is_below(name))?;
    Some(
        remedy("config", format!("make the directory {directory}"))
            .because(format!(
                "{directory} is not there, and the project's ignore file names {named}, so nobody commits it"
            ))
            // Whoever only wanted to read there will not find anything in an empty directory.
            .confidence(if is_any_access { 0.45 } else { 0.85 })
            .action(action::run_command(["mkdir", "-p", directory])),
    )
}

/// The workspace path that a printed one means, whether or not something is there. Of an absolute path it is the tail behind
/// the longest part that the workspace has, so that a path of another place is none.
fn place_of(printed: &str, directory: &str) -> Option<String> {
    let printed = printed.trim().trim_matches(['"', '\'', '`']);
    if printed.is_empty() || printed.split('/').any(|part| part == "..") {
        return None;
    }
    if !path::is_absolute(printed) {
        return Some(path::below(directory, printed));
    }
    let generated = ignored_directories(".");
    path::longest_tail(printed, |tail| {
        let first = tail.split('/').next().unwrap_or(tail);
        tail.contains('/') && (host::workspace::is_directory(first) || generated.iter().any(|name| name == first))
    })
}

/// The directories that the ignore file of a directory names plainly, without `/` at either end.
pub fn ignored_directories(directory: &str) -> Vec<String> {
    let text = host::workspace::read_text(&path::below(directory, ".gitignore")).unwrap_or_default();
    let names = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '!']));
    let names = names.map(|line| line.trim_start_matches('/'));
    // `logs/*` with `!logs/.gitkeep` is another way to say the same.
    let names = names.map(|line| line.strip_suffix("/*").or_else(|| line.strip_suffix('/')).unwrap_or(line));
    names.filter(|name| !name.contains(['*', '?', '[', '\\'])).map(str::to_owned).collect()
}
