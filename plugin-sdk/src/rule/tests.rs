use super::*;
use crate::classifier::{RuleRecord, records};
use crate::json::{self, Value};
use crate::rules;

/// One rule with everything, one with nothing.
const PACKS: &[&[Rule]] = &[
    rules![
        Rule::new("a.full")
            .category("configuration")
            .ecosystem("python")
            .pattern(r#"^"quoted" \d+ \\ “curly”"#)
            .unless("tab\tand\u{1b}escape")
            .severity("warning")
            .confidence(0.07)
            .specificity(100)
            .summary()
            .disposition(Disposition::Retry)
            .strategies(&["retry", "escalate"])
            .asks_plugin()
            .matches("two\r\nlines")
            .matches("")
            .ignores("\u{7f}\u{10348}")
            .exit_codes(&[0, 127, -1, i32::MIN])
            .evidence(&["oom-kill", "exit-137"])
            .block("compiler")
            .attr("note", "\"x\""),
    ],
    &[],
    rules![
        Rule::new("b.bare"),
        Rule::new("b.sure").confidence(1.0).symptom(),
        Rule::new("b.fine").confidence(0.125).disposition(Disposition::Auto),
        Rule::new("b.never").confidence(0.0).disposition(Disposition::Patch),
    ],
];

const SECTION: [u8; section::length(PACKS)] = section::bytes(PACKS);

/// Reads a record back, naming every field, so that one that is missing or superfluous is noticed.
fn decoded(rule: &Value) -> RuleRecord {
    let fields = rule.as_object().expect("an object");
    assert_eq!(fields.len(), 14, "{fields:?}");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let list = |name: &str| rule[name].as_array().expect("a list").clone();
    RuleRecord {
        code: text(&rule["code"]),
        category: text(&rule["category"]),
        ecosystem: text(&rule["ecosystem"]),
        pattern: text(&rule["pattern"]),
        negative: fields["negative"].as_str().map(str::to_owned),
        severity: text(&rule["severity"]),
        confidence: rule["confidence"].as_f64().expect("a number"),
        specificity: rule["specificity"].as_u64().and_then(|number| u8::try_from(number).ok()).expect("a number"),
        position: text(&rule["position"]),
        disposition: match text(&rule["disposition"]).as_str() {
            "retry" => Disposition::Retry,
            "auto" => Disposition::Auto,
            "patch" => Disposition::Patch,
            "never" => Disposition::Never,
            other => panic!("{other}"),
        },
        strategies: list("strategies").iter().map(text).collect(),
        asks_plugin: rule["asks-plugin"].as_bool().expect("a claim"),
        examples: list("examples")
            .iter()
            .map(|example| crate::classifier::ExampleRecord {
                text: text(&example["text"]),
                matches: example["matches"].as_bool().expect("a claim"),
            })
            .collect(),
        attrs: list("attrs")
            .iter()
            .map(|attr| crate::types::Attr::new(text(&attr["key"]), text(&attr["value"])))
            .collect(),
    }
}

#[test]
fn the_section_says_exactly_what_the_call_returns() {
    let section: Value = json::from_slice(&SECTION).expect("JSON");
    let decoded: Vec<RuleRecord> = section.as_array().expect("an array").iter().map(decoded).collect();
    assert_eq!(decoded, records(PACKS));
}

#[test]
fn every_character_at_every_place_of_a_text_is_read_back() {
    for character in (0..=0x17f).filter_map(char::from_u32).chain(['“', '\u{10348}']) {
        for place in 0..20 {
            let text = format!("{}{character}\"{}", "x".repeat(place), "\\".repeat(place % 3));
            let packs: &[&[Rule]] = &[&[Rule { code: text.leak(), ..PACKS[0][0] }]];
            let section: Value = json::from_slice(&section::to_vec(packs)).expect("JSON");
            assert_eq!(section[0]["code"], packs[0][0].code);
        }
    }
}

#[test]
fn every_confidence_in_thousandths_is_read_back_as_the_same_float() {
    for steps in 0..=1000_u32 {
        let literal = format!("{}.{:03}", steps / 1000, steps % 1000);
        let confidence: f64 = literal.parse().expect("a number");
        assert_eq!(builder::thousandths(confidence), steps, "{literal}");
    }
}

#[test]
#[should_panic(expected = "at most three decimals")]
fn a_confidence_that_the_section_cannot_say_is_refused() {
    let _ = Rule::new("a.b").confidence(0.1234);
}

#[test]
#[should_panic(expected = "from 0 to 1")]
fn a_confidence_that_is_no_number_is_refused() {
    let _ = Rule::new("a.b").confidence(f64::NAN);
}

#[test]
#[should_panic(expected = "at most 100")]
fn a_specificity_over_the_scale_is_refused() {
    let _ = Rule::new("a.b").specificity(101);
}

#[test]
#[should_panic(expected = "at most 32 samples")]
fn more_samples_than_there_is_room_for_are_refused() {
    let _ = (0..33).fold(Rule::new("a.b"), |rule, _| rule.matches("x"));
}

#[test]
fn facts_become_attributes_in_their_order() {
    let attrs: Vec<(String, String)> =
        records(PACKS)[0].attrs.iter().map(|attr| (attr.key.clone(), attr.value.clone())).collect();
    let expected = [
        ("exit-codes", "0,127,-1,-2147483648"),
        ("evidence", "oom-kill,exit-137"),
        ("block", "compiler"),
        ("note", "\"x\""),
    ];
    assert_eq!(attrs, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
}
