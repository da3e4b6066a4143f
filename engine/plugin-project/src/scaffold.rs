//! Writes a new project.
//!
//! What it writes is the same example of a role in every language, with the same fixtures: a template is the files of
//! `templates/any`, of the role, and of the language, with its own words put in.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use bundle::Role;
use bundle::manifest::Manifest;
use plugin_host::api_range::API_VERSION;

use crate::embedded::{CONTRACT, SDK_LOCK, SDK_MANIFEST, SDK_SOURCES, TEMPLATES};
use crate::language::Language;
use crate::world;

/// Where a project's copy of the SDK lies.
const SDK_FOLDER: &str = "vendor/plugin-sdk";
/// Memory of one call that an interpreter needs, in MiB; measured figures are in the author's guide.
const INTERPRETER_MEMORY_MB: u32 = 64;

/// Where a Rust project's SDK comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sdk {
    /// A copy in the project: it needs nothing but this program.
    #[default]
    Vendored,
    /// A folder, e.g. of a clone of Selfheal.
    Path(String),
    /// A git repository.
    Git(String),
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// `NAME` or `PUBLISHER/NAME`.
    pub id: String,
    /// What the plugin does.
    pub role: Role,
    /// What it is written in.
    pub language: Language,
    /// For Rust.
    pub sdk: Sdk,
}

