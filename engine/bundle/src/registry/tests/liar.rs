use super::server::{Reply, Scripted};
use super::*;
use crate::bundle::Attachment;
use crate::oci::{Descriptor, Index, media_type, to_json};

/// A registry that has one signed bundle, and says the truth until it is told otherwise.
struct Liar {
    server: Scripted,
    bundle: Bundle,
    key: crate::keys::SecretKey,
}

const REPOSITORY: &str = "acme/x";

impl Liar {
    fn new() -> Self {
        let key = secret_key();
        let bundle = signed("acme/x", "1.0.0", &key);
        let liar = Self { server: Scripted::start(), bundle, key };
        let document = liar.bundle.document().to_vec();
        liar.manifest("1.0.0", Reply::ok(media_type::MANIFEST, document));
        liar.blob(liar.bundle.config());
        liar.blob(liar.bundle.component());
        let mut listed = Vec::new();
        for attachment in liar.bundle.attachments() {
            liar.attachment(attachment);
            listed.push(attachment.descriptor());
        }
        liar.referrers(listed);
        liar
    }

    fn manifest(&self, target: &str, reply: Reply) {
        self.server.on(&format!("/v2/{REPOSITORY}/manifests/{target}"), reply);
    }

    fn blob(&self, bytes: &[u8]) {
        self.blob_as(Digest::of(bytes), Reply::ok("application/octet-stream", bytes));
    }

    fn blob_as(&self, digest: Digest, reply: Reply) {
        self.server.on(&format!("/v2/{REPOSITORY}/blobs/{digest}"), reply);
    }

    fn attachment(&self, attachment: &Attachment) {
        let digest = attachment.descriptor().digest.to_string();
        self.manifest(&digest, Reply::ok(media_type::MANIFEST, attachment.manifest()));
        self.blob(&attachment.content);
    }

    fn referrers(&self, listed: Vec<Descriptor>) {
        let path = format!("/v2/{REPOSITORY}/referrers/{}", self.bundle.digest());
        self.server.on(&path, Reply::ok(media_type::INDEX, to_json(&Index::of(listed))));
    }

    fn tag(&self) -> Reference {
        reference(&self.server.host, "acme/x:1.0.0")
    }

    #[track_caller]
    fn install(&self) -> RegistryError {
        client().install(&self.tag(), &policy_for("acme/", &self.key)).map(|_| ()).expect_err("it is refused")
    }

    /// The same lie told of another manifest that is signed as well.
    fn with_signed_manifest(&self, change: impl FnOnce(&mut serde_json::Value)) {
        let mut manifest: serde_json::Value = serde_json::from_slice(self.bundle.document()).expect("it is JSON");
        change(&mut manifest);
        let document = serde_json::to_vec(&manifest).expect("it is JSON");
        let claims =
            crate::sign::Claims { id: "acme/x".to_owned(), version: "1.0.0".to_owned(), digest: Digest::of(&document) };
        let signature = crate::sign::sign_claims(&claims, &self.key).expect("it is signed");
        let subject = Descriptor::of(media_type::MANIFEST, &document);
        let attachment = Attachment::new(media_type::SIGNATURE, signature.text().into(), &subject);
        self.attachment(&attachment);
        let path = format!("/v2/{REPOSITORY}/referrers/{}", subject.digest);
        let listed = to_json(&Index::of(vec![attachment.descriptor()]));
        self.server.on(&path, Reply::ok(media_type::INDEX, listed));
        self.manifest("1.0.0", Reply::ok(media_type::MANIFEST, document));
    }

    fn was_asked_for(&self, digest: Digest) -> bool {
        self.server.received().iter().any(|request| request.path.ends_with(&format!("/blobs/{digest}")))
    }
}

#[test]
fn without_a_lie_it_works_with_a_referrers_api() {
    let liar = Liar::new();
    let installed = client().install(&liar.tag(), &policy_for("acme/", &liar.key)).expect("it is installed");
    assert_eq!(installed.verified.bundle(), &liar.bundle);
}

