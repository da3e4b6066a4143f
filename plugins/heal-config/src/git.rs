//! What git asks for before it goes on: more history, a lock that nobody holds, trust in a directory, another branch name.

use plugin_sdk::prelude::*;
use plugin_sdk::script_files;

/// Branch names that projects renamed into each other.
const RENAMED: &[(&str, &str)] = &[("master", "main"), ("main", "master"), ("develop", "main"), ("trunk", "main")];

/// Largest file that is searched for a branch name, in bytes; settings are small.
const MAX_SETTINGS_BYTES: u64 = 16 << 10;

/// Endings and names of files that hold settings and may name a branch.
const SETTINGS: &[&str] =
    &[".env", ".cfg", ".ini", ".toml", ".conf", ".properties", ".txt", ".json", ".yml", ".yaml", ".gitmodules"];

/// The whole history instead of the shallow part.
pub fn deepen(incident: &Incident) -> Vec<Remedy> {
    if incident.is_offline() || !incident.has_tool("git") {
        return Vec::new();
    }
    let directory = clone_of(incident);
    let fetch = |arguments: &[&str]| {
        let argv = ["git", "fetch"].iter().chain(arguments).copied();
        action::run_command(argv).directory(&directory)
    };
    vec![
        remedy("config", "fetch the whole history of the shallow clone")
            .because("the checkout is shallow, and the command needs commits or tags that are not in it")
            .confidence(0.85)
            .action(fetch(&["--unshallow", "--tags"])),
        remedy("config", "fetch a thousand more commits of the shallow clone")
            .because("the checkout is shallow; where it cannot be completed, more of it may suffice")
            .confidence(0.4)
            .action(fetch(&["--deepen=1000", "--tags"])),
    ]
}

/// The directory in which the stage calls git: the last one that it goes to before, `cd DIR` or `git -C DIR`, if that is in the
/// workspace; else its own. What is in a `.git` healers cannot see.
fn clone_of(incident: &Incident) -> String {
    let own = &incident.stage.directory;
    let command = incident.stage.command.text();
    let scripts = script_files::named_in(&command, own);
    let text = std::iter::once(command).chain(scripts).collect::<Vec<_>>().join("\n");
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || "&|;()".contains(c)).collect();
    let named = words.windows(2).filter(|pair| ["cd", "-C", "pushd"].contains(&pair[0])).map(|pair| pair[1]);
    let existing = named.filter_map(|printed| path::existing(printed.trim_matches(['"', '\'']), own));
    existing.rev().find(|found| host::workspace::is_directory(found)).unwrap_or_else(|| own.clone())
}

/// The lock of a process that is gone.
pub fn unlock(incident: &Incident, log: &dyn Log) -> Vec<Remedy> {
    let root = incident.root();
    // Git's advice to look for another process is a line of its own, without the path.
    let above = || log.lines(*log.find(".lock': File exists", 1, 1).first()?, 1).pop().map(|line| line.text);
    let printed = root.capture("path").or_else(|| root.capture("file")).or_else(|| quoted_lock(&root.cause.text));
    let printed = printed.map(str::to_owned).or_else(|| above().as_deref().and_then(quoted_lock).map(str::to_owned));
    let printed = printed.filter(|path| path.ends_with(".lock"));
    let Some(path) = printed.and_then(|path| inside_git(&path, &incident.stage.directory)) else {
        return Vec::new();
    };
    vec![
        remedy("config", format!("remove the stale lock {path}"))
            .because(format!(
                "git found {path}, which a git process makes for the moment of a change; the stage ran alone, so the process that made it is gone"
            ))
            .confidence(0.85)
            .action(action::clear_path(path)),
    ]
}

/// The workspace path of a file inside a `.git`, which healers cannot see: its repository's directory is looked for instead.
fn inside_git(printed: &str, directory: &str) -> Option<String> {
    let printed = printed.trim().trim_matches(['"', '\'', '`']);
    let (repository, inside) = match printed.strip_prefix(".git/") {
        Some(inside) => ("", inside),
        None => printed.split_once("/.git/")?,
    };
    if inside.is_empty() || inside.split('/').any(|part| part == "..") {
        return None;
    }
    let found = if repository.is_empty() { Some(directory.to_owned()) } else { path::existing(repository, directory) };
    // An absolute path of which nothing exists in the workspace is the workspace itself, or lies above it.
    let found = found.unwrap_or_else(|| ".".to_owned());
    Some(path::below(&found, &format!(".git/{inside}")))
}

/// `Unable to create '/src/app/.git/index.lock': File exists.`
fn quoted_lock(line: &str) -> Option<&str> {
    line.split(['\'', '"']).find(|piece| piece.ends_with(".lock"))
}

