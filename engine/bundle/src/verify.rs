//! The order that keeps strangers' bytes away from everything that parses them: digest, signature, policy, content.
//!
//! A [`Verified`] can only be made here. Nothing is compiled or executed.

use crate::bundle::{Bundle, ContentError, Contents};
use crate::digest::Digest;
use crate::manifest::Manifest;
use crate::sign::{Claims, Signature};
use crate::trust::{Judgement, Refusal, TrustPolicy};

/// A bundle whose signatures satisfy the policy and whose content is what they say.
#[derive(Clone, Debug)]
pub struct Verified {
    bundle: Bundle,
    contents: Contents,
    judgement: Judgement,
}

/// Why a bundle is not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The policy refuses it; nothing in it was looked at.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It is signed, and still broken.
    #[error("the bundle is signed but cannot be used: {0}")]
    Content(#[from] ContentError),
    /// It is another plugin or version than was signed.
    #[error("the signature is for {signed}, the component is {found}")]
    OtherPlugin {
        /// What was signed.
        signed: String,
        /// What the component says.
        found: String,
    },
}

/// Verifies a bundle by its attached signatures and these detached ones.
pub fn verify(bundle: Bundle, detached: &[Signature], policy: &TrustPolicy) -> Result<Verified, VerifyError> {
    let mut signatures = bundle.signatures();
    signatures.extend_from_slice(detached);
    let judgement = policy.judge(bundle.digest(), &signatures)?;
    accept(bundle, judgement, policy)
}

/// Looks into a bundle that nobody whom the policy knows has signed, for a user who wants it all the same. What is revoked
/// stays refused, and so is a plugin that the policy has a rule for: its publisher signs, so this is not theirs.
///
/// A bundle that the policy accepts is verified as ever.
pub fn verify_unsigned(bundle: Bundle, detached: &[Signature], policy: &TrustPolicy) -> Result<Verified, VerifyError> {
    let mut signatures = bundle.signatures();
    signatures.extend_from_slice(detached);
    let refusal = match policy.judge(bundle.digest(), &signatures) {
        Ok(judgement) => return accept(bundle, judgement, policy),
        Err(refusal @ (Refusal::Unsigned | Refusal::UnknownSigner { .. } | Refusal::NoRule { .. })) => refusal,
        Err(refusal) => return Err(refusal.into()),
    };
    let component = bundle.component_digest();
    if policy.is_digest_revoked(component) {
        return Err(Refusal::DigestRevoked(component).into());
    }
    let contents = bundle.contents()?;
    let Manifest { id, version, .. } = &contents.manifest;
    if policy.has_rule_for(id) {
        return Err(refusal.into());
    }
    let claims = Claims { id: id.clone(), version: version.clone(), digest: bundle.digest() };
    Ok(Verified { bundle, contents, judgement: Judgement { claims, signers: Vec::new() } })
}

/// Looks into a bundle that a policy has accepted.
pub(crate) fn accept(bundle: Bundle, judgement: Judgement, policy: &TrustPolicy) -> Result<Verified, VerifyError> {
    let component = bundle.component_digest();
    if policy.is_digest_revoked(component) {
        return Err(Refusal::DigestRevoked(component).into());
    }
    let contents = bundle.contents()?;
    let (claims, manifest) = (&judgement.claims, &contents.manifest);
    if (&claims.id, &claims.version) != (&manifest.id, &manifest.version) {
        let signed = format!("{}@{}", claims.id, claims.version);
        return Err(VerifyError::OtherPlugin { signed, found: format!("{}@{}", manifest.id, manifest.version) });
    }
    Ok(Verified { bundle, contents, judgement })
}

impl Verified {
    /// The bundle.
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// What is in it.
    pub fn contents(&self) -> &Contents {
        &self.contents
    }

    /// Who signed it as what.
    pub fn judgement(&self) -> &Judgement {
        &self.judgement
    }

    /// Digest of the bundle's manifest.
    pub fn digest(&self) -> Digest {
        self.bundle.digest()
    }
}

#[cfg(test)]
mod tests;
