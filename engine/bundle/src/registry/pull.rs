//! From a reference to a verified bundle, and the list of tags.

use serde::Deserialize;

use super::{Answer, Call, MAX_TALK_BYTES, Redirects, Reference, Registry, RegistryError, Repository, Target, refused};
use crate::bundle::{Attachment, Bundle, MAX_ATTACHMENTS, ShapeError, check_shape};
use crate::component::MAX_COMPONENT_BYTES;
use crate::digest::Digest;
use crate::layout::{self, MAX_DOCUMENT_BYTES};
use crate::oci::{Descriptor, Index, Manifest, annotation, media_type};
use crate::sign::Signature;
use crate::trust::TrustPolicy;
use crate::verify::{Verified, accept};

/// Most tags that are listed, and pages that they come on.
const MAX_TAGS: usize = 10_000;
const MAX_PAGES: usize = 100;

/// What was installed, and from where.
#[derive(Clone, Debug)]
pub struct Installed {
    /// The bundle.
    pub verified: Verified,
    /// The reference with its digest, `HOST/REPOSITORY@sha256:…`: the same bytes for ever.
    pub pinned: Reference,
}

#[derive(Deserialize)]
struct TagList {
    #[serde(default)]
    tags: Option<Vec<String>>,
}

impl Registry {
    /// The digest that a reference points to now. Nothing is parsed.
    pub fn resolve(&self, reference: &Reference) -> Result<Digest, RegistryError> {
        self.document(reference, media_type::MANIFEST).map(|(digest, _)| digest)
    }

    /// Fetches a bundle and verifies it: tag → digest → signatures → policy → shape → component → content.
    pub fn install(&self, reference: &Reference, policy: &TrustPolicy) -> Result<Installed, RegistryError> {
        let repository = &reference.repository;
        let (digest, document) = self.document(reference, media_type::MANIFEST)?;
        let referrers = self.referrers(repository, digest)?;
        let (signed, others): (Vec<_>, Vec<_>) =
            referrers.into_iter().partition(|one| one.artifact_type.as_deref() == Some(media_type::SIGNATURE));
        let mut attachments = self.attachments(repository, digest, &signed)?;
        let texts = attachments.iter().filter_map(|one| std::str::from_utf8(&one.content).ok());
        let signatures: Vec<Signature> = texts.filter_map(|text| Signature::parse(text).ok()).collect();
        let judgement = policy.judge(digest, &signatures).map_err(crate::verify::VerifyError::from)?;

        attachments.extend(self.attachments(repository, digest, &others)?);
        let bundle = self.assembled(repository, document, attachments)?;
        let verified = accept(bundle, judgement, policy)?;
        Ok(Installed { verified, pinned: repository.at(Target::Digest(digest)) })
    }

    /// Fetches a bundle that nobody has vouched for, for [`verify_unsigned`](crate::verify::verify_unsigned). Its parts fit
    /// their digests; nothing else is known of it.
    pub fn fetch_unverified(&self, reference: &Reference) -> Result<(Bundle, Reference), RegistryError> {
        let repository = &reference.repository;
        let (digest, document) = self.document(reference, media_type::MANIFEST)?;
        let referrers = self.referrers(repository, digest)?;
        let attachments = self.attachments(repository, digest, &referrers)?;
        Ok((self.assembled(repository, document, attachments)?, repository.at(Target::Digest(digest))))
    }

    /// Fetches what a manifest leads to.
    fn assembled(
        &self,
        repository: &Repository,
        document: Vec<u8>,
        mut attachments: Vec<Attachment>,
    ) -> Result<Bundle, RegistryError> {
        let manifest = layout::manifest(&document)?;
        let layer = check_shape(Digest::of(&document), &manifest)?;
        let config = self.blob(repository, &manifest.config, MAX_DOCUMENT_BYTES)?;
        let component = self.blob(repository, layer, MAX_COMPONENT_BYTES)?;
        attachments.retain(|one| is_the_publishers(one, &manifest));
        Ok(Bundle::assemble(document, config, component, attachments)?)
    }

