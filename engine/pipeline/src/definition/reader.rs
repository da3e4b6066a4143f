//! Asks a tree for values; what does not fit is reported, and the caller goes on with what it has.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use super::problem::{ProblemKind, Report};
use super::spelling::nearest;
use super::tree::{Entry, Node, Span, Value};
use super::units::{format_duration, format_size, parse_duration, parse_size, suggest_duration, suggest_size};

/// A table whose unknown keys have been reported.
pub(crate) struct Table<'n> {
    entries: HashMap<&'n str, &'n Entry>,
}

/// Where the author of a key of this name probably wanted it: `("cwd", "did you mean `directory`?")`.
pub(crate) type Misplaced = &'static [(&'static str, &'static str)];

impl<'n> Table<'n> {
    /// Opens a table and reports keys that are not in `known`. `label` is what the author calls the table, e.g. `[[stage]]`.
    pub(crate) fn open(
        node: &'n Node,
        label: &str,
        known: &[&'static str],
        misplaced: Misplaced,
        report: &mut Report<'_>,
    ) -> Option<Self> {
        let mut entries = HashMap::new();
        for entry in entries_of(node, label, report)? {
            if known.contains(&entry.key.as_str()) {
                entries.insert(entry.key.as_str(), entry);
            } else {
                let (key, table) = (entry.key.clone(), label.to_owned());
                let advice = advice_for(&entry.key, known, misplaced);
                report.error(&entry.key_span, ProblemKind::UnknownKey { key, table, advice });
            }
        }
        Some(Self { entries })
    }

    /// The entry of a key, if the table has it.
    pub(crate) fn get(&self, key: &str) -> Option<&'n Entry> {
        self.entries.get(key).copied()
    }
}

/// The entries of a table whose keys the author chooses. YAML's empty value is an empty table.
pub(crate) fn entries_of<'n>(node: &'n Node, label: &str, report: &mut Report<'_>) -> Option<&'n [Entry]> {
    match &node.value {
        Value::Table(entries) => Some(entries),
        Value::Nothing => Some(&[]),
        other => {
            let (table, found) = (label.to_owned(), other.describe());
            report.error(&node.span, ProblemKind::NotTable { table, found });
            None
        }
    }
}

fn advice_for(key: &str, known: &[&'static str], misplaced: Misplaced) -> String {
    let folded = key.to_lowercase().replace('_', "-");
    if let Some((_, advice)) = misplaced.iter().find(|(word, _)| *word == folded) {
        return (*advice).to_owned();
    }
    match nearest(key, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("its keys are {}", list(known)),
    }
}

/// "`a`, `b` and `c`".
pub(crate) fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.join(""),
    }
}

impl Entry {
    /// The text, if it is one; it may be empty.
    pub(crate) fn text(&self, report: &mut Report<'_>) -> Option<&str> {
        text(&self.key, &self.node, "a text", report)
    }

    /// The text, if it is one that is not blank.
    pub(crate) fn filled_text(&self, example: &'static str, report: &mut Report<'_>) -> Option<&str> {
        let text = self.text(report)?;
        if text.trim().is_empty() {
            report.error(&self.node.span, ProblemKind::Empty { key: self.key.clone(), example });
            return None;
        }
        Some(text)
    }

    /// The texts of a list and where they stand; elements that are no text are reported and left out.
    pub(crate) fn texts(&self, report: &mut Report<'_>) -> Option<Vec<(&str, &Span)>> {
        let Value::List(nodes) = &self.node.value else {
            let example = match &self.node.value {
                Value::Text(text) => format!("; write [{text:?}]"),
                _ => String::new(),
            };
            return self.wrong_type("a list of texts", &example, report);
        };
        let element = |node| text(&self.key, node, "a list of texts", report).map(|text| (text, &node.span));
        Some(nodes.iter().filter_map(element).collect())
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, report: &mut Report<'_>) -> Option<bool> {
        match &self.node.value {
            Value::Flag(flag) => Some(*flag),
            Value::Text(text) if matches!(text.as_str(), "true" | "false") => {
                self.wrong_type("true or false", "; leave the quotes out", report)
            }
            _ => self.wrong_type("true or false", "", report),
        }
    }

    /// A whole number in a range.
    pub(crate) fn integer(&self, range: RangeInclusive<u64>, report: &mut Report<'_>) -> Option<u64> {
        let number = match &self.node.value {
            Value::Integer(number) => *number,
            Value::Text(text) if text.trim().parse::<i128>().is_ok() => {
                return self.wrong_type("a whole number", "; leave the quotes out", report);
            }
            _ => return self.wrong_type("a whole number", "", report),
        };
        let in_range = u64::try_from(number).ok().filter(|number| range.contains(number));
        if in_range.is_some() {
            return in_range;
        }
        self.out_of_range(range.start().to_string(), range.end().to_string(), number.to_string(), "", report)
    }

