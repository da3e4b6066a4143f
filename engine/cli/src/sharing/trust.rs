//! The trust policy of the user: where it is, and what a refusal by it means.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use bundle::keys::PublicKey;
use bundle::lock::Entry;
use bundle::trust::{PolicyError, TrustPolicy};
use bundle::verify::VerifyError;

use crate::exit::Failure;
use crate::project;

/// A policy and the file that it comes from.
pub struct Trust {
    /// Whose signatures count; nobody's where there is no file.
    pub policy: TrustPolicy,
    file: Option<PathBuf>,
    is_there: bool,
}

/// Reads the policy: the file that is named, else the user's. One that is named has to be there.
pub fn read(given: Option<&Path>) -> Result<Trust, Failure> {
    let file = match given {
        Some(file) => Some(file.to_owned()),
        None => project::config_home().map(|folder| folder.join("trust.toml")),
    };
    let policy = match &file {
        Some(file) => match TrustPolicy::read(file) {
            Ok(policy) => Some(policy),
            Err(PolicyError::Io { source, .. }) if given.is_none() && source.kind() == std::io::ErrorKind::NotFound => {
                None
            }
            Err(error) => return Err(unreadable(file, error)),
        },
        None => None,
    };
    Ok(Trust { is_there: policy.is_some(), policy: policy.unwrap_or_default(), file })
}

fn unreadable(file: &Path, error: PolicyError) -> Failure {
    Failure::bad_input(anyhow::Error::new(error).context(format!("read {}", file.display())))
        .hint("a policy is never used in part; mend the file, or name another one with --trust")
}

impl Trust {
    /// Why a bundle was refused, with what the user can do about it.
    pub fn refusal(&self, error: VerifyError) -> Failure {
        let hints = match &error {
            VerifyError::Refused(refusal) => refusal.hints(),
            _ => Vec::new(),
        };
        let mut failure = Failure::plugin(error);
        failure.hints = hints;
        if let (Some(file), false) = (&self.file, self.is_there) {
            failure
                .hints
                .push(format!("there is no trust policy; it would be {} and begin with: version = 1", file.display()));
        }
        failure
    }

    /// Signers for a person, by their names in the policy.
    pub fn names(&self, signers: &[PublicKey]) -> String {
        let name = |key: &PublicKey| match self.policy.name_of(key) {
            Some(name) => format!("{name} ({key})"),
            None => key.to_string(),
        };
        signers.iter().map(name).collect::<Vec<String>>().join(", ")
    }
}

/// Whether an approved plugin was revoked since. The text says what to do.
pub fn check_revocation(policy: &TrustPolicy, entry: &Entry) -> Result<(), String> {
    let act = format!("selfheal plugin update {id}, or selfheal plugin remove {id}", id = entry.id);
    if let Some(digest) = [entry.manifest, entry.wasm].into_iter().find(|digest| policy.is_digest_revoked(*digest)) {
        return Err(format!("{digest} is revoked by the trust policy; {act}"));
    }
    match entry.signers.iter().find(|key| policy.is_key_revoked(key)) {
        Some(key) => Err(format!("its signer {key} is revoked by the trust policy; {act}")),
        None => Ok(()),
    }
}

/// A key from its line or its file.
pub fn public_key(text: &str) -> Result<PublicKey, Failure> {
    let parsed = if Path::new(text).is_file() { PublicKey::read(Path::new(text)) } else { text.parse() };
    parsed.map_err(|error| Failure::bad_input(anyhow!("{error}")))
}
