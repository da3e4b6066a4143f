//! From a reference or a file to verified plugins: bytes are compared with digests, then signatures are judged, and only then
//! something is parsed. Nothing is compiled.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use bundle::collection::Collection;
use bundle::component::surface;
use bundle::layout::Layout;
use bundle::manifest::{EmbeddedError, Manifest};
use bundle::pack::{BuildFacts, PackInput, pack};
use bundle::registry::{Reference, RegistryError};
use bundle::trust::Refusal;
use bundle::verify::{Verified, VerifyError, verify, verify_unsigned};
use bundle::{Bundle, component};
use pipeline::time::Timestamp;
use plugin_host::{ImportStanding, inspect};

use super::client;
use super::trust::Trust;
use crate::args::RegistryArgs;
use crate::exit::Failure;

/// Whether signatures are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signatures {
    /// As the policy has it.
    Wanted,
    /// The user does without.
    Waived,
}

/// A verified plugin and where it comes from.
pub struct Offered {
    /// The plugin.
    pub verified: Verified,
    /// Its source as the lock names it.
    pub source: String,
}

/// Gets the plugins of a reference or a file.
pub fn fetch(
    name: &str,
    trust: &Trust,
    registry: RegistryArgs,
    signatures: Signatures,
) -> Result<Vec<Offered>, Failure> {
    let path = Path::new(name);
    if path.exists() {
        return from_file(path, trust, signatures);
    }
    match client::reference(name) {
        Ok(reference) => Ok(vec![from_registry(&reference, trust, registry, signatures)?]),
        Err(failure) => Err(failure.hint(format!("there is no file {name} either"))),
    }
}

/// Gets the plugin that a reference points to now.
pub fn from_registry(
    reference: &Reference,
    trust: &Trust,
    args: RegistryArgs,
    signatures: Signatures,
) -> Result<Offered, Failure> {
    let registry = client::registry(args, reference.repository.host())?;
    let verified = match signatures {
        Signatures::Wanted => {
            let installed = registry.install(reference, &trust.policy).map_err(|error| {
                let can_be_waived = matches!(&error, RegistryError::Verify(error) if can_be_waived(error));
                hinted(client::failed(error, Some(trust)), can_be_waived)
            });
            installed?.verified
        }
        Signatures::Waived => {
            let fetched = registry.fetch_unverified(reference);
            let (bundle, _) = fetched.map_err(|error| client::failed(error, Some(trust)))?;
            judged(bundle, trust, signatures)?
        }
    };
    offered(verified, reference.to_string())
}

fn from_file(path: &Path, trust: &Trust, signatures: Signatures) -> Result<Vec<Offered>, Failure> {
    let source = || std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()).display().to_string();
    let bundles = match is_component(path)? {
        true => vec![of_component(path)?],
        false => {
            let failed = |error: anyhow::Error| Failure::plugin(error.context(format!("open {}", path.display())));
            let layout = Layout::open(path).map_err(|error| failed(error.into()))?;
            Collection::from_layout(&layout).map_err(|error| failed(error.into()))?.into_bundles()
        }
    };
    let verified: Result<Vec<Verified>, Failure> =
        bundles.into_iter().map(|bundle| judged(bundle, trust, signatures)).collect();
    verified?.into_iter().map(|verified| offered(verified, source())).collect()
}

/// Judges a bundle by its own signatures.
pub fn judged(bundle: Bundle, trust: &Trust, signatures: Signatures) -> Result<Verified, Failure> {
    match signatures {
        Signatures::Wanted => verify(bundle, &[], &trust.policy).map_err(|error| {
            let can_be_waived = can_be_waived(&error);
            hinted(trust.refusal(error), can_be_waived)
        }),
        Signatures::Waived => verify_unsigned(bundle, &[], &trust.policy).map_err(|error| {
            let is_wanted = can_be_waived(&error);
            let failure = trust.refusal(error);
            if is_wanted {
                failure.hint("the trust policy has a rule for its publisher, and only a signature meets it")
            } else {
                failure
            }
        }),
    }
}

fn can_be_waived(error: &VerifyError) -> bool {
    matches!(error, VerifyError::Refused(Refusal::Unsigned))
}

fn hinted(failure: Failure, can_be_waived: bool) -> Failure {
    if can_be_waived { failure.hint("to take it unsigned, say so: --allow-unsigned") } else { failure }
}

/// Nobody should approve what this program could not load.
fn offered(verified: Verified, source: String) -> Result<Offered, Failure> {
    check_loadable(verified.bundle().component())?;
    Ok(Offered { verified, source })
}

/// Whether this program takes a component: its contract's version, its imports.
pub fn check_loadable(component: &[u8]) -> Result<(), Failure> {
    let inspection = inspect(component).map_err(Failure::plugin)?;
    for import in &inspection.imports {
        if let ImportStanding::Refused(why) = &import.standing {
            return Err(Failure::plugin(anyhow!("it imports {}: {why}", import.name)));
        }
    }
    Ok(())
}

fn is_component(path: &Path) -> Result<bool, Failure> {
    if path.is_dir() {
        return Ok(false);
    }
    use std::io::Read as _;
    let mut start = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(4).read_to_end(&mut start));
    read.with_context(|| format!("read {}", path.display())).map_err(Failure::bad_input)?;
    Ok(start == b"\0asm")
}

/// A bundle around a component that has a manifest. The same component gives the same bundle: it says nothing of when or
/// where it was built.
pub fn of_component(path: &Path) -> Result<Bundle, Failure> {
    let name = path.display();
    let bytes = std::fs::read(path).with_context(|| format!("read {name}")).map_err(Failure::bad_input)?;
    let failed = |error: anyhow::Error| Failure::plugin(error.context(format!("read {name}")));
    if bytes.len() as u64 > component::MAX_COMPONENT_BYTES {
        return Err(failed(anyhow!("the file has {} bytes, more than a plugin may have", bytes.len())));
    }
    let (manifest, schema) = Manifest::embedded_in(&bytes).map_err(|error| no_manifest(error, path))?;
    surface(&bytes).map_err(|error| failed(error.into()))?;
    let input = PackInput {
        component: &bytes,
        manifest: &manifest,
        schema: schema.as_ref(),
        created: Timestamp(0),
        dependencies: None,
        build: &BuildFacts::default(),
    };
    pack(&input).map_err(|error| failed(error.into()))
}

/// Why the manifest of a component cannot be had, and what to do about it.
pub fn no_manifest(error: EmbeddedError, path: &Path) -> Failure {
    let is_missing = error == EmbeddedError::Missing;
    let failure = Failure::plugin(anyhow::Error::new(error).context(format!("read {}", path.display())));
    if is_missing {
        failure.hint("write a plugin.toml beside it and pack it: selfheal plugin pack DIR")
    } else {
        failure
    }
}
