//! Finds the packages below a folder and reads the two facts about each that a table needs.

use std::fs;
use std::path::{Path, PathBuf};

use crate::BuildError;

/// A package that becomes a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name, which is also the plugin's id.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its folder.
    pub folder: PathBuf,
}

impl Package {
    /// The file name that cargo gives to the component.
    pub fn file_name(&self) -> String {
        format!("{}.wasm", self.name.replace('-', "_"))
    }
}

/// Returns the packages directly below a folder, sorted by name. Folders without a `Cargo.toml` are passed over.
///
/// # Errors
/// When the folder or a manifest cannot be read, or a manifest lacks a name or a version.
pub fn discover(folder: &Path, workspace_root: &Path) -> Result<Vec<Package>, BuildError> {
    let inherited = Manifest::read(&workspace_root.join("Cargo.toml"))?.value("workspace.package", "version");
    let mut packages = Vec::new();
    for entry in fs::read_dir(folder).map_err(|source| io_error(folder, source))? {
        let folder = entry.map_err(|source| io_error(folder, source))?.path();
        let path = folder.join("Cargo.toml");
        if !path.is_file() {
            continue;
        }
        let manifest = Manifest::read(&path)?;
        let name = manifest.value("package", "name");
        let version = manifest.value("package", "version").or_else(|| inherited.clone());
        packages.push(Package {
            name: name.ok_or_else(|| BuildError::Manifest { path: path.clone(), key: "name" })?,
            version: version.ok_or(BuildError::Manifest { path, key: "version" })?,
            folder,
        });
    }
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(packages)
}

pub(crate) fn io_error(path: &Path, source: std::io::Error) -> BuildError {
    BuildError::Io { path: path.to_owned(), source }
}

/// The text of a `Cargo.toml`. A TOML parser would be the only dependency of this crate and would delay the first build, so
/// only what these manifests use is understood: `[table]` lines and `key = "value"` lines.
struct Manifest(String);

impl Manifest {
    fn read(path: &Path) -> Result<Self, BuildError> {
        fs::read_to_string(path).map(Self).map_err(|source| io_error(path, source))
    }

    /// The text value of a key in a table; `None` where it is absent or not a plain text.
    fn value(&self, table: &str, key: &str) -> Option<String> {
        let header = format!("[{table}]");
        let lines = self.0.lines().map(str::trim).skip_while(|line| *line != header).skip(1);
        let assignment = lines
            .take_while(|line| !line.starts_with('['))
            .filter_map(|line| line.split_once('='))
            .find(|(name, _)| name.trim() == key)?;
        let quoted = assignment.1.trim().strip_prefix('"')?;
        quoted.split_once('"').map(|(value, _)| value.to_owned())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn packages_are_found_by_their_manifest_and_sorted_by_name() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "Cargo.toml", "[workspace]\nmembers = []\n[workspace.package]\nversion = \"1.2.3\"\n");
        write(root.path(), "plugins/zeta/Cargo.toml", "[package]\nname = \"zeta\" # last\nversion.workspace = true\n");
        write(root.path(), "plugins/b/Cargo.toml", "[package]\nname = \"alpha-one\"\nversion = \"9.0.0\"\n");
        write(root.path(), "plugins/notes/README.md", "not a package");
        let found = discover(&root.path().join("plugins"), root.path()).unwrap();
        let shown: Vec<_> = found.iter().map(|p| (p.name.as_str(), p.version.as_str(), p.file_name())).collect();
        assert_eq!(
            shown,
            [("alpha-one", "9.0.0", "alpha_one.wasm".to_owned()), ("zeta", "1.2.3", "zeta.wasm".to_owned())]
        );
    }

    #[test]
    fn a_key_of_another_table_is_not_taken() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "Cargo.toml", "[workspace.package]\nversion = \"1.0.0\"\n");
        write(root.path(), "plugins/a/Cargo.toml", "[package]\nversion.workspace = true\n[lib]\nname = \"a\"\n");
        let error = discover(&root.path().join("plugins"), root.path()).unwrap_err();
        assert!(matches!(error, BuildError::Manifest { key: "name", .. }), "{error}");
    }
}
