//! What npm says below `ERESOLVE`: which requirement does not fit what was found. And where code stood that called what cannot
//! be called.

use plugin_sdk::prelude::*;

use crate::rules::runtime;

/// Lines below a match in which npm says the rest.
const BELOW: u32 = 40;

/// The finding that a candidate is, with the conflict's parts: `package` and the `version` found, the `wanted` range, and
/// the `name` of the package that wants it.
pub fn finding(candidate: &Candidate, rule: &Rule, log: &dyn Log) -> Finding {
    let mut finding = candidate.to_finding(rule);
    if candidate.code == runtime::NOT_A_FUNCTION {
        if !is_met_while_loading(candidate.line.line, log) {
            escalate(&mut finding);
        }
        return finding;
    }
    let below = log.below(candidate.line.line, BELOW);
    let texts = || below.iter().filter_map(|line| npm_text(&line.text));
    let Some((package, wanted, name)) = texts().find_map(peer) else {
        return finding;
    };
    let found = texts().find_map(|text| {
        let (found, version) = split_version(text.strip_prefix("Found: ")?)?;
        (found == package).then_some(version)
    });
    let parts = [("package", Some(package)), ("wanted", Some(wanted)), ("name", name), ("version", found)];
    for (part, value) in parts {
        if let Some(value) = value {
            finding.captures.push(Capture { name: part.to_owned(), value: value.to_owned() });
        }
    }
    finding
}

/// Whether the call stands at the top of a file, or in a package: what fails so early fails for everybody, and is rather what
/// was loaded than what the project made of it. In a function of the project it is the project's own until somebody looks.
fn is_met_while_loading(line: u64, log: &dyn Log) -> bool {
    let below = log.below(line, 4);
    let frame = below.iter().map(|line| line.text.trim()).find(|text| text.starts_with("at "));
    frame.is_some_and(|frame| {
        let is_top = frame.starts_with("at Object.<anonymous> (") || frame.starts_with("at file://");
        is_top || frame.contains("/node_modules/")
    })
}

/// Makes a finding one that only a person can act on.
fn escalate(finding: &mut Finding) {
    finding.code = "node.uncaught".to_owned();
    finding.category = "test-failure".to_owned();
    finding.disposition = Disposition::Never;
    finding.strategies = vec!["escalate".to_owned()];
}

/// What stands behind npm's marker.
fn npm_text(line: &str) -> Option<&str> {
    let behind = |marker: &str| line.split_once(marker).map(|(_, text)| text.trim());
    behind("npm ERR!").or_else(|| behind("npm error"))
}

/// `peer NAME@"RANGE" from OTHER@1.2.3`: name, range, other.
fn peer(text: &str) -> Option<(&str, &str, Option<&str>)> {
    let (what, from) = text
        .strip_prefix("peer ")?
        .split_once(" from ")
        .map_or((text.strip_prefix("peer ")?, None), |(what, from)| (what, Some(from)));
    let (package, wanted) = split_version(what)?;
    let name = from.and_then(split_version).map(|(name, _)| name);
    Some((package, wanted.trim_matches('"'), name))
}

/// Splits at the last `@` that does not begin a scope.
fn split_version(text: &str) -> Option<(&str, &str)> {
    let (name, version) = text.trim().rsplit_once('@')?;
    (!name.is_empty()).then_some((name, version))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rules::{self, resolver};
    use plugin_sdk::testing::{LogText, candidate};

    fn asked(log: &str) -> Finding {
        let log = LogText::new(log);
        let candidate = candidate(resolver::ERESOLVE, &log, 1).build();
        finding(&candidate, candidate.rule_in(rules::ALL).unwrap(), &log)
    }

    #[test]
    fn the_parts_of_a_peer_conflict_are_named() {
        let found = asked(
            "npm error ERESOLVE unable to resolve dependency tree\nnpm error\nnpm error While resolving: app@1.0.0\nnpm error Found: frame@17.0.2\nnpm error node_modules/frame\nnpm error\nnpm error Could not resolve dependency:\nnpm error peer frame@\"^18.0.0\" from @acme/widget@13.4.0",
        );
        assert_eq!(found.capture("package"), Some("frame"));
        assert_eq!(found.capture("version"), Some("17.0.2"));
        assert_eq!(found.capture("wanted"), Some("^18.0.0"));
        assert_eq!(found.capture("name"), Some("@acme/widget"));
    }

    #[test]
    fn what_cannot_be_called_is_a_matter_of_packages_only_where_files_are_loaded() {
        for (frame, code) in [
            ("    at Object.<anonymous> (/src/app/index.js:1:48)", runtime::NOT_A_FUNCTION),
            ("    at spin (/src/app/node_modules/widget/index.js:1:48)", runtime::NOT_A_FUNCTION),
            ("    at file:///src/app/index.mjs:3:1", runtime::NOT_A_FUNCTION),
            ("    at total (/src/app/lib/cart.js:9:3)", "node.uncaught"),
        ] {
            let log = LogText::new(&format!("TypeError: widget.spin is not a function\n{frame}"));
            let candidate = candidate(runtime::NOT_A_FUNCTION, &log, 1).build();
            let found = finding(&candidate, candidate.rule_in(rules::ALL).unwrap(), &log);
            assert_eq!(found.code, code, "{frame}");
        }
    }

    #[test]
    fn a_conflict_without_details_stays_as_it_is() {
        assert!(asked("npm ERR! ERESOLVE could not resolve").captures.is_empty());
    }
}
