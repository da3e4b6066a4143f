use proptest::prelude::*;

use super::*;

#[test]
fn a_key_is_read_from_the_files_that_it_was_written_to() {
    let folder = tempfile::tempdir().expect("there is room");
    let (secret, public) = (folder.path().join("a.key"), folder.path().join("a.pub"));
    let key = generate(None).expect("a key is made");
    key.write(&secret, &public).expect("it is written");
    assert_eq!(SecretKey::read(&secret, None).expect("it is read").public(), key.public);
    assert_eq!(PublicKey::read(&public).expect("it is read"), key.public);
    let mode = std::fs::metadata(&secret).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(matches!(key.write(&secret, &public), Err(KeyError::Exists(_))));
}

#[test]
fn a_secret_key_that_others_can_read_is_not_used() {
    let folder = tempfile::tempdir().expect("there is room");
    let (secret, public) = (folder.path().join("a.key"), folder.path().join("a.pub"));
    generate(None).and_then(|key| key.write(&secret, &public)).expect("it is written");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o640)).expect("it is mine");
    assert!(matches!(SecretKey::read(&secret, None), Err(KeyError::NotSecret { mode: 0o640, .. })));
}

#[test]
fn a_protected_key_wants_its_password() {
    let key = generate(Some("correct horse")).expect("a key is made");
    let open = |password| SecretKey::parse(key.secret_text(), password);
    assert!(matches!(open(None), Err(KeyError::PasswordWanted)));
    assert!(matches!(open(Some("wrong horse")), Err(KeyError::WrongPassword)));
    assert_eq!(open(Some("correct horse")).expect("it opens").public(), key.public);
}

#[test]
fn a_public_key_is_a_line_or_a_file() {
    let key = generate(None).expect("a key is made");
    assert_eq!(key.public_text().parse::<PublicKey>().expect("it is one"), key.public);
    assert_eq!(key.public.to_string().parse::<PublicKey>().expect("it is one"), key.public);
    assert!(key.public.to_string().starts_with("RW"));
    assert!(key.secret_text().parse::<PublicKey>().is_err());
}

proptest! {
    #[test]
    fn no_text_makes_the_readers_panic(text: String) {
        let _ = text.parse::<PublicKey>();
        let _ = SecretKey::parse(&text, None);
        let _ = SecretKey::parse(&format!("untrusted comment: x\n{}\n", STANDARD.encode(&text)), None);
    }
}
