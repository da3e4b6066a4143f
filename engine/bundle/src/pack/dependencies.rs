//! The packages that a plugin was built from, as its lock file names them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::digest::Digest;

/// Largest lock file that is read.
const MAX_LOCK_BYTES: usize = 16 << 20;

/// Whose package it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ecosystem {
    /// A crate.
    Cargo,
    /// A package of Node's.
    Npm,
    /// A distribution for Python.
    Python,
}

/// A package that was built in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    /// Whose package it is.
    pub ecosystem: Ecosystem,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the archive, where the lock file has it.
    pub sha256: Option<Digest>,
}

impl Dependency {
    /// Its package URL.
    pub fn purl(&self) -> String {
        let kind = match self.ecosystem {
            Ecosystem::Cargo => "cargo",
            Ecosystem::Npm => "npm",
            Ecosystem::Python => "pypi",
        };
        format!("pkg:{kind}/{}@{}", escaped(&self.name), escaped(&self.version))
    }
}

/// Percent-encodes what has a meaning in a package URL.
fn escaped(text: &str) -> String {
    let mut result = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' | b'/' => result.push(byte as char),
            _ => result.push_str(&format!("%{byte:02X}")),
        }
    }
    result
}

/// A lock file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DependencyError {
    /// Too large.
    #[error("the lock file has {0} bytes; at most {MAX_LOCK_BYTES} are read")]
    TooLarge(usize),
    /// Not in its format.
    #[error("the lock file cannot be understood: {0}")]
    Format(String),
    /// The package itself is not in it.
    #[error("the lock file has no package `{0}`")]
    NoSuchPackage(String),
}

#[derive(Deserialize)]
struct CargoLock {
    #[serde(default)]
    package: Vec<CargoPackage>,
}

#[derive(Deserialize)]
struct CargoPackage {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

/// What a crate needs by `Cargo.lock`, build scripts and platforms that were not built for included: the lock file does not
/// tell them apart. The crate itself is left out. Sorted.
pub fn of_cargo_lock(text: &str, root: &str) -> Result<Vec<Dependency>, DependencyError> {
    check_size(text)?;
    let lock: CargoLock = toml::from_str(text).map_err(|error| DependencyError::Format(error.message().to_owned()))?;
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, package) in lock.package.iter().enumerate() {
        by_name.entry(&package.name).or_default().push(place);
    }
    // `NAME`, `NAME VERSION` or `NAME VERSION (SOURCE)`: as much as is needed to tell packages apart.
    let find = |dependency: &str| -> Option<usize> {
        let mut parts = dependency.split(' ');
        let (name, version) = (parts.next()?, parts.next());
        let source = parts.next().map(|source| source.trim_matches(['(', ')']));
        by_name.get(name)?.iter().copied().find(|&place| {
            let package = &lock.package[place];
            version.is_none_or(|version| package.version == version)
                && source.is_none_or(|source| package.source.as_deref() == Some(source))
        })
    };
    let start = find(root).ok_or_else(|| DependencyError::NoSuchPackage(root.to_owned()))?;
    let (mut seen, mut open) = (BTreeSet::from([start]), vec![start]);
    while let Some(place) = open.pop() {
        for dependency in lock.package[place].dependencies.iter().filter_map(|name| find(name)) {
            if seen.insert(dependency) {
                open.push(dependency);
            }
        }
    }
    seen.remove(&start);
    let mut found: Vec<Dependency> = seen
        .into_iter()
        .map(|place| &lock.package[place])
        .map(|package| Dependency {
            ecosystem: Ecosystem::Cargo,
            name: package.name.clone(),
            version: package.version.clone(),
            sha256: package.checksum.as_ref().and_then(|hex| format!("sha256:{hex}").parse().ok()),
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

#[derive(Deserialize)]
struct PackageLock {
    #[serde(default)]
    packages: BTreeMap<String, NodePackage>,
}

#[derive(Deserialize)]
struct NodePackage {
    version: Option<String>,
    #[serde(default)]
    dev: bool,
    #[serde(default)]
    link: bool,
}

/// What a `package-lock.json` (version 2 or 3) installs without development dependencies. Sorted.
pub fn of_package_lock(text: &str) -> Result<Vec<Dependency>, DependencyError> {
    check_size(text)?;
    let lock: PackageLock = serde_json::from_str(text).map_err(|error| DependencyError::Format(error.to_string()))?;
    let mut found: Vec<Dependency> = lock
        .packages
        .into_iter()
        .filter(|(_, package)| !package.dev && !package.link)
        .filter_map(|(path, package)| {
            let (_, name) = path.rsplit_once("node_modules/")?;
            let (name, version) = (name.to_owned(), package.version?);
            Some(Dependency { ecosystem: Ecosystem::Npm, name, version, sha256: None })
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The pinned lines (`NAME==VERSION`) of a requirements file, as `pip freeze` and `pip-compile` write it. Sorted.
pub fn of_requirements(text: &str) -> Result<Vec<Dependency>, DependencyError> {
    check_size(text)?;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        let Some((name, rest)) = line.split_once("==").filter(|_| !line.starts_with(['#', '-'])) else { continue };
        let name = name.split('[').next().unwrap_or(name).trim().to_lowercase().replace('_', "-");
        let version = rest.split([' ', ';', '#', '\\']).next().unwrap_or_default().to_owned();
        if !name.is_empty() && !version.is_empty() {
            found.push(Dependency { ecosystem: Ecosystem::Python, name, version, sha256: None });
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn check_size(text: &str) -> Result<(), DependencyError> {
    if text.len() > MAX_LOCK_BYTES { Err(DependencyError::TooLarge(text.len())) } else { Ok(()) }
}
