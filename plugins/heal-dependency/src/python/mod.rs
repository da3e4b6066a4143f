//! Python: what is declared, what is installed, and what fits together.

pub mod companions;
pub mod conflict;
pub mod doubt;
pub mod environment;
pub mod index;
pub mod installed;
pub mod locks;
pub mod missing;
pub mod names;
pub mod removals;
pub mod removed;
pub mod requirements;
pub mod searched;
pub mod traceback;
pub mod upstream;
pub mod versions;

use plugin_sdk::prelude::*;
use plugin_sdk::script_files;

use self::environment::Environment;
use self::index::Index;
use self::requirements::{Declared, Manifests};

/// Everything that the remedies of one incident need to know.
pub struct Project {
    /// What it declares.
    pub manifests: Manifests,
    /// Where its modules come from.
    pub environment: Environment,
    /// What could come.
    pub index: Index,
    /// The stage's directory.
    pub directory: String,
    /// Whether the stage's own command installs what is declared.
    pub installs_itself: bool,
}

impl Project {
    /// Looks at the project of an incident.
    pub fn of(incident: &Incident, log: &dyn Log) -> Self {
        let directory = incident.stage.directory.clone();
        let command = command_of(incident);
        let environment = Environment::of(incident, &command, log);
        Self {
            manifests: Manifests::read(&directory, &command),
            index: Index::new(environment.python(), incident.is_offline()),
            environment,
            installs_itself: environment::installs_itself(&command),
            directory,
        }
    }

    /// Adds the installation of what a manifest now says, unless the stage does that. `None` when nobody would.
    pub fn installed(&self, remedy: Remedy, path: &str, requirement: &str) -> Option<Remedy> {
        if self.installs_itself {
            return Some(remedy);
        }
        let install = if path.ends_with(".toml") {
            self.environment.install_named(requirement, &self.directory)
        } else {
            self.environment.install_file(path, &self.directory)
        };
        install.map(|install| remedy.action(install))
    }

    /// A remedy that changes or adds one requirement. `None` when nothing would change.
    pub fn require(&self, proposed: Remedy, name: &str, specifiers: &str) -> Option<Remedy> {
        let requirement = format!("{name}{specifiers}");
        match self.manifests.find(name) {
            Some(declared) => {
                let specifiers = requirements::narrowed(&declared.specifiers, specifiers);
                let edit = self.manifests.change(declared, &declared.written, &specifiers, &declared.marker)?;
                self.installed(proposed.action(edit), &declared.path, &requirement)
            }
            None => {
                let (path, edit) = self.manifests.append(&requirement)?;
                self.installed(proposed.action(edit), &path, &requirement)
            }
        }
    }

    /// A remedy that declares another package instead.
    pub fn replace(&self, proposed: Remedy, declared: &Declared, successor: &str) -> Option<Remedy> {
        let edit = self.manifests.change(declared, successor, "", &declared.marker)?;
        self.installed(proposed.action(edit), &declared.path, successor)
    }
}

/// What the stage runs: its command, and the scripts that it names.
fn command_of(incident: &Incident) -> String {
    let command = incident.stage.command.text();
    let scripts = script_files::named_in(&command, &incident.stage.directory);
    std::iter::once(command).chain(scripts).collect::<Vec<_>>().join("\n")
}

/// The remedies for a finding of the ecosystem.
pub fn remedies(incident: &Incident, log: &dyn Log) -> Vec<Remedy> {
    let root = incident.root();
    let project = Project::of(incident, log);
    match root.code.as_str() {
        // What a package needs to be built is not among what the project's environment holds.
        "python.module-not-found"
        | "python.setuptools-pkg-resources"
        | "python.import-name-removed"
        | "python.attribute-removed"
            if versions::is_in_build(root, log) =>
        {
            versions::unbuildable(&project)
        }
        "python.module-not-found" => {
            let removed = removed::remedies(incident, log, &project);
            if removed.is_empty() { missing::remedies(incident, log, &project) } else { removed }
        }
        "python.pip-no-matching-distribution" | "python.pip-no-such-version" => versions::remedies(root, log, &project),
        "python.pip-nothing-offered" => doubt::remedies(incident, log, &project),
        "python.deprecated-package" => versions::successor(root, &project),
        "python.poetry-no-such-version" | "python.uv-package-not-found" => versions::unlisted(root, log, &project),
        "python.uv-no-solution" | "python.poetry-conflict" => {
            let unlisted = versions::unlisted(root, log, &project);
            if unlisted.is_empty() { conflict::remedies(log, &project) } else { unlisted }
        }
        "python.pip-conflict" => conflict::remedies(log, &project),
        "python.wheel-build-failed"
        | "python.build-subprocess"
        | "python.build-tool-missing"
        | "python.build-compiler-failed"
        | "python.use-2to3"
        | "python.version-not-supported" => versions::unbuildable(&project),
        "python.distribution-missing" | "python.companion-missing" => companions::remedies(incident, log, &project),
        "python.pytest-plugin-missing" => companions::of_pytest(incident, log, &project),
        "python.uv-lock-outdated" => locks::uv(incident),
        "python.poetry-lock-outdated" => locks::poetry(incident),
        _ => removed::remedies(incident, log, &project),
    }
}
