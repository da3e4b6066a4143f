//! The custom section `selfheal-rules`: a component's rules as JSON, for those who only read its bytes.
//!
//! A UTF-8 array of the contract's record `rule`, with the field names of `wit/v0/classifier.wit`: what `rules` returns and
//! nothing else. `export_classifier!` writes it; everything here runs in constant evaluation, twice: once to count the bytes
//! and once to write them.

use super::builder::thousandths;
use super::{Example, Fact, FactValue, Rule};
use crate::types::Disposition;

/// Name of the section.
pub const NAME: &str = "selfheal-rules";

/// Size of the section, in bytes.
pub const fn length(packs: &[&[Rule]]) -> usize {
    let mut json = Json { out: &mut [], length: 0 };
    json.packs(packs);
    json.length
}

/// Content of the section; `LENGTH` is what [`length`] says.
pub const fn bytes<const LENGTH: usize>(packs: &[&[Rule]]) -> [u8; LENGTH] {
    let mut out = [0; LENGTH];
    let mut json = Json { out: &mut out, length: 0 };
    json.packs(packs);
    assert!(json.length == LENGTH, "the length is that of other rules");
    out
}

/// Content of the section of rules that are made at run time, for tests.
#[cfg(test)]
pub(super) fn to_vec(packs: &[&[Rule]]) -> Vec<u8> {
    let mut out = vec![0; length(packs)];
    Json { out: &mut out, length: 0 }.packs(packs);
    out
}

/// A writer of JSON that counts what no longer fits.
///
/// Its loops over bytes call no function, not even `len`: a call costs constant evaluation more than a hundred steps, and with
/// `copy_from_slice` a classifier with a hundred rules took three seconds to compile (measured 2026-11-23).
struct Json<'a> {
    out: &'a mut [u8],
    length: usize,
}

impl Json<'_> {
    const fn packs(&mut self, packs: &[&[Rule]]) {
        self.raw("[");
        let mut is_first = true;
        let mut pack = 0;
        while pack < packs.len() {
            let mut index = 0;
            while index < packs[pack].len() {
                self.raw(if is_first { "{" } else { ",\n{" });
                self.rule(&packs[pack][index]);
                self.raw("}");
                is_first = false;
                index += 1;
            }
            pack += 1;
        }
        self.raw("]");
    }

    const fn rule(&mut self, rule: &Rule) {
        self.raw("\"code\":");
        self.text(rule.code);
        self.raw(",\"category\":");
        self.text(rule.category);
        self.raw(",\"ecosystem\":");
        self.text(rule.ecosystem);
        self.raw(",\"pattern\":");
        self.text(rule.pattern);
        self.raw(",\"negative\":");
        match rule.negative {
            Some(negative) => self.text(negative),
            None => self.raw("null"),
        }
        self.raw(",\"severity\":");
        self.text(rule.severity);
        self.raw(",\"confidence\":");
        self.confidence(rule.confidence);
        self.raw(",\"specificity\":");
        self.number(rule.specificity as i64);
        self.raw(",\"position\":");
        self.text(rule.position);
        self.raw(",\"disposition\":");
        self.text(match rule.disposition {
            Disposition::Retry => "retry",
            Disposition::Auto => "auto",
            Disposition::Patch => "patch",
            Disposition::Never => "never",
        });
        self.raw(",\"strategies\":");
        self.texts(rule.strategies);
        self.raw(",\"asks-plugin\":");
        self.claim(rule.asks_plugin);
        self.raw(",\"examples\":");
        self.examples(rule.examples);
        self.raw(",\"attrs\":");
        self.facts(rule.facts);
    }

    const fn examples(&mut self, examples: &[Example]) {
        self.raw("[");
        let mut index = 0;
        while index < examples.len() {
            self.raw(if index == 0 { "{\"text\":" } else { ",{\"text\":" });
            self.text(examples[index].text);
            self.raw(",\"matches\":");
            self.claim(examples[index].matches);
            self.raw("}");
            index += 1;
        }
        self.raw("]");
    }

    const fn facts(&mut self, facts: &[Fact]) {
        self.raw("[");
        let mut index = 0;
        while index < facts.len() {
            self.raw(if index == 0 { "{\"key\":" } else { ",{\"key\":" });
            self.text(facts[index].key);
            self.raw(",\"value\":\"");
            self.fact_value(facts[index].value);
            self.raw("\"}");
            index += 1;
        }
        self.raw("]");
    }

    /// The inside of the string: words and numbers joined by commas.
    const fn fact_value(&mut self, value: FactValue) {
        let mut index = 0;
        match value {
            FactValue::Text(text) => self.escaped(text),
            FactValue::Words(words) => {
                while index < words.len() {
                    self.raw(if index == 0 { "" } else { "," });
                    self.escaped(words[index]);
                    index += 1;
                }
            }
            FactValue::Numbers(numbers) => {
                while index < numbers.len() {
                    self.raw(if index == 0 { "" } else { "," });
                    self.number(numbers[index] as i64);
                    index += 1;
                }
            }
        }
    }

    const fn texts(&mut self, texts: &[&str]) {
        self.raw("[");
        let mut index = 0;
        while index < texts.len() {
            self.raw(if index == 0 { "" } else { "," });
            self.text(texts[index]);
            index += 1;
        }
        self.raw("]");
    }

    const fn claim(&mut self, claim: bool) {
        self.raw(if claim { "true" } else { "false" });
    }

    /// Three decimals, which stand for exactly this float.
    const fn confidence(&mut self, confidence: f64) {
        let steps = thousandths(confidence);
        self.raw(if steps < 1000 { "0." } else { "1." });
        let steps = steps % 1000;
        self.digit(steps / 100);
        self.digit(steps / 10 % 10);
        self.digit(steps % 10);
    }

    const fn number(&mut self, number: i64) {
        if number < 0 {
            self.raw("-");
        }
        let number = number.unsigned_abs();
        let mut unit = 1;
        while number / unit >= 10 {
            unit *= 10;
        }
        while unit > 0 {
            self.digit((number / unit % 10) as u32);
            unit /= 10;
        }
    }

    const fn digit(&mut self, digit: u32) {
        self.bytes(&[b'0' + digit as u8]);
    }

    const fn text(&mut self, text: &str) {
        self.raw("\"");
        self.escaped(text);
        self.raw("\"");
    }

    const fn escaped(&mut self, text: &str) {
        let text = text.as_bytes();
        let (count, room) = (text.len(), self.out.len());
        let mut index = 0;
        while index < count {
            let byte = text[index];
            if byte == b'"' || byte == b'\\' || byte < b' ' {
                self.escape(byte);
            } else {
                if self.length < room {
                    self.out[self.length] = byte;
                }
                self.length += 1;
            }
            index += 1;
        }
    }

    const fn escape(&mut self, byte: u8) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        match byte {
            b'"' => self.raw("\\\""),
            b'\\' => self.raw("\\\\"),
            _ => {
                self.raw("\\u00");
                self.bytes(&[HEX[byte as usize >> 4], HEX[byte as usize & 15]]);
            }
        }
    }

    const fn raw(&mut self, json: &str) {
        self.bytes(json.as_bytes());
    }

    const fn bytes(&mut self, bytes: &[u8]) {
        let (count, room) = (bytes.len(), self.out.len());
        let mut index = 0;
        while index < count && self.length + index < room {
            self.out[self.length + index] = bytes[index];
            index += 1;
        }
        self.length += count;
    }
}
