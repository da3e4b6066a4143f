use std::fs;
use std::process::Command;

use proptest::prelude::*;

use super::*;
use crate::keys::generate;
use crate::samples::{packed, secret_key};

#[test]
fn a_signature_names_what_it_is_for() {
    let (bundle, key) = (packed("acme/heal-terraform", "1.2.0"), secret_key());
    let signature = sign(&bundle, &key).expect("it is signed");
    let claims = signature.verify(&key.public(), bundle.digest()).expect("it is valid");
    assert_eq!((claims.id.as_str(), claims.version.as_str()), ("acme/heal-terraform", "1.2.0"));
    assert_eq!(signature.key_id(), Some(key.public().id()));
}

#[test]
fn a_signature_is_for_one_digest_and_by_one_key() {
    let (bundle, other, key) = (packed("acme/x", "1.0.0"), packed("acme/x", "1.0.1"), secret_key());
    let signature = sign(&bundle, &key).expect("it is signed");
    assert_eq!(signature.verify(&key.public(), other.digest()), Err(SignatureError::Wrong));
    assert_eq!(signature.verify(&secret_key().public(), bundle.digest()), Err(SignatureError::Wrong));
}

#[test]
fn a_valid_signature_over_something_else_than_a_plugin_is_refused() {
    let (bundle, key) = (packed("acme/x", "1.0.0"), secret_key());
    let line = message(bundle.digest());
    for comment in ["timestamp:1700000000", "selfheal-plugin id=acme/x version=1.0.0 digest=sha256:00"] {
        let text = minisign::sign(None, key.signer(), line.as_bytes(), Some(comment), None).expect("it is signed");
        let signature = Signature::parse(&text.into_string()).expect("it is one");
        assert_eq!(signature.verify(&key.public(), bundle.digest()), Err(SignatureError::NoClaims), "{comment}");
    }
}

#[test]
fn no_flipped_byte_of_a_signature_is_accepted() {
    let (bundle, key) = (packed("acme/heal-terraform", "1.2.0"), secret_key());
    let signature = sign(&bundle, &key).expect("it is signed");
    let text = signature.text().as_bytes();
    let claims = signature.verify(&key.public(), bundle.digest());
    // The first line is a comment that nobody signs.
    let first = text.iter().position(|byte| *byte == b'\n').expect("there are lines") + 1;
    for at in first..text.len() {
        let mut bytes = text.to_vec();
        bytes[at] ^= 1;
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let Ok(changed) = Signature::parse(&text) else { continue };
        let verified = changed.verify(&key.public(), bundle.digest());
        // The last line feed does not belong to it.
        assert!(verified.is_err() || (at + 1 == text.len() && verified == claims), "byte {at}");
    }
}

/// Runs Debian's minisign; `.ci/run` installs it.
#[track_caller]
fn minisign(folder: &std::path::Path, arguments: &[&str]) {
    let output = Command::new("minisign").args(arguments).current_dir(folder).output();
    let output = output.expect("minisign is installed: apt-get install minisign");
    assert!(output.status.success(), "minisign {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn minisign_verifies_our_signature() {
    let folder = tempfile::tempdir().expect("there is room");
    let (bundle, key) = (packed("acme/heal-terraform", "1.2.0"), secret_key());
    let signature = sign(&bundle, &key).expect("it is signed");
    fs::write(folder.path().join("digest"), message(bundle.digest())).expect("it is written");
    fs::write(folder.path().join("digest.minisig"), signature.text()).expect("it is written");
    minisign(folder.path(), &["-V", "-m", "digest", "-P", &key.public().to_string()]);
}

#[test]
fn minisign_signs_for_us_with_its_own_key_and_with_ours() {
    let folder = tempfile::tempdir().expect("there is room");
    let at = |name: &str| folder.path().join(name);
    let bundle = packed("acme/heal-terraform", "1.2.0");
    let claims = Claims { id: "acme/heal-terraform".to_owned(), version: "1.2.0".to_owned(), digest: bundle.digest() };
    fs::write(at("digest"), message(bundle.digest())).expect("it is written");
    minisign(folder.path(), &["-G", "-W", "-p", "theirs.pub", "-s", "theirs.key"]);
    generate(None).and_then(|key| key.write(&at("ours.key"), &at("ours.pub"))).expect("it is written");
    for owner in ["theirs", "ours"] {
        let (key, public) = (format!("{owner}.key"), at(&format!("{owner}.pub")));
        minisign(folder.path(), &["-S", "-W", "-s", &key, "-m", "digest", "-t", &claims.comment()]);
        let text = fs::read_to_string(at("digest.minisig")).expect("it was written");
        let public = PublicKey::read(&public).expect("it is a key");
        let signature = Signature::parse(&text).expect("it is a signature");
        assert_eq!(signature.verify(&public, bundle.digest()), Ok(claims.clone()), "{owner}");
    }
    let theirs = SecretKey::parse(&fs::read_to_string(at("theirs.key")).expect("it was written"), None);
    assert_eq!(theirs.expect("it is read").public(), PublicKey::read(&at("theirs.pub")).expect("it is a key"));
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text: String, comment: String) {
        let _ = Signature::parse(&text);
        let _ = Claims::parse(&comment);
        let _ = Claims::parse(&format!("{COMMENT} id={comment} version=1.0.0 digest={text}"));
    }

    #[test]
    fn no_damaged_signature_makes_the_reader_panic(at: prop::sample::Index, with: char) {
        let signature = sign_claims(
            &Claims { id: "a/b".to_owned(), version: "1.0.0".to_owned(), digest: Digest::of(b"") },
            &secret_key(),
        ).expect("it is signed");
        let at = at.index(signature.0.len());
        let text = format!("{}{with}{}", &signature.0[..at], &signature.0[at + 1..]);
        if let Ok(signature) = Signature::parse(&text) {
            let _ = (signature.key_id(), signature.verify(&secret_key().public(), Digest::of(b"")));
        }
    }
}
