//! `package.json` and the package manager that its lock file belongs to.

use plugin_sdk::json::{self, Value};
use plugin_sdk::prelude::*;

use crate::edit;

/// Tables that hold dependencies, in the order in which npm reads them.
const TABLES: &[&str] = &["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

/// A package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manager {
    /// npm, also where there is no lock file.
    Npm,
    /// pnpm.
    Pnpm,
    /// yarn 1.
    Yarn,
    /// yarn 2 and later.
    Berry,
}

impl Manager {
    /// The one whose lock file is there.
    fn of(directory: &str) -> Self {
        let has = |name: &str| host::workspace::is_file(&path::below(directory, name));
        if has("pnpm-lock.yaml") {
            Self::Pnpm
        } else if has("yarn.lock") {
            let lock =
                host::workspace::read_chunk(&path::below(directory, "yarn.lock"), 0, 4096).map(|chunk| chunk.data);
            let is_berry = lock.is_ok_and(|data| String::from_utf8_lossy(&data).contains("__metadata"));
            if is_berry { Self::Berry } else { Self::Yarn }
        } else {
            Self::Npm
        }
    }

    /// The name of its lock file.
    pub fn lock_file(self) -> &'static str {
        match self {
            Self::Npm => "package-lock.json",
            Self::Pnpm => "pnpm-lock.yaml",
            Self::Yarn | Self::Berry => "yarn.lock",
        }
    }

    /// Declares a package and installs it.
    pub fn add(self, package: &str, directory: &str) -> Preparation {
        let words: &[&str] = match self {
            Self::Npm => &["npm", "install", "--no-audit", "--no-fund"],
            Self::Pnpm => &["pnpm", "add"],
            Self::Yarn | Self::Berry => &["yarn", "add"],
        };
        action::run_command(words.iter().copied().chain([package])).directory(directory)
    }

    /// Declares a package for development and installs it.
    pub fn add_for_development(self, package: &str, directory: &str) -> Preparation {
        let words: &[&str] = match self {
            Self::Npm => &["npm", "install", "--no-audit", "--no-fund", "--save-dev"],
            Self::Pnpm => &["pnpm", "add", "--save-dev"],
            Self::Yarn | Self::Berry => &["yarn", "add", "--dev"],
        };
        action::run_command(words.iter().copied().chain([package])).directory(directory)
    }

    /// Installs what is declared, as the lock file says where there is one.
    pub fn install_all(self, directory: &str) -> Preparation {
        let has_lock = host::workspace::is_file(&path::below(directory, self.lock_file()));
        let words: &[&str] = match self {
            Self::Npm if has_lock => &["npm", "ci", "--no-audit", "--no-fund"],
            Self::Npm => &["npm", "install", "--no-audit", "--no-fund"],
            Self::Pnpm => &["pnpm", "install", "--frozen-lockfile"],
            Self::Yarn => &["yarn", "install", "--frozen-lockfile"],
            Self::Berry => &["yarn", "install", "--immutable"],
        };
        action::run_command(words.iter().copied()).directory(directory)
    }

    /// Writes the lock file anew where it does not fit, and installs nothing.
    pub fn update_lock(self, directory: &str) -> Preparation {
        let words: &[&str] = match self {
            Self::Npm => &["npm", "install", "--package-lock-only", "--no-audit", "--no-fund"],
            Self::Pnpm => &["pnpm", "install", "--lockfile-only"],
            Self::Yarn => &["yarn", "install"],
            Self::Berry => &["yarn", "install", "--mode=update-lockfile"],
        };
        action::run_command(words.iter().copied()).directory(directory)
    }
}

/// A manifest as text and as data.
pub struct Manifest {
    /// Its path.
    pub path: String,
    /// Its directory.
    pub directory: String,
    /// Who reads it.
    pub manager: Manager,
    text: String,
    data: Value,
}

