//! `selfheal plugin build`: from the project of a plugin to a component.

use std::path::Path;

use anyhow::Error;
use plugin_project::build::{self, BuildError, BuildOptions, Built};
use plugin_project::{Project, ProjectError};

use crate::args::BuildPluginArgs;
use crate::exit::{self, Failure};
use crate::report::paint::{NAME, PASSED, paint, size};

/// Builds and prints where the component is.
pub fn build(args: BuildPluginArgs) -> Result<u8, Failure> {
    let project = open(&args.dir)?;
    let options = BuildOptions { target: args.target, module: args.module };
    let built = component_of(&project, &options)?;
    if built.was_module {
        tell!("selfheal: the core module was made a component");
    }
    say!(
        "{} {} {}  {}",
        paint(PASSED, "✓ built"),
        paint(NAME, built.path.display().to_string()),
        size(built.size),
        built.digest
    );
    Ok(exit::PASSED)
}

/// The project in a folder.
pub fn open(dir: &Path) -> Result<Project, Failure> {
    Project::open(dir).map_err(|error| {
        let hint = match &error {
            ProjectError::NoManifest(_) => Some("selfheal plugin new --role healer NAME writes a project"),
            ProjectError::NoLanguage(_) => {
                Some("`selfheal plugin build --module FILE` takes what another tool has built")
            }
            _ => None,
        };
        let failure = Failure::bad_input(error);
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    })
}

/// Builds it. What the author has to mend is bad input; what no host would load is a plugin that is refused.
pub fn component_of(project: &Project, options: &BuildOptions) -> Result<Built, Failure> {
    build::build(project, options).map_err(|error| {
        let hints = error.hints();
        let code = match &error {
            BuildError::ToolFailed { .. } => exit::FAILED,
            BuildError::ToolMissing { .. } | BuildError::NoMain | BuildError::Io { .. } => exit::BAD_INPUT,
            _ => exit::PLUGIN,
        };
        Failure { code, error: Error::from(error).context(format!("build {}", project.manifest.id)), hints }
    })
}
