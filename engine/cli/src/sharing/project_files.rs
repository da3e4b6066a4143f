//! What lies around a plugin's source: its manifest, its component, its lock files, the revision.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, anyhow};
use bundle::manifest::{ConfigSchema, Manifest};
use bundle::pack::{Dependency, DependencyError, of_cargo_lock, of_package_lock, of_requirements};

use crate::exit::Failure;

/// Name of the manifest that an author writes.
pub const MANIFEST: &str = "plugin.toml";

/// Reads `plugin.toml` and the schema that it names.
pub fn manifest(folder: &Path) -> Result<(Manifest, Option<ConfigSchema>), Failure> {
    let text = read_text(&folder.join(MANIFEST))?;
    let manifest = Manifest::from_toml(&text).map_err(Failure::bad_input)?;
    let schema = match &manifest.config {
        None => None,
        Some(config) => {
            let path = folder.join(&config.schema);
            let schema = ConfigSchema::parse(read_text(&path)?.as_bytes());
            Some(schema.with_context(|| format!("read {}", path.display())).map_err(Failure::bad_input)?)
        }
    };
    Ok((manifest, schema))
}

/// The built component of a project: where `plugin build` puts it, else where tool chains do.
pub fn component(folder: &Path, manifest: &Manifest) -> Result<PathBuf, Failure> {
    let name = manifest.id.rsplit('/').next().unwrap_or(&manifest.id);
    let mut places = vec![format!("dist/{}.wasm", manifest.id), format!("dist/{name}.wasm"), format!("{name}.wasm")];
    let package = cargo_package(folder).unwrap_or_else(|| name.to_owned());
    let file = package.replace('-', "_");
    places.extend(["release", "debug"].map(|profile| format!("target/wasm32-wasip2/{profile}/{file}.wasm")));
    let found = places.iter().map(|place| folder.join(place)).find(|path| path.is_file());
    found.ok_or_else(|| {
        Failure::bad_input(anyhow!("there is no built component in {}", folder.display()))
            .hint(format!("build it first, e.g. selfheal plugin build {}", folder.display()))
            .hint(format!("looked for {}; --component names another file", places.join(", ")))
    })
}

/// The packages that a project was built from, by its lock file; `None` where it has none.
pub fn dependencies(folder: &Path) -> Result<Option<Vec<Dependency>>, Failure> {
    let failed = |path: &Path, error: DependencyError| {
        Failure::bad_input(anyhow::Error::new(error).context(format!("read {}", path.display())))
    };
    if let Some(package) = cargo_package(folder) {
        // A member of a workspace has its lock file above it.
        let Some(path) = folder.ancestors().map(|above| above.join("Cargo.lock")).find(|path| path.is_file()) else {
            return Ok(None);
        };
        let found = of_cargo_lock(&read_text(&path)?, &package).map_err(|error| failed(&path, error))?;
        return Ok(Some(found));
    }
    let (npm, python) = (folder.join("package-lock.json"), folder.join("requirements.txt"));
    let found = if npm.is_file() {
        of_package_lock(&read_text(&npm)?).map_err(|error| failed(&npm, error))?
    } else if python.is_file() {
        of_requirements(&read_text(&python)?).map_err(|error| failed(&python, error))?
    } else {
        return Ok(None);
    };
    Ok(Some(found))
}

/// The commit that a folder's files are of; `None` where something in it was changed since, or there is no repository.
pub fn revision(folder: &Path) -> Option<String> {
    let git = |args: &[&str]| {
        let output = Command::new("git").arg("-C").arg(folder).args(args).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let changed = git(&["status", "--porcelain", "--untracked-files=no", "--", "."])?;
    if changed.is_empty() { git(&["rev-parse", "HEAD"]).filter(|commit| !commit.is_empty()) } else { None }
}

fn cargo_package(folder: &Path) -> Option<String> {
    let text = std::fs::read_to_string(folder.join("Cargo.toml")).ok()?;
    let manifest: toml::Table = text.parse().ok()?;
    Some(manifest.get("package")?.get("name")?.as_str()?.to_owned())
}

fn read_text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).with_context(|| format!("read {}", path.display())).map_err(Failure::bad_input)
}
