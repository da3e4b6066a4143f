//! Something that a package does not offer any more to code that requires it: it became an ES module, whose functions stand
//! under `default`, renamed what it exports, or closed the paths inside of it.
//!
//! The proof that it is the package's doing: the project's file binds the name by requiring a package that it declares, and
//! the package has an earlier major version. Whether that one offers it the run has to show; a name that no version ever had
//! stays a failure.

use plugin_sdk::prelude::*;

use super::manifest::Manifest;
use super::registry::{self, Published};
use super::{package_of, peers};
use crate::version::Version;

/// Lines below the exception in which its first frames stand.
const REACH: u32 = 15;
/// Most earlier major versions that are proposed.
const MAX_MAJORS: usize = 3;

/// The last major version whose exports are what code of that time expects.
const LAST: &[(&str, u64)] = &[
    ("chalk", 4),
    ("del", 6),
    ("execa", 5),
    ("file-type", 16),
    ("find-up", 5),
    ("get-port", 5),
    ("glob", 8),
    ("globby", 11),
    ("got", 11),
    ("inquirer", 8),
    ("lru-cache", 7),
    ("minimatch", 5),
    ("mime", 3),
    ("nanoid", 3),
    ("node-fetch", 2),
    ("open", 8),
    ("ora", 5),
    ("p-limit", 3),
    ("p-map", 4),
    ("p-queue", 6),
    ("pretty-bytes", 5),
    ("query-string", 7),
    ("rimraf", 3),
    ("string-width", 4),
    ("strip-ansi", 6),
    ("uuid", 8),
    ("yargs", 17),
];

/// Remedies for a name that is called and cannot be.
pub fn remedies(root: &Finding, log: &dyn Log, manifest: &Manifest) -> Vec<Remedy> {
    let Some(name) = root.capture("name") else { return Vec::new() };
    let Some(package) = provider(name, root, log, manifest) else { return Vec::new() };
    let why = |version: &str, installed: &str| {
        format!(
            "`{name}` comes from {package} {installed}, which does not offer it to code that requires it; {version} is of an earlier major version, which may"
        )
    };
    earlier(&package, |published| !published.is_module, why, manifest)
}

/// Remedies for a path inside a package that its `exports` do not list.
pub fn closed_path(root: &Finding, log: &dyn Log, manifest: &Manifest) -> Vec<Remedy> {
    const DEFINED: &str = "is not defined by \"exports\" in ";
    let near = log.lines(root.cause.line.saturating_sub(3).max(1), 12);
    let named = std::iter::once(&root.cause).chain(&near).find_map(|line| {
        let (subpath, place) = line.text.split_once(DEFINED)?;
        let inside = place.rsplit_once("/node_modules/")?.1;
        let subpath = subpath.rsplit_once("subpath '")?.1.trim_end_matches(['\'', ' ']);
        Some((package_of(inside)?, subpath.to_owned()))
    });
    let Some((package, subpath)) = named.filter(|(package, _)| manifest.version_of(package).is_some()) else {
        return Vec::new();
    };
    let why = |version: &str, installed: &str| {
        format!(
            "{package} {installed} does not let {subpath} be required; {version} is the newest before it that closes nothing"
        )
    };
    earlier(&package, |published| published.is_open, why, manifest)
}

/// The newest version of each earlier major version that is wanted, newest first; the one that is known to be right leads.
fn earlier(
    package: &str,
    is_wanted: impl Fn(&Published) -> bool,
    because: impl Fn(&str, &str) -> String,
    manifest: &Manifest,
) -> Vec<Remedy> {
    let declared = manifest.version_of(package).unwrap_or_default();
    let installed = manifest.installed(package).unwrap_or_else(|| declared.to_owned());
    let (Some(current), Ok(published)) = (Version::parse(&installed), registry::published_with_exports(package)) else {
        return Vec::new();
    };
    let mut majors: Vec<Version> = Vec::new();
    let below = published.iter().filter(|candidate| is_wanted(candidate) && !candidate.version.contains('-'));
    let mut below: Vec<Version> = below
        .filter_map(|candidate| Version::parse(&candidate.version))
        .filter(|version| version.major() < current.major())
        .collect();
    below.sort_by(|a, b| b.order(a));
    for version in below {
        if majors.last().is_none_or(|last| last.major() != version.major()) {
            majors.push(version);
        }
    }
    let known = LAST.iter().find(|(name, major)| *name == package && *major < current.major()).map(|(_, major)| *major);
    // Stable: the others stay in their order behind it.
    majors.sort_by_key(|version| known != Some(version.major()));
    majors.truncate(MAX_MAJORS);
    let mut confidence = if known.is_some() { 0.8 } else { 0.55 };
    let proposed = majors.iter().filter_map(|version| {
        let wanted = peers::styled(declared, &version.text);
        let proposed = remedy("dependency", format!("require {package} {wanted}"))
            .because(because(&version.text, &installed))
            .confidence(confidence)
            .action(manifest.change(package, &wanted)?);
        confidence -= 0.1;
        Some(manifest.with_lock(proposed))
    });
    proposed.collect()
}

