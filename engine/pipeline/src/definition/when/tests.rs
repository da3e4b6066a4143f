use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

fn holds(text: &str, environment: &[(&str, &'static str)]) -> bool {
    let when: When = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    when.holds(|name| environment.iter().find(|(other, _)| *other == name).map(|(_, value)| *value))
}

#[track_caller]
fn check_error(text: &str, expected: Expect) {
    let error = text.parse::<When>().expect_err("no condition");
    expected.assert_eq(&format!("{text}\n{}^ {error}", " ".repeat(error.at())));
}

#[test]
fn a_variable_alone_has_to_be_set_and_not_empty() {
    assert!(holds("env.CI", &[("CI", "false")]));
    assert!(!holds("env.CI", &[("CI", "")]));
    assert!(!holds("env.CI", &[]));
}

#[test]
fn a_variable_that_is_not_set_equals_the_empty_text() {
    assert!(holds("env.A == ''", &[]));
    assert!(holds("env.A != 'x'", &[]));
    assert!(!holds("env.A == \"x\"", &[]));
}

#[test]
fn and_binds_tighter_than_or() {
    let text = "env.A || env.B && env.C";
    assert!(holds(text, &[("A", "1")]));
    assert!(!holds(text, &[("B", "1")]));
    assert!(holds(text, &[("B", "1"), ("C", "1")]));
    assert!(!holds("(env.A || env.B) && env.C", &[("A", "1")]));
}

#[test]
fn texts_hold_anything_but_their_quote() {
    assert!(holds("env.A=='a \"b\" && c'", &[("A", "a \"b\" && c")]));
    assert!(holds("env.A == \"it's\"", &[("A", "it's")]));
}

#[test]
fn a_condition_survives_being_stored() {
    let when: When = "env.A == 'x'".parse().expect("a condition");
    let json = serde_json::to_string(&when).expect("a text");
    assert_eq!(json, "\"env.A == 'x'\"");
    assert_eq!(serde_json::from_str::<When>(&json).expect("a condition"), when);
    assert!(serde_json::from_str::<When>("\"env.\"").is_err());
}

#[test]
fn what_is_no_condition_is_refused_with_its_place() {
    check_error(
        "",
        expect![[r#"

        ^ expected `env.NAME` or `(`, found the end"#]],
    );
    check_error(
        "env.A = 'x'",
        expect![[r#"
        env.A = 'x'
              ^ expected `&&`, `||` or the end, found `=`"#]],
    );
    check_error(
        "env.A == x",
        expect![[r#"
        env.A == x
                 ^ expected a text in quotes, found `x`"#]],
    );
    check_error(
        "env.A == 'x",
        expect![[r#"
        env.A == 'x
                 ^ the text that begins here has no closing quote"#]],
    );
    check_error(
        "env.1A",
        expect![[r#"
        env.1A
            ^ expected the name of a variable, found `1A`"#]],
    );
    check_error(
        "env.A &&",
        expect![[r#"
        env.A &&
                ^ expected `env.NAME` or `(`, found the end"#]],
    );
    check_error(
        "(env.A || env.B",
        expect![[r#"
        (env.A || env.B
                       ^ expected `&&`, `||` or `)`, found the end"#]],
    );
    check_error(
        "env.A)",
        expect![[r#"
        env.A)
             ^ expected `&&`, `||` or the end, found `)`"#]],
    );
    check_error(
        "changed('src')",
        expect![[r#"
        changed('src')
        ^ expected `env.NAME` or `(`, found `changed('src')`"#]],
    );
}

#[test]
fn parentheses_cannot_exhaust_the_stack() {
    let nested = |depth: usize| format!("{}env.A{}", "(".repeat(depth), ")".repeat(depth));
    assert!(nested(32).parse::<When>().is_ok());
    assert!(matches!(nested(100_000).parse::<When>(), Err(WhenError::TooDeep { at: 32 })));
}

proptest! {
    #[test]
    fn no_text_is_a_reason_to_panic(text in "[env.A-Z0-9_()=!&|'\" é]{0,40}") {
        if let Err(error) = text.parse::<When>() {
            prop_assert!(text.is_char_boundary(error.at()));
        }
    }
}
