//! The bundles of a project: one file each, named by its digest, and the list of those that wait for approval.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use bundle::layout::Layout;
use bundle::lock::Lock;
use bundle::trust::TrustPolicy;
use bundle::{Bundle, Digest};
use plugin_host::InstalledPlugin;
use serde::{Deserialize, Serialize};

use super::trust;
use crate::exit::Failure;
use crate::project::Project;

/// Version of the list's shape.
const VERSION: u32 = 1;

/// A plugin that was fetched and verified, and waits for somebody to approve it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Where it came from.
    pub source: String,
    /// Digest of the bundle's manifest.
    pub manifest: Digest,
    /// Whether the user took it without a signature that counts.
    pub is_unsigned: bool,
}

#[derive(Serialize, Deserialize)]
struct Offers {
    version: u32,
    offers: BTreeMap<String, Offer>,
}

/// The folder with a project's bundles.
pub struct Installed {
    folder: PathBuf,
}

impl Installed {
    /// Of a project.
    pub fn of(project: &Project) -> Self {
        Self { folder: project.state.root.join("bundles") }
    }

    /// The file of a bundle, whether it is there or not.
    pub fn file(&self, manifest: Digest) -> PathBuf {
        self.folder.join(format!("{}.plugin.tar", manifest.hex()))
    }

    /// Keeps a bundle.
    pub fn keep(&self, bundle: &Bundle) -> Result<(), Failure> {
        replace(&self.file(bundle.digest()), &bundle.to_layout().to_tar())
    }

    /// Reads a bundle. Every part of it is compared with its digest, and the whole with the one that is wanted.
    pub fn open(&self, manifest: Digest) -> Result<Bundle, Failure> {
        let file = self.file(manifest);
        let bundle = open(&file)?;
        if bundle.digest() != manifest {
            let (name, found) = (file.display(), bundle.digest());
            return Err(Failure::plugin(anyhow::anyhow!("{name} holds {found}; install the plugin again")));
        }
        Ok(bundle)
    }

    /// What waits for approval, by id.
    pub fn offers(&self) -> Result<BTreeMap<String, Offer>, Failure> {
        let path = self.folder.join("offers.json");
        match fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            read => {
                let bytes = read.with_context(|| format!("read {}", path.display()))?;
                let list: Offers =
                    serde_json::from_slice(&bytes).with_context(|| format!("understand {}", path.display()))?;
                Ok(list.offers)
            }
        }
    }

    /// Adds an offer, or takes one away.
    pub fn set_offer(&self, id: &str, offer: Option<Offer>) -> Result<(), Failure> {
        let mut offers = self.offers()?;
        let before = offers.clone();
        match offer {
            Some(offer) => offers.insert(id.to_owned(), offer),
            None => offers.remove(id),
        };
        if offers == before {
            return Ok(());
        }
        let text = serde_json::to_vec(&Offers { version: VERSION, offers }).context("write down what waits")?;
        replace(&self.folder.join("offers.json"), &text)
    }

    /// Removes bundles that neither the lock nor an offer names.
    pub fn sweep(&self, lock: &Lock) -> Result<(), Failure> {
        let mut named: Vec<PathBuf> = lock.entries().map(|entry| self.file(entry.manifest)).collect();
        named.extend(self.offers()?.values().map(|offer| self.file(offer.manifest)));
        let Ok(entries) = fs::read_dir(&self.folder) else { return Ok(()) };
        for entry in entries.flatten() {
            let path = entry.path();
            let is_bundle = path.extension().is_some_and(|extension| extension == "tar");
            if is_bundle && !named.contains(&path) {
                fs::remove_file(&path).with_context(|| format!("remove {}", path.display()))?;
            }
        }
        Ok(())
    }

    /// The plugins that a lock approves, read and compared with it. Those that were approved where they lie, in a plugin
    /// folder, are found there.
    pub fn approved(&self, lock: &Lock, policy: &TrustPolicy) -> Vec<InstalledPlugin> {
        let entries = lock.entries().filter(|entry| !is_loose(&entry.source));
        let component = |entry: &bundle::lock::Entry| -> Result<Arc<[u8]>, String> {
            let file = self.file(entry.manifest);
            if !file.is_file() {
                return Err(
                    "plugins.lock names it, and it is not installed here; run: selfheal plugin install".to_owned()
                );
            }
            let bundle = open(&file).map_err(|failure| format!("{:#}; run: selfheal plugin install", failure.error))?;
            let again =
                |why: String| format!("{why}; look at what changed, then: selfheal plugin approve {}", entry.id);
            entry.admits_bundle(&bundle).map_err(|mismatch| again(mismatch.to_string()))?;
            trust::check_revocation(policy, entry)?;
            Ok(bundle.component().into())
        };
        entries
            .map(|entry| InstalledPlugin {
                id: entry.id.clone(),
                file: self.file(entry.manifest),
                component: component(entry),
            })
            .collect()
    }
}

/// Whether an entry of the lock is about a component that lies in a plugin folder, and not about a bundle.
pub fn is_loose(source: &str) -> bool {
    source.ends_with(".wasm")
}

/// The only bundle of a file or folder.
pub fn open(path: &Path) -> Result<Bundle, Failure> {
    let failed = |error: anyhow::Error| Failure::plugin(error.context(format!("open the bundle {}", path.display())));
    let layout = Layout::open(path).map_err(|error| failed(error.into()))?;
    Bundle::from_layout(&layout).map_err(|error| failed(error.into()))
}

/// Replaces a file whole; the folder is made where it is missing.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        use std::os::unix::fs::PermissionsExt as _;
        fs::create_dir_all(folder)?;
        // A file that is there keeps its mode.
        let mode = fs::metadata(path).map_or(0o644, |metadata| metadata.permissions().mode() & 0o7777);
        let permissions = fs::Permissions::from_mode(mode);
        let mut file = tempfile::Builder::new().prefix(".selfheal-").permissions(permissions).tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map(|_| ()).map_err(|error| error.error)
    };
    write().with_context(|| format!("write {}", path.display())).map_err(Failure::bad_input)
}
