//! Where plugins come from, and which of them are used.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::ops::Deref;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use pipeline::definition::Grant;
use pipeline::id::PluginId;

use crate::gate::{Candidate, Terms};
use crate::grants::{Allowance, Applicant, Naming, allow};
use crate::inspect::{InspectError, Inspection, MAX_COMPONENT_BYTES, Role, digest, inspect};
use crate::notice::Notice;
use crate::options::HostOptions;
use crate::sandbox::CallLimits;

/// A plugin's configuration in bytes; the contract's limit.
const MAX_CONFIG: usize = 64 << 10;

/// Where a plugin was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the program.
    Embedded,
    /// In a file.
    File(PathBuf),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded => f.write_str("embedded"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// A plugin that is used.
pub struct Plugin {
    /// Its id: from the program, the lock or the file's name, never from the plugin.
    pub id: PluginId,
    /// Its version; for a file that nobody vouches for `0.0.0+` and the beginning of its digest.
    pub version: String,
    /// Where it was found.
    pub origin: Origin,
    /// What its bytes say.
    pub inspection: Inspection,
    /// What it may do.
    pub allowance: Allowance,
    /// Limits of one call.
    pub limits: CallLimits,
    /// Its configuration, JSON.
    pub config: Arc<str>,
    /// The component.
    pub bytes: Bytes,
    digest: Digest,
}

/// `sha256:…` of a component: known from the build, or computed once when it is needed.
#[derive(Default)]
struct Digest(OnceLock<Cow<'static, str>>);

impl Digest {
    fn of(&self, bytes: &[u8]) -> &str {
        self.0.get_or_init(|| Cow::Owned(digest(bytes)))
    }
}

impl From<&'static str> for Digest {
    fn from(known: &'static str) -> Self {
        Self(OnceLock::from(Cow::Borrowed(known)))
    }
}

impl Plugin {
    /// `sha256:…` of the component. That of a file is computed at the first call, about 1 ms per megabyte.
    pub fn digest(&self) -> &str {
        self.digest.of(&self.bytes)
    }

    /// `id@version`, with which the ids of its rules begin.
    pub fn name(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }

    /// Whether it has a role.
    pub fn has_role(&self, role: Role) -> bool {
        self.inspection.roles.contains(&role)
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{} ({})", self.id, self.version, self.origin)
    }
}

/// A component that may become a plugin.
struct Found {
    origin: Origin,
    bytes: Bytes,
    version: Option<&'static str>,
    digest: Digest,
    naming: Naming,
}

/// A component in memory.
pub enum Bytes {
    /// Part of the program.
    Embedded(&'static [u8]),
    /// From outside.
    Read(Arc<[u8]>),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Embedded(bytes) => bytes,
            Self::Read(bytes) => bytes,
        }
    }
}

/// A plugin that is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its id; for a file whose name is no id, the file's name.
    pub id: String,
    /// Where it was found.
    pub origin: Origin,
    /// Why it is not used, and what to do about it.
    pub reason: String,
}

/// All plugins of one host, sorted by id.
#[derive(Debug, Default)]
pub struct Catalog {
    plugins: BTreeMap<PluginId, Plugin>,
    refused: Vec<Refusal>,
}

