//! YAML text → tree.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, MessageFormatter as _, Spanned, UserMessageFormatter};

use super::{Entry, Node, Span, Value};
use crate::definition::problem::{ProblemKind, Report};

/// Parses one YAML document; reports the first thing that is not YAML and returns nothing then.
///
/// Size, depth and aliases are limited by the parser's default budget.
pub(crate) fn from_yaml(text: &str, report: &mut Report<'_>) -> Option<Node> {
    match serde_saphyr::from_str::<Spanned<Raw>>(text) {
        Ok(root) => Some(root.value.placed(text, &root.referenced)),
        Err(error) => {
            let span = error.location().map_or(0..0, |location| span_of(text, &location));
            let message = UserMessageFormatter.format_message(error.without_snippet()).into_owned();
            report.error(&span, ProblemKind::Syntax { message });
            None
        }
    }
}

/// What serde sees, before places become byte ranges.
enum Raw {
    Nothing,
    Text(String),
    Integer(i128),
    Float(f64),
    Flag(bool),
    List(Vec<Spanned<Raw>>),
    Table(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl Raw {
    fn placed(self, text: &str, location: &Location) -> Node {
        let place = |node: Spanned<Raw>| node.value.placed(text, &node.referenced);
        let value = match self {
            Self::Nothing => Value::Nothing,
            Self::Text(text) => Value::Text(text),
            Self::Integer(number) => Value::Integer(number),
            Self::Float(number) => Value::Float(number),
            Self::Flag(flag) => Value::Flag(flag),
            Self::List(nodes) => Value::List(nodes.into_iter().map(place).collect()),
            Self::Table(entries) => Value::Table(
                entries
                    .into_iter()
                    .map(|(key, node)| Entry {
                        key_span: span_of(text, &key.referenced),
                        key: key.value,
                        node: place(node),
                    })
                    .collect(),
            ),
        };
        Node { span: span_of(text, location), value }
    }
}

/// The byte range of a location; the parser counts lines and columns from 1, and columns in characters.
fn span_of(text: &str, location: &Location) -> Span {
    let line = usize::try_from(location.line()).unwrap_or(1).max(1);
    let column = usize::try_from(location.column()).unwrap_or(1).max(1);
    let line_start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = text.get(line_start..).unwrap_or_default();
    let within: usize = rest.chars().take_while(|&c| c != '\n').take(column - 1).map(char::len_utf8).sum();
    let start = line_start + within;
    let length: usize = {
        let characters = usize::try_from(location.span().len()).unwrap_or(0);
        let rest = text.get(start..).unwrap_or_default();
        rest.chars().take(characters).take_while(|&c| c != '\n').map(char::len_utf8).sum()
    };
    start..start + length
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Raw, E> {
        Ok(Raw::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Raw, E> {
        Ok(Raw::Integer(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Raw, E> {
        Ok(Raw::Integer(number.into()))
    }

    fn visit_i128<E>(self, number: i128) -> Result<Raw, E> {
        Ok(Raw::Integer(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Raw, E> {
        Ok(Raw::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Nothing)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Raw, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element()? {
            nodes.push(node);
        }
        Ok(Raw::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = table.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Table(entries))
    }
}
