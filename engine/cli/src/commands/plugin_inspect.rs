//! `selfheal plugin inspect`: what a plugin is, by its bytes alone; nothing of a file is executed unless `--ask` says so.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use bundle::Bundle;
use bundle::oci::annotation;
use log_scan::{ExampleFault, RuleSpec};
use pipeline::definition::{Grant, Pipeline};
use plugin_host::catalog::version_of_file;
use plugin_host::{HostOptions, ImportStanding, Inspection, Interest, Origin, PluginHost, Role};
use serde_json::{Value, json};

use super::plugin::words;
use super::plugin_inspect_claims::Claims;
use crate::args::Format;
use crate::engine;
use crate::exit::{self, Failure};
use crate::project::Project;
use crate::report::paint::{FAILED, HEALED, NAME, PASSED, harmless, paint, size};
use crate::sharing::installed;

/// Longest pattern that is shown to a person, in characters.
const PATTERN: usize = 100;

/// Whether a file may be executed to learn what it does not declare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// No.
    BytesOnly,
    /// Yes, in the sandbox.
    InSandbox,
}

impl From<bool> for Asking {
    fn from(ask: bool) -> Self {
        if ask { Self::InSandbox } else { Self::BytesOnly }
    }
}

/// What `inspect` looks at.
struct Subject {
    id: String,
    version: String,
    digest: String,
    bytes: Cow<'static, [u8]>,
    /// `None` for an embedded plugin.
    file: Option<PathBuf>,
    /// What the plugin came in.
    bundle: Option<Bundle>,
}

impl Subject {
    fn named(name: &str) -> Result<Self, Failure> {
        if let Some(plugin) = standard_plugins::find(name) {
            return Ok(Self {
                id: name.to_owned(),
                version: plugin.version.to_owned(),
                digest: plugin.digest.to_owned(),
                bytes: Cow::Borrowed(plugin.bytes),
                file: None,
                bundle: None,
            });
        }
        let path = Path::new(name);
        if !path.exists() {
            return Err(Failure::bad_input(anyhow!("{name} is neither a standard plugin nor a file"))
                .hint("selfheal plugin list shows the standard plugins"));
        }
        if path.is_dir() || path.extension().is_some_and(|extension| extension == "tar") {
            return Self::of_bundle(path);
        }
        let bytes = std::fs::read(path).with_context(|| format!("read {name}")).map_err(Failure::bad_input)?;
        let id = path.file_stem().map_or_else(|| name.to_owned(), |stem| stem.to_string_lossy().into_owned());
        let digest = plugin_host::inspect::digest(&bytes);
        let (version, file) = (version_of_file(&digest), Some(path.to_path_buf()));
        Ok(Self { id, version, digest, bytes: Cow::Owned(bytes), file, bundle: None })
    }

    /// The component in a bundle. What the bundle says of it is shown as what it says.
    fn of_bundle(path: &Path) -> Result<Self, Failure> {
        let bundle = installed::open(path)?;
        let says = |key: &str| harmless(bundle.annotation(key).unwrap_or_default(), PATTERN);
        Ok(Self {
            id: says(annotation::TITLE),
            version: says(annotation::VERSION),
            digest: bundle.component_digest().to_string(),
            bytes: Cow::Owned(bundle.component().to_vec()),
            file: Some(path.to_path_buf()),
            bundle: Some(bundle),
        })
    }
}

/// Where rules were learned from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    File,
    Plugin,
}

/// What a plugin declares beyond roles and imports.
#[derive(Default)]
struct Declared {
    rules: Option<(Vec<RuleSpec>, Source)>,
    handles: Option<Vec<Interest>>,
}