/// The catalog could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A plugin directory cannot be listed.
    #[error("read the plugin directory {}: {source}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl Catalog {
    /// Finds all plugins. A plugin that may not be loaded is a [`Refusal`] and a notice, never an error: the others are
    /// used. Costs a read of each file and microseconds for each plugin; nothing is compiled.
    pub fn load(options: &HostOptions) -> Result<Self, LoadError> {
        let mut catalog = Self::default();
        for embedded in &options.embedded {
            let id = embedded.id;
            let grant = options.grants.get(id).or_else(|| options.embedded_grants.get(id));
            let found = Found {
                origin: Origin::Embedded,
                bytes: Bytes::Embedded(embedded.bytes),
                version: Some(embedded.version),
                digest: embedded.digest.map(Digest::from).unwrap_or_default(),
                naming: Naming::Id,
            };
            catalog.add(options, id, found, grant);
        }
        for installed in &options.installed {
            let (origin, component) = (Origin::File(installed.file.clone()), installed.component.clone());
            catalog.add_read(options, &installed.id, origin, component, Naming::Digest);
        }
        for directory in &options.directories {
            for (id, path) in component_files(directory)? {
                let component = read_component(&path);
                catalog.add_read(options, &id, Origin::File(path), component, Naming::Digest);
            }
        }
        for path in &options.files {
            let id = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            catalog.add_read(options, &id, Origin::File(path.clone()), read_component(path), Naming::Id);
        }
        for refusal in &catalog.refused {
            (options.on_notice)(Notice::Refused { plugin: refusal.id.clone(), reason: refusal.reason.clone() });
        }
        Ok(catalog)
    }

    /// All plugins that are used, sorted by id.
    pub fn plugins(&self) -> impl Iterator<Item = &Plugin> {
        self.plugins.values()
    }

    /// Those with a role, sorted by id.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = &Plugin> {
        self.plugins.values().filter(move |plugin| plugin.has_role(role))
    }

    /// One plugin.
    pub fn find(&self, id: &str) -> Option<&Plugin> {
        self.plugins.get(id)
    }

    /// Plugins that were found and are not used.
    pub fn refused(&self) -> &[Refusal] {
        &self.refused
    }

    fn add_read(
        &mut self,
        options: &HostOptions,
        id: &str,
        origin: Origin,
        component: Result<Arc<[u8]>, String>,
        naming: Naming,
    ) {
        if options.disabled.iter().any(|disabled| disabled == id) {
            return;
        }
        match component {
            Ok(bytes) => {
                let bytes = Bytes::Read(bytes);
                let found = Found { origin, bytes, version: None, digest: Digest::default(), naming };
                self.add(options, id, found, options.grants.get(id));
            }
            Err(reason) => self.refuse(id, origin, reason),
        }
    }

    fn add(&mut self, options: &HostOptions, id: &str, found: Found, grant: Option<&Grant>) {
        if options.disabled.iter().any(|disabled| disabled == id) {
            return;
        }
        let Found { origin, bytes, version, digest, naming } = found;
        let config = options.config.get(id).map_or("{}", String::as_str);
        let digest_of = || digest.of(&bytes).to_owned();
        let check_bytes = || {
            let inspection = inspect(&bytes).map_err(|error| error.to_string())?;
            let terms = match &origin {
                Origin::Embedded => Terms::default(),
                Origin::File(_) => {
                    let digest = digest.of(&bytes);
                    let candidate = Candidate { id, origin: &origin, bytes: &bytes, digest, grant, config };
                    options.gate.admit(&candidate)?
                }
            };
            let requested = terms.requested.as_ref();
            let applicant = Applicant { id, inspection: &inspection, grant, naming, requested };
            let allowance = allow(&applicant, digest_of)?;
            Ok((inspection, terms, allowance))
        };
        let checked = check_id(id).and_then(|()| check_config(config)).and_then(|()| check_bytes());
        let (inspection, terms, allowance) = match checked {
            Ok(checked) => checked,
            Err(reason) => return self.refuse(id, origin, reason),
        };
        let version = match version.map(str::to_owned).or(terms.version) {
            Some(version) => version,
            None => version_of_file(digest.of(&bytes)),
        };
        let id = PluginId::new(id);
        let (limits, config) = (options.limits.for_needs(terms.needs), Arc::from(config));
        let plugin = Plugin { id: id.clone(), version, origin, inspection, allowance, limits, config, bytes, digest };
        let by = plugin.origin.clone();
        if let Some(replaced) = self.plugins.insert(id.clone(), plugin)
            && let Origin::File(by) = by
        {
            let replaces = replaced.origin.to_string();
            (options.on_notice)(Notice::Replaced { plugin: id.to_string(), by, replaces });
        }
    }

    /// Notes a refusal. A plugin of the same id that was found before stays in use, and the reason says so.
    fn refuse(&mut self, id: &str, origin: Origin, reason: String) {
        let reason = match self.plugins.get(id) {
            Some(other) => format!("{reason} (the one from {} stays in use)", other.origin),
            None => reason,
        };
        self.refused.push(Refusal { id: id.to_owned(), origin, reason });
    }
}

/// The version of a plugin that is a file: nothing in it names one that could be trusted.
pub fn version_of_file(digest: &str) -> String {
    let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
    format!("0.0.0+{}", hex.get(..12).unwrap_or(hex))
}

fn check_config(config: &str) -> Result<(), String> {
    if config.len() > MAX_CONFIG {
        return Err(format!("its configuration has {} bytes; at most {MAX_CONFIG} are allowed", config.len()));
    }
    Ok(())
}

/// An id is `name` or `publisher/name`, each of lower-case ASCII letters, digits and hyphens: two ids never look alike.
fn check_id(id: &str) -> Result<(), String> {
    let is_name = |name: &str| {
        !name.is_empty()
            && name.len() <= 64
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !name.starts_with('-')
    };
    let parts: Vec<&str> = id.split('/').collect();
    if parts.len() <= 2 && parts.iter().all(|part| is_name(part)) {
        return Ok(());
    }
    Err("its name is no plugin id: lower-case letters, digits and hyphens, `NAME.wasm` or `PUBLISHER/NAME.wasm`"
        .to_owned())
}

/// `DIR/NAME.wasm` and `DIR/PUBLISHER/NAME.wasm` with their ids, sorted by id. `NAME.cwasm` is beside `NAME.wasm`, not in its
/// place.
fn component_files(directory: &Path) -> Result<BTreeSet<(String, PathBuf)>, LoadError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| LoadError::Directory { path, source }
    };
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(directory).map_err(failed(directory))? {
        let path = entry.map_err(failed(directory))?.path();
        if let Some(name) = component_name(&path) {
            files.insert((name, path));
        } else if path.is_dir() {
            let Some(publisher) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
            if publisher.starts_with('.') {
                continue;
            }
            for entry in fs::read_dir(&path).map_err(failed(&path))? {
                let file = entry.map_err(failed(&path))?.path();
                if let Some(name) = component_name(&file) {
                    files.insert((format!("{publisher}/{name}"), file));
                }
            }
        }
    }
    Ok(files)
}

/// The stem of a `.wasm` or `.cwasm` file. The latter is listed to be refused with its reason, rather than overlooked.
fn component_name(path: &Path) -> Option<String> {
    let extension = path.extension()?;
    let is_component = extension == "wasm" || extension == "cwasm";
    let stem = path.file_stem().filter(|_| is_component && !path.is_dir())?;
    Some(stem.to_string_lossy().into_owned())
}

/// Reads a file within the size limit. Never waits for a FIFO.
fn read_component(path: &Path) -> Result<Arc<[u8]>, String> {
    let failed = |error: std::io::Error| format!("it cannot be read: {error}");
    let file = File::options().read(true).custom_flags(libc::O_NONBLOCK).open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let mut bytes = Vec::new();
    file.take(MAX_COMPONENT_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_COMPONENT_BYTES {
        return Err(InspectError::TooLarge(metadata.len()).to_string());
    }
    Ok(bytes.into())
}

#[cfg(test)]
mod tests;
