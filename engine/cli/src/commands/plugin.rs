//! `selfheal plugin list|inspect`: which plugins there are, and what one of them is.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use pipeline::definition::PluginSettings;
use plugin_host::{ImportStanding, Inspection, Origin, PluginHost, Role};
use serde_json::{Value, json};

use crate::args::{Format, PluginCommand};
use crate::engine;
use crate::exit::{self, Failure};
use crate::pipeline_file;
use crate::project::Project;
use crate::report::paint::{FAILED, HEALED, NAME, PASSED, paint, size};

/// Answers.
pub fn plugin(command: PluginCommand) -> Result<u8, Failure> {
    match command {
        PluginCommand::List { plugins, dir, format } => list(&plugins, &dir, format),
        PluginCommand::Inspect { plugin, format } => inspect(&plugin, format),
    }
}

fn list(dirs: &[PathBuf], dir: &Path, format: Format) -> Result<u8, Failure> {
    let project = Project::at(dir)?;
    let (source, _warnings) = pipeline_file::read_settings(&project.root)?;
    let settings = pipeline_file::settings(&source, &project.name);
    let host = engine::plugins(&project, &settings.plugins, dirs)?;
    for plugin in host.catalog().plugins() {
        let roles = words(&plugin.inspection.roles);
        match format {
            Format::Json => println!(
                "{}",
                json!({
                    "version": 1, "id": plugin.id, "plugin_version": plugin.version, "roles": roles,
                    "origin": plugin.origin.to_string(), "digest": plugin.digest(), "size": plugin.inspection.size,
                })
            ),
            Format::Human => anstream::println!(
                "{} {:<12} {:<24} {:>9}  {}",
                paint(NAME, format!("{:<20}", plugin.id.as_str())),
                plugin.version,
                roles.join(", "),
                size(plugin.inspection.size),
                plugin.origin
            ),
        }
    }
    for refusal in host.catalog().refused() {
        match format {
            Format::Json => println!(
                "{}",
                json!({ "version": 1, "id": refusal.id, "refused": refusal.reason, "origin": refusal.origin.to_string() })
            ),
            Format::Human => {
                anstream::println!(
                    "{} {} ({}): {}",
                    paint(FAILED, "✗ not used"),
                    refusal.id,
                    refusal.origin,
                    refusal.reason
                );
            }
        }
    }
    Ok(if host.catalog().refused().is_empty() { exit::PASSED } else { exit::PLUGIN })
}

fn words(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|role| role.as_str()).collect()
}

/// What `inspect` looks at.
struct Subject {
    id: String,
    bytes: Vec<u8>,
    /// Folder to load it from, to ask for its rules; `None` for an embedded plugin.
    file: Option<PathBuf>,
}

fn subject(name: &str) -> Result<Subject, Failure> {
    if let Some(plugin) = standard_plugins::all().iter().find(|plugin| plugin.id == name) {
        return Ok(Subject { id: name.to_owned(), bytes: plugin.bytes.to_vec(), file: None });
    }
    let path = Path::new(name);
    if !path.exists() {
        return Err(Failure::bad_input(anyhow!("{name} is neither a standard plugin nor a file"))
            .hint("selfheal plugin list shows the standard plugins"));
    }
    let bytes = std::fs::read(path).with_context(|| format!("read {name}")).map_err(Failure::bad_input)?;
    let id = path.file_stem().map_or_else(|| name.to_owned(), |stem| stem.to_string_lossy().into_owned());
    Ok(Subject { id, bytes, file: Some(path.to_path_buf()) })
}

fn inspect(name: &str, format: Format) -> Result<u8, Failure> {
    let subject = subject(name)?;
    let inspection = plugin_host::inspect(&subject.bytes)
        .map_err(|error| Failure::plugin(anyhow::Error::new(error).context(format!("inspect {name}"))))?;
    let digest = plugin_host::inspect::digest(&subject.bytes);
    let declared = if subject.file.is_none() { declared(&subject.id)? } else { Value::Null };
    if format == Format::Json {
        let imports: Vec<Value> = inspection
            .imports
            .iter()
            .map(|import| {
                json!({
                    "name": import.name, "standing": standing(&import.standing),
                })
            })
            .collect();
        println!(
            "{}",
            json!({
                "version": 1, "id": subject.id, "digest": digest, "size": inspection.size,
                "roles": words(&inspection.roles), "api": inspection.api_version, "imports": imports, "declares": declared,
            })
        );
        return Ok(exit::PASSED);
    }
    anstream::println!("{}", paint(NAME, &subject.id));
    anstream::println!("  digest   {digest}");
    anstream::println!("  size     {}", size(inspection.size));
    anstream::println!("  contract selfheal:plugin@{}", inspection.api_version.as_deref().unwrap_or("unknown"));
    anstream::println!("  roles    {}", words(&inspection.roles).join(", "));
    show_imports(&inspection);
    show_declared(&declared);
    Ok(exit::PASSED)
}

fn standing(standing: &ImportStanding) -> String {
    match standing {
        ImportStanding::Free => "free".to_owned(),
        ImportStanding::NeedsGrant(interface) => format!("needs the grant `{}`", interface.toml_line()),
        ImportStanding::Refused(reason) => format!("refused: {reason}"),
    }
}

fn show_imports(inspection: &Inspection) {
    anstream::println!("  imports");
    for import in &inspection.imports {
        let style = match import.standing {
            ImportStanding::Free => PASSED,
            ImportStanding::NeedsGrant(_) => HEALED,
            ImportStanding::Refused(_) => FAILED,
        };
        anstream::println!("    {}  {}", import.name, paint(style, standing(&import.standing)));
    }
}

/// Rules and interests of a standard plugin. They are part of the component's code, so they have to be asked for in the
/// sandbox; a file is never executed by `inspect`.
fn declared(id: &str) -> Result<Value, Failure> {
    let project = Project::at(Path::new("."))?;
    let host: std::sync::Arc<PluginHost> = engine::plugins(&project, &PluginSettings::default(), &[])?;
    let Some(plugin) = host.catalog().find(id) else { return Ok(Value::Null) };
    if plugin.origin != Origin::Embedded {
        return Ok(Value::Null);
    }
    let (classifies, heals) = (plugin.has_role(Role::Classifier), plugin.has_role(Role::Healer));
    engine::runtime()?.block_on(async {
        let mut declared = serde_json::Map::new();
        if classifies {
            let rules = host.rules_of(id).await.map_err(|fault| Failure::plugin(anyhow!("{fault}")))?;
            declared.insert("rules".to_owned(), serde_json::to_value(rules)?);
        }
        if heals {
            let interests = host.interests_of(id).await.map_err(|fault| Failure::plugin(anyhow!("{fault}")))?;
            declared.insert("handles".to_owned(), serde_json::to_value(interests)?);
        }
        Ok(Value::Object(declared))
    })
}

fn show_declared(declared: &Value) {
    if let Some(rules) = declared.get("rules").and_then(Value::as_array) {
        anstream::println!("  rules    {}", rules.len());
        for rule in rules {
            let text = |key: &str| rule.get(key).and_then(Value::as_str).unwrap_or_default();
            let code = format!("{:<36}", text("code"));
            anstream::println!("    {} {:<28} {}", paint(NAME, code), text("category"), text("disposition"));
        }
    }
    if let Some(handles) = declared.get("handles").and_then(Value::as_array) {
        let patterns: Vec<String> = handles
            .iter()
            .flat_map(|one| one.as_object().into_iter().flatten())
            .filter_map(|(_, value)| value.as_str())
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
            .collect();
        anstream::println!("  handles  {}", patterns.join(", "));
    }
}