/// Answers.
pub fn inspect(name: &str, asking: Asking, format: Format) -> Result<u8, Failure> {
    let subject = Subject::named(name)?;
    let failed = |error: anyhow::Error| Failure::plugin(error.context(format!("inspect {name}")));
    let inspection = plugin_host::inspect(&subject.bytes).map_err(|error| failed(error.into()))?;
    let mut declared = Declared::default();
    if inspection.roles.contains(&Role::Classifier) {
        let rules = plugin_host::declared_rules(&format!("{}@{}", subject.id, subject.version), &subject.bytes);
        declared.rules = rules.map_err(|error| failed(error.into()))?.map(|rules| (rules, Source::File));
    }
    match &subject.file {
        None => {
            let host = standard_host()?;
            ask(&host, &subject.id, &inspection, &mut declared)?;
        }
        Some(_) if asking == Asking::InSandbox && subject.bundle.is_some() => {
            return Err(Failure::bad_input(anyhow!("--ask runs a component, and this is a bundle"))
                .hint("install and approve it; a run asks it then"));
        }
        Some(file) if asking == Asking::InSandbox => {
            let host = host_of(file)?;
            ask(&host, &subject.id, &inspection, &mut declared)?;
        }
        Some(_) => {}
    }
    let faults = declared.rules.as_ref().map(|(rules, _)| log_scan::check_examples(rules)).unwrap_or_default();
    let claims = Claims::of(&subject.bytes, subject.bundle.as_ref())?;
    match format {
        Format::Json => {
            let mut answer = as_json(&subject, &inspection, &declared, &faults);
            claims.add_to(&mut answer);
            say!("{answer}");
        }
        Format::Human => show(&subject, &inspection, &declared, &faults, &claims),
    }
    Ok(if faults.is_empty() && claims.hold() { exit::PASSED } else { exit::PLUGIN })
}

/// The standard plugins, which are part of this program.
fn standard_host() -> Result<Arc<PluginHost>, Failure> {
    let project = Project::at(Path::new("."))?;
    engine::plugins(&project, &Pipeline::named(&project.name), &[])
}

/// One file, with nothing behind what it imports.
fn host_of(file: &Path) -> Result<Arc<PluginHost>, Failure> {
    let project = Project::at(Path::new("."))?;
    let options = HostOptions {
        cache_dir: project.cache,
        compile_child: std::env::current_exe().ok(),
        ..HostOptions::for_inspection(file.to_path_buf())
    };
    Ok(Arc::new(PluginHost::new(options).map_err(Failure::plugin)?))
}

/// Asks for what the bytes do not say. Rules that they do say are asked for, too, of a file: an answer that differs from
/// its declaration is what somebody who asks wants to know.
fn ask(host: &PluginHost, id: &str, inspection: &Inspection, declared: &mut Declared) -> Result<(), Failure> {
    let is_embedded = host.catalog().find(id).is_some_and(|plugin| plugin.origin == Origin::Embedded);
    let wants_rules = inspection.roles.contains(&Role::Classifier) && !(is_embedded && declared.rules.is_some());
    engine::runtime()?.block_on(async {
        let broken = |fault: plugin_host::PluginFault| Failure::plugin(anyhow!("{fault}"));
        if wants_rules {
            let rules = host.rules_of(id).await.map_err(broken)?;
            declared.rules.get_or_insert((rules, Source::Plugin));
        }
        if inspection.roles.contains(&Role::Healer) {
            declared.handles = Some(host.interests_of(id).await.map_err(broken)?);
        }
        Ok(())
    })
}

fn as_json(subject: &Subject, inspection: &Inspection, declared: &Declared, faults: &[ExampleFault]) -> Value {
    let import = |import: &plugin_host::Import| json!({ "name": import.name, "standing": standing(&import.standing) });
    let rules_from = declared.rules.as_ref().map(|(_, source)| match source {
        Source::File => "file",
        Source::Plugin => "plugin",
    });
    json!({
        "version": 1,
        "id": subject.id,
        "plugin_version": subject.version,
        "digest": subject.digest,
        "size": inspection.size,
        "roles": words(&inspection.roles),
        "api": inspection.api_version,
        "imports": inspection.imports.iter().map(import).collect::<Vec<Value>>(),
        "grants": inspection.needed_grants().iter().map(|need| need.as_str()).collect::<Vec<&str>>(),
        "declares": {
            "rules": declared.rules.as_ref().map(|(rules, _)| rules),
            "rules_from": rules_from,
            "example_faults": faults.iter().map(ToString::to_string).collect::<Vec<String>>(),
            "handles": declared.handles,
        },
    })
}