/// A project cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScaffoldError {
    /// The id breaks a rule.
    #[error("{id:?} is no id of a plugin: {reason}")]
    Id {
        /// As given.
        id: String,
        /// Why.
        reason: String,
    },
    /// There is something already.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// A file cannot be written.
    #[error("write {}: {source}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Request {
    /// Id without publisher: the name of the project's folder and package.
    pub fn name(&self) -> &str {
        self.id.rsplit('/').next().unwrap_or(&self.id)
    }

    /// The files of the project, by their path in it.
    ///
    /// # Errors
    /// When the id is none.
    pub fn files(&self) -> Result<Vec<(String, String)>, ScaffoldError> {
        let manifest_text = self.manifest();
        let manifest = Manifest::from_toml(&manifest_text)
            .map_err(|error| ScaffoldError::Id { id: self.id.clone(), reason: error.to_string() })?;
        let mut files = vec![("plugin.toml".to_owned(), manifest_text)];
        let (role, language) = (format!("role/{}/", self.role), self.language.as_str());
        for (path, text) in TEMPLATES {
            let target = if let Some(path) = path.strip_prefix("any/") {
                path.to_owned()
            } else if let Some(path) = path.strip_prefix(&role).filter(|path| path.starts_with("tests/")) {
                // A file of a fixture is what a tool printed or a person wrote: nothing is put into it.
                files.push((path.to_owned(), (*text).to_owned()));
                continue;
            } else if let Some(path) = path.strip_prefix(&format!("{language}/src/")) {
                let Some((_, extension)) = path.split_once('.').filter(|(stem, _)| *stem == self.role.as_str()) else {
                    continue;
                };
                format!("src/{}.{extension}", if self.language == Language::Rust { "lib" } else { "plugin" })
            } else if let Some(path) = path.strip_prefix(&format!("{language}/")) {
                path.to_owned()
            } else {
                continue;
            };
            files.push((target, self.filled(text)));
        }
        match self.language {
            Language::Rust => self.add_sdk(&mut files),
            Language::JavaScript | Language::Python => {
                let folder = format!("wit/{}", world::CONTRACT_FOLDER);
                files.extend(CONTRACT.iter().map(|(path, text)| (format!("{folder}/{path}"), (*text).to_owned())));
                files.push((format!("wit/{}", world::FILE), world::of(&manifest)));
            }
        }
        files.sort();
        Ok(files)
    }

    /// Writes the project into a new folder.
    ///
    /// # Errors
    /// When the folder is there, or cannot be written.
    pub fn write(&self, folder: &Path) -> Result<usize, ScaffoldError> {
        let files = self.files()?;
        let is_taken = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
        if is_taken || folder.is_file() {
            return Err(ScaffoldError::Exists(folder.to_owned()));
        }
        for (path, text) in &files {
            let path = folder.join(path);
            let parent = path.parent().unwrap_or(folder);
            let written = fs::create_dir_all(parent).and_then(|()| fs::write(&path, text));
            written.map_err(|source| ScaffoldError::Write { path, source })?;
        }
        Ok(files.len())
    }

    fn manifest(&self) -> String {
        let api = API_VERSION.rsplit_once('.').map_or(API_VERSION, |(minor, _)| minor);
        let own = template(&format!("role/{}/plugin.toml", self.role));
        let (description, capabilities) = own.split_once('\n').unwrap_or((own, ""));
        let limits = match self.language {
            Language::Rust => String::new(),
            // Said, although it is what a host gives anyway: a host that gives less is told why that is not enough.
            _ => format!(
                "\n[limits]\nmemory-mb = {INTERPRETER_MEMORY_MB}       # {} brings its interpreter\n",
                self.language
            ),
        };
        format!(
            "schema = 1\nid = \"{}\"\nversion = \"0.1.0\"\napi = \"{api}\"\nroles = [\"{}\"]\n{description}\nlicense = \"MIT\"\n{limits}{capabilities}",
            self.id, self.role
        )
    }

    fn filled(&self, text: &str) -> String {
        let lang = |path: &str| template(&format!("piece/{}/{path}", self.language.as_str())).trim_end().to_owned();
        let sdk = match &self.sdk {
            Sdk::Vendored => format!("{{ path = \"{SDK_FOLDER}\" }}"),
            Sdk::Path(path) => format!("{{ path = {path:?} }}"),
            Sdk::Git(url) => format!("{{ git = {url:?} }}"),
        };
        let contract = match self.language {
            Language::Rust => "`vendor/` | the SDK and the contract (WIT) that the plugin is built with; do not edit",
            _ => {
                "`wit/` | the contract that the plugin is built with, and its world, made of `plugin.toml`; do not edit"
            }
        };
        let mut filled = text.to_owned();
        // What stands in a filled-in part is filled in after it.
        for (key, value) in [
            ("about", template(&format!("role/{}/about.md", self.role)).trim_end().to_owned()),
            ("build-notes", format!("{}\n\n", lang("notes.md"))),
            ("ci-steps", lang("ci-steps")),
            ("source-row", lang("source-row")),
            ("contract-row", contract.to_owned()),
            ("id", self.id.clone()),
            ("name", self.name().to_owned()),
            ("role", self.role.to_string()),
            ("language", self.language.to_string()),
            ("sdk", sdk),
            ("rust-version", env!("CARGO_PKG_RUST_VERSION").to_owned()),
        ] {
            filled = filled.replace(&format!("{{{{{key}}}}}"), &value);
        }
        filled
    }

    fn add_sdk(&self, files: &mut Vec<(String, String)>) {
        if self.sdk != Sdk::Vendored {
            return;
        }
        files.push((format!("{SDK_FOLDER}/Cargo.toml"), SDK_MANIFEST.to_owned()));
        files.extend(SDK_SOURCES.iter().map(|(path, text)| (format!("{SDK_FOLDER}/src/{path}"), (*text).to_owned())));
        files.extend(CONTRACT.iter().map(|(path, text)| (format!("vendor/wit/v0/{path}"), (*text).to_owned())));
        let own = format!(
            "\n[[package]]\nname = \"{}\"\nversion = \"0.1.0\"\ndependencies = [\"plugin-sdk\"]\n",
            self.name()
        );
        files.push(("Cargo.lock".to_owned(), format!("{SDK_LOCK}{own}")));
    }
}

/// A template's text.
fn template(path: &str) -> &'static str {
    let found = TEMPLATES.iter().find(|(name, _)| *name == path);
    found.map(|(_, text)| *text).expect("a test asks for every template of every role and language")
}

#[cfg(test)]
mod tests;
