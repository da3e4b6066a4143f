//! From a project to a component with its manifest inside.
//!
//! Each language has its tool chain, which this module finds and starts; what comes out is treated alike: a core module
//! becomes a component, the component is compared with `plugin.toml` and with what a host would load, the manifest is put in.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use bundle::component::{self, ComponentError};
use bundle::manifest::Difference;
use plugin_host::InspectError;

use crate::embedded::CONTRACT;
use crate::language::Language;
use crate::project::Project;
use crate::world;

mod javascript;
mod module;
mod python;
mod rust;

/// The target of Rust plugins.
pub const TARGET: &str = "wasm32-wasip2";

/// What is built, where that is not the language's own way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildOptions {
    /// For Rust: another target than [`TARGET`].
    pub target: Option<String>,
    /// A module or component that another tool has made of the project.
    pub module: Option<PathBuf>,
}

/// A component that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// `sha256:…` of it.
    pub digest: String,
    /// Whether a core module was made a component.
    pub was_module: bool,
}

/// A component cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A program of the tool chain is missing.
    #[error("{language} plugins are built with {program}, which is not installed")]
    ToolMissing {
        /// The project's language.
        language: Language,
        /// Which program or part of one.
        program: String,
        /// What to type, one line each.
        install: Vec<String>,
    },
    /// A program of the tool chain says no. It has told the user why.
    #[error("`{command}` ended with {status}")]
    ToolFailed {
        /// As typed.
        command: String,
        /// How it ended.
        status: String,
    },
    /// A program did not do what it is there for.
    #[error("`{command}` made no component")]
    NothingMade {
        /// As typed.
        command: String,
    },
    /// A file cannot be read or written.
    #[error("{action} {}: {source}", path.display())]
    Io {
        /// What was attempted.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// `package.json` names no file to start from.
    #[error("package.json names no \"main\": the file that exports the plugin")]
    NoMain,
    /// A core module cannot become a component.
    #[error("make a component of the core module {}: {reason}", path.display())]
    Module {
        /// The module.
        path: PathBuf,
        /// Why.
        reason: String,
        /// What to do, one line each.
        hints: Vec<String>,
    },
    /// What was made is no component.
    #[error(transparent)]
    Component(#[from] ComponentError),
    /// `plugin.toml` and the component do not agree.
    #[error("plugin.toml and the component differ:\n{}", listed(.0))]
    Differs(Vec<Difference>),
    /// No host would load it.
    #[error("no host loads this component: {0}")]
    NotLoaded(#[from] InspectError),
}

fn listed(differences: &[Difference]) -> String {
    differences.iter().map(|difference| format!("  {difference}")).collect::<Vec<String>>().join("\n")
}

impl BuildError {
    /// What to do, one line each.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::ToolMissing { install, .. } => install.clone(),
            Self::Module { hints, .. } => hints.clone(),
            Self::Differs(differences) if differences.iter().any(|it| matches!(it, Difference::Foreign(_))) => vec![
                "a library that opens files, sockets or the clock brings such imports; plugins get what they need from the \
                 host, through selfheal:plugin"
                    .to_owned(),
            ],
            _ => Vec::new(),
        }
    }

    fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

/// Builds a project. What the tool chain prints goes to standard error.
///
/// # Errors
/// When the tool chain is missing or says no, or when what it made is no plugin that `plugin.toml` describes.
pub fn build(project: &Project, options: &BuildOptions) -> Result<Built, BuildError> {
    let scratch = tempfile::tempdir().map_err(BuildError::io("make a folder in", &std::env::temp_dir()))?;
    let raw = scratch.path().join("component.wasm");
    let made = match (&options.module, project.language) {
        (Some(module), _) => module.clone(),
        (None, Language::Rust) => rust::build(project, options.target.as_deref().unwrap_or(TARGET))?,
        (None, Language::JavaScript) => {
            write_world(project)?;
            javascript::build(project, &raw)?;
            raw
        }
        (None, Language::Python) => {
            write_world(project)?;
            python::build(project, &raw)?;
            raw
        }
    };
    let bytes = fs::read(&made).map_err(BuildError::io("read", &made))?;
    let was_module = module::is_core_module(&bytes);
    let bytes = match was_module {
        false => bytes,
        true => {
            let component = module::into_component(&made, &bytes, &scratch.path().join("of-module.wasm"))?;
            fs::read(&component).map_err(BuildError::io("read", &component))?
        }
    };
    let differences = project.manifest.differences(&component::surface(&bytes)?);
    if !differences.is_empty() {
        return Err(BuildError::Differs(differences));
    }
    plugin_host::inspect(&bytes)?;
    plugin_host::inspect::validate(&bytes)?;
    let bytes = project.manifest.embed(&bytes, project.schema.as_ref())?;
    let path = project.component();
    put(&path, &bytes)?;
    Ok(Built { size: bytes.len() as u64, digest: plugin_host::digest(&bytes), path, was_module })
}

/// Replaces a file at once, so that nobody sees half a component.
fn put(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(BuildError::io("make the folder", folder))?;
    let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
        io::Write::write_all(&mut file, bytes)?;
        file.persist(path).map_err(io::Error::from)
    });
    let file = written.map_err(BuildError::io("write", path))?;
    // A temporary file is private; a plugin is for whoever may see the project.
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644)).map_err(BuildError::io("write", path))
}

/// Brings the world up to date with `plugin.toml`, and puts the contract beside it where a project has none. A file that says
/// the same is left alone, for `plugin dev`.
fn write_world(project: &Project) -> Result<(), BuildError> {
    let wit = project.root.join("wit");
    let contract = wit.join(world::CONTRACT_FOLDER);
    if !contract.is_dir() {
        fs::create_dir_all(&contract).map_err(BuildError::io("make the folder", &contract))?;
        for (name, text) in CONTRACT {
            let path = contract.join(name);
            fs::write(&path, text).map_err(BuildError::io("write", &path))?;
        }
    }
    let (path, text) = (wit.join(world::FILE), world::of(&project.manifest));
    if fs::read_to_string(&path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(&path, text).map_err(BuildError::io("write", &path))
}

/// Runs a program of the tool chain; what it prints goes to standard error.
fn run(command: &mut Command) -> Result<(), BuildError> {
    let shown = shown(command);
    let output = command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::from(io::stderr()));
    match output.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(BuildError::ToolFailed { command: shown, status: status.to_string() }),
        Err(error) => Err(BuildError::ToolFailed { command: shown, status: error.to_string() }),
    }
}

/// A command as a person would type it, its program without folders.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| pipeline::remedy::quote(&word.to_string_lossy())).collect::<Vec<String>>().join(" ")
}

/// A program of the search path.
fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|candidate| candidate.is_file())
}
