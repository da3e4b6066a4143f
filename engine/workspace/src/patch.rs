//! Turns deltas into a git patch, and a git patch into lines.
//!
//! Old and new files go as two trees into a throw-away repository, by `git fast-import`: bytes, modes and names stay
//! exactly as they are, whatever attributes and settings the user's repository has.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use driver::ports::WorkspaceError;
use pipeline::event::FileChange;

use crate::delta::{Delta, Extent};
use crate::git::Git;
use crate::tree::{bytes, failed, lstat, remove_tree};

const BEFORE: &str = "refs/heads/before";
const AFTER: &str = "refs/heads/after";

/// How files are called in the patch.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Naming<'a> {
    /// By their path, after this one: for people and `git apply`.
    Path(&'a Path),
    /// By their index in the list of deltas, for the parser below.
    Index,
}

/// Makes the patch of the versioned deltas. `folder` is a path where nothing is, for the throw-away repository.
pub(crate) fn patch(
    deltas: &[Delta],
    naming: Naming<'_>,
    object_format: &str,
    folder: &Path,
) -> Result<Vec<u8>, WorkspaceError> {
    if !deltas.iter().any(|delta| delta.extent == Extent::Versioned) {
        return Ok(Vec::new());
    }
    remove_tree(folder)?;
    fs::create_dir_all(folder).map_err(|error| failed("make", folder, error))?;
    let result = patch_in(&Git::of_engine(folder), deltas, naming, object_format);
    remove_tree(folder)?;
    result
}

fn patch_in(git: &Git, deltas: &[Delta], naming: Naming<'_>, format: &str) -> Result<Vec<u8>, WorkspaceError> {
    git.run(&["init", "--quiet", "--bare", "--template=", &format!("--object-format={format}")])?;
    let mut problem = None;
    let imported = git.run_with_writer(&["fast-import", "--quiet", "--force", "--done"], |stdin| {
        for (reference, is_before) in [(BEFORE, true), (AFTER, false)] {
            write!(stdin, "commit {reference}\ncommitter selfheal <selfheal@localhost> 0 +0000\ndata 0\n")?;
            for (index, delta) in deltas.iter().enumerate().filter(|(_, delta)| delta.extent == Extent::Versioned) {
                let side = if is_before { &delta.before } else { &delta.after };
                let Some(file) = side else { continue };
                match content_of(file) {
                    Ok(Some((mode, content))) => {
                        write!(stdin, "M {mode} inline ")?;
                        stdin.write_all(&name_of(index, delta, naming))?;
                        write!(stdin, "\ndata {}\n", content.len())?;
                        stdin.write_all(&content)?;
                        stdin.write_all(b"\n")?;
                    }
                    Ok(None) => {}
                    Err(error) => {
                        problem = Some(error);
                        return Ok(());
                    }
                }
            }
        }
        stdin.write_all(b"done\n")
    });
    if let Some(problem) = problem {
        return Err(problem);
    }
    imported?;
    let diff = ["diff-tree", "-p", "-r", "--binary", "--full-index", "--no-renames", "--no-color", "--no-ext-diff"];
    let context = if matches!(naming, Naming::Index) { "-U0" } else { "-U3" };
    git.run(&[&diff[..], &["--no-textconv", context, BEFORE, AFTER]].concat())
}

/// Git's mode and the bytes git would store; `None` for what git cannot store.
fn content_of(file: &Path) -> Result<Option<(&'static str, Vec<u8>)>, WorkspaceError> {
    let Some(meta) = lstat(file)? else {
        return Ok(None);
    };
    if meta.is_symlink() {
        let target = fs::read_link(file).map_err(|error| failed("read link", file, error))?;
        return Ok(Some(("120000", bytes(&target).to_vec())));
    }
    if !meta.is_file() {
        return Ok(None);
    }
    let is_executable = meta.permissions().mode() & 0o100 != 0;
    let content = fs::read(file).map_err(|error| failed("read", file, error))?;
    Ok(Some((if is_executable { "100755" } else { "100644" }, content)))
}

fn name_of(index: usize, delta: &Delta, naming: Naming<'_>) -> Vec<u8> {
    let prefix = match naming {
        Naming::Index => return index.to_string().into_bytes(),
        Naming::Path(prefix) => prefix,
    };
    let mut name = vec![b'"'];
    for &byte in bytes(&prefix.join(&delta.path)) {
        match byte {
            b'"' | b'\\' => name.extend([b'\\', byte]),
            b' '..=b'~' => name.push(byte),
            _ => name.extend(format!("\\{byte:03o}").bytes()),
        }
    }
    name.push(b'"');
    name
}

