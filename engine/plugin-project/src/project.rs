//! A folder with a plugin's sources.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bundle::manifest::{ConfigSchema, Manifest, ManifestError, SchemaError};

use crate::language::Language;

/// Where components are put, below the project. The folder is one that `selfheal run --plugins` takes as it is.
pub const OUTPUT: &str = "dist";
/// Where fixtures are, below the project.
pub const FIXTURES: &str = "tests";

/// A project that can be built.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its folder, absolute.
    pub root: PathBuf,
    /// Its `plugin.toml`.
    pub manifest: Manifest,
    /// The schema of the plugin's configuration, where it has any.
    pub schema: Option<ConfigSchema>,
    /// What its sources are written in.
    pub language: Language,
}

/// A folder is no project.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// There is no `plugin.toml`.
    #[error("{} has no plugin.toml", .0.display())]
    NoManifest(PathBuf),
    /// A file cannot be read.
    #[error("read {}: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// `plugin.toml` is wrong.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The schema of the configuration is wrong.
    #[error("read {path}, which plugin.toml names as the schema of the configuration: {source}")]
    Schema {
        /// As `plugin.toml` names it.
        path: String,
        /// Why.
        source: SchemaError,
    },
    /// None of the files that show a language is there.
    #[error("{} has neither Cargo.toml (Rust) nor package.json (JavaScript) nor requirements.txt (Python)", .0.display())]
    NoLanguage(PathBuf),
}

impl Project {
    /// The project in a folder.
    ///
    /// # Errors
    /// When its files do not make a project.
    pub fn open(folder: &Path) -> Result<Self, ProjectError> {
        let read_error = |path: &Path| {
            let path = path.to_owned();
            move |source| ProjectError::Read { path, source }
        };
        let root = fs::canonicalize(folder).map_err(read_error(folder))?;
        let file = root.join("plugin.toml");
        if !file.is_file() {
            return Err(ProjectError::NoManifest(root));
        }
        let manifest = Manifest::from_toml(&fs::read_to_string(&file).map_err(read_error(&file))?)?;
        let schema = match &manifest.config {
            None => None,
            Some(config) => {
                let file = root.join(&config.schema);
                let bytes = fs::read(&file).map_err(read_error(&file))?;
                let parsed = ConfigSchema::parse(&bytes);
                Some(parsed.map_err(|source| ProjectError::Schema { path: config.schema.clone(), source })?)
            }
        };
        let language = Language::of(&root).ok_or_else(|| ProjectError::NoLanguage(root.clone()))?;
        Ok(Self { root, manifest, schema, language })
    }

    /// Where its component is put: `dist/NAME.wasm` or `dist/PUBLISHER/NAME.wasm`.
    pub fn component(&self) -> PathBuf {
        self.root.join(OUTPUT).join(format!("{}.wasm", self.manifest.id))
    }

    /// Where its fixtures are.
    pub fn fixtures(&self) -> PathBuf {
        self.root.join(FIXTURES)
    }
}
