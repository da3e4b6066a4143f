use super::*;
use crate::layout::Layout;
use crate::samples::{packed, policy_for, secret_key, signed};
use crate::sign::{Claims, sign, sign_claims};

#[test]
fn a_signed_bundle_is_verified_from_its_file_alone() {
    let key = secret_key();
    let file = signed("acme/heal-terraform", "1.2.0", &key).to_layout().to_tar();
    let bundle = Bundle::from_layout(&Layout::read_tar(file.as_slice()).expect("it is read")).expect("it is a bundle");
    let verified = verify(bundle, &[], &policy_for("acme/", &key)).expect("it is verified");
    assert_eq!(verified.judgement().signers, [key.public()]);
    assert_eq!(verified.contents().manifest.id, "acme/heal-terraform");
}

#[test]
fn a_detached_signature_is_as_good_as_an_attached_one() {
    let (bundle, key) = (packed("acme/x", "1.0.0"), secret_key());
    let signature = sign(&bundle, &key).expect("it is signed");
    assert!(verify(bundle.clone(), &[signature], &policy_for("acme/", &key)).is_ok());
    assert!(matches!(verify(bundle, &[], &policy_for("acme/", &key)), Err(VerifyError::Refused(Refusal::Unsigned))));
}

#[test]
fn a_signature_does_not_change_the_bundles_identity() {
    let (bundle, key) = (packed("acme/x", "1.0.0"), secret_key());
    assert_eq!(signed("acme/x", "1.0.0", &key).digest(), bundle.digest());
}

#[test]
fn a_signature_of_another_bundle_is_worth_nothing() {
    let (mut bundle, key) = (packed("acme/x", "1.0.0"), secret_key());
    let other = sign(&packed("acme/x", "1.0.1"), &key).expect("it is signed");
    bundle.attach_signature(&other);
    let error = verify(bundle, &[], &policy_for("acme/", &key));
    assert!(matches!(error, Err(VerifyError::Refused(Refusal::UnknownSigner { .. }))));
}

#[test]
fn a_trusted_key_cannot_give_a_plugin_another_name() {
    let (bundle, key) = (packed("other/x", "1.0.0"), secret_key());
    let claims = Claims { id: "acme/x".to_owned(), version: "1.0.0".to_owned(), digest: bundle.digest() };
    let signature = sign_claims(&claims, &key).expect("it is signed");
    let error = verify(bundle, &[signature], &policy_for("acme/", &key));
    assert!(matches!(error, Err(VerifyError::OtherPlugin { .. })));
}

#[test]
fn a_revoked_component_is_refused_in_a_new_bundle_too() {
    let key = secret_key();
    let bundle = signed("acme/x", "1.0.0", &key);
    let text = format!(
        "version = 1\nkeys = {{ a = \"{}\" }}\nrevoked = {{ digests = [\"{}\"] }}\n[[trust]]\npublisher = \"acme/\"\nall-of = [\"a\"]",
        key.public(),
        bundle.component_digest()
    );
    let policy = TrustPolicy::parse(&text).expect("it is valid");
    assert!(matches!(verify(bundle, &[], &policy), Err(VerifyError::Refused(Refusal::DigestRevoked(_)))));
}

/// The whole way from the file: nothing that a flipped byte changes is accepted.
#[test]
fn no_flipped_byte_of_a_signed_file_is_accepted_as_something_else() {
    let key = secret_key();
    let policy = policy_for("acme/", &key);
    let original = signed("acme/x", "1.0.0", &key);
    let tar = original.to_layout().to_tar();
    for at in (0..tar.len()).step_by(3) {
        let mut bytes = tar.clone();
        bytes[at] ^= 4;
        let Ok(layout) = Layout::read_tar(bytes.as_slice()) else { continue };
        let Ok(bundle) = Bundle::from_layout(&layout) else { continue };
        if let Ok(verified) = verify(bundle, &[], &policy) {
            assert_eq!(verified.bundle(), &original, "byte {at}");
        }
    }
}

#[test]
fn an_unsigned_bundle_is_taken_only_where_no_rule_wants_a_signature() {
    let key = secret_key();
    let nobody = TrustPolicy::default();
    let verified = verify_unsigned(packed("acme/x", "1.0.0"), &[], &nobody).expect("the user wants it");
    assert!(verified.judgement().signers.is_empty());
    let error = verify_unsigned(packed("acme/x", "1.0.0"), &[], &policy_for("acme/", &key)).expect_err("acme signs");
    assert!(matches!(error, VerifyError::Refused(Refusal::Unsigned)), "{error}");
    let by_a_stranger = signed("acme/x", "1.0.0", &secret_key());
    let error = verify_unsigned(by_a_stranger.clone(), &[], &policy_for("acme/", &key)).expect_err("acme signs");
    assert!(matches!(error, VerifyError::Refused(Refusal::UnknownSigner { .. })), "{error}");
    assert!(verify_unsigned(by_a_stranger.clone(), &[], &nobody).is_ok());
    let text = format!("version = 1\n[revoked]\ndigests = [\"{}\"]\n", by_a_stranger.component_digest());
    let revoking = TrustPolicy::parse(&text).expect("the policy is valid");
    let error = verify_unsigned(by_a_stranger, &[], &revoking).expect_err("it is revoked");
    assert!(matches!(error, VerifyError::Refused(Refusal::DigestRevoked(_))), "{error}");
    let signed = signed("acme/x", "1.0.0", &key);
    let verified = verify_unsigned(signed, &[], &policy_for("acme/", &key)).expect("it is signed");
    assert_eq!(verified.judgement().signers, [key.public()]);
}