    /// The tags of a repository: versions first, newest first, then other names. Tags that only list referrers are left out.
    pub fn tags(&self, repository: &Repository) -> Result<Vec<String>, RegistryError> {
        let what = format!("the tags of {repository}");
        let mut found: Vec<String> = Vec::new();
        let mut path = "tags/list?n=1000".to_owned();
        for _ in 0..MAX_PAGES {
            let answer = self.call(repository, &Call::get(path, what.clone(), MAX_TALK_BYTES))?;
            match answer.status {
                200 => {}
                404 => return Err(RegistryError::NotFound(repository.to_string())),
                status => return Err(refused(what, status, &answer.body)),
            }
            let list: TagList = parse(&what, &answer.body)?;
            found.extend(list.tags.unwrap_or_default().into_iter().filter(|tag| !is_list_of_referrers(tag)));
            if found.len() > MAX_TAGS {
                return Err(RegistryError::TooMany { what, limit: MAX_TAGS });
            }
            match next_page(&answer) {
                Some(next) => path = next,
                None => {
                    sort(&mut found);
                    return Ok(found);
                }
            }
        }
        Err(RegistryError::TooMany { what: format!("{what}: pages"), limit: MAX_PAGES })
    }

    /// A manifest or an index by tag or digest, with its digest, which is computed here and nowhere else.
    pub(super) fn document(&self, reference: &Reference, media_type: &str) -> Result<(Digest, Vec<u8>), RegistryError> {
        let what = reference.to_string();
        let path = format!("manifests/{}", reference.target);
        let call = Call::get(path, what.clone(), MAX_DOCUMENT_BYTES).accept(media_type);
        let answer = self.call(&reference.repository, &call)?;
        match answer.status {
            200 => {}
            404 => return Err(RegistryError::NotFound(what)),
            status => return Err(refused(what, status, &answer.body)),
        }
        let got = Digest::of(&answer.body);
        let announced = answer.header("docker-content-digest").and_then(|text| text.parse::<Digest>().ok());
        let asked = match &reference.target {
            Target::Digest(digest) => Some(*digest),
            Target::Tag(_) => None,
        };
        if let Some(wanted) = asked.into_iter().chain(announced).find(|wanted| *wanted != got) {
            return Err(RegistryError::WrongDigest { what, wanted, got });
        }
        let actual = answer.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if actual != media_type {
            return Err(RegistryError::NotAPlugin { what, media_type: crate::text::shown(actual) });
        }
        Ok((got, answer.body))
    }

    /// A blob that is exactly what its descriptor says.
    fn blob(&self, repository: &Repository, described: &Descriptor, limit: u64) -> Result<Vec<u8>, RegistryError> {
        let Descriptor { digest, size, .. } = *described;
        let what = format!("{repository}: the blob {digest}");
        if size > limit {
            return Err(RegistryError::TooLarge { what, limit });
        }
        let mut call = Call::get(format!("blobs/{digest}"), what.clone(), size);
        call.redirects = Redirects::OtherHosts;
        let answer = self.call(repository, &call)?;
        match answer.status {
            200 => {}
            404 => return Err(RegistryError::NotFound(what)),
            status => return Err(refused(what, status, &answer.body)),
        }
        let got = Digest::of(&answer.body);
        if got != digest {
            return Err(RegistryError::WrongDigest { what, wanted: digest, got });
        }
        if answer.body.len() as u64 != size {
            return Err(ShapeError::WrongBytes(digest).into());
        }
        Ok(answer.body)
    }

    /// Manifests that refer to a digest, as the registry lists them.
    pub(super) fn referrers(&self, repository: &Repository, digest: Digest) -> Result<Vec<Descriptor>, RegistryError> {
        let what = format!("{repository}: what is attached to {digest}");
        let call = Call::get(format!("referrers/{digest}"), what.clone(), MAX_DOCUMENT_BYTES).accept(media_type::INDEX);
        let answer = self.call(repository, &call)?;
        let index: Index = match answer.status {
            200 => parse(&what, &answer.body)?,
            // No referrers API; several registries have other words for that than 404.
            400 | 404 | 405 | 501 => match self.listed_referrers(repository, digest)? {
                Some(index) => index,
                None => return Ok(Vec::new()),
            },
            status => return Err(refused(what, status, &answer.body)),
        };
        if index.manifests.len() > MAX_ATTACHMENTS {
            return Err(RegistryError::TooMany { what, limit: MAX_ATTACHMENTS });
        }
        Ok(index.manifests)
    }

