//! From a bundle to a registry.
//!
//! Blobs go first, then the manifest by its digest, then what is attached to it, and the tag last: whoever installs by tag
//! finds the signatures.

use ureq::http::{Method, Uri};

use super::http::{origin, resolve};
use super::pull::tag_of_referrers;
use super::{Call, Reference, Registry, RegistryError, Repository, Target, refused};
use crate::bundle::Bundle;
use crate::digest::Digest;
use crate::oci::{Descriptor, EMPTY_CONFIG, Index, media_type, to_json};

/// What happens to a tag that has another bundle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExistingTag {
    /// It stays, and pushing is refused.
    #[default]
    Keep,
    /// It points to the new bundle.
    Replace,
}

/// What was pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// The reference with its digest.
    pub pinned: Reference,
    /// Number of attachments that are there now.
    pub attachments: usize,
    /// Whether the registry keeps the attachments itself, or a tag lists them.
    pub has_referrers_api: bool,
}

impl Registry {
    /// Pushes a bundle with everything that is attached to it. Pushing it again changes nothing; with one more signature it
    /// adds that. The target is a tag, or the bundle's own digest for no tag at all.
    pub fn push(&self, bundle: &Bundle, reference: &Reference, tag: ExistingTag) -> Result<Pushed, RegistryError> {
        let repository = &reference.repository;
        match &reference.target {
            Target::Digest(digest) if *digest != bundle.digest() => {
                let (what, wanted) = (reference.to_string(), *digest);
                return Err(RegistryError::WrongDigest { what, wanted, got: bundle.digest() });
            }
            Target::Tag(_) if tag == ExistingTag::Keep => self.check_tag(bundle, reference)?,
            Target::Tag(_) | Target::Digest(_) => {}
        }
        self.push_blob(repository, bundle.config())?;
        self.push_blob(repository, bundle.component())?;
        let own = Target::Digest(bundle.digest());
        self.put_manifest(repository, &own, media_type::MANIFEST, bundle.document())?;
        let mut listed = Vec::new();
        for attachment in bundle.attachments() {
            self.push_blob(repository, EMPTY_CONFIG)?;
            self.push_blob(repository, &attachment.content)?;
            let described = attachment.descriptor();
            let target = Target::Digest(described.digest);
            let is_kept = self.put_manifest(repository, &target, media_type::MANIFEST, attachment.manifest())?;
            if !is_kept {
                listed.push(described);
            }
        }
        let has_referrers_api = listed.is_empty();
        if !has_referrers_api {
            self.list_referrers(repository, bundle.digest(), listed)?;
        }
        if let Target::Tag(_) = reference.target {
            self.put_manifest(repository, &reference.target, media_type::MANIFEST, bundle.document())?;
        }
        Ok(Pushed { pinned: repository.at(own), attachments: bundle.attachments().len(), has_referrers_api })
    }

    fn check_tag(&self, bundle: &Bundle, reference: &Reference) -> Result<(), RegistryError> {
        match self.resolve(reference) {
            Ok(present) if present == bundle.digest() => Ok(()),
            Ok(present) => Err(RegistryError::TagTaken { reference: reference.to_string(), present }),
            Err(RegistryError::NotFound(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn push_blob(&self, repository: &Repository, bytes: &[u8]) -> Result<(), RegistryError> {
        let digest = Digest::of(bytes);
        let what = format!("{repository}: the blob {digest}");
        let mut call = Call::push(Method::HEAD, format!("blobs/{digest}"), what.clone(), None);
        if self.call(repository, &call)?.status == 200 {
            return Ok(());
        }
        call = Call::push(
            Method::POST,
            "blobs/uploads/".to_owned(),
            what.clone(),
            Some(("application/octet-stream", b"")),
        );
        let answer = self.call(repository, &call)?;
        if answer.status != 202 {
            return Err(refused(what, answer.status, &answer.body));
        }
        let upload = self.upload_address(repository, answer.header("location").unwrap_or_default(), &what)?;
        let separator = if upload.contains('?') { '&' } else { '?' };
        let path = format!("{upload}{separator}digest=sha256%3A{}", digest.hex());
        call = Call::push(Method::PUT, path, what.clone(), Some(("application/octet-stream", bytes)));
        let answer = self.call(repository, &call)?;
        if answer.status != 201 {
            return Err(refused(what, answer.status, &answer.body));
        }
        Ok(())
    }

    /// Where an upload goes: on the same registry, because the credentials go along.
    fn upload_address(&self, repository: &Repository, location: &str, what: &str) -> Result<String, RegistryError> {
        let home: Uri = format!("{}://{}/", self.scheme(repository), repository.host).parse().map_err(|_| {
            RegistryError::Malformed { what: what.to_owned(), why: "an address that is none".to_owned() }
        })?;
        let target = resolve(&home, location).filter(|_| !location.is_empty()).ok_or_else(|| {
            RegistryError::Malformed { what: what.to_owned(), why: "no address for the upload".to_owned() }
        })?;
        if origin(&target) != origin(&home) {
            let to = crate::text::shown(&origin(&target));
            return Err(RegistryError::Redirect { what: what.to_owned(), from: origin(&home), to });
        }
        Ok(target.to_string())
    }

    /// Puts a manifest; whether the registry says that it keeps what the manifest refers to.
    fn put_manifest(
        &self,
        repository: &Repository,
        target: &Target,
        media_type: &str,
        bytes: &[u8],
    ) -> Result<bool, RegistryError> {
        let what = repository.at(target.clone()).to_string();
        let call = Call::push(Method::PUT, format!("manifests/{target}"), what.clone(), Some((media_type, bytes)));
        let answer = self.call(repository, &call)?;
        if !matches!(answer.status, 200..=202) {
            return Err(refused(what, answer.status, &answer.body));
        }
        let wanted = Digest::of(bytes);
        let announced = answer.header("docker-content-digest").and_then(|text| text.parse::<Digest>().ok());
        match announced {
            Some(got) if got != wanted => Err(RegistryError::WrongDigest { what, wanted, got }),
            _ => Ok(answer.header("oci-subject").is_some()),
        }
    }

    /// Adds to the index that stands in for a referrers API. Two pushes at once can lose one's entries here, as the
    /// specification says; pushing again adds them.
    fn list_referrers(
        &self,
        repository: &Repository,
        subject: Digest,
        added: Vec<Descriptor>,
    ) -> Result<(), RegistryError> {
        let mut index = self.listed_referrers(repository, subject)?.unwrap_or_else(|| Index::of(Vec::new()));
        let present = index.manifests.len();
        for described in added {
            if !index.manifests.iter().any(|one| one.digest == described.digest) {
                index.manifests.push(described);
            }
        }
        if index.manifests.len() > present {
            index = Index::of(index.manifests);
            let target = Target::Tag(tag_of_referrers(subject));
            self.put_manifest(repository, &target, media_type::INDEX, &to_json(&index))?;
        }
        Ok(())
    }
}
