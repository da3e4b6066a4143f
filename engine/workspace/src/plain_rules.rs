//! What counts as ignored in a folder without version control: what `.gitignore` and `.ignore` files name, and folders
//! that a tool fills and can fill again.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::tree::is_direct;

/// Names that only ever are folders of dependencies or caches.
const REBUILT: [&str; 14] = [
    "node_modules",
    ".venv",
    "__pycache__",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".tox",
    ".nox",
    ".eggs",
    ".gradle",
    ".next",
    ".turbo",
    ".parcel-cache",
    ".nyc_output",
];

/// Files that say about the folder they are in that a tool can fill it again: the cache directory tag of
/// <https://bford.info/cachedir/>, and the mark of a Python virtual environment.
const MARKS: [&str; 2] = ["CACHEDIR.TAG", "pyvenv.cfg"];

/// Build folders whose name alone says too little: they count beside the file that makes a tool fill them.
const BESIDE: [(&str, &str); 2] = [("target", "Cargo.toml"), ("target", "pom.xml")];

/// The rules of one folder without version control.
#[derive(Debug)]
pub(crate) struct PlainRules {
    /// The folder as it was.
    before: PathBuf,
    /// What was written since, if that lies elsewhere: marks of folders that are new.
    after: Option<PathBuf>,
    files: HashMap<PathBuf, Option<Gitignore>>,
}

impl PlainRules {
    /// The rules of a folder.
    pub fn new(before: &Path, after: Option<&Path>) -> Self {
        Self { before: before.to_owned(), after: after.map(Path::to_owned), files: HashMap::new() }
    }

    /// Whether a path whose parents are not ignored is ignored.
    pub fn is_ignored(&mut self, path: &Path, is_directory: bool) -> bool {
        if is_directory && self.is_rebuilt(path) {
            return true;
        }
        for directory in path.ancestors().skip(1) {
            let Some(rules) = self.rules_in(directory) else {
                continue;
            };
            let relative = path.strip_prefix(directory).unwrap_or(path);
            match rules.matched(relative, is_directory) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => {}
            }
        }
        false
    }

    fn is_rebuilt(&self, path: &Path) -> bool {
        let Some(name) = path.file_name() else {
            return false;
        };
        let parent = path.parent().unwrap_or(Path::new(""));
        let is_file = |path: PathBuf| path.symlink_metadata().is_ok_and(|meta| meta.is_file());
        let is_marked = |folder: &Path| MARKS.iter().any(|mark| is_file(folder.join(mark)));
        let (old, new) = (self.before.join(path), self.after.as_ref().map(|after| after.join(path)));
        // A mark that appears in a folder of the user's does not make it a cache.
        let is_new_and_marked = || !old.exists() && new.is_some_and(|new| is_marked(&new));
        REBUILT.iter().any(|known| name == *known)
            || BESIDE.iter().any(|(known, beside)| name == *known && is_file(self.before.join(parent).join(beside)))
            || is_marked(&old)
            || is_new_and_marked()
    }

    /// The rules that a folder's own files state; `.ignore` comes after `.gitignore`, so its lines win.
    fn rules_in(&mut self, directory: &Path) -> Option<&Gitignore> {
        let load = || {
            let folder = self.before.join(directory);
            let mut builder = GitignoreBuilder::new("");
            let mut is_any = false;
            if !is_direct(&folder) {
                // It is new, or was a link to rules that are none of its business.
                return None;
            }
            for name in [".gitignore", ".ignore"] {
                let file = folder.join(name);
                if file.symlink_metadata().is_ok_and(|meta| meta.is_file()) {
                    // Lines that cannot be understood are skipped, as git does.
                    let _ = builder.add(file);
                    is_any = true;
                }
            }
            if is_any { builder.build().ok() } else { None }
        };
        self.files.entry(directory.to_owned()).or_insert_with(load).as_ref()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn nearest_rule_file_wins_and_marked_folders_are_ignored() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(".gitignore", "*.log\n/out/\n");
        write("keep/.ignore", "!*.log\n");
        write("Cargo.toml", "");
        write("env/pyvenv.cfg", "");
        let mut rules = PlainRules::new(&folder.path().canonicalize().unwrap(), None);
        let cases = [
            ("a.log", false, true),
            ("sub/a.log", false, true),
            ("keep/a.log", false, false),
            ("out", true, true),
            ("out", false, false),
            ("sub/out", true, false),
            ("target", true, true),
            ("sub/target", true, false),
            ("env", true, true),
            ("sub/node_modules", true, true),
            ("node_modules", false, false),
        ];
        for (path, is_directory, expected) in cases {
            assert_eq!(rules.is_ignored(Path::new(path), is_directory), expected, "{path}");
        }
    }
}