/// Lines that one file lost and got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lines {
    /// Lines taken away, without their line feed.
    pub removed: Vec<String>,
    /// Lines put in.
    pub added: Vec<String>,
    /// Whether some are missing or cut.
    pub is_abridged: bool,
    /// Whether git shows bytes instead.
    pub is_binary: bool,
}

/// Reads a patch that was made with [`Naming::Index`] for the deltas of `paths`, which say how much of each is read.
pub(crate) fn lines(patch: &[u8], paths: &[String]) -> Vec<Lines> {
    let mut all = vec![Lines::default(); paths.len()];
    let (mut current, mut removed_left, mut added_left) = (None, 0, 0);
    for line in patch.split(|byte| *byte == b'\n') {
        let in_file = current.and_then(|index: usize| Some((all.get_mut(index)?, paths.get(index)?)));
        match (line.first(), in_file) {
            (Some(b'-'), Some((file, path))) if removed_left > 0 => {
                removed_left -= 1;
                file.is_abridged |= !push(&mut file.removed, &line[1..], path);
            }
            (Some(b'+'), Some((file, path))) if added_left > 0 => {
                added_left -= 1;
                file.is_abridged |= !push(&mut file.added, &line[1..], path);
            }
            _ if line.starts_with(b"diff --git a/") => {
                let name = line.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
                current = std::str::from_utf8(name).ok().and_then(|name| name.parse().ok());
            }
            (_, Some((file, _))) if line == b"GIT binary patch" => file.is_binary = true,
            _ if line.starts_with(b"@@ -") => (removed_left, added_left) = hunk(line).unwrap_or_default(),
            _ => {}
        }
    }
    all
}

/// Adds a line as far as there is room; tells whether all of it fitted.
fn push(lines: &mut Vec<String>, line: &[u8], path: &str) -> bool {
    if lines.len() >= FileChange::most_lines(path) {
        return false;
    }
    let mut text = String::from_utf8_lossy(line).into_owned();
    let most_bytes = FileChange::most_bytes(path);
    let is_whole = text.len() <= most_bytes;
    if !is_whole {
        text.truncate((0..=most_bytes).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0));
    }
    lines.push(text);
    is_whole
}

/// Numbers of old and new lines from `@@ -first,count +first,count @@`, where a count of one is left out.
fn hunk(line: &[u8]) -> Option<(usize, usize)> {
    let line = std::str::from_utf8(line.split(|byte| *byte == b'@').nth(2)?).ok()?;
    let mut counts = line.split_whitespace().map(|range| match range.split_once(',') {
        Some((_, count)) => count.parse().ok(),
        None => Some(1),
    });
    Some((counts.next()??, counts.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_look_like_headers_are_read_as_content() {
        let patch =
            b"diff --git a/1 b/1\n--- a/1\n+++ b/1\n@@ -1,2 +1 @@ fn\n--- a/0\n-@@ -1 +1 @@\n+diff --git a/0 b/0\n";
        let lines = lines(patch, &["a".to_owned(), "b".to_owned()]);
        assert_eq!(lines[0], Lines::default());
        assert_eq!(lines[1].removed, ["-- a/0", "@@ -1 +1 @@"]);
        assert_eq!(lines[1].added, ["diff --git a/0 b/0"]);
    }

    #[test]
    fn long_lists_and_long_lines_are_cut_and_say_so() {
        let mut patch = String::new();
        for file in [0, 2] {
            patch.push_str(&format!("diff --git a/{file} b/{file}\n@@ -0,0 +1,501 @@\n{}", "+x\n".repeat(501)));
        }
        patch.push_str(&format!("diff --git a/1 b/1\n@@ -0,0 +1 @@\n+{}\n", "ä".repeat(1_000)));
        let paths = ["a.txt", "b.txt", "Cargo.lock"].map(str::to_owned);
        let lines = lines(patch.as_bytes(), &paths);
        assert_eq!((lines[0].added.len(), lines[0].is_abridged), (500, true));
        assert_eq!((lines[1].added[0].len(), lines[1].is_abridged), (1_000, true));
        assert_eq!((lines[2].added.len(), lines[2].is_abridged), (501, false), "a lock file is read whole");
    }
}
