use proptest::prelude::*;

use super::*;
use crate::keys::SecretKey;
use crate::samples::secret_key;
use crate::sign::sign_claims;

fn digest() -> Digest {
    Digest::of(b"a manifest")
}

fn signed(id: &str, key: &SecretKey) -> Signature {
    let claims = Claims { id: id.to_owned(), version: "1.0.0".to_owned(), digest: digest() };
    sign_claims(&claims, key).expect("it is signed")
}

/// A policy that knows `a`, `b` and `c`.
struct Cast {
    a: SecretKey,
    b: SecretKey,
    c: SecretKey,
}

impl Cast {
    fn new() -> Self {
        Self { a: secret_key(), b: secret_key(), c: secret_key() }
    }

    fn policy(&self, rules: &str) -> TrustPolicy {
        let Self { a, b, c } = self;
        let keys = format!("a = \"{}\"\nb = \"{}\"\nc = \"{}\"", a.public(), b.public(), c.public());
        TrustPolicy::parse(&format!("version = 1\n[keys]\n{keys}\n{rules}")).expect("the policy is valid")
    }
}

const ALL: &str = "[[trust]]\npublisher = \"acme/\"\nall-of = [\"a\"]\n";

#[test]
fn nobody_is_trusted_by_default() {
    let key = secret_key();
    let refusal = TrustPolicy::default().judge(digest(), &[signed("acme/x", &key)]);
    let ids = vec![key.public().id()];
    assert_eq!(refusal, Err(Refusal::UnknownSigner { signatures: 1, key_ids: ids }));
    assert_eq!(TrustPolicy::default().judge(digest(), &[]), Err(Refusal::Unsigned));
}

#[test]
fn a_publishers_key_is_trusted_with_that_publishers_plugins_alone() {
    let cast = Cast::new();
    let policy = cast.policy(ALL);
    let judgement = policy.judge(digest(), &[signed("acme/x", &cast.a)]).expect("it is enough");
    assert_eq!((judgement.claims.id.as_str(), judgement.signers), ("acme/x", vec![cast.a.public()]));
    for id in ["acme-evil/x", "other/x", "acme"] {
        let refusal = policy.judge(digest(), &[signed(id, &cast.a)]).expect_err(id);
        assert!(matches!(refusal, Refusal::NoRule { .. }), "{id}");
    }
    let by_another = policy.judge(digest(), &[signed("acme/x", &cast.b)]).expect_err("b is not acme's");
    assert_eq!(by_another.to_string(), "the trust policy's rule for acme/ wants a signature by a");
}

#[test]
fn all_of_and_a_minimum_of_any_of_are_both_wanted() {
    let cast = Cast::new();
    let both = format!("{ALL}any-of = {{ minimum = 2, keys = [\"b\", \"c\"] }}\n");
    let policy = cast.policy(&both);
    let sign = |keys: &[&SecretKey]| keys.iter().map(|key| signed("acme/x", key)).collect::<Vec<_>>();
    assert!(policy.judge(digest(), &sign(&[&cast.a, &cast.b, &cast.c])).is_ok());
    let one_short = policy.judge(digest(), &sign(&[&cast.a, &cast.b])).expect_err("c is missing");
    assert_eq!(one_short.to_string(), "the trust policy's rule for acme/ wants a signature by 1 more of c");
    let twice = policy.judge(digest(), &sign(&[&cast.a, &cast.b, &cast.b])).expect_err("b counts once");
    assert!(matches!(twice, Refusal::NotEnough { .. }));
    let without_a = policy.judge(digest(), &sign(&[&cast.b, &cast.c])).expect_err("a is missing");
    assert_eq!(without_a.to_string(), "the trust policy's rule for acme/ wants a signature by a");
}

