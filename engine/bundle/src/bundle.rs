//! A plugin packed for sharing: manifest, configuration, component, and what is attached to them.
//!
//! A [`Bundle`] has the right *shape* and its bytes fit their digests; that says nothing about who made it. What is in the
//! component is read only by [`Bundle::contents`], which [`verify`](crate::verify) calls after the signatures.

use crate::component::{ComponentError, Surface, surface};
use crate::digest::Digest;
use crate::layout::{self, Layout, LayoutError, add_empty_config};
use crate::manifest::{ConfigSchema, Difference, EmbeddedError, Manifest};
use crate::oci::{self, Descriptor, WasmComponent, WasmConfig, annotation, media_type, to_json};
use crate::pack::validate;

/// Largest attachment: a signature, a bill of materials, a provenance.
pub const MAX_ATTACHMENT_BYTES: u64 = 4 << 20;
/// Most attachments of one bundle.
pub const MAX_ATTACHMENTS: usize = 64;

/// Something that refers to a bundle by its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// What it is: one of [`media_type::SIGNATURE`], [`media_type::SBOM`], [`media_type::PROVENANCE`], or another one.
    pub artifact_type: String,
    /// The content of its only layer.
    pub content: Vec<u8>,
    manifest: Vec<u8>,
}

impl Attachment {
    /// Attaches content to what a descriptor describes. The same content gives the same attachment.
    pub fn new(artifact_type: &str, content: Vec<u8>, subject: &Descriptor) -> Self {
        let manifest = to_json(&oci::Manifest {
            schema_version: 2,
            media_type: media_type::MANIFEST.to_owned(),
            artifact_type: Some(artifact_type.to_owned()),
            config: Descriptor::of(media_type::EMPTY, oci::EMPTY_CONFIG),
            layers: vec![Descriptor::of(artifact_type, &content)],
            subject: Some(subject.bare()),
            annotations: std::collections::BTreeMap::new(),
        });
        Self { artifact_type: artifact_type.to_owned(), content, manifest }
    }

    /// Its manifest's bytes.
    pub fn manifest(&self) -> &[u8] {
        &self.manifest
    }

    /// Describes its manifest.
    pub fn descriptor(&self) -> Descriptor {
        let described = Descriptor::of(media_type::MANIFEST, &self.manifest);
        Descriptor { artifact_type: Some(self.artifact_type.clone()), ..described }
    }

    /// From a manifest whose digest is known; `fetch` gets its only layer.
    pub(crate) fn read<E: From<ShapeError>>(
        bytes: Vec<u8>,
        manifest: &oci::Manifest,
        fetch: impl FnOnce(&Descriptor) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let digest = Digest::of(&bytes);
        let [layer] = manifest.layers.as_slice() else {
            return Err(ShapeError::Layers { digest, count: manifest.layers.len() }.into());
        };
        if layer.size > MAX_ATTACHMENT_BYTES {
            return Err(ShapeError::AttachmentTooLarge(layer.size).into());
        }
        let artifact_type = manifest.artifact_type.clone().unwrap_or_else(|| layer.media_type.clone());
        let content = fetch(layer)?;
        if !layer.describes(&content) {
            return Err(ShapeError::WrongBytes(layer.digest).into());
        }
        Ok(Self { artifact_type, content, manifest: bytes })
    }
}

/// A plugin packed for sharing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    digest: Digest,
    document: Vec<u8>,
    manifest: oci::Manifest,
    config: Vec<u8>,
    component: Vec<u8>,
    attachments: Vec<Attachment>,
}

/// Why something is no bundle.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShapeError {
    /// It is no layout.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// More or fewer layers than one.
    #[error("the manifest {digest} has {count} layers; a plugin has exactly one")]
    Layers {
        /// Which.
        digest: Digest,
        /// How many.
        count: usize,
    },
    /// A configuration or layer of another type.
    #[error("the manifest has the type `{found}` where a plugin has {wanted}")]
    OtherType {
        /// What it has.
        found: String,
        /// What it has to have.
        wanted: &'static str,
    },
    /// Bytes that their descriptor does not describe.
    #[error("{0} has other bytes or another size than its descriptor says")]
    WrongBytes(Digest),
    /// An attachment that is too large.
    #[error("an attachment has {0} bytes; at most {MAX_ATTACHMENT_BYTES} are allowed")]
    AttachmentTooLarge(u64),
    /// Too many of them.
    #[error("more than {MAX_ATTACHMENTS} attachments")]
    TooManyAttachments,
    /// An attachment to something that is not there.
    #[error("{attachment} is attached to {subject}, which is not in the bundle")]
    Orphan {
        /// The attachment.
        attachment: Digest,
        /// What it is attached to.
        subject: Digest,
    },
    /// No plugin at all, or several where one is wanted.
    #[error("the file holds {0} plugins where one is wanted; `selfheal plugin install` takes collections")]
    NotOne(usize),
}

