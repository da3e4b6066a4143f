//! The condition of a stage: `env.CI == "true" && env.BRANCH != "main"`.
//!
//! ```text
//! condition  = all { "||" all }
//! all        = test { "&&" test }
//! test       = "(" condition ")" | "env." NAME [ ( "==" | "!=" ) TEXT ]
//! TEXT       = characters between two " or two ', without escapes
//! ```
//!
//! A variable that is not set equals the empty text; `env.NAME` alone holds when it is set and not empty. Evaluating is
//! pure: the environment is an argument.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Parentheses inside each other that are possible.
const MAX_DEPTH: usize = 32;

/// A parsed condition. Displays and serialises as the text it was parsed from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct When {
    text: String,
    condition: Condition,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    Any(Vec<Condition>),
    All(Vec<Condition>),
    IsSet { name: String },
    Equals { name: String, value: String },
    Differs { name: String, value: String },
}

/// Why a text is no condition. `at` is a byte offset in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WhenError {
    /// Something else has to stand here.
    #[error("expected {expected}, found {found}")]
    Unexpected { at: usize, expected: &'static str, found: String },
    /// A text without its closing quote.
    #[error("the text that begins here has no closing quote")]
    OpenText { at: usize },
    /// Too many parentheses inside each other.
    #[error("parentheses are nested more than {MAX_DEPTH} deep")]
    TooDeep { at: usize },
}

impl WhenError {
    /// Byte offset of the mistake in the condition.
    pub fn at(&self) -> usize {
        match self {
            Self::Unexpected { at, .. } | Self::OpenText { at } | Self::TooDeep { at } => *at,
        }
    }
}

impl When {
    /// The text of the condition.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the condition holds; `value` gives the value of an environment variable.
    pub fn holds<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> bool {
        self.condition.holds(&value)
    }
}

impl Condition {
    fn holds<'v>(&self, lookup: &impl Fn(&str) -> Option<&'v str>) -> bool {
        let value_of = |name: &String| lookup(name).unwrap_or_default();
        match self {
            Self::Any(parts) => parts.iter().any(|part| part.holds(lookup)),
            Self::All(parts) => parts.iter().all(|part| part.holds(lookup)),
            Self::IsSet { name } => !value_of(name).is_empty(),
            Self::Equals { name, value } => value_of(name) == value,
            Self::Differs { name, value } => value_of(name) != value,
        }
    }
}

impl FromStr for When {
    type Err = WhenError;

    fn from_str(text: &str) -> Result<Self, WhenError> {
        let mut parser = Parser { text, at: 0 };
        let condition = parser.condition(0)?;
        parser.skip_blanks();
        if parser.rest().is_empty() {
            Ok(Self { text: text.to_owned(), condition })
        } else {
            Err(parser.unexpected("`&&`, `||` or the end"))
        }
    }
}

impl TryFrom<String> for When {
    type Error = WhenError;

    fn try_from(text: String) -> Result<Self, WhenError> {
        text.parse()
    }
}

impl From<When> for String {
    fn from(when: When) -> Self {
        when.text
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    fn condition(&mut self, depth: usize) -> Result<Condition, WhenError> {
        let mut parts = vec![self.all(depth)?];
        while self.takes("||") {
            parts.push(self.all(depth)?);
        }
        Ok(one_or(parts, Condition::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Condition, WhenError> {
        let mut parts = vec![self.test(depth)?];
        while self.takes("&&") {
            parts.push(self.test(depth)?);
        }
        Ok(one_or(parts, Condition::All))
    }

    fn test(&mut self, depth: usize) -> Result<Condition, WhenError> {
        if self.takes("(") {
            if depth == MAX_DEPTH {
                return Err(WhenError::TooDeep { at: self.at - 1 });
            }
            let inner = self.condition(depth + 1)?;
            return if self.takes(")") { Ok(inner) } else { Err(self.unexpected("`&&`, `||` or `)`")) };
        }
        if !self.takes("env.") {
            return Err(self.unexpected("`env.NAME` or `(`"));
        }
        let name = self.name()?;
        if self.takes("==") {
            Ok(Condition::Equals { name, value: self.quoted()? })
        } else if self.takes("!=") {
            Ok(Condition::Differs { name, value: self.quoted()? })
        } else {
            Ok(Condition::IsSet { name })
        }
    }

    fn name(&mut self) -> Result<String, WhenError> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let rest = self.rest();
        let name = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(self.unexpected("the name of a variable"));
        }
        self.at += name.len();
        Ok(name.to_owned())
    }

    fn quoted(&mut self) -> Result<String, WhenError> {
        self.skip_blanks();
        let rest = self.rest();
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            return Err(self.unexpected("a text in quotes"));
        };
        let Some(length) = rest[1..].find(quote) else {
            return Err(WhenError::OpenText { at: self.at });
        };
        self.at += length + 2;
        Ok(rest[1..=length].to_owned())
    }

    /// Skips blanks and then `token` if it comes next.
    fn takes(&mut self, token: &str) -> bool {
        self.skip_blanks();
        let is_next = self.rest().starts_with(token);
        if is_next {
            self.at += token.len();
        }
        is_next
    }

    fn skip_blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn unexpected(&self, expected: &'static str) -> WhenError {
        let rest = self.rest();
        let word = rest.split_whitespace().next().unwrap_or_default();
        let shown: String = word.chars().take(20).collect();
        let found = if rest.trim().is_empty() { "the end".to_owned() } else { format!("`{shown}`") };
        WhenError::Unexpected { at: self.at, expected, found }
    }
}

/// The only part, or all of them joined.
fn one_or(mut parts: Vec<Condition>, join: fn(Vec<Condition>) -> Condition) -> Condition {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            join(parts)
        }
        None => join(parts),
    }
}

#[cfg(test)]
mod tests;
