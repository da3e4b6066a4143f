//! Whose signatures count: the trust policy, a TOML file of the user or the organisation.
//!
//! ```toml
//! version = 1
//!
//! [keys]
//! acme-release = "RW…"
//! ada = "RW…"
//! ben = "RW…"
//!
//! [[trust]]
//! publisher = "acme/"              # ids that begin so; the slash ends the name
//! all-of = ["acme-release"]        # each of these
//! any-of = { minimum = 1, keys = ["ada", "ben"] }  # and so many of those
//!
//! [[trust]]
//! plugin = "heal-ours"             # exactly this id; wins over its publisher
//! all-of = ["ada"]
//!
//! [revoked]
//! keys = ["RW…"]                   # or names from [keys]
//! digests = ["sha256:…"]           # of a bundle's manifest or of its component
//! ```
//!
//! Nobody is trusted by default, and the longest matching publisher decides alone.

mod policy;
mod refusal;

pub use policy::{PolicyError, TrustPolicy};
pub use refusal::{Missing, Refusal};

use std::collections::BTreeMap;

use crate::digest::Digest;
use crate::keys::PublicKey;
use crate::sign::{Claims, Signature};

/// Most signatures that are looked at; each costs a tenth of a millisecond per key.
const MAX_SIGNATURES: usize = 64;

/// What a policy made of some signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What the signers say.
    pub claims: Claims,
    /// Whose signatures are valid and count, sorted.
    pub signers: Vec<PublicKey>,
}

impl TrustPolicy {
    /// Whether these signatures are enough for the bundle with this digest. Needs nothing else of the bundle.
    pub fn judge(&self, digest: Digest, signatures: &[Signature]) -> Result<Judgement, Refusal> {
        if self.is_digest_revoked(digest) {
            return Err(Refusal::DigestRevoked(digest));
        }
        if signatures.is_empty() {
            return Err(Refusal::Unsigned);
        }
        let mut by_claims: BTreeMap<Claims, Vec<PublicKey>> = BTreeMap::new();
        let mut revoked = Vec::new();
        for signature in signatures.iter().take(MAX_SIGNATURES) {
            for key in self.known_keys() {
                let Ok(claims) = signature.verify(&key, digest) else { continue };
                if self.is_key_revoked(&key) {
                    revoked.push(key);
                    continue;
                }
                let signers = by_claims.entry(claims).or_default();
                if !signers.contains(&key) {
                    signers.push(key);
                }
            }
        }
        let mut accepted = Vec::new();
        let mut refused = None;
        for (claims, mut signers) in by_claims {
            signers.sort_unstable();
            match self.is_enough(&claims.id, &signers) {
                Ok(()) => accepted.push(Judgement { claims, signers }),
                Err(refusal) => refused = Some(refusal),
            }
        }
        match (accepted.pop(), accepted.is_empty()) {
            (Some(judgement), true) => Ok(judgement),
            (Some(_), false) => Err(Refusal::Contradiction),
            (None, _) => Err(refused.unwrap_or_else(|| match revoked.first() {
                Some(key) => Refusal::KeyRevoked(*key),
                None => Refusal::UnknownSigner { signatures: signatures.len(), key_ids: key_ids(signatures) },
            })),
        }
    }
}

/// Ids of the keys that made the signatures, as far as they say so.
fn key_ids(signatures: &[Signature]) -> Vec<String> {
    let mut ids: Vec<String> = signatures.iter().take(MAX_SIGNATURES).filter_map(Signature::key_id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[cfg(test)]
mod tests;
