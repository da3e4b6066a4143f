//! Whether something is what was approved.

use pipeline::definition::Grant;

use super::Entry;
use crate::bundle::Bundle;
use crate::digest::Digest;
use crate::keys::PublicKey;
use crate::manifest::grant_lines;

/// A plugin is not the one that was approved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// Another component.
    #[error("plugins.lock approves the component {approved}, these bytes are {found}")]
    OtherComponent {
        /// The approved one.
        approved: Digest,
        /// This one.
        found: Digest,
    },
    /// Another bundle.
    #[error("plugins.lock approves the bundle {approved}, this one is {found}")]
    OtherBundle {
        /// The approved one.
        approved: Digest,
        /// This one.
        found: Digest,
    },
    /// A signature that had counted is not there.
    #[error("plugins.lock says that it is signed by {0}, and it has no such signature")]
    SignerGone(PublicKey),
    /// It may do more than was approved.
    #[error("it would be allowed more than was approved: {}", .0.join(", "))]
    Widened(Vec<String>),
}

impl Entry {
    /// Whether this is the approved component.
    pub fn admits_component(&self, found: Digest) -> Result<(), Mismatch> {
        let approved = self.wasm;
        if approved == found { Ok(()) } else { Err(Mismatch::OtherComponent { approved, found }) }
    }

    /// Whether this is the approved bundle, with every signature that had counted. Needs no policy: the lock names the keys.
    pub fn admits_bundle(&self, bundle: &Bundle) -> Result<(), Mismatch> {
        let (approved, found) = (self.manifest, bundle.digest());
        if approved != found {
            return Err(Mismatch::OtherBundle { approved, found });
        }
        let signatures = bundle.signatures();
        let has_signed = |key: &PublicKey| {
            let claims = signatures.iter().filter_map(|signature| signature.verify(key, found).ok());
            claims.into_iter().any(|claims| (claims.id, claims.version) == (self.id.clone(), self.version.clone()))
        };
        if let Some(gone) = self.signers.iter().find(|key| !has_signed(key)) {
            return Err(Mismatch::SignerGone(*gone));
        }
        self.admits_component(bundle.component_digest())
    }

    /// Whether a grant allows no more than was approved.
    pub fn admits_grant(&self, grant: &Grant) -> Result<(), Mismatch> {
        let more: Vec<String> = grant_lines(grant).into_iter().filter(|line| !self.granted.contains(line)).collect();
        if more.is_empty() { Ok(()) } else { Err(Mismatch::Widened(more)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{packed, policy_for, secret_key, signed};
    use crate::verify::verify;

    #[test]
    fn only_the_approved_bundle_with_its_signatures_is_admitted() {
        let key = secret_key();
        let bundle = signed("acme/x", "1.0.0", &key);
        let verified = verify(bundle.clone(), &[], &policy_for("acme/", &key)).expect("it is verified");
        let entry = Entry::offered(&verified, "here", &Grant::default());
        assert_eq!(entry.admits_bundle(&bundle), Ok(()));
        assert_eq!(entry.admits_bundle(&packed("acme/x", "1.0.0")), Err(Mismatch::SignerGone(key.public())));
        let stranger = signed("acme/x", "1.0.0", &secret_key());
        assert_eq!(entry.admits_bundle(&stranger), Err(Mismatch::SignerGone(key.public())));
        let other = signed("acme/x", "1.0.1", &key);
        assert!(matches!(entry.admits_bundle(&other), Err(Mismatch::OtherBundle { .. })));
        assert!(matches!(entry.admits_component(other.component_digest()), Err(Mismatch::OtherComponent { .. })));
    }

    #[test]
    fn a_narrower_grant_is_admitted_and_a_wider_one_is_not() {
        let key = secret_key();
        let verified =
            verify(signed("acme/x", "1.0.0", &key), &[], &policy_for("acme/", &key)).expect("it is verified");
        let grant = Grant { process: vec!["git".to_owned(), "sh".to_owned()], ..Grant::default() };
        let entry = Entry::offered(&verified, "here", &grant);
        let narrower = Grant { process: vec!["git".to_owned()], ..Grant::default() };
        assert_eq!(entry.admits_grant(&narrower), Ok(()));
        let wider = Grant { clock: true, ..narrower };
        assert_eq!(entry.admits_grant(&wider), Err(Mismatch::Widened(vec!["clock".to_owned()])));
    }
}
