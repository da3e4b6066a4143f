//! TOML text → tree.

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::{Entry, Node, Span, Value};
use crate::definition::problem::{ProblemKind, Report};

/// Parses TOML as far as possible and reports everything that is not TOML.
pub(crate) fn from_toml(text: &str, report: &mut Report<'_>) -> Node {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let span = error.span().unwrap_or(text.len()..text.len());
        report.error(&span, ProblemKind::Syntax { message: error.message().to_owned() });
    }
    let span = table.span();
    Node { span, value: from_table(table.get_ref(), report) }
}

fn from_table(table: &DeTable<'_>, report: &mut Report<'_>) -> Value {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().clone().into_owned(),
            key_span: key.span(),
            node: from_value(value, report),
        })
        .collect();
    // The parser sorts tables by key.
    entries.sort_by_key(|entry| entry.key_span.start);
    Value::Table(entries)
}

fn from_value(value: &Spanned<DeValue<'_>>, report: &mut Report<'_>) -> Node {
    let span = value.span();
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.clone().into_owned()),
        DeValue::Integer(number) => from_integer(number, &span, report),
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Datetime(moment) => Value::Moment(moment.to_string()),
        DeValue::Array(nodes) => Value::List(nodes.iter().map(|node| from_value(node, report)).collect()),
        DeValue::Table(table) => from_table(table, report),
    };
    Node { span, value }
}

fn from_integer(number: &DeInteger<'_>, span: &Span, report: &mut Report<'_>) -> Value {
    match i128::from_str_radix(number.as_str(), number.radix()) {
        Ok(number) => Value::Integer(number),
        Err(_) => {
            report.error(span, ProblemKind::Syntax { message: "a number this large is not supported".to_owned() });
            Value::Integer(0)
        }
    }
}
