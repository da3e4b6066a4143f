use proptest::prelude::*;

use super::*;

#[test]
fn references_are_read_as_they_are_printed() {
    let hex = Digest::of(b"").hex();
    for text in [
        "registry.example/acme/heal:1.2.0".to_owned(),
        "localhost/heal:v1".to_owned(),
        "127.0.0.1:5000/a/b/c-d.e__f:1.0.0-rc.1".to_owned(),
        "[::1]:5000/a:1".to_owned(),
        format!("registry.example:8443/acme/heal@sha256:{hex}"),
    ] {
        let reference: Reference = text.parse().expect(&text);
        assert_eq!(reference.to_string(), text);
    }
    let both: Reference = format!("oci://registry.example/a:1@sha256:{hex}").parse().expect("it is one");
    assert_eq!(both.to_string(), format!("registry.example/a@sha256:{hex}"));
}

#[test]
fn texts_that_could_mean_something_else_are_refused() {
    let refused = |text: &str| text.parse::<Reference>().expect_err(text);
    assert!(matches!(refused("acme/heal:1.0.0"), ReferenceError::Host(_)));
    assert!(matches!(refused("./registry/heal:1"), ReferenceError::Host(_)));
    assert!(matches!(refused("heal:1"), ReferenceError::Host(_)));
    assert!(matches!(refused("user@registry.example/heal:1"), ReferenceError::Digest(_)));
    assert!(matches!(refused("registry.example/heal"), ReferenceError::NoTarget(_)));
    assert!(matches!(refused("registry.example/Heal:1"), ReferenceError::Repository(_)));
    assert!(matches!(refused("registry.example/a/../b:1"), ReferenceError::Repository(_)));
    assert!(matches!(refused("registry.example/a?x=1:1"), ReferenceError::Repository(_)));
    assert!(matches!(refused("registry.example/a:-1"), ReferenceError::Tag(_)));
    assert!(matches!(refused("registry.example/a@sha256:00"), ReferenceError::Digest(_)));
}

proptest! {
    #[test]
    fn no_text_makes_the_readers_panic(text: String) {
        if let Ok(reference) = text.parse::<Reference>() {
            prop_assert_eq!(reference.to_string().parse::<Reference>(), Ok(reference));
        }
        let _ = DockerConfig::parse(&text);
        let _ = Challenge::of(std::iter::once(text.as_str()));
        let _ = Challenge::of(std::iter::once(format!("Bearer {text}").as_str()));
    }

    #[test]
    fn nearly_references_make_nobody_panic(text in "[a-z\\[\\].:/@0-9-]{0,40}") {
        if let Ok(reference) = text.parse::<Reference>() {
            prop_assert_eq!(reference.to_string().parse::<Reference>(), Ok(reference));
        }
    }
}