#[test]
fn a_rule_for_one_plugin_wins_over_its_publishers() {
    let cast = Cast::new();
    let policy = cast.policy(&format!("{ALL}[[trust]]\nplugin = \"acme/special\"\nall-of = [\"b\"]\n"));
    assert!(policy.judge(digest(), &[signed("acme/special", &cast.a)]).is_err());
    assert!(policy.judge(digest(), &[signed("acme/special", &cast.b)]).is_ok());
}

#[test]
fn what_is_revoked_is_refused_whoever_signed_it() {
    let cast = Cast::new();
    let key = cast.policy(&format!("{ALL}[revoked]\nkeys = [\"a\"]\n"));
    assert_eq!(key.judge(digest(), &[signed("acme/x", &cast.a)]), Err(Refusal::KeyRevoked(cast.a.public())));
    let bundle = cast.policy(&format!("{ALL}[revoked]\ndigests = [\"{}\"]\n", digest()));
    assert_eq!(bundle.judge(digest(), &[signed("acme/x", &cast.a)]), Err(Refusal::DigestRevoked(digest())));
}

#[test]
fn a_stray_signature_does_no_harm_and_two_trusted_contradictions_do() {
    let cast = Cast::new();
    let policy = cast.policy(&format!("{ALL}[[trust]]\npublisher = \"bolt/\"\nall-of = [\"b\"]\n"));
    let good = signed("acme/x", &cast.a);
    for stray in [signed("acme/x", &secret_key()), signed("acme/y", &cast.c), signed("elsewhere/x", &cast.b)] {
        assert!(policy.judge(digest(), &[stray, good.clone()]).is_ok());
    }
    let refusal = policy.judge(digest(), &[signed("bolt/x", &cast.b), good]);
    assert_eq!(refusal, Err(Refusal::Contradiction));
}

#[test]
fn a_policy_that_could_be_misread_is_refused() {
    let key = secret_key().public();
    let head = format!("version = 1\n[keys]\na = \"{key}\"\n");
    let check = |rest: &str, expected: &str| {
        let error = TrustPolicy::parse(&format!("{head}{rest}")).expect_err(rest).to_string();
        assert!(error.contains(expected), "{error}");
    };
    check("b = \"nonsense\"", "line 4: `nonsense` is no public key");
    check(&format!("b = \"{key}\""), "`a` and `b` are the same key");
    check("[[trust]]\npublisher = \"acme\"\nall-of = [\"a\"]", "`acme` is no name that ends with `/`");
    check("[[trust]]\npublisher = \"/\"\nall-of = [\"a\"]", "`/` is no name that ends with `/`");
    check("[[trust]]\npublisher = \"acme/\"", "wants no signature");
    check("[[trust]]\nall-of = [\"a\"]", "[[trust]] number 1");
    check("[[trust]]\npublisher = \"acme/\"\nall-of = [\"z\"]", "`z` is not in [keys]");
    check("[[trust]]\npublisher = \"acme/\"\nany-of = { minimum = 0, keys = [\"a\"] }", "wants 0 of 1 keys");
    check("[[trust]]\npublisher = \"acme/\"\nany-of = { minimum = 2, keys = [\"a\", \"a\"] }", "wants 2 of 1 keys");
    check(&format!("{ALL}{ALL}"), "two rules for acme/");
    check("[revoked]\nkeys = [\"nobody\"]", "`nobody` is not in [keys]");
    check("[unknown]", "unknown field");
    assert!(matches!(TrustPolicy::parse("version = 2"), Err(PolicyError::Version(2))));
}

#[test]
fn a_refusal_says_what_to_add() {
    let cast = Cast::new();
    let refusal = cast.policy("").judge(digest(), &[signed("acme/x", &cast.a)]).expect_err("there is no rule");
    assert_eq!(refusal.to_string(), "the trust policy says nothing about acme/x");
    assert_eq!(refusal.hints()[1], "[[trust]]\npublisher = \"acme/\"\nall-of = [\"NAME-OF-THE-KEY\"]");
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text: String) {
        let _ = TrustPolicy::parse(&text);
    }
}