/// Trust in a directory that another user owns, for this run only.
pub fn trust(incident: &Incident) -> Vec<Remedy> {
    let root = incident.root();
    let printed = root.capture("path").or_else(|| root.capture("directory"));
    let Some(path) = printed.or_else(|| root.cause.text.split('\'').nth(1)).filter(|path| is_one_directory(path))
    else {
        return Vec::new();
    };
    vec![
        remedy("config", format!("let git trust {path} in this stage"))
            .because(
                "the directory belongs to another user, as it does where a container mounts a checkout; git reads \
                 safe.directory from its environment, so nothing is changed for good",
            )
            .confidence(0.9)
            .action(action::set_env("GIT_CONFIG_COUNT", "1"))
            .action(action::set_env("GIT_CONFIG_KEY_0", "safe.directory"))
            .action(action::set_env("GIT_CONFIG_VALUE_0", path)),
    ]
}

fn is_one_directory(path: &str) -> bool {
    path.starts_with('/') && path.len() > 1 && !path.contains(['*', '`', '$', '\n'])
}

/// A branch of the remote that the checkout left out, e.g. for `origin/main...HEAD` in a checkout of one branch.
pub fn fetch_branch(incident: &Incident) -> Vec<Remedy> {
    let captured = ["wanted", "reference", "target", "name"].iter().find_map(|name| incident.root().capture(name));
    let text = captured.unwrap_or(&incident.root().cause.text);
    let place = text.find("origin/").map(|at| at + "origin/".len());
    let branch = place.map(|at| text[at..].split("..").next().unwrap_or_default());
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let branch = branch.map(|branch| branch.split(|c| !is_name(c)).next().unwrap_or_default());
    let Some(branch) = branch.filter(|branch| !branch.is_empty() && !branch.starts_with(['-', '.', '/'])) else {
        return Vec::new();
    };
    if incident.is_offline() || !incident.has_tool("git") {
        return Vec::new();
    }
    let refspec = format!("{branch}:refs/remotes/origin/{branch}");
    vec![
        remedy("config", format!("fetch the branch {branch}"))
            .because(format!("the command compares with origin/{branch}, which the checkout of one branch left out"))
            .confidence(0.8)
            .action(action::run_command(["git", "fetch", "origin", &refspec]).directory(&incident.stage.directory)),
    ]
}

/// The branch under its new name, where one small file of the project names the old one.
pub fn rename_branch(incident: &Incident) -> Vec<Remedy> {
    let captured = ["branch", "reference", "target", "name"].iter().find_map(|name| incident.root().capture(name));
    let Some(old) = captured else {
        return Vec::new();
    };
    let old = old.rsplit('/').next().unwrap_or(old);
    let Some((_, new)) = RENAMED.iter().find(|(from, _)| *from == old) else {
        return Vec::new();
    };
    let directory = &incident.stage.directory;
    let Ok(entries) = host::workspace::entries(directory) else {
        return Vec::new();
    };
    let files = entries.into_iter().filter(|entry| {
        entry.kind == host::workspace::EntryKind::File
            && entry.size <= MAX_SETTINGS_BYTES
            && may_name_branch(&entry.path)
    });
    let edits = files.filter_map(|entry| {
        let text = host::workspace::read_text(&entry.path).ok()?;
        let (find, replace, is_sure) = branch_edit(&text, old, new)?;
        Some((entry.path, find, replace, is_sure))
    });
    edits
        .take(3)
        .map(|(path, find, replace, is_sure)| {
            remedy("config", format!("name the branch {new} instead of {old} in {path}"))
                .because(format!(
                    "the remote has no branch {old}, {path} asks for it, and many projects have renamed {old} to {new}"
                ))
                .confidence(if is_sure { 0.7 } else { 0.5 })
                .action(action::edit_file(path::below(".", &path), find, replace))
        })
        .collect()
}

fn may_name_branch(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_bare = !name.contains('.') && name.chars().all(|c| c.is_ascii_uppercase() || "_-".contains(c));
    is_bare || (SETTINGS.iter().any(|ending| name.ends_with(ending)) && !name.contains("lock"))
}

/// The text to find, its replacement, and whether the file is about nothing else. Only where exactly one line names the
/// branch as a value.
fn branch_edit(text: &str, old: &str, new: &str) -> Option<(String, String, bool)> {
    if text.trim() == old {
        return Some((old.to_owned(), new.to_owned(), true));
    }
    let mut naming = text.lines().filter(|line| {
        let lower = line.to_ascii_lowercase();
        let value = line.split(['=', ':']).nth(1).map(|value| value.trim().trim_matches(['"', '\'', ',', ' ']));
        value == Some(old) && ["branch", "ref", "revision"].iter().any(|word| lower.contains(word))
    });
    let line = naming.next()?;
    if naming.next().is_some() || text.matches(line).count() != 1 {
        return None;
    }
    let at = line.rfind(old)?;
    Some((line.to_owned(), format!("{}{new}{}", &line[..at], &line[at + old.len()..]), true))
}
