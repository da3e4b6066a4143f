use super::server::DockerRegistry;
use super::*;
use crate::oci::media_type;
use crate::sign::sign;
use crate::trust::Refusal;

#[test]
fn a_bundle_comes_back_from_a_real_registry_as_it_was_pushed() {
    let (registry, key) = (DockerRegistry::start(), secret_key());
    let bundle = signed("acme/heal-terraform", "1.2.0", &key);
    let tag = reference(&registry.host, "acme/heal-terraform:1.2.0");
    let pushed = client().push(&bundle, &tag, ExistingTag::Keep).expect("it is pushed");
    assert_eq!(pushed.attachments, 3);
    assert!(!pushed.has_referrers_api, "this registry has none, so the tag lists them");
    let installed = client().install(&tag, &policy_for("acme/", &key)).expect("it is installed");
    assert_eq!(installed.verified.bundle(), &bundle);
    assert_eq!(installed.pinned, pushed.pinned);
    let again = client().install(&installed.pinned, &policy_for("acme/", &key)).expect("it is installed by digest");
    assert_eq!(again.verified.digest(), bundle.digest());
}

#[test]
fn tags_are_listed_newest_first_and_without_lists_of_referrers() {
    let (registry, key) = (DockerRegistry::start(), secret_key());
    for version in ["1.2.0", "1.10.0", "1.10.0-rc.1"] {
        let tag = reference(&registry.host, &format!("acme/x:{version}"));
        client().push(&signed("acme/x", version, &key), &tag, ExistingTag::Keep).expect("it is pushed");
    }
    let repository = format!("{}/acme/x", registry.host).parse().expect("it is a repository");
    assert_eq!(client().tags(&repository).expect("they are listed"), ["1.10.0", "1.10.0-rc.1", "1.2.0"]);
    let absent = format!("{}/acme/absent", registry.host).parse().expect("it is a repository");
    assert!(matches!(client().tags(&absent), Err(RegistryError::NotFound(_))));
}

#[test]
fn a_published_tag_stays_unless_it_is_replaced_on_purpose() {
    let (registry, key) = (DockerRegistry::start(), secret_key());
    let tag = reference(&registry.host, "acme/x:1.0.0");
    client().push(&signed("acme/x", "1.0.0", &key), &tag, ExistingTag::Keep).expect("it is pushed");
    let other = signed("acme/x", "1.0.1", &key);
    let error = client().push(&other, &tag, ExistingTag::Keep).expect_err("the tag is taken");
    assert!(matches!(error, RegistryError::TagTaken { .. }), "{error}");
    client().push(&other, &tag, ExistingTag::Replace).expect("it is replaced");
    assert_eq!(client().resolve(&tag).expect("it is there"), other.digest());
}

#[test]
fn a_second_signature_is_added_to_the_first() {
    let (registry, first, second) = (DockerRegistry::start(), secret_key(), secret_key());
    let tag = reference(&registry.host, "acme/x:1.0.0");
    client().push(&signed("acme/x", "1.0.0", &first), &tag, ExistingTag::Keep).expect("it is pushed");
    client().push(&signed("acme/x", "1.0.0", &second), &tag, ExistingTag::Keep).expect("it is pushed");
    for key in [&first, &second] {
        let installed = client().install(&tag, &policy_for("acme/", key)).expect("it is installed");
        assert_eq!(installed.verified.bundle().signatures().len(), 2);
    }
}

#[test]
fn a_bundle_without_a_signature_that_counts_is_not_even_fetched() {
    let (registry, key) = (DockerRegistry::start(), secret_key());
    let tag = reference(&registry.host, "acme/x:1.0.0");
    let mut bundle = crate::samples::packed("acme/x", "1.0.0");
    client().push(&bundle, &tag, ExistingTag::Keep).expect("it is pushed");
    let install = || client().install(&tag, &policy_for("acme/", &key));
    let error = install().expect_err("it is not signed");
    assert!(matches!(error, RegistryError::Verify(crate::verify::VerifyError::Refused(Refusal::Unsigned))), "{error}");
    let stranger = sign(&bundle, &secret_key()).expect("it is signed");
    bundle.attach_signature(&stranger);
    client().push(&bundle, &tag, ExistingTag::Keep).expect("it is pushed");
    let error = install().expect_err("nobody knows the signer").to_string();
    assert!(error.contains("none of the 1 signatures is a valid one of a key that the trust policy knows"), "{error}");
    bundle.attach_signature(&sign(&bundle, &key).expect("it is signed"));
    client().push(&bundle, &tag, ExistingTag::Keep).expect("it is pushed");
    assert_eq!(install().expect("it is installed").verified.judgement().signers, [key.public()]);
}

#[test]
fn attachments_are_listed_by_their_type() {
    let (registry, key) = (DockerRegistry::start(), secret_key());
    let tag = reference(&registry.host, "acme/x:1.0.0");
    let bundle = signed("acme/x", "1.0.0", &key);
    client().push(&bundle, &tag, ExistingTag::Keep).expect("it is pushed");
    let listed = client().referrers(&tag.repository, bundle.digest()).expect("they are listed");
    let mut types: Vec<_> = listed.iter().filter_map(|one| one.artifact_type.as_deref()).collect();
    types.sort_unstable();
    assert_eq!(types, [media_type::SBOM, media_type::PROVENANCE, media_type::SIGNATURE]);
}

/// `tester` with the password `open sesame`.
const HTPASSWD: &str = "tester:$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n";
const WITH_PASSWORD: &str = "auth:\n  htpasswd:\n    realm: test\n    path: FOLDER/htpasswd\n";

#[test]
fn the_users_docker_credentials_are_used() {
    let registry = DockerRegistry::start_with_files(WITH_PASSWORD, &[("htpasswd", HTPASSWD)]);
    let key = secret_key();
    let tag = reference(&registry.host, "acme/x:1.0.0");
    let bundle = signed("acme/x", "1.0.0", &key);
    let error = client().push(&bundle, &tag, ExistingTag::Keep).expect_err("it wants a password");
    assert!(matches!(&error, RegistryError::Denied { host, .. } if *host == registry.host), "{error}");
    assert!(error.to_string().ends_with(&format!("log in with `docker login {}`", registry.host)), "{error}");
    // base64 of `tester:open sesame`.
    let login = |encoded: &str| {
        let text = format!(r#"{{"auths":{{"{}":{{"auth":"{encoded}"}}}}}}"#, registry.host);
        client_with(DockerConfig::parse(&text).expect("it is valid"))
    };
    let wrong = login("dGVzdGVyOndyb25n").push(&bundle, &tag, ExistingTag::Keep);
    assert!(matches!(wrong, Err(RegistryError::Denied { .. })));
    let client = login("dGVzdGVyOm9wZW4gc2VzYW1l");
    client.push(&bundle, &tag, ExistingTag::Keep).expect("it is pushed");
    let installed = client.install(&tag, &policy_for("acme/", &key)).expect("it is installed");
    assert_eq!(installed.verified.bundle(), &bundle);
}