/// Why the content of a bundle cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContentError {
    /// The component is broken.
    #[error(transparent)]
    Component(#[from] ComponentError),
    /// Its manifest is missing or broken.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// The manifest does not fit the component.
    #[error("the embedded manifest does not fit the component: {}", .0.first().map(Difference::to_string).unwrap_or_default())]
    Differences(Vec<Difference>),
    /// The configuration cannot be understood.
    #[error("read the bundle's configuration: {0}")]
    Config(String),
    /// One part says something else than another.
    #[error("the bundle's {part} says `{says}`, the component says `{component}`")]
    Contradiction {
        /// The part.
        part: &'static str,
        /// What it says.
        says: String,
        /// What the component says.
        component: String,
    },
    /// An attachment is not the one that was signed with the bundle.
    #[error("the attached {0} is not the one that the bundle was made with")]
    OtherAttachment(&'static str),
}

/// What is in a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The plugin's manifest.
    pub manifest: Manifest,
    /// The schema of its configuration.
    pub schema: Option<ConfigSchema>,
    /// What it exports and imports.
    pub surface: Surface,
}

impl Bundle {
    /// From parts whose types and digests are checked here.
    pub(crate) fn assemble(
        document: Vec<u8>,
        config: Vec<u8>,
        component: Vec<u8>,
        attachments: Vec<Attachment>,
    ) -> Result<Self, ShapeError> {
        let manifest = layout::manifest(&document)?;
        let layer = check_shape(Digest::of(&document), &manifest)?;
        for (descriptor, bytes) in [(&manifest.config, &config), (layer, &component)] {
            if !descriptor.describes(bytes) {
                return Err(ShapeError::WrongBytes(descriptor.digest));
            }
        }
        if attachments.len() > MAX_ATTACHMENTS {
            return Err(ShapeError::TooManyAttachments);
        }
        let digest = Digest::of(&document);
        let mut bundle = Self { digest, document, manifest, config, component, attachments: Vec::new() };
        attachments.into_iter().for_each(|attachment| bundle.attach(attachment));
        Ok(bundle)
    }

    /// The bundle in a layout that holds exactly one.
    pub fn from_layout(layout: &Layout) -> Result<Self, ShapeError> {
        let mut bundles = Self::all_in(layout)?;
        match (bundles.pop(), bundles.len()) {
            (Some(bundle), 0) => Ok(bundle),
            (None, _) => Err(ShapeError::NotOne(0)),
            (Some(_), others) => Err(ShapeError::NotOne(others + 1)),
        }
    }

    /// All bundles in a layout, sorted by digest. Whatever is attached to something else is an error.
    pub(crate) fn all_in(layout: &Layout) -> Result<Vec<Self>, ShapeError> {
        let blob = |described: &Descriptor| -> Result<Vec<u8>, ShapeError> {
            layout.blob(&described.digest).map(<[u8]>::to_vec).ok_or(ShapeError::WrongBytes(described.digest))
        };
        let mut bundles = Vec::new();
        let mut attached = Vec::new();
        for described in layout.manifests() {
            let bytes = blob(described)?;
            let manifest = layout::manifest(&bytes)?;
            match &manifest.subject {
                Some(subject) => {
                    let subject = subject.digest;
                    attached.push((subject, Attachment::read(bytes, &manifest, blob)?));
                }
                None => {
                    let config = blob(&manifest.config)?;
                    let component = blob(check_shape(described.digest, &manifest)?)?;
                    bundles.push(Self::assemble(bytes, config, component, Vec::new())?);
                }
            }
        }
        for (subject, attachment) in attached {
            let Some(bundle) = bundles.iter_mut().find(|bundle| bundle.digest == subject) else {
                return Err(ShapeError::Orphan { attachment: Digest::of(attachment.manifest()), subject });
            };
            if bundle.attachments.len() >= MAX_ATTACHMENTS {
                return Err(ShapeError::TooManyAttachments);
            }
            bundle.attach(attachment);
        }
        Ok(bundles)
    }

    /// Adds the bundle to a layout.
    pub fn add_to(&self, layout: &mut Layout) {
        layout.add_blob(&self.config);
        layout.add_blob(&self.component);
        let mut described = self.descriptor();
        described.artifact_type = Some(media_type::WASM_CONFIG.to_owned());
        if let Some(version) = self.manifest.annotations.get(annotation::VERSION) {
            described.annotations.insert(annotation::REF_NAME.to_owned(), version.clone());
        }
        layout.add_manifest(described, &self.document);
        for attachment in &self.attachments {
            add_empty_config(layout);
            layout.add_blob(&attachment.content);
            layout.add_manifest(attachment.descriptor(), attachment.manifest());
        }
    }

    /// The bundle as a layout of its own.
    pub fn to_layout(&self) -> Layout {
        let mut layout = Layout::default();
        self.add_to(&mut layout);
        layout
    }

    /// Digest of the manifest, which is the bundle's identity: the same in a registry, in a file and in `plugins.lock`.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Digest of the component, to which grants are given.
    pub fn component_digest(&self) -> Digest {
        Digest::of(&self.component)
    }

