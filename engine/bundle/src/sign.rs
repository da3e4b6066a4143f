//! Signatures over a bundle's digest, in minisign's format.
//!
//! What is signed is the digest of the manifest as a line of text, `sha256:…` and a line feed, so that everything the
//! manifest leads to is covered: component, configuration, annotations, bill of materials and provenance. The trusted
//! comment, which is signed too, repeats the digest with the plugin's id and version: who may sign for an id is known before
//! anything that came from outside is parsed. Without this program the same is checked by
//! `minisign -V -m FILE-WITH-THAT-LINE -x BUNDLE.minisig -P KEY`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::bundle::{Attachment, Bundle, ContentError};
use crate::digest::Digest;
use crate::keys::{PublicKey, SecretKey};
use crate::oci::media_type;
use crate::text::plugin_id_problem;

/// Largest signature. A real one has 400 bytes.
pub const MAX_SIGNATURE_BYTES: usize = 4096;
/// How the trusted comment of a plugin's signature begins.
const COMMENT: &str = "selfheal-plugin";

/// What a signer says: this digest is that plugin in that version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claims {
    /// The plugin's id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Digest of the bundle's manifest.
    pub digest: Digest,
}

/// A signature, not yet verified.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signature(String);

/// A signature cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The bundle is not fit to be signed.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// The signature could not be computed.
    #[error("compute the signature: {0}")]
    Failed(String),
}

/// A signature is not valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// It is none.
    #[error("this is no signature in minisign's format")]
    Format,
    /// It was made with another key, over something else, or damaged.
    #[error("the signature is not one of this key over this digest")]
    Wrong,
    /// It is valid, but not one over a plugin.
    #[error("the signature's trusted comment does not name a plugin, a version and this digest")]
    NoClaims,
}

impl Claims {
    fn comment(&self) -> String {
        format!("{COMMENT} id={} version={} digest={}", self.id, self.version, self.digest)
    }

    fn parse(comment: &str) -> Option<Self> {
        let rest = comment.strip_prefix(COMMENT)?.strip_prefix(" id=")?;
        let (id, rest) = rest.split_once(" version=")?;
        let (version, digest) = rest.split_once(" digest=")?;
        let claims = Self { id: id.to_owned(), version: version.to_owned(), digest: digest.parse().ok()? };
        let is_version = semver::Version::parse(version).is_ok();
        (plugin_id_problem(id).is_none() && is_version && claims.comment() == comment).then_some(claims)
    }
}

impl Signature {
    /// Reads a signature; its form is checked, nothing else.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        if text.len() > MAX_SIGNATURE_BYTES {
            return Err(SignatureError::Format);
        }
        minisign_verify::Signature::decode(text).map_err(|_| SignatureError::Format)?;
        Ok(Self(text.to_owned()))
    }

    /// The text of a `.minisig` file.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Id of the key that it says to be from; nothing proves that.
    pub fn key_id(&self) -> Option<String> {
        let bytes = STANDARD.decode(self.0.lines().nth(1)?.trim()).ok()?;
        Some(bytes.get(2..10)?.iter().rev().map(|byte| format!("{byte:02X}")).collect())
    }

    /// Checks it against a key, and that what it claims is about this digest.
    pub fn verify(&self, key: &PublicKey, digest: Digest) -> Result<Claims, SignatureError> {
        let signature = minisign_verify::Signature::decode(&self.0).map_err(|_| SignatureError::Format)?;
        let is_legacy_allowed = false;
        key.verifier()
            .verify(message(digest).as_bytes(), &signature, is_legacy_allowed)
            .map_err(|_| SignatureError::Wrong)?;
        let claims = Claims::parse(signature.trusted_comment()).ok_or(SignatureError::NoClaims)?;
        if claims.digest == digest { Ok(claims) } else { Err(SignatureError::NoClaims) }
    }
}

/// What is signed.
pub fn message(digest: Digest) -> String {
    format!("{digest}\n")
}

/// Signs a bundle, after checking it: nobody should put their name to something broken.
pub fn sign(bundle: &Bundle, key: &SecretKey) -> Result<Signature, SignError> {
    let manifest = bundle.contents()?.manifest;
    let claims = Claims { id: manifest.id, version: manifest.version, digest: bundle.digest() };
    sign_claims(&claims, key)
}

pub(crate) fn sign_claims(claims: &Claims, key: &SecretKey) -> Result<Signature, SignError> {
    let (message, trusted) = (message(claims.digest), claims.comment());
    let untrusted = format!("signature of a selfheal plugin by {}", key.public().id());
    let signature = minisign::sign(None, key.signer(), message.as_bytes(), Some(&trusted), Some(&untrusted))
        .map(|signature| Signature(signature.into_string()))
        .map_err(|error| SignError::Failed(error.to_string()))?;
    // A damaged key signs, and nobody could verify it.
    match signature.verify(&key.public(), claims.digest) {
        Ok(_) => Ok(signature),
        Err(_) => Err(SignError::Failed("the secret key is damaged".to_owned())),
    }
}

impl Bundle {
    /// Attaches a signature.
    pub fn attach_signature(&mut self, signature: &Signature) {
        let attachment =
            Attachment::new(media_type::SIGNATURE, signature.text().as_bytes().to_vec(), &self.descriptor());
        self.attach(attachment);
    }

    /// The attached signatures, none of them verified. What has not the form of one is left out.
    pub fn signatures(&self) -> Vec<Signature> {
        let texts = self.attached(media_type::SIGNATURE).filter_map(|content| std::str::from_utf8(content).ok());
        texts.filter_map(|text| Signature::parse(text).ok()).collect()
    }
}

#[cfg(test)]
mod tests;