/// The declared package from which the project's failing file has the name.
fn provider(name: &str, root: &Finding, log: &dyn Log, manifest: &Manifest) -> Option<String> {
    let frames = log.below(root.cause.line, REACH);
    let own = frames.iter().filter_map(|line| file_of(line.text.trim())).find(|file| !file.starts_with("node:"))?;
    if own.contains("node_modules/") {
        return None;
    }
    let file = path::existing(own, &manifest.directory)?;
    let text = host::workspace::read_text(&file).ok()?;
    let bound = if name.starts_with("require(") {
        let above = log.above(root.cause.line, 5);
        above.iter().rev().find_map(|line| quoted_behind(&line.text, "require(")).map(str::to_owned)
    } else {
        bound_to(&text, name.split('.').next().unwrap_or(name))
    };
    let package = package_of(&bound?)?;
    manifest.version_of(&package).is_some().then_some(package)
}

/// `at f (FILE:1:2)` and `at FILE:1:2`.
fn file_of(frame: &str) -> Option<&str> {
    let frame = frame.strip_prefix("at ")?;
    let place = frame.rsplit_once('(').map_or(frame, |(_, inside)| inside.trim_end_matches(')'));
    let place = place.trim_start_matches("async ").trim_start_matches("file://");
    place.rsplitn(3, ':').nth(2)
}

/// The module that a file binds to a name: `const NAME = require('M')`, `const { NAME } = require('M')`, `import NAME from 'M'`.
fn bound_to(text: &str, name: &str) -> Option<String> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    text.split(['\n', ';']).find_map(|statement| {
        let statement = statement.trim();
        let (binding, module) = match statement.split_once("require(") {
            Some((before, _)) => (before.trim_end().strip_suffix('=')?, quoted_behind(statement, "require(")?),
            None => {
                let (before, _) = statement.strip_prefix("import ")?.split_once(" from ")?;
                (before, quoted_behind(statement, " from ")?)
            }
        };
        binding.split(|c: char| !is_name(c)).any(|word| word == name).then(|| module.to_owned())
    })
}

/// What is quoted right behind a mark.
fn quoted_behind<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let behind = text.split_once(mark)?.1.trim_start();
    let quote = behind.chars().next().filter(|c| ['\'', '"', '`'].contains(c))?;
    behind[1..].split(quote).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_traced_to_the_module_that_they_are_required_from() {
        let text = "'use strict';\nconst fs = require('fs'), x = 1;\nconst { a, b: c } = require(\"@scope/pkg/in\");\nimport d, { e as f } from 'other';\nvar g=require('g')\n";
        for (name, module) in
            [("a", "@scope/pkg/in"), ("c", "@scope/pkg/in"), ("d", "other"), ("f", "other"), ("g", "g")]
        {
            assert_eq!(bound_to(text, name).as_deref(), Some(module), "{name}");
        }
        assert_eq!(bound_to(text, "h"), None);
        assert_eq!(bound_to("const h = helper('x'); h()", "h"), None);
    }

    #[test]
    fn frames_name_their_file() {
        assert_eq!(file_of("at Object.<anonymous> (/src/a/index.js:1:48)"), Some("/src/a/index.js"));
        assert_eq!(file_of("at file:///src/a/index.mjs:3:1"), Some("/src/a/index.mjs"));
        assert_eq!(
            file_of("at Module._compile (node:internal/modules/cjs/loader:1521:14)"),
            Some("node:internal/modules/cjs/loader")
        );
        assert_eq!(file_of("Node.js v20"), None);
    }
}
