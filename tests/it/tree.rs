//! The files of the repository, as the rules see them.

use std::path::{Path, PathBuf};

/// Folders that hold no source: what builds and tools make.
const MADE_BY_TOOLS: &[&str] = &["node_modules", "__pycache__", "venv"];

/// A file of the repository.
pub struct Source {
    /// Path relative to the root, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// Whether one of the folders on the way to it has this name.
    pub fn is_below(&self, folder: &str) -> bool {
        self.path.rsplit_once('/').is_some_and(|(folders, _)| folders.split('/').any(|name| name == folder))
    }

    /// Name of the file without its folder.
    pub fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or(self.path.as_str(), |(_, name)| name)
    }

    /// Whether all of it is there for tests or benchmarks.
    pub fn is_for_tests(&self) -> bool {
        self.is_below("tests") || self.is_below("benches") || self.name() == "tests.rs" || self.name() == "fakes.rs"
    }

    /// Its lines with their 1-based numbers, without those that are comments.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line)).filter(|(_, line)| {
            let line = line.trim_start();
            !line.starts_with("//") && !line.starts_with("#![doc")
        })
    }

    /// The same up to the module for tests. House style puts that at the end of a file.
    pub fn code_before_tests(&self) -> impl Iterator<Item = (usize, &str)> {
        let end = self.tests_begin();
        self.code().filter(move |(number, _)| *number < end)
    }

    /// The lines of its tests: all of a file that is there for tests, else those of the module for tests.
    pub fn code_of_tests(&self) -> impl Iterator<Item = (usize, &str)> {
        let begin = if self.is_for_tests() { 1 } else { self.tests_begin() };
        self.code().filter(move |(number, _)| *number >= begin)
    }

    /// Number of the line with which the inline module for tests begins; past the end when there is none.
    fn tests_begin(&self) -> usize {
        let mut lines = self.text.lines().zip(self.text.lines().skip(1));
        let is_start =
            |(line, next): (&str, &str)| line == "#[cfg(test)]" && next.contains("mod ") && next.ends_with('{');
        lines.position(is_start).map_or(usize::MAX, |index| index + 1)
    }
}

/// Root of the repository.
pub fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("tests/ lies in the repository").to_path_buf()
}

/// Every text file of the repository, sorted by path.
pub fn all() -> Vec<Source> {
    let (root, mut found) = (root(), Vec::new());
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of the repository can be listed") {
            let entry = entry.expect("an entry of a folder");
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let kind = entry.file_type().expect("a kind of file");
            if kind.is_dir() {
                if !is_left_out(&name) {
                    folders.push(path);
                }
            } else if kind.is_file()
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                let path = path.strip_prefix(&root).expect("found below the root").to_string_lossy().into_owned();
                found.push(Source { path, text });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(found.len() > 100, "only {} files were found below {}", found.len(), root.display());
    found
}

fn is_left_out(folder: &str) -> bool {
    let is_hidden = folder.starts_with('.') && folder != ".ci" && folder != ".github";
    is_hidden || folder == "target" || folder.starts_with("target-") || MADE_BY_TOOLS.contains(&folder)
}

/// The Rust files among them.
pub fn rust() -> Vec<Source> {
    all().into_iter().filter(|source| source.path.ends_with(".rs")).collect()
}

/// Reads one file; the path is relative to the root.
#[track_caller]
pub fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("read {path}: {error}"))
}

/// Names of the folders directly below one that is given relative to the root, sorted.
#[track_caller]
pub fn folders(path: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(path)).unwrap_or_else(|error| panic!("list {path}: {error}"));
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry of a folder"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !is_left_out(name))
        .collect();
    names.sort();
    names
}

/// Fails with every complaint.
#[track_caller]
pub fn none(rule: &str, complaints: &[String]) {
    assert!(complaints.is_empty(), "{rule}:\n  {}", complaints.join("\n  "));
}
