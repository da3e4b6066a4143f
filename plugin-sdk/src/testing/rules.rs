//! Holds rules to their own examples, with the regex engine of the host.

use std::collections::BTreeSet;

use regex::Regex;

use crate::classifier::Rule;
use crate::codes;

/// Longest pattern, in bytes.
const MAX_PATTERN_BYTES: usize = 2 << 10;
/// Most rules of one plugin.
const MAX_RULES: usize = 2_000;

/// Fails the test with every complaint about a plugin's rules, see [`rule_complaints`].
///
/// # Panics
/// When there is a complaint.
#[track_caller]
pub fn check_rules(packs: &[&[Rule]]) {
    let complaints = rule_complaints(packs);
    assert!(complaints.is_empty(), "{} complaints:\n  {}", complaints.len(), complaints.join("\n  "));
}

/// Everything that is wrong with a plugin's rules, one sentence each.
///
/// Checked are the limits and codes of the contract, that each rule matches its positive and ignores its negative examples,
/// and that no rule takes another's example away from it by weighing more on the same line.
pub fn rule_complaints(packs: &[&[Rule]]) -> Vec<String> {
    let mut complaints = Vec::new();
    let count: usize = packs.iter().map(|pack| pack.len()).sum();
    if count > MAX_RULES {
        complaints.push(format!("there are {count} rules, at most {MAX_RULES} are allowed"));
    }
    let mut seen = BTreeSet::new();
    let mut compiled = Vec::new();
    for rule in packs.iter().copied().flatten() {
        if !seen.insert(rule.code) {
            complaints.push(format!("{}: the code is used twice", rule.code));
        }
        complain_about_fields(rule, &mut complaints);
        match Matcher::new(rule) {
            Ok(matcher) => {
                complain_about_captures(&matcher, &mut complaints);
                complain_about_examples(&matcher, &mut complaints);
                compiled.push(matcher);
            }
            Err(error) => complaints.push(format!("{}: {error}", rule.code)),
        }
    }
    complain_about_stealing(&compiled, &mut complaints);
    complaints
}

/// A rule that can be tried on a line.
struct Matcher<'a> {
    rule: &'a Rule,
    pattern: Regex,
    negative: Option<Regex>,
}

impl<'a> Matcher<'a> {
    fn new(rule: &'a Rule) -> Result<Self, regex::Error> {
        let negative = rule.negative.map(Regex::new).transpose()?;
        Ok(Self { rule, pattern: Regex::new(rule.pattern)?, negative })
    }

    fn matches_line(&self, line: &str) -> bool {
        self.pattern.is_match(line) && !self.negative.as_ref().is_some_and(|negative| negative.is_match(line))
    }

    fn matches_any_line(&self, text: &str) -> bool {
        text.lines().any(|line| self.matches_line(line))
    }
}

fn complain_about_fields(rule: &Rule, complaints: &mut Vec<String>) {
    let mut complain = |what: String| complaints.push(format!("{}: {what}", rule.code));
    let is_code_char = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    if !rule.code.contains('.') || !rule.code.chars().all(is_code_char) {
        complain("a code is dotted kebab-case, e.g. python.module-not-found".to_owned());
    }
    if rule.pattern.is_empty() || rule.pattern.len() > MAX_PATTERN_BYTES {
        complain(format!("a pattern has 1 to {MAX_PATTERN_BYTES} bytes"));
    }
    let listed = [
        ("category", rule.category, codes::CATEGORIES),
        ("ecosystem", rule.ecosystem, codes::ECOSYSTEMS),
        ("severity", rule.severity, codes::SEVERITIES),
        ("position", rule.position, codes::POSITIONS),
    ];
    for (field, value, list) in listed {
        if !list.contains(&value) {
            complain(format!("the {field} `{value}` is not in the list of codes"));
        }
    }
    for strategy in rule.strategies {
        if !codes::STRATEGIES.contains(strategy) {
            complain(format!("the strategy `{strategy}` is not in the list of codes"));
        }
    }
    if !(0.0..=1.0).contains(&rule.confidence) {
        complain(format!("the confidence {} is not between 0 and 1", rule.confidence));
    }
    if rule.specificity > 100 {
        complain(format!("the specificity {} is over 100", rule.specificity));
    }
    for fact in rule.facts {
        let value = fact.text();
        if fact.key == "block" && !codes::BLOCKS.contains(&value.as_ref()) {
            complain(format!("the block `{value}` is not in the list of codes"));
        }
        if fact.key == "evidence" {
            for word in value.split(',').filter(|word| !is_evidence(word)) {
                complain(format!("the evidence `{word}` is not in the list of codes"));
            }
        }
    }
}

/// Whether the host knows how to look for a fact: one of the list, `exit-N` or `signal-N`.
fn is_evidence(fact: &str) -> bool {
    let number = fact.strip_prefix("exit-").or_else(|| fact.strip_prefix("signal-"));
    codes::EVIDENCE.contains(&fact) || number.is_some_and(|number| number.parse::<i32>().is_ok())
}

/// A capture that no healer looks for is most likely a misspelt one.
fn complain_about_captures(matcher: &Matcher<'_>, complaints: &mut Vec<String>) {
    for name in matcher.pattern.capture_names().flatten() {
        if !codes::CAPTURES.contains(&name.replace('_', "-").as_str()) {
            complaints.push(format!("{}: the capture `{name}` is not in the list of codes", matcher.rule.code));
        }
    }
}

fn complain_about_examples(matcher: &Matcher<'_>, complaints: &mut Vec<String>) {
    let rule = matcher.rule;
    for wanted in [true, false] {
        if !rule.examples.iter().any(|example| example.matches == wanted) {
            let kind = if wanted { "matches" } else { "does not match" };
            complaints.push(format!("{}: there is no example that it {kind}", rule.code));
        }
    }
    for example in rule.examples {
        match (example.matches, matcher.matches_any_line(example.text)) {
            (true, false) => complaints.push(format!("{}: does not match its example `{}`", rule.code, example.text)),
            (false, true) => complaints.push(format!("{}: does not ignore its example `{}`", rule.code, example.text)),
            _ => {}
        }
    }
}

/// How the host weighs matches of one line against each other when nothing else is known: the log-odds of the confidence,
/// moved by specificity, severity and position. The constants are those of the engine's `log-scan`.
fn weight(rule: &Rule) -> f64 {
    let confidence = rule.confidence.clamp(0.02, 0.98);
    let severity = match rule.severity {
        "error" => 0.0,
        "warning" => -2.0,
        _ => -4.0,
    };
    let position = match rule.position {
        "cause" => 0.0,
        "symptom" => -0.4,
        _ => -0.8,
    };
    (confidence / (1.0 - confidence)).ln() + (f64::from(rule.specificity) - 50.0) / 100.0 + severity + position
}

fn complain_about_stealing(compiled: &[Matcher<'_>], complaints: &mut Vec<String>) {
    for owner in compiled {
        let lines =
            owner.rule.examples.iter().filter(|example| example.matches).flat_map(|example| example.text.lines());
        for line in lines.filter(|line| owner.matches_line(line)) {
            let thieves = compiled.iter().filter(|other| {
                other.rule.code != owner.rule.code
                    && weight(other.rule) > weight(owner.rule)
                    && other.matches_line(line)
            });
            for thief in thieves {
                let (thief, owner) = (&thief.rule.code, &owner.rule.code);
                complaints.push(format!("{thief}: takes the example `{line}` away from {owner}"));
            }
        }
    }
}

#[cfg(test)]
mod tests;
