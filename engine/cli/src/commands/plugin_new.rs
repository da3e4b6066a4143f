//! `selfheal plugin new`: a project for a new plugin.

use std::path::PathBuf;

use anyhow::anyhow;
use plugin_project::Language;
use plugin_project::scaffold::{Request, Role, ScaffoldError, Sdk};

use crate::args::{LanguageArg, NewPluginArgs, RoleArg};
use crate::exit::{self, Failure};
use crate::report::paint::{NAME, PASSED, paint};

/// Writes the project and says what to type next.
pub fn new(args: NewPluginArgs) -> Result<u8, Failure> {
    let language = match args.lang {
        LanguageArg::Rust => Language::Rust,
        LanguageArg::Js => Language::JavaScript,
        LanguageArg::Python => Language::Python,
    };
    let role = match args.role {
        RoleArg::Healer => Role::Healer,
        RoleArg::Classifier => Role::Classifier,
        RoleArg::Runner => Role::Runner,
        RoleArg::Planner => Role::Planner,
        RoleArg::Notifier => Role::Notifier,
    };
    let request = Request { id: args.id, role, language, sdk: sdk(args.sdk.as_deref(), language)? };
    let folder = args.dir.unwrap_or_else(|| PathBuf::from(request.name()));
    let count = request.write(&folder).map_err(|error| {
        let hint = match &error {
            ScaffoldError::Id { .. } => "an id is NAME or PUBLISHER/NAME: lower-case letters, digits and hyphens",
            ScaffoldError::Exists(_) => "take another name, or another folder with --dir",
            _ => "name a folder that you may write to with --dir",
        };
        Failure::bad_input(error).hint(hint)
    })?;
    let shown = folder.display();
    say!("{} {} in {shown} ({count} files)", paint(PASSED, "✓ made"), paint(NAME, format!("{} {role}", request.id)));
    tell!("hint: cd {shown}");
    if let Some(hint) = preparation(language) {
        tell!("hint: {hint}");
    }
    tell!("hint: selfheal plugin test");
    Ok(exit::PASSED)
}

/// What has to be installed once.
fn preparation(language: Language) -> Option<&'static str> {
    match language {
        Language::Rust => None,
        Language::JavaScript => Some("npm install"),
        Language::Python => Some("python3 -m venv .venv && .venv/bin/pip install -r requirements.txt"),
    }
}

fn sdk(wanted: Option<&str>, language: Language) -> Result<Sdk, Failure> {
    let Some(wanted) = wanted else { return Ok(Sdk::Vendored) };
    if language != Language::Rust {
        return Err(Failure::bad_input(anyhow!("--sdk is for plugins in Rust")));
    }
    let absolute = |path: &str| {
        let path = std::fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
        path.display().to_string()
    };
    match wanted.split_once(':') {
        Some(("path", path)) => Ok(Sdk::Path(absolute(path))),
        Some(("git", url)) => Ok(Sdk::Git(url.to_owned())),
        _ => Err(Failure::bad_input(anyhow!("{wanted:?} names no SDK"))
            .hint("write path:DIR for a folder with the crate plugin-sdk, or git:URL for a repository with it")),
    }
}
