//! What is installed in an environment of the workspace: which distribution brought which module, and for which Python.

use plugin_sdk::prelude::*;

use super::environment::Environment;
use super::names::{STANDARD, distribution_of};
use super::requirements::{normal, parse};

/// Most bytes of lists of files that are read to find a module's owner: a quarter of what a call may read.
const MAX_RECORD_BYTES: u64 = 4 << 20;

/// One installed distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Its name as installed.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where it says about itself.
    metadata: String,
}

impl Environment {
    /// The directory that holds the modules; only for an environment in the workspace.
    pub fn site_packages(&self) -> Option<String> {
        let path = self.path()?;
        let versions = host::workspace::entries(&path::below(path, "lib")).ok()?;
        let is_python = |entry: &host::workspace::Entry| {
            entry.path.rsplit('/').next().is_some_and(|name| name.starts_with("python3"))
        };
        versions.into_iter().find(is_python).map(|python| path::below(&python.path, "site-packages"))
    }

    /// The Python of the environment as major and minor version.
    pub fn python(&self) -> Option<(u64, u64)> {
        let settings = host::workspace::read_text(&path::below(self.path()?, "pyvenv.cfg")).ok()?;
        let version = settings.lines().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            ["version", "version_info"].contains(&key.trim()).then(|| value.trim().to_owned())
        })?;
        let mut parts = version.split('.').map(str::parse);
        Some((parts.next()?.ok()?, parts.next()?.ok()?))
    }

    /// Everything that is installed.
    pub fn distributions(&self) -> Vec<Installed> {
        let entries = self.site_packages().and_then(|path| host::workspace::entries(&path).ok()).unwrap_or_default();
        let parsed = entries.into_iter().filter_map(|entry| {
            let stem = entry.path.rsplit('/').next()?.strip_suffix(".dist-info")?.to_owned();
            let (name, version) = stem.rsplit_once('-')?;
            Some(Installed { name: name.to_owned(), version: version.to_owned(), metadata: entry.path })
        });
        parsed.collect()
    }

    /// What an installed distribution wants only with one of its extras: the extra and the name of what it wants.
    pub fn optional_requirements(&self, name: &str) -> Vec<(String, String)> {
        let installed = self.distributions();
        let Some(owner) = installed.iter().find(|other| normal(&other.name) == normal(name)) else { return Vec::new() };
        let metadata = host::workspace::read_text(&path::below(&owner.metadata, "METADATA")).unwrap_or_default();
        let lines = metadata.lines().take_while(|line| !line.is_empty());
        let optional = lines.filter_map(|line| {
            let (requirement, marker) = line.strip_prefix("Requires-Dist: ")?.split_once(';')?;
            let extra = marker.split_once("extra ==")?.1.trim().trim_matches(['"', '\'', ')', ' ']).to_owned();
            Some((extra, parse(requirement.trim())?.0.split('[').next()?.to_owned()))
        });
        optional.collect()
    }

    /// The distribution that brought a module: by what is installed, else by the table of names; `None` for what is Python's
    /// own.
    pub fn owner_of(&self, module: &str) -> Option<Owner> {
        let top = module.split('.').next().unwrap_or(module);
        if STANDARD.contains(&top) {
            return None;
        }
        let installed = self.distributions();
        let found = brought(module, top, &installed);
        let name = found.map_or_else(|| distribution_of(module).0, |owner| owner.name.clone());
        let version = installed.iter().find(|other| normal(&other.name) == normal(&name));
        Some(Owner { version: version.map(|owner| owner.version.clone()), name: name.replace('_', "-") })
    }
}

/// A distribution to which a module belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Its name.
    pub name: String,
    /// The installed version, if it is.
    pub version: Option<String>,
}

fn brought<'a>(module: &str, top: &str, installed: &'a [Installed]) -> Option<&'a Installed> {
    let names_it = |distribution: &&Installed| {
        host::workspace::read_text(&path::below(&distribution.metadata, "top_level.txt"))
            .is_ok_and(|names| names.lines().any(|name| name.trim() == top))
    };
    let named: Vec<&Installed> = installed.iter().filter(names_it).collect();
    if let [only] = named[..] {
        return Some(only);
    }
    // Several share a namespace, or none says so itself: the list of files knows.
    let candidates: Vec<&Installed> = if named.is_empty() { installed.iter().collect() } else { named };
    let lists = candidates.iter().scan(0, |read, distribution| {
        let path = path::below(&distribution.metadata, "RECORD");
        *read += host::workspace::stat(&path).map_or(0, |entry| entry.size);
        (*read <= MAX_RECORD_BYTES).then(|| (*distribution, host::workspace::read_text(&path).unwrap_or_default()))
    });
    let lists: Vec<(&Installed, String)> = lists.collect();
    let mut wanted = module;
    loop {
        let path = wanted.replace('.', "/");
        let begins = [format!("{path}/"), format!("{path}.py"), format!("{path}.")];
        let holds = |list: &str| list.lines().any(|line| begins.iter().any(|start| line.starts_with(start)));
        if let Some((owner, _)) = lists.iter().find(|(_, list)| holds(list)) {
            return Some(owner);
        }
        wanted = wanted.rsplit_once('.')?.0;
    }
}
