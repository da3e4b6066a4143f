//! `plugin.toml` as its author wrote it, with the place of everything that is wrong.

use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::validate;
use super::{MAX_MANIFEST_BYTES, Manifest};

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters.
    pub column: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "plugin.toml:{}:{}: {}", self.line, self.column, self.message)
    }
}

/// A `plugin.toml` cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// It is too large.
    #[error("plugin.toml has {0} bytes; at most {MAX_MANIFEST_BYTES} are allowed")]
    TooLarge(usize),
    /// It is no TOML, or says something that is not allowed. Everything that was found, in the order of the text.
    #[error("{}", joined(.0))]
    Invalid(Vec<Problem>),
}

fn joined(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
}

impl Manifest {
    /// Reads and checks a `plugin.toml`.
    pub fn from_toml(text: &str) -> Result<Self, ManifestError> {
        if text.len() > MAX_MANIFEST_BYTES {
            return Err(ManifestError::TooLarge(text.len()));
        }
        let manifest: Self = toml::from_str(text).map_err(|error| {
            ManifestError::Invalid(vec![problem(text, error.span().unwrap_or(0..0), error.message().to_owned())])
        })?;
        let wrong = validate::problems(&manifest);
        if wrong.is_empty() {
            return Ok(manifest);
        }
        let tree = DeTable::parse(text).ok();
        let mut problems: Vec<Problem> =
            wrong.into_iter().map(|(path, message)| problem(text, span(tree.as_ref(), &path), message)).collect();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        Err(ManifestError::Invalid(problems))
    }
}

/// Where the value at a path such as `capability.0.programs` stands; its nearest parent's place where it is missing.
fn span(tree: Option<&Spanned<DeTable<'_>>>, path: &str) -> Range<usize> {
    let mut steps = path.split('.');
    let first = tree.and_then(|tree| tree.get_ref().get(steps.next()?));
    let Some(mut value) = first else { return 0..0 };
    for step in steps {
        let next = match step.parse::<usize>() {
            Ok(place) => value.get_ref().get(place),
            Err(_) => value.get_ref().as_table().and_then(|table: &DeTable<'_>| table.get(step)),
        };
        let Some(next): Option<&Spanned<DeValue<'_>>> = next else { break };
        value = next;
    }
    value.span()
}

fn problem(text: &str, span: Range<usize>, message: String) -> Problem {
    let mut start = span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let before = &text[..start];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Problem { line, column, message }
}
