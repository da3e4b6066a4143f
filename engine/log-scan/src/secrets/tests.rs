#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn mask_with(values: &[&str], text: &str) -> String {
    SecretMask::new(values).mask(text).into_owned()
}

/// Base64 the obvious way, as the oracle.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let number =
            group.iter().chain([0, 0].iter()).take(3).fold(0u32, |number, byte| (number << 8) | u32::from(*byte));
        for place in 0..4 {
            let is_padding = place > group.len();
            out.push(if is_padding { '=' } else { char::from(ALPHABET[(number >> (18 - 6 * place)) as usize & 63]) });
        }
    }
    out
}

#[test]
fn a_value_is_masked_wherever_it_stands() {
    assert_eq!(mask_with(&["hunter22"], "password=hunter22&x=hunter22"), "password=***&x=***");
}

#[test]
fn text_without_secrets_is_not_copied() {
    assert!(matches!(SecretMask::new(["hunter22"]).mask("all is well"), Cow::Borrowed(_)));
}

#[test]
fn very_short_values_are_left_alone() {
    assert_eq!(mask_with(&["", "1", "abc"], "abc 1 2 3"), "abc 1 2 3");
}

#[test]
fn encoded_and_escaped_forms_are_masked() {
    let value = "p\"ss w/rd+1";
    assert_eq!(mask_with(&[value], "u=p%22ss%20w%2Frd%2B1;"), "u=***;");
    assert_eq!(mask_with(&[value], "u=p%22ss%20w%2frd%2b1;"), "u=***;");
    assert_eq!(mask_with(&[value], "u=p%22ss+w%2Frd%2B1;"), "u=***;");
    assert_eq!(mask_with(&[value], r#"{"u":"p\"ss w/rd+1"}"#), r#"{"u":"***"}"#);
    assert_eq!(mask_with(&[value], r#"{"u":"p\"ss w\/rd+1"}"#), r#"{"u":"***"}"#);
}

#[test]
fn long_lines_of_a_multi_line_value_are_masked_one_by_one() {
    let value = "first-line-of-it\n}\nsecond-line-of-it\n";
    assert_eq!(mask_with(&[value], "> first-line-of-it\n> }\n> second-line-of-it"), "> ***\n> }\n> ***");
}

#[test]
fn tokens_are_recognised_by_their_shape() {
    let letters = "a1B2c3D4e5F6g7H8i9J0a1B2c3D4e5F6g7H8";
    for token in [
        "AKIAIOSFODNN7EXAMPLE".to_owned(),
        format!("ghp_{letters}"),
        format!("github_pat_{letters}"),
        format!("glpat-{}", &letters[..20]),
        format!("xoxb-{}", &letters[..24]),
        format!("npm_{letters}"),
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl".to_owned(),
    ] {
        assert_eq!(mask_with(&[], &format!("token {token} end")), "token *** end", "{token}");
    }
}

#[test]
fn headers_and_addresses_lose_only_their_secret() {
    assert_eq!(mask_with(&[], "> Authorization: Basic dXNlcjpwYXNz"), "> Authorization: Basic ***");
    assert_eq!(mask_with(&[], r#"-H "authorization: token abcdef123""#), r#"-H "authorization: token ***""#);
    assert_eq!(mask_with(&[], "fetch https://me:s3cret@git.example/x.git"), "fetch https://me:***@git.example/x.git");
    assert_eq!(mask_with(&[], "see https://docs.example:8080/a@b"), "see https://docs.example:8080/a@b");
    assert_eq!(mask_with(&[], "the bearer of bad news"), "the bearer of bad news");
}

#[test]
fn a_private_key_is_hidden_with_or_without_its_end() {
    let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIB\nAAAA\n-----END RSA PRIVATE KEY-----\nafter\n";
    assert_eq!(mask_with(&[], key), "-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----\nafter\n");
    let cut_off = "-----BEGIN PRIVATE KEY-----\nMIIB\nAAAA";
    assert_eq!(mask_with(&[], cut_off), "-----BEGIN PRIVATE KEY-----***");
}

fn streamed(mask: &SecretMask, text: &[u8], chunk: usize) -> String {
    let mut stream = mask.stream();
    let mut out = Vec::new();
    for piece in text.chunks(chunk.max(1)) {
        out.extend(stream.push(piece));
    }
    out.extend(stream.finish());
    String::from_utf8_lossy(&out).into_owned()
}

#[test]
fn a_key_in_a_stream_is_hidden_until_it_ends() {
    let key = b"a\n-----BEGIN PRIVATE KEY-----\nMIIB\nAAAA\n-----END PRIVATE KEY-----\nafter\n";
    for chunk in 1..20 {
        let shown = streamed(&SecretMask::new([""; 0]), key, chunk);
        assert_eq!(shown, "a\n-----BEGIN PRIVATE KEY-----***\n-----END PRIVATE KEY-----\nafter\n");
    }
}

#[test]
fn a_prompt_is_shown_before_its_line_ends() {
    let mut stream = SecretMask::new(["hunter22"]).stream();
    assert!(stream.push(b"Do you want to go on with this? [y/N] ").is_empty());
    let shown = stream.flush();
    assert!(String::from_utf8_lossy(&shown).starts_with("Do you want"), "{shown:?}");
    let mut rest = shown;
    rest.extend(stream.push(b"hunt"));
    rest.extend(stream.flush());
    rest.extend(stream.push(b"er22\n"));
    assert_eq!(String::from_utf8_lossy(&rest), "Do you want to go on with this? [y/N] ***\n");
}

#[test]
fn an_endless_line_neither_grows_nor_leaks() {
    let mask = SecretMask::new(["hunter22"]);
    let text = "hunter22-filler-".repeat(20_000);
    let shown = streamed(&mask, text.as_bytes(), 1000);
    assert!(!shown.contains("hunter22"));
    assert_eq!(shown, "***-filler-".repeat(20_000));
}

proptest! {
    #[test]
    fn base64_is_masked_whatever_stands_around(
        value in "[ -~]{6,24}", before in "[ -~]{0,5}", after in "[ -~]{0,5}",
    ) {
        let encoded = base64(format!("{before}{value}{after}").as_bytes());
        let masked = mask_with(&[&value], &encoded);
        prop_assert!(masked.contains(MASK), "{encoded}");
        // What is left of the value are the few characters that it shares with its neighbours.
        let left = masked.replace(MASK, "").trim_end_matches('=').len();
        prop_assert!(left <= (before.len() + after.len()) * 4 / 3 + 5, "{encoded} → {masked}");
    }

    #[test]
    fn no_value_survives_in_any_of_its_plain_forms(value in "[ -~]{4,20}", before in "[a-z ]{0,9}", after in "[a-z ]{0,9}") {
        let masked = mask_with(&[&value], &format!("{before}{value}{after}"));
        prop_assert!(masked.contains(MASK));
        prop_assert!(!masked.contains(&value) || MASK.contains(&value), "{}", masked);
    }

    #[test]
    fn chunks_do_not_change_what_a_stream_shows(
        lines in proptest::collection::vec("[a-z ]{0,12}|hunter22|x-hunter22hunter22 y|ghp_a1B2c3D4e5F6g7H8i9J0a1B2c3D4e5F6g7H8", 0..12),
        chunk in 1usize..40,
    ) {
        let text = lines.join("\n");
        let mask = SecretMask::new(["hunter22"]);
        prop_assert_eq!(streamed(&mask, text.as_bytes(), chunk), mask.mask(&text).into_owned());
    }
}
