//! Labelled lines: JSON objects with `text`, `category` (a category of the contract, or `none`) and `group`, one a line.

use std::fmt;

use plugin_sdk::json::{self, Value};

use crate::classes;

/// A labelled text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sample {
    /// One line, or a few that belong together.
    pub text: String,
    /// Place of its class.
    pub class: usize,
    /// What it is a variant of: samples of a group are never trained on and asked about at once.
    pub group: String,
}

/// Why a line is no sample. The number is 1-based.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DataError {
    /// Not a JSON object.
    NotJson(usize),
    /// No text, or none for `text` or `category`.
    MissingField(usize),
    /// Not a category.
    UnknownCategory(usize, String),
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson(line) => write!(f, "read line {line}: not a JSON object"),
            Self::MissingField(line) => write!(f, "read line {line}: `text` or `category` is missing"),
            Self::UnknownCategory(line, category) => write!(f, "read line {line}: no category `{category}`"),
        }
    }
}

impl std::error::Error for DataError {}

/// The samples of a text of JSON lines; a sample without `group` is one of its own. Other fields are ignored.
///
/// # Errors
/// For the first line that is no sample.
pub fn samples(text: &str) -> Result<Vec<Sample>, DataError> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(number, line)| sample(number, line)).collect()
}

fn sample(number: usize, line: &str) -> Result<Sample, DataError> {
    let value: Value = json::from_str(line).map_err(|_| DataError::NotJson(number))?;
    let field = |name: &str| value.get(name).and_then(Value::as_str);
    let text = field("text").ok_or(DataError::MissingField(number))?;
    let category = field("category").ok_or(DataError::MissingField(number))?;
    let class = classes::index(category).ok_or_else(|| DataError::UnknownCategory(number, category.to_owned()))?;
    Ok(Sample { text: text.to_owned(), class, group: field("group").unwrap_or(text).to_owned() })
}

/// The samples in the order in which they are trained on, each once: the order of files must not matter.
pub fn in_order(mut samples: Vec<Sample>) -> Vec<Sample> {
    samples.sort();
    samples.dedup();
    samples
}

/// A digest of samples (FNV-1a): says whether weights were made from these.
pub fn digest(samples: &[Sample]) -> u64 {
    let bytes = samples.iter().flat_map(|sample| {
        let class = sample.class.to_le_bytes();
        sample.text.bytes().chain([0]).chain(sample.group.bytes()).chain([0]).chain(class)
    });
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_sample_is_named_by_its_line() {
        let good = r#"{"text":"disk full","category":"resource-disk","id":"x"}"#;
        assert_eq!(samples(good).map(|samples| samples[0].group.clone()), Ok("disk full".to_owned()));
        assert_eq!(samples(&format!("{good}\n\nnonsense")), Err(DataError::NotJson(3)));
        assert_eq!(samples(r#"{"text":"x"}"#), Err(DataError::MissingField(1)));
        let other = r#"{"text":"x","category":"weather"}"#;
        assert_eq!(samples(other), Err(DataError::UnknownCategory(1, "weather".to_owned())));
    }

    #[test]
    fn the_digest_sees_every_field() {
        let sample = Sample { text: "a".to_owned(), class: 3, group: "g".to_owned() };
        let one = digest(std::slice::from_ref(&sample));
        for other in [
            Sample { text: "b".to_owned(), ..sample.clone() },
            Sample { class: 4, ..sample.clone() },
            Sample { group: "h".to_owned(), ..sample.clone() },
        ] {
            assert_ne!(digest(&[other]), one);
        }
    }
}