    /// Describes the manifest.
    pub fn descriptor(&self) -> Descriptor {
        Descriptor::of(media_type::MANIFEST, &self.document)
    }

    /// The manifest's bytes.
    pub fn document(&self) -> &[u8] {
        &self.document
    }

    /// The configuration's bytes.
    pub fn config(&self) -> &[u8] {
        &self.config
    }

    /// The component.
    pub fn component(&self) -> &[u8] {
        &self.component
    }

    /// Annotations of the manifest: what it says of itself, in a form that any tool shows.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.manifest.annotations.get(key).map(String::as_str)
    }

    /// What is attached, sorted by digest.
    pub fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    /// Contents of the attachments of one type.
    pub fn attached(&self, artifact_type: &str) -> impl Iterator<Item = &[u8]> {
        let of_type = move |attachment: &&Attachment| attachment.artifact_type == artifact_type;
        self.attachments.iter().filter(of_type).map(|attachment| attachment.content.as_slice())
    }

    /// Attaches something; the same thing twice is there once.
    pub fn attach(&mut self, attachment: Attachment) {
        let key = |attachment: &Attachment| Digest::of(attachment.manifest());
        if let Err(place) = self.attachments.binary_search_by_key(&key(&attachment), key) {
            self.attachments.insert(place, attachment);
        }
    }

    /// Reads and checks what is in it: the component is valid, its manifest fits it, and nothing in the bundle says
    /// something else. Compiles and executes nothing. Call it on verified bundles, or to look at one without trust.
    pub fn contents(&self) -> Result<Contents, ContentError> {
        validate(&self.component)?;
        let surface = surface(&self.component)?;
        let (manifest, schema) = Manifest::embedded_in(&self.component)?;
        let differences = manifest.differences(&surface);
        if !differences.is_empty() {
            return Err(ContentError::Differences(differences));
        }
        for (part, key, own) in [
            ("title", annotation::TITLE, &manifest.id),
            ("version", annotation::VERSION, &manifest.version),
            ("licence", annotation::LICENSES, &manifest.license),
        ] {
            let says = self.annotation(key).unwrap_or_default();
            if says != own {
                let (says, component) = (crate::text::shown(says), own.clone());
                return Err(ContentError::Contradiction { part, says, component });
            }
        }
        self.check_config(&surface)?;
        self.check_attachments()?;
        Ok(Contents { manifest, schema, surface })
    }

    fn check_config(&self, surface: &Surface) -> Result<(), ContentError> {
        let config: WasmConfig =
            serde_json::from_slice(&self.config).map_err(|error| ContentError::Config(error.to_string()))?;
        let contradiction = |part, says: String, component: String| {
            Err(ContentError::Contradiction { part, says: crate::text::shown(&says), component })
        };
        if config.architecture != "wasm" || config.os != "wasip2" {
            let says = format!("{}/{}", config.os, config.architecture);
            return contradiction("platform", says, "wasip2/wasm".to_owned());
        }
        let own = self.component_digest();
        if config.layer_digests != [own] {
            let says = config.layer_digests.iter().map(Digest::to_string).collect::<Vec<_>>().join(", ");
            return contradiction("list of layers", says, own.to_string());
        }
        let real = WasmComponent::of(surface);
        if config.component != real {
            let list = |of: &WasmComponent| format!("{:?} {:?} {:?}", of.exports, of.imports, of.target);
            return contradiction("list of imports and exports", list(&config.component), list(&real));
        }
        Ok(())
    }

    /// A bill of materials or provenance that is attached has to be the one that the manifest names.
    fn check_attachments(&self) -> Result<(), ContentError> {
        let checks = [
            ("bill of materials", media_type::SBOM, annotation::SBOM),
            ("provenance", media_type::PROVENANCE, annotation::PROVENANCE),
        ];
        for (name, artifact_type, key) in checks {
            let named = self.annotation(key);
            if self.attached(artifact_type).any(|content| named != Some(Digest::of(content).to_string().as_str())) {
                return Err(ContentError::OtherAttachment(name));
            }
        }
        Ok(())
    }
}

/// The only layer of a manifest that is a plugin's.
pub(crate) fn check_shape(digest: Digest, manifest: &oci::Manifest) -> Result<&Descriptor, ShapeError> {
    let other = |found: &str, wanted| ShapeError::OtherType { found: crate::text::shown(found), wanted };
    if manifest.config.media_type != media_type::WASM_CONFIG {
        return Err(other(&manifest.config.media_type, media_type::WASM_CONFIG));
    }
    let [layer] = manifest.layers.as_slice() else {
        return Err(ShapeError::Layers { digest, count: manifest.layers.len() });
    };
    if layer.media_type != media_type::WASM {
        return Err(other(&layer.media_type, media_type::WASM));
    }
    Ok(layer)
}

#[cfg(test)]
mod tests;