impl Manifest {
    /// Reads the manifest of a directory.
    pub fn read(directory: &str) -> Option<Self> {
        let path = path::below(directory, "package.json");
        let text = host::workspace::read_text(&path).ok()?;
        let data = json::from_str(&text).ok()?;
        Some(Self { path, directory: directory.to_owned(), manager: Manager::of(directory), text, data })
    }

    /// The project's own name.
    pub fn own_name(&self) -> Option<String> {
        self.data.get("name")?.as_str().map(str::to_owned)
    }

    /// The scripts.
    pub fn scripts(&self) -> Vec<String> {
        let scripts = self.data.get("scripts").and_then(Value::as_object);
        scripts
            .map(|scripts| scripts.values().filter_map(Value::as_str).map(str::to_owned).collect())
            .unwrap_or_default()
    }

    /// The version that is declared for a package.
    pub fn version_of(&self, package: &str) -> Option<&str> {
        TABLES.iter().find_map(|table| self.data.get(*table)?.get(package)?.as_str())
    }

    /// The version of a package that is installed below the manifest; else the first number of what is declared.
    pub fn installed(&self, package: &str) -> Option<String> {
        let manifest = path::below(&self.directory, &format!("node_modules/{package}/package.json"));
        let installed = host::workspace::read_text(&manifest).ok().and_then(|text| {
            let data: Value = json::from_str(&text).ok()?;
            data.get("version")?.as_str().map(str::to_owned)
        });
        installed.or_else(|| Some(self.version_of(package)?.trim_start_matches(['^', '~', '=', '>', ' ']).to_owned()))
    }

    /// The step that gives a declared package another version.
    pub fn change(&self, package: &str, version: &str) -> Option<Action> {
        let (_, start, end) = self.place_of(package)?;
        edit::replace(&self.path, &self.text, start, end, version)
    }

    /// The step that takes a package out.
    pub fn removal(&self, package: &str) -> Option<Action> {
        let (mut start, _, mut end) = self.place_of(package)?;
        end += 1;
        let bytes = self.text.as_bytes();
        let blank = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_whitespace);
        // The comma behind it goes too; for the last entry the one before it.
        let mut after = end;
        while blank(after) {
            after += 1;
        }
        if bytes.get(after) == Some(&b',') {
            end = after + 1;
            while blank(end) {
                end += 1;
            }
        } else {
            let mut before = start;
            while before > 0 && blank(before - 1) {
                before -= 1;
            }
            if before > 0 && bytes[before - 1] == b',' {
                start = before - 1;
            }
        }
        edit::replace(&self.path, &self.text, start, end, "")
    }

    /// Also brings the lock file up to date, where there is one.
    ///
    /// Where packages are installed, npm installs at once: after a lock file that was only written, it takes what is there
    /// for up to date, whatever its version (npm 11.19, November 2026).
    pub fn with_lock(&self, remedy: Remedy) -> Remedy {
        let has = |name: &str| path::below(&self.directory, name);
        if !host::workspace::is_file(&has(self.manager.lock_file())) {
            remedy
        } else if self.manager == Manager::Npm && host::workspace::is_directory(&has("node_modules")) {
            let install = action::run_command(["npm", "install", "--no-audit", "--no-fund"]);
            remedy.action(install.directory(&self.directory))
        } else {
            remedy.action(self.manager.update_lock(&self.directory))
        }
    }

    /// Where a package stands in a table of dependencies: the start of its key, and start and end of its version.
    fn place_of(&self, package: &str) -> Option<(usize, usize, usize)> {
        let table =
            TABLES.iter().find(|table| self.data.get(**table).is_some_and(|data| data.get(package).is_some()))?;
        let from = self.text.find(&format!("\"{table}\""))?;
        let key = format!("\"{package}\"");
        let key_at = from + self.text[from..].find(&key)?;
        let behind = key_at + key.len();
        let start = behind + self.text[behind..].find('"')? + 1;
        let end = start + self.text[start..].find('"')?;
        Some((key_at, start, end))
    }
}
