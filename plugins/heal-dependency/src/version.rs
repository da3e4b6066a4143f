//! Versions as far as choosing between listed ones needs.

use std::cmp::Ordering;

/// The numbers of a version, and whether it is a pre-release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// As written.
    pub text: String,
    numbers: Vec<u64>,
    is_pre: bool,
}

impl Version {
    /// Reads a version; `None` when it does not begin with a number.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches(['v', '=', '^', '~', '>', '<', ' ']);
        let main: String = text.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let numbers: Vec<u64> =
            main.split('.').filter(|part| !part.is_empty()).map_while(|part| part.parse().ok()).collect();
        let rest = text[main.len()..].to_ascii_lowercase();
        let is_final = rest.is_empty() || rest.starts_with("post") || rest.starts_with('+');
        (!numbers.is_empty()).then(|| Self { text: text.to_owned(), numbers, is_pre: !is_final })
    }

    /// The first number.
    pub fn major(&self) -> u64 {
        self.numbers[0]
    }

    /// The second number, 0 when there is none.
    pub fn minor(&self) -> u64 {
        self.numbers.get(1).copied().unwrap_or(0)
    }

    /// Compares the numbers; missing ones are 0.
    pub fn order(&self, other: &Self) -> Ordering {
        let length = self.numbers.len().max(other.numbers.len());
        let at = |version: &Self, place: usize| version.numbers.get(place).copied().unwrap_or(0);
        (0..length)
            .map(|place| at(self, place).cmp(&at(other, place)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

/// The listed version that is nearest to a wanted one that does not exist: the newest of its major, else the newest below it,
/// else the oldest above it. Pre-releases only where there is nothing else.
pub fn nearest(wanted: &str, listed: &[Version]) -> Option<Version> {
    let finals: Vec<&Version> = listed.iter().filter(|version| !version.is_pre).collect();
    let choice: Vec<&Version> = if finals.is_empty() { listed.iter().collect() } else { finals };
    let newest = |versions: Vec<&Version>| versions.into_iter().max_by(|a, b| a.order(b)).cloned();
    let Some(wanted) = Version::parse(wanted) else {
        return newest(choice);
    };
    let filtered =
        |keep: &dyn Fn(&Version) -> bool| choice.iter().copied().filter(|version| keep(version)).collect::<Vec<_>>();
    newest(filtered(&|version| version.major() == wanted.major()))
        .or_else(|| newest(filtered(&|version| version.order(&wanted) == Ordering::Less)))
        .or_else(|| choice.iter().copied().min_by(|a, b| a.order(b)).cloned())
}

/// The versions of a list separated by commas or blanks.
pub fn list(text: &str) -> Vec<Version> {
    text.split([',', ' ']).filter_map(Version::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_version_stays_within_the_major_if_it_can() {
        let near = |wanted: &str, listed: &str| nearest(wanted, &list(listed)).map(|version| version.text);
        assert_eq!(near("2.9", "1.0, 2.1, 2.10, 3.0").as_deref(), Some("2.10"));
        assert_eq!(near("^99", "1.0.9, 1.0.10").as_deref(), Some("1.0.10"));
        assert_eq!(near("0.1", "1.0, 2.0").as_deref(), Some("1.0"));
        assert_eq!(near("2", "2.0rc1, 1.9").as_deref(), Some("1.9"));
        assert_eq!(near("2", "2.0rc1").as_deref(), Some("2.0rc1"));
        assert_eq!(near("2", "none"), None);
    }
}