    /// A number from 0 to `max`.
    pub(crate) fn number(&self, max: f64, report: &mut Report<'_>) -> Option<f64> {
        let number = match &self.node.value {
            Value::Integer(number) => *number as f64,
            Value::Float(number) => *number,
            _ => return self.wrong_type("a number", "", report),
        };
        if (0.0..=max).contains(&number) {
            return Some(number);
        }
        let is_percentage = max == 1.0 && number > 1.0 && number <= 100.0;
        let advice = if is_percentage { format!("; did you mean {}?", number / 100.0) } else { String::new() };
        self.out_of_range("0".to_owned(), max.to_string(), number.to_string(), &advice, report)
    }

    /// A duration in a range, all in milliseconds.
    pub(crate) fn duration_ms(&self, range: RangeInclusive<u64>, report: &mut Report<'_>) -> Option<u64> {
        const EXPECTED: &str = "a duration such as \"45m\", \"1h30m\" or \"500ms\"";
        let text = match &self.node.value {
            Value::Text(text) => text,
            Value::Integer(number) if *number >= 0 => {
                return self.wrong_type(EXPECTED, &format!("; did you mean \"{number}s\"?"), report);
            }
            _ => return self.wrong_type(EXPECTED, "", report),
        };
        let Some(ms) = parse_duration(text) else {
            let advice = suggest_duration(text).map(|meant| format!("; did you mean {meant:?}?")).unwrap_or_default();
            return self.wrong_type(EXPECTED, &advice, report);
        };
        if range.contains(&ms) {
            return Some(ms);
        }
        self.out_of_range(format_duration(*range.start()), format_duration(*range.end()), text.clone(), "", report)
    }

    /// A size in a range, all in bytes.
    pub(crate) fn size_bytes(&self, range: RangeInclusive<u64>, report: &mut Report<'_>) -> Option<u64> {
        const EXPECTED: &str = "a size such as \"512MiB\" or \"2GiB\"";
        let text = match &self.node.value {
            Value::Text(text) => text,
            _ => return self.wrong_type(EXPECTED, "", report),
        };
        let Some(bytes) = parse_size(text) else {
            let advice = suggest_size(text).map(|meant| format!("; did you mean {meant:?}?")).unwrap_or_default();
            return self.wrong_type(EXPECTED, &advice, report);
        };
        if range.contains(&bytes) {
            return Some(bytes);
        }
        self.out_of_range(format_size(*range.start()), format_size(*range.end()), text.clone(), "", report)
    }

    /// One of a closed set of words.
    pub(crate) fn word<T: Copy>(&self, words: &[(&'static str, T)], report: &mut Report<'_>) -> Option<T> {
        let found = self.text(report)?;
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == found) {
            return Some(*meaning);
        }
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let advice = nearest(found, names.iter().copied()).map(|meant| format!("; did you mean {meant:?}?"));
        let known = names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
        let (key, found, advice) = (self.key.clone(), found.to_owned(), advice.unwrap_or_default());
        report.error(&self.node.span, ProblemKind::UnknownWord { key, known, found, advice });
        None
    }

    /// Reports that the value is of another type.
    pub(crate) fn wrong_type<T>(&self, expected: &'static str, advice: &str, report: &mut Report<'_>) -> Option<T> {
        wrong_type(&self.key, &self.node, expected, advice, report)
    }

    fn out_of_range<T>(
        &self,
        min: String,
        max: String,
        found: String,
        advice: &str,
        report: &mut Report<'_>,
    ) -> Option<T> {
        let (key, advice) = (self.key.clone(), advice.to_owned());
        report.error(&self.node.span, ProblemKind::OutOfRange { key, min, max, found, advice });
        None
    }
}

/// The text of a node that belongs to `key`.
fn text<'n>(key: &str, node: &'n Node, expected: &'static str, report: &mut Report<'_>) -> Option<&'n str> {
    let advice = match &node.value {
        Value::Text(text) if text.contains('\0') => {
            report.error(&node.span, ProblemKind::Nul { key: key.to_owned() });
            return None;
        }
        Value::Text(text) => return Some(text),
        Value::Integer(number) => format!("; write \"{number}\""),
        Value::Float(number) => format!("; write \"{number:?}\""),
        Value::Flag(flag) => format!("; write \"{flag}\""),
        _ => String::new(),
    };
    wrong_type(key, node, expected, &advice, report)
}

fn wrong_type<T>(key: &str, node: &Node, expected: &'static str, advice: &str, report: &mut Report<'_>) -> Option<T> {
    let (key, found, advice) = (key.to_owned(), node.value.describe(), advice.to_owned());
    report.error(&node.span, ProblemKind::WrongType { key, expected, found, advice });
    None
}