#[test]
fn other_bytes_than_were_asked_for_are_refused() {
    let liar = Liar::new();
    let component = liar.bundle.component_digest();
    liar.blob_as(component, Reply::ok("application/wasm", vec![0; liar.bundle.component().len()]));
    assert!(matches!(liar.install(), RegistryError::WrongDigest { wanted, .. } if wanted == component));
    let pinned = liar.tag().repository.at(Target::Digest(Digest::of(b"pinned")));
    liar.manifest(&Digest::of(b"pinned").to_string(), Reply::ok(media_type::MANIFEST, liar.bundle.document()));
    assert!(matches!(client().resolve(&pinned), Err(RegistryError::WrongDigest { .. })));
}

#[test]
fn a_header_that_contradicts_the_bytes_is_refused() {
    let liar = Liar::new();
    let reply = Reply::ok(media_type::MANIFEST, liar.bundle.document());
    liar.manifest("1.0.0", reply.with("docker-content-digest", &Digest::of(b"else").to_string()));
    assert!(matches!(liar.install(), RegistryError::WrongDigest { .. }));
}

#[test]
fn more_bytes_than_were_announced_are_not_read() {
    let liar = Liar::new();
    let component = liar.bundle.component_digest();
    liar.blob_as(component, Reply::ok("application/wasm", vec![0; liar.bundle.component().len() + 1]));
    assert!(matches!(liar.install(), RegistryError::TooLarge { .. }));
    liar.manifest("1.0.0", Reply::ok(media_type::MANIFEST, vec![b' '; (4 << 20) + 1]));
    assert!(matches!(liar.install(), RegistryError::TooLarge { .. }));
}

#[test]
fn a_descriptor_that_announces_too_much_is_refused_before_anything_is_fetched() {
    let liar = Liar::new();
    liar.with_signed_manifest(|manifest| manifest["layers"][0]["size"] = (65_u64 << 20).into());
    assert!(matches!(liar.install(), RegistryError::TooLarge { .. }));
    assert!(!liar.was_asked_for(liar.bundle.component_digest()));
}

#[test]
fn a_truncated_blob_is_refused() {
    let liar = Liar::new();
    let component = liar.bundle.component_digest();
    let half = &liar.bundle.component()[..20];
    liar.blob_as(component, Reply::ok("application/wasm", half));
    assert!(matches!(liar.install(), RegistryError::WrongDigest { .. }));
}

#[test]
fn a_second_layer_and_another_type_are_refused_although_they_are_signed() {
    let liar = Liar::new();
    liar.with_signed_manifest(|manifest| {
        let layer = manifest["layers"][0].clone();
        manifest["layers"].as_array_mut().expect("it is a list").push(layer);
    });
    assert!(matches!(liar.install(), RegistryError::Shape(ShapeError::Layers { count: 2, .. })));
    liar.with_signed_manifest(|manifest| manifest["layers"][0]["mediaType"] = "application/x-tar".into());
    assert!(matches!(liar.install(), RegistryError::Shape(ShapeError::OtherType { .. })));
    let index = to_json(&Index::of(Vec::new()));
    liar.manifest("1.0.0", Reply::ok(media_type::INDEX, index));
    assert!(matches!(liar.install(), RegistryError::NotAPlugin { .. }));
}

#[test]
fn a_redirect_to_another_host_is_refused() {
    let (liar, elsewhere) = (Liar::new(), Scripted::start());
    let component = liar.bundle.component_digest();
    let there = format!("http://{}/blob", elsewhere.host);
    elsewhere.on("/blob", Reply::ok("application/wasm", liar.bundle.component()));
    for status in [301, 302, 303, 307, 308] {
        liar.blob_as(component, Reply::status(status).with("location", &there));
        assert!(matches!(liar.install(), RegistryError::Redirect { .. }), "{status}");
    }
    let manifest = format!("http://{}/v2/acme/x/manifests/1.0.0", elsewhere.host);
    liar.manifest("1.0.0", Reply::status(307).with("location", &manifest));
    assert!(matches!(liar.install(), RegistryError::Redirect { .. }));
    assert!(elsewhere.received().is_empty(), "nobody went there");
}

