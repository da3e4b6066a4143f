//! `package.json`, where projects of Node.js keep the commands that a stage only names.

use serde_json::Value;

use crate::{host, path};

/// The commands of the scripts of a directory's `package.json`; none where there is no such file.
pub fn scripts(directory: &str) -> Vec<String> {
    let manifest = host::workspace::read_json(&path::below(directory, "package.json")).unwrap_or_default();
    let scripts = manifest.get("scripts").and_then(Value::as_object).into_iter().flat_map(|scripts| scripts.values());
    scripts.filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    #[test]
    fn scripts_are_read_and_anything_else_is_none() {
        let scripts_of = |manifest: &str| World::new().file("app/package.json", manifest).enter(|| scripts("app"));
        assert_eq!(scripts_of(r#"{"scripts": {"a": "tsc", "b": 1}}"#), ["tsc"]);
        for manifest in ["", "[]", "{}", r#"{"scripts": []}"#] {
            assert!(scripts_of(manifest).is_empty(), "{manifest}");
        }
        assert!(World::new().enter(|| scripts(".")).is_empty());
    }
}