fn show(subject: &Subject, inspection: &Inspection, declared: &Declared, faults: &[ExampleFault], claims: &Claims) {
    say!("{}", paint(NAME, harmless(&subject.id, PATTERN)));
    say!("  digest   {}", subject.digest);
    say!("  size     {}", size(inspection.size));
    say!("  contract selfheal:plugin@{}", inspection.api_version.as_deref().unwrap_or("unknown"));
    say!("  roles    {}", words(&inspection.roles).join(", "));
    if subject.file.is_some() {
        claims.show();
    }
    show_imports(inspection);
    show_grants(subject, inspection, claims.requested().as_ref());
    if inspection.roles.contains(&Role::Classifier) {
        show_rules(subject, declared, faults);
    }
    if let Some(handles) = &declared.handles {
        let pattern = |it: &Interest| if it.code.is_empty() { it.category.clone() } else { it.code.clone() };
        say!("  handles  {}", handles.iter().map(pattern).collect::<Vec<String>>().join(", "));
    }
}

fn standing(standing: &ImportStanding) -> String {
    match standing {
        ImportStanding::Free => "free".to_owned(),
        ImportStanding::NeedsGrant(interface) => format!("needs the grant `{}`", interface.toml_line(None)),
        ImportStanding::Refused(reason) => format!("refused: {reason}"),
    }
}

fn show_imports(inspection: &Inspection) {
    say!("  imports");
    for import in &inspection.imports {
        let style = match import.standing {
            ImportStanding::Free => PASSED,
            ImportStanding::NeedsGrant(_) => HEALED,
            ImportStanding::Refused(_) => FAILED,
        };
        let name = harmless(&import.name, PATTERN);
        say!("    {name}  {}", paint(style, standing(&import.standing)));
    }
}

/// What to write into the pipeline file.
fn show_grants(subject: &Subject, inspection: &Inspection, requested: Option<&Grant>) {
    let needed = inspection.needed_grants();
    if needed.is_empty() || subject.file.is_none() {
        return;
    }
    say!("  grants   [plugins.grants.\"{}\"]", harmless(&subject.id, PATTERN));
    say!("           digest = \"{}\"", subject.digest);
    for need in needed {
        say!("           {}", need.toml_line(requested));
    }
}

fn show_rules(subject: &Subject, declared: &Declared, faults: &[ExampleFault]) {
    let Some((rules, source)) = &declared.rules else {
        let file = subject.file.as_deref().unwrap_or(Path::new(&subject.id)).display();
        say!("  rules    not declared in the file");
        say!("hint: selfheal plugin inspect --ask {file} runs it in the sandbox to see them");
        return;
    };
    let from = match source {
        Source::File => "declared in the file",
        Source::Plugin => "not declared in the file; asked for in the sandbox",
    };
    say!("  rules    {}, {from}", rules.len());
    for rule in rules {
        let code = paint(NAME, format!("{:<36}", rule.code));
        say!("    {code} {:<28} {:<6} {:.2}", rule.category, rule.disposition, rule.confidence);
        say!("      {}", harmless(&rule.pattern, PATTERN));
    }
    let examples: usize = rules.iter().map(|rule| rule.examples.len()).sum();
    if faults.is_empty() {
        say!("  examples {}", paint(PASSED, format!("✓ all {examples} do what they declare")));
        return;
    }
    say!("  examples {}", paint(FAILED, format!("✗ {} faults in {examples}", faults.len())));
    for fault in faults {
        say!("    {}", harmless(&fault.to_string(), 2 * PATTERN));
    }
}
