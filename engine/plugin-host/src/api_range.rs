//! Which versions of the contract this host takes, and what it says about a plugin of another one.
//!
//! [`CONTRACTS`] has one row per folder of `wit/`. A row is served by one adapter; what a plugin may do is checked below all
//! of them, in `host` and `grants`.
//!
//! Before 1.0 a minor may break, so a row takes every patch of its minor. From 1.0 on it takes every minor of its major up
//! to its own: an older one asks for less than there is, a newer one for what is not there.

use std::fmt;

/// The package of the contract, as the names of interfaces begin.
pub const PACKAGE: &str = "selfheal:plugin/";

/// A version of the contract, as a folder of `wit/` defines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contract {
    major: u64,
    minor: u64,
    patch: u64,
    /// Where it is written down, e.g. `v0`.
    pub folder: &'static str,
}

/// All that this host takes, the oldest first.
pub const CONTRACTS: &[Contract] = &[Contract { major: 0, minor: 1, patch: 0, folder: "v0" }];

/// The newest of them: what a new plugin is written for.
pub const API_VERSION: &str = "0.1.0";

impl Contract {
    /// Its own version, e.g. `0.1.0`.
    pub fn version(&self) -> String {
        format!("{}.{}.{}", self.major, self.minor, self.patch)
    }

    /// The versions that it takes, for a person: `0.1.x`, or `1.0 to 1.3`.
    pub fn range(&self) -> String {
        match (self.major, self.minor) {
            (0, minor) => format!("0.{minor}.x"),
            (major, 0) => format!("{major}.0"),
            (major, minor) => format!("{major}.0 to {major}.{minor}"),
        }
    }

    fn takes(&self, version: Release) -> bool {
        match self.major {
            0 => (version.major, version.minor) == (0, self.minor),
            major => version.major == major && version.minor <= self.minor,
        }
    }
}

/// What is wrong with a plugin's version of the contract, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misfit {
    /// The host no longer takes it.
    #[error(
        "plugin too old: {name} is of version {version} of the contract, and this engine takes {}; rebuild the plugin with \
         an SDK for {}",
        Range(contracts),
        newest(contracts)
    )]
    PluginTooOld {
        /// The full name of the import or export.
        name: String,
        /// Its version.
        version: String,
        /// What the host takes.
        contracts: &'static [Contract],
    },
    /// The host does not take it yet.
    #[error(
        "engine too old: {name} is of version {version} of the contract, and this engine takes {}; upgrade selfheal to a \
         release that takes {version}, or rebuild the plugin for {}",
        Range(contracts),
        newest(contracts)
    )]
    EngineTooOld {
        /// The full name of the import or export.
        name: String,
        /// Its version.
        version: String,
        /// What the host takes.
        contracts: &'static [Contract],
    },
    /// It is no version that any engine takes: none at all, a pre-release, or no version number.
    #[error(
        "{name} names no released version of the contract, and this engine takes {}; rebuild the plugin with an SDK for {}",
        Range(contracts),
        newest(contracts)
    )]
    NoRelease {
        /// The full name of the import or export.
        name: String,
        /// What the host takes.
        contracts: &'static [Contract],
    },
}

/// Checks the full name of an import or export of the contract's package; every other name fits.
///
/// # Errors
/// When this host does not take that version.
pub fn check(name: &str) -> Result<(), Misfit> {
    check_against(CONTRACTS, name)
}

/// The versions that this host takes, for a person: `0.1.x`, or `0.1.x and 1.0 to 1.3`.
pub fn range() -> String {
    Range(CONTRACTS).to_string()
}

/// Splits `selfheal:plugin/healer@0.1.0` into `healer` and `0.1.0`, which is empty where there is none.
pub fn contract_interface(name: &str) -> Option<(&str, &str)> {
    let interface = name.strip_prefix(PACKAGE)?;
    Some(interface.split_once('@').unwrap_or((interface, "")))
}

fn check_against(contracts: &'static [Contract], name: &str) -> Result<(), Misfit> {
    let Some((_, text)) = contract_interface(name) else { return Ok(()) };
    let Some(version) = Release::parse(text) else {
        return Err(Misfit::NoRelease { name: name.to_owned(), contracts });
    };
    if contracts.iter().any(|contract| contract.takes(version)) {
        return Ok(());
    }
    let (name, version, is_newer) = (name.to_owned(), text.to_owned(), is_newer(contracts, version));
    Err(match is_newer {
        true => Misfit::EngineTooOld { name, version, contracts },
        false => Misfit::PluginTooOld { name, version, contracts },
    })
}

/// Whether a version that is not taken is one of the future: beyond the newest row, or beyond the row of its own major. A
/// minor before 1.0 that lies between two rows belongs to the past: whoever wrote the newer row left it out.
fn is_newer(contracts: &[Contract], version: Release) -> bool {
    let own_row = contracts.iter().find(|contract| contract.major == version.major && version.major > 0);
    let newest = contracts.last().map(|contract| (contract.major, contract.minor));
    own_row.is_some() || newest < Some((version.major, version.minor))
}

/// A released version: three numbers.
#[derive(Clone, Copy)]
struct Release {
    major: u64,
    minor: u64,
}

impl Release {
    fn parse(text: &str) -> Option<Self> {
        let (release, _build) = text.split_once('+').unwrap_or((text, ""));
        let number = |digits: &str| {
            let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse().ok().filter(|_| is_number)
        };
        let mut numbers = release.split('.');
        let (major, minor) = (number(numbers.next()?)?, number(numbers.next()?)?);
        let _patch: u64 = number(numbers.next()?)?;
        numbers.next().is_none().then_some(Self { major, minor })
    }
}

/// The ranges of several contracts.
struct Range<'a>(&'a [Contract]);

impl fmt::Display for Range<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ranges: Vec<String> = self.0.iter().map(Contract::range).collect();
        f.write_str(&ranges.join(" and "))
    }
}

fn newest(contracts: &[Contract]) -> String {
    contracts.last().map(Contract::version).unwrap_or_default()
}

#[cfg(test)]
mod tests;