#[test]
fn a_redirect_on_the_same_host_is_followed_and_a_circle_is_not() {
    let liar = Liar::new();
    let component = liar.bundle.component_digest();
    liar.server.on("/storage/x", Reply::ok("application/wasm", liar.bundle.component()));
    liar.blob_as(component, Reply::status(307).with("location", "/storage/x"));
    assert!(client().install(&liar.tag(), &policy_for("acme/", &liar.key)).is_ok());
    liar.server.on("/storage/x", Reply::status(307).with("location", "/storage/x"));
    assert!(matches!(liar.install(), RegistryError::Malformed { .. }));
}

#[test]
fn an_upload_that_would_go_to_another_host_is_refused() {
    let elsewhere = Scripted::start();
    let there = format!("http://{}/upload", elsewhere.host);
    let server = Scripted::start_with(move |request| match request.method.as_str() {
        "POST" => Some(Reply::status(202).with("location", &there)),
        _ => None,
    });
    let bundle = signed("acme/x", "1.0.0", &secret_key());
    let error = client().push(&bundle, &reference(&server.host, "acme/x:1.0.0"), ExistingTag::Keep);
    assert!(matches!(error, Err(RegistryError::Redirect { .. })), "{error:?}");
    assert!(elsewhere.received().is_empty(), "nobody went there");
}

#[test]
fn signatures_of_something_else_do_not_count_and_stray_attachments_do_no_harm() {
    let liar = Liar::new();
    let other = signed("acme/x", "2.0.0", &liar.key);
    let stolen = other.attachments().iter().find(|one| one.artifact_type == media_type::SIGNATURE).expect("it has one");
    liar.attachment(stolen);
    liar.referrers(vec![stolen.descriptor()]);
    assert!(liar.install().to_string().contains("not signed"));
    let mut listed: Vec<Descriptor> = liar.bundle.attachments().iter().map(Attachment::descriptor).collect();
    listed.push(stolen.descriptor());
    listed.push(Descriptor::of(media_type::MANIFEST, b"absent"));
    liar.referrers(listed);
    assert!(client().install(&liar.tag(), &policy_for("acme/", &liar.key)).is_ok());
}

#[test]
fn a_bill_of_materials_that_somebody_else_attached_is_left_out() {
    let liar = Liar::new();
    let foreign = Attachment::new(media_type::SBOM, b"{}".to_vec(), &liar.bundle.descriptor());
    liar.attachment(&foreign);
    let mut listed: Vec<Descriptor> = liar.bundle.attachments().iter().map(Attachment::descriptor).collect();
    listed.push(foreign.descriptor());
    liar.referrers(listed);
    let installed = client().install(&liar.tag(), &policy_for("acme/", &liar.key)).expect("it is installed");
    assert_eq!(installed.verified.bundle(), &liar.bundle);
}

#[test]
fn an_unsigned_component_is_never_asked_for() {
    let liar = Liar::new();
    liar.referrers(Vec::new());
    assert!(liar.install().to_string().contains("not signed"));
    assert!(!liar.was_asked_for(liar.bundle.component_digest()));
}

#[test]
fn too_many_referrers_and_endless_lists_of_tags_are_refused() {
    let liar = Liar::new();
    liar.referrers(vec![Descriptor::of(media_type::MANIFEST, b"x"); 65]);
    assert!(matches!(liar.install(), RegistryError::TooMany { .. }));
    let page = Reply::ok("application/json", r#"{"name":"acme/x","tags":["1.0.0"]}"#);
    let page = page.with("link", "</v2/acme/x/tags/list?n=1000>; rel=\"next\"");
    liar.server.on("/v2/acme/x/tags/list?n=1000", page);
    assert!(matches!(client().tags(&liar.tag().repository), Err(RegistryError::TooMany { .. })));
}

#[test]
fn what_a_registry_says_is_shown_on_one_line_and_short() {
    let server = Scripted::start();
    let body = format!(r#"{{"errors":[{{"code":"BAD","message":"\u001b[2J\nroot: {}"}}]}}"#, "x".repeat(5000));
    let reply = Reply { status: 500, headers: vec![], body: body.into_bytes() };
    server.on("/v2/acme/x/manifests/1.0.0", reply);
    let error = client().resolve(&reference(&server.host, "acme/x:1.0.0")).expect_err("it refused").to_string();
    assert!(error.contains("500: BAD: ") && error.len() < 400 && !error.contains('\n'), "{error}");
    assert!(!error.contains('\u{1b}'), "{error}");
}