    /// The index under the tag that stands in for a referrers API.
    pub(super) fn listed_referrers(
        &self,
        repository: &Repository,
        digest: Digest,
    ) -> Result<Option<Index>, RegistryError> {
        let reference = repository.at(Target::Tag(tag_of_referrers(digest)));
        match self.document(&reference, media_type::INDEX) {
            Ok((_, bytes)) => parse(&reference.to_string(), &bytes).map(Some),
            Err(RegistryError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Fetches attachments of a manifest. What is attached to something else, or has another shape, is left out: anybody who
    /// may push can add such a thing, and it should do no more harm than none.
    fn attachments(
        &self,
        repository: &Repository,
        subject: Digest,
        listed: &[Descriptor],
    ) -> Result<Vec<Attachment>, RegistryError> {
        let mut found = Vec::new();
        for described in listed.iter().filter(|one| one.media_type == media_type::MANIFEST) {
            let reference = repository.at(Target::Digest(described.digest));
            let (_, bytes) = match self.document(&reference, media_type::MANIFEST) {
                Err(RegistryError::NotFound(_)) => continue,
                other => other?,
            };
            let Ok(manifest) = layout::manifest(&bytes) else { continue };
            if manifest.subject.as_ref().map(|one| one.digest) != Some(subject) {
                continue;
            }
            let fetch = |layer: &Descriptor| self.blob(repository, layer, MAX_DOCUMENT_BYTES);
            match Attachment::read(bytes, &manifest, fetch) {
                Ok(attachment) => found.push(attachment),
                Err(RegistryError::Shape(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }
}

/// Whether a bill of materials or a provenance is the one that was signed with the bundle. Scanners attach others of the same
/// types; those are left out.
fn is_the_publishers(attachment: &Attachment, manifest: &Manifest) -> bool {
    let key = match attachment.artifact_type.as_str() {
        media_type::SBOM => annotation::SBOM,
        media_type::PROVENANCE => annotation::PROVENANCE,
        _ => return true,
    };
    manifest.annotations.get(key) == Some(&Digest::of(&attachment.content).to_string())
}

/// `sha256-…`, as the distribution specification has it.
pub(super) fn tag_of_referrers(digest: Digest) -> String {
    format!("sha256-{}", digest.hex())
}

fn is_list_of_referrers(tag: &str) -> bool {
    tag.strip_prefix("sha256-").is_some_and(|hex| format!("sha256:{hex}").parse::<Digest>().is_ok())
}

/// Where the next page is: a path of the same registry, below the same repository.
fn next_page(answer: &Answer) -> Option<String> {
    let link = answer.header("link")?;
    let (target, rest) = link.strip_prefix('<')?.split_once('>')?;
    let (_, query) = target.split_once("/tags/list?")?;
    rest.contains("rel=\"next\"").then(|| format!("tags/list?{query}"))
}

/// Newest version first, then other names.
fn sort(tags: &mut Vec<String>) {
    tags.sort_unstable_by(|one, other| match (semver::Version::parse(one), semver::Version::parse(other)) {
        (Ok(one), Ok(other)) => other.cmp(&one),
        (Ok(_), Err(_)) => std::cmp::Ordering::Less,
        (Err(_), Ok(_)) => std::cmp::Ordering::Greater,
        (Err(_), Err(_)) => one.cmp(other),
    });
    tags.dedup();
}

fn parse<T: serde::de::DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, RegistryError> {
    let failed = |error: serde_json::Error| RegistryError::Malformed {
        what: what.to_owned(),
        why: format!("no usable JSON: {error}"),
    };
    serde_json::from_slice(bytes).map_err(failed)
}
