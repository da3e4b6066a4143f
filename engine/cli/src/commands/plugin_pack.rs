//! `selfheal plugin pack`: a component and its `plugin.toml` become a bundle. The same input gives the same bytes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use bundle::component::producers;
use bundle::manifest::{ConfigSchema, EmbeddedError, Manifest};
use bundle::pack::{BuildFacts, Dependency, PackInput, pack as pack_bundle, source_date_epoch};
use pipeline::time::Timestamp;

use crate::args::PackArgs;
use crate::exit::{self, Failure};
use crate::report::paint::{NAME, PASSED, paint, size};
use crate::sharing::installed::replace;
use crate::sharing::offer::{check_loadable, no_manifest};
use crate::sharing::project_files::{self, MANIFEST};

/// What goes into a bundle.
struct Parts {
    component: Vec<u8>,
    manifest: Manifest,
    schema: Option<ConfigSchema>,
    /// The project around it, where there is one.
    folder: Option<PathBuf>,
}

/// Packs.
pub fn pack(args: &PackArgs) -> Result<u8, Failure> {
    let parts = parts(args)?;
    let dependencies = parts.folder.as_deref().map(project_files::dependencies).transpose()?.flatten();
    let build = BuildFacts {
        builder: args.builder.clone(),
        revision: parts.folder.as_deref().and_then(project_files::revision),
        tools: tools(&parts.component),
    };
    let bundle = pack_bundle(&PackInput {
        component: &parts.component,
        manifest: &parts.manifest,
        schema: parts.schema.as_ref(),
        created: created()?,
        dependencies: dependencies.as_deref(),
        build: &build,
    });
    let bundle = bundle.map_err(Failure::plugin)?;
    check_loadable(bundle.component())?;
    let Manifest { id, version, .. } = &parts.manifest;
    let name = id.rsplit('/').next().unwrap_or(id);
    let output = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{name}-{version}.plugin.tar")));
    let tar = bundle.to_layout().to_tar();
    replace(&output, &tar)?;
    say!(
        "{} {id} {version}: {} ({})",
        paint(PASSED, "✓ packed"),
        paint(NAME, output.display()),
        size(tar.len() as u64)
    );
    say!("  bundle    {}", bundle.digest());
    say!("  component {}", bundle.component_digest());
    say!("  holds     the component, its manifest, {}, its provenance", bill(dependencies.as_deref()));
    say!("hint: selfheal plugin sign {}", output.display());
    Ok(exit::PASSED)
}

fn bill(dependencies: Option<&[Dependency]>) -> String {
    match dependencies {
        Some(list) => format!("a bill of materials with {} packages", list.len()),
        None => "a bill of materials that knows no packages (no lock file was found)".to_owned(),
    }
}

fn parts(args: &PackArgs) -> Result<Parts, Failure> {
    let input = &args.input;
    if input.is_dir() {
        if !input.join(MANIFEST).is_file() {
            return Err(Failure::bad_input(anyhow!("there is no {MANIFEST} in {}", input.display()))
                .hint("selfheal plugin new makes a project with one; or name a component that has a manifest"));
        }
        let (manifest, schema) = project_files::manifest(input)?;
        let component = match &args.component {
            Some(file) => file.clone(),
            None => project_files::component(input, &manifest)?,
        };
        return Ok(Parts { component: read(&component)?, manifest, schema, folder: Some(input.clone()) });
    }
    let component = read(input)?;
    match Manifest::embedded_in(&component) {
        Ok((manifest, schema)) => Ok(Parts { component, manifest, schema, folder: None }),
        Err(EmbeddedError::Missing) => {
            let folder = input.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            if !folder.join(MANIFEST).is_file() {
                return Err(no_manifest(EmbeddedError::Missing, input));
            }
            let (manifest, schema) = project_files::manifest(folder)?;
            Ok(Parts { component, manifest, schema, folder: Some(folder.to_owned()) })
        }
        Err(error) => Err(no_manifest(error, input)),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).with_context(|| format!("read {}", path.display())).map_err(Failure::bad_input)
}

/// The time that everything in the bundle is said to be from.
fn created() -> Result<Timestamp, Failure> {
    match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) if !text.is_empty() => source_date_epoch(&text).map_err(Failure::bad_input),
        _ => Ok(Timestamp(0)),
    }
}

/// What the component says that it was made with.
fn tools(component: &[u8]) -> BTreeMap<String, String> {
    producers(component).into_iter().map(|producer| (producer.name, producer.version)).collect()
}
