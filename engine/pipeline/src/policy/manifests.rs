//! `package.json` by its keys, because tools write it on one line or on many, and a line with everything in it always holds
//! something that may not be touched.

use std::collections::BTreeMap;

use serde_json::Value;

/// What differs between two whole manifests, as the lines in which a tool that breaks lines would have written it; `None`
/// when the lines are only a part of a manifest, and then they stand for themselves.
///
/// A key whose value stays is no difference, wherever it stands.
pub(super) fn differing_lines(removed: &[&str], added: &[&str]) -> Option<(Vec<String>, Vec<String>)> {
    let (was, is) = (entries(removed)?, entries(added)?);
    let only = |these: &BTreeMap<String, String>, others: &BTreeMap<String, String>| {
        let differs = |(path, line): &(&String, &String)| others.get(*path) != Some(*line);
        these.iter().filter(differs).map(|(_, line)| line.clone()).collect()
    };
    Some((only(&was, &is), only(&is, &was)))
}

/// The lines without those that only give a package another version: `"jest": "29.7.0"` names a tool, `"jest": {` is its
/// settings. A number of three parts on both sides is no limit, no script and no switch.
pub(super) fn without_versions<'a>(removed: Vec<&'a str>, added: Vec<&'a str>) -> (Vec<&'a str>, Vec<&'a str>) {
    let packages = |lines: &[&'a str]| lines.iter().filter_map(|line| versioned(line)).collect::<Vec<_>>();
    let (before, after) = (packages(&removed), packages(&added));
    let is_moved = |line: &&str| versioned(line).is_some_and(|name| before.contains(&name) && after.contains(&name));
    let others = |lines: Vec<&'a str>| lines.into_iter().filter(|line| !is_moved(line)).collect();
    (others(removed), others(added))
}

/// The key of a line whose value is a version with three parts, perhaps behind `^` or `~`.
fn versioned(line: &str) -> Option<&str> {
    let (key, value) = line.trim().trim_end_matches(',').split_once(':')?;
    let value = value.trim().strip_prefix('"')?.strip_suffix('"')?.trim_start_matches(['^', '~']);
    let is_number = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let is_version = value.split('.').count() == 3 && value.split('.').all(is_number);
    is_version.then_some(key.trim())
}

/// Way to each key and element → its line.
fn entries(lines: &[&str]) -> Option<BTreeMap<String, String>> {
    let value: Value = serde_json::from_str(&lines.join("\n")).ok()?;
    value.is_object().then(|| {
        let mut found = BTreeMap::new();
        collect(&value, String::new(), "", &mut found);
        found
    })
}

fn collect(value: &Value, way: String, label: &str, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(table) => {
            found.insert(way.clone(), format!("{label}{{"));
            for (key, value) in table {
                let key = Value::from(key.as_str());
                collect(value, format!("{way}/{key}"), &format!("{key}: "), found);
            }
        }
        Value::Array(values) => {
            found.insert(way.clone(), format!("{label}["));
            // Elements are counted, not numbered: one that is added in front does not change the others.
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for value in values {
                let text = value.to_string();
                let count = counts.entry(text.clone()).or_default();
                *count += 1;
                collect(value, format!("{way}[{text}#{count}]"), "", found);
            }
        }
        plain => {
            found.insert(way, format!("{label}{plain}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_left_of_a_manifest_on_one_line() {
        let was = r#"{"scripts":{"build":"tsc","test":"jest"},"dependencies":{"a":"^1"},"files":["x","y"]}"#;
        let is =
            r#"{"dependencies":{"a":"^1","b":"^2"},"files":["z","x","y"],"scripts":{"build":"tsc","test":"jest"}}"#;
        let (removed, added) = differing_lines(&[was], &[is]).expect("two manifests");
        assert_eq!(removed, Vec::<String>::new());
        assert_eq!(added, ["\"b\": \"^2\"", "\"z\""]);
    }

    #[test]
    fn a_changed_script_is_a_line_of_its_own_on_both_sides() {
        let (removed, added) =
            differing_lines(&[r#"{"scripts":{"test":"jest"}}"#], &["{\"scripts\":", "{\"test\":\"true\"}}"])
                .expect("two manifests");
        assert_eq!((removed[0].as_str(), added[0].as_str()), ("\"test\": \"jest\"", "\"test\": \"true\""));
    }

    #[test]
    fn only_a_package_that_stays_under_another_version_is_no_change_to_check() {
        let left =
            |removed: &[&'static str], added: &[&'static str]| without_versions(removed.to_vec(), added.to_vec());
        assert_eq!(left(&["\"jest\": \"28.1.0\","], &["\"jest\": \"^29.0.0\","]), (vec![], vec![]));
        for (removed, added) in [
            (vec!["\"jest\": \"28.1.0\","], vec![]),
            (vec!["\"jest\": {"], vec!["\"jest\": \"29.0.0\","]),
            (vec!["\"test\": \"jest\""], vec!["\"test\": \"29.0.0\""]),
            (vec!["\"lines\": \"80\""], vec!["\"lines\": \"10\""]),
            (vec!["\"lines\": \"80.5\""], vec!["\"lines\": \"10.5\""]),
        ] {
            assert_eq!(left(&removed, &added), (removed.clone(), added.clone()));
        }
    }

    #[test]
    fn a_part_of_a_manifest_stands_for_itself() {
        assert_eq!(differing_lines(&["\"a\": \"^1\","], &["\"a\": \"^2\","]), None);
        assert_eq!(differing_lines(&["{}"], &["\"a\""]), None);
    }
}
