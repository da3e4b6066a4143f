//! A pipeline file as a tree in which every key and value knows where it stands.
//!
//! TOML and YAML become the same tree, so that one reader gives both the same messages.

mod toml_tree;
mod yaml_tree;

use std::ops::Range;

pub(crate) use toml_tree::from_toml;
pub(crate) use yaml_tree::from_yaml;

/// Byte range in the text of the file.
pub(crate) type Span = Range<usize>;

/// A value and where it stands. Of a TOML table it is the header.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// YAML's empty value.
    Nothing,
    Text(String),
    /// TOML and YAML allow integers that do not fit into 64 bits; nothing here needs more than 128.
    Integer(i128),
    Float(f64),
    Flag(bool),
    /// A date or time of TOML, as written.
    Moment(String),
    List(Vec<Node>),
    Table(Vec<Entry>),
}

/// A key with its value. Entries of a table are in the order of the file, and no key occurs twice.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) node: Node,
}

impl Value {
    /// What it is, with the value where that is short, for a message: `the number 45`.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Nothing => "nothing".to_owned(),
            Self::Text(text) if text.chars().count() <= 40 && !text.contains('\n') => format!("the text {text:?}"),
            Self::Text(_) => "a long text".to_owned(),
            Self::Integer(number) => format!("the number {number}"),
            Self::Float(number) => format!("the number {number:?}"),
            Self::Flag(flag) => flag.to_string(),
            Self::Moment(moment) => format!("the date {moment}"),
            Self::List(_) => "a list".to_owned(),
            Self::Table(_) => "a table".to_owned(),
        }
    }
}
