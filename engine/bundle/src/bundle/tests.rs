use serde_json::Value;

use super::*;
use crate::samples::packed;

fn sample() -> Bundle {
    packed("acme/heal-terraform", "1.2.0")
}

/// The sample with a changed manifest; digests are made to fit, as somebody would who wants to be believed.
fn with_manifest(change: impl FnOnce(&mut Value)) -> Result<Bundle, ShapeError> {
    let sample = sample();
    let mut manifest: Value = serde_json::from_slice(sample.document()).expect("it is JSON");
    change(&mut manifest);
    let document = serde_json::to_vec(&manifest).expect("it is JSON");
    Bundle::assemble(document, sample.config.clone(), sample.component.clone(), Vec::new())
}

/// The sample with a changed configuration, everything else made to fit.
fn with_config(change: impl FnOnce(&mut Value)) -> Bundle {
    let sample = sample();
    let mut config: Value = serde_json::from_slice(sample.config()).expect("it is JSON");
    change(&mut config);
    let config = serde_json::to_vec(&config).expect("it is JSON");
    let mut manifest = sample.manifest.clone();
    manifest.config = Descriptor::of(media_type::WASM_CONFIG, &config);
    Bundle::assemble(to_json(&manifest), config, sample.component.clone(), Vec::new()).expect("its shape is right")
}

#[test]
fn a_bundle_comes_back_from_a_layout_as_it_was() {
    let read = Bundle::from_layout(&sample().to_layout()).expect("it is read");
    assert_eq!(read, sample());
    let contents = read.contents().expect("it is valid");
    assert_eq!((contents.manifest.id.as_str(), contents.manifest.version.as_str()), ("acme/heal-terraform", "1.2.0"));
    assert_eq!(read.attachments().len(), 2);
}

#[test]
fn a_second_layer_and_other_types_are_refused() {
    let two = with_manifest(|manifest| {
        let layer = manifest["layers"][0].clone();
        manifest["layers"].as_array_mut().expect("it is a list").push(layer);
    });
    assert!(matches!(two, Err(ShapeError::Layers { count: 2, .. })));
    let none = with_manifest(|manifest| manifest["layers"] = Value::Array(Vec::new()));
    assert!(matches!(none, Err(ShapeError::Layers { count: 0, .. })));
    let gzip = with_manifest(|manifest| manifest["layers"][0]["mediaType"] = "application/gzip".into());
    assert!(matches!(gzip, Err(ShapeError::OtherType { .. })));
    let image =
        with_manifest(|manifest| manifest["config"]["mediaType"] = "application/vnd.oci.image.config.v1+json".into());
    assert!(matches!(image, Err(ShapeError::OtherType { .. })));
}

#[test]
fn annotations_and_configuration_may_not_contradict_the_component() {
    for key in [annotation::TITLE, annotation::VERSION, annotation::LICENSES] {
        let other =
            with_manifest(|manifest| manifest["annotations"][key] = "other".into()).expect("its shape is right");
        assert!(matches!(other.contents(), Err(ContentError::Contradiction { .. })), "{key}");
    }
    let imports = with_config(|config| config["component"]["imports"] = Value::Array(Vec::new()));
    assert!(matches!(imports.contents(), Err(ContentError::Contradiction { .. })));
    let layers = with_config(|config| config["layerDigests"][0] = Digest::of(b"").to_string().into());
    assert!(matches!(layers.contents(), Err(ContentError::Contradiction { .. })));
    let platform = with_config(|config| config["os"] = "linux".into());
    assert!(matches!(platform.contents(), Err(ContentError::Contradiction { .. })));
}

#[test]
fn an_exchanged_bill_of_materials_is_refused() {
    let mut bundle = sample();
    let forged = Attachment::new(media_type::SBOM, b"{}".to_vec(), &bundle.descriptor());
    bundle.attach(forged);
    assert!(matches!(bundle.contents(), Err(ContentError::OtherAttachment("bill of materials"))));
}

#[test]
fn an_attachment_to_something_else_is_refused() {
    let mut layout = sample().to_layout();
    let stray = Attachment::new(media_type::SBOM, b"{}".to_vec(), &Descriptor::of(media_type::MANIFEST, b"else"));
    layout.add_blob(&stray.content);
    layout.add_manifest(stray.descriptor(), stray.manifest());
    assert!(matches!(Bundle::from_layout(&layout), Err(ShapeError::Orphan { .. })));
}

#[test]
fn no_flipped_byte_of_a_part_is_accepted() {
    let sample = sample();
    let parts = [sample.document().to_vec(), sample.config().to_vec(), sample.component().to_vec()];
    for part in 0..parts.len() {
        for at in 0..parts[part].len() {
            let mut changed = parts.clone();
            changed[part][at] ^= 1;
            let [document, config, component] = changed;
            if let Ok(bundle) = Bundle::assemble(document, config, component, Vec::new()) {
                // Only the manifest has no digest over it: it is the digest that is signed.
                assert!(part == 0 && bundle.digest() != sample.digest(), "part {part}, byte {at}");
            }
        }
    }
}
