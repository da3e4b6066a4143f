//! Grants in `selfheal.toml`: the user's words stay as they are, one table is put in its place.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use pipeline::definition::{Grant, WorkspaceGrant};
use toml_edit::{Array, DocumentMut, Item, Table, value};

use super::installed::replace;
use crate::exit::Failure;
use crate::pipeline_file::NATIVE;

/// The table as a user would write it.
pub fn lines(id: &str, grant: &Grant) -> String {
    let mut document = DocumentMut::new();
    put(&mut document, id, grant);
    document.to_string().trim().to_owned()
}

/// Whether there is a file that grants can be written into; if not, what to do.
pub fn check(root: &Path, id: &str, grant: &Grant) -> Result<(), Failure> {
    if root.join(NATIVE).is_file() {
        return Ok(());
    }
    Err(Failure::bad_input(anyhow!("there is no {NATIVE} in {} that could hold the grant", root.display()))
        .hint(format!("selfheal init writes one; or write one with these lines:\n{}", lines(id, grant))))
}

/// Writes a grant, in place of an earlier one for the same id.
pub fn set(root: &Path, id: &str, grant: &Grant) -> Result<(), Failure> {
    edit(root, |document| put(document, id, grant))
}

/// Takes a grant away. Returns whether there was one.
pub fn remove(root: &Path, id: &str) -> Result<bool, Failure> {
    if !root.join(NATIVE).is_file() {
        return Ok(false);
    }
    edit(root, |document| {
        let grants = document.get_mut("plugins").and_then(|plugins| plugins.get_mut("grants"));
        grants.and_then(Item::as_table_like_mut).is_some_and(|grants| grants.remove(id).is_some())
    })
}

fn edit<T>(root: &Path, change: impl FnOnce(&mut DocumentMut) -> T) -> Result<T, Failure> {
    let path = root.join(NATIVE);
    let text = std::fs::read_to_string(&path).with_context(|| format!("read {NATIVE}")).map_err(Failure::bad_input)?;
    let mut document: DocumentMut =
        text.parse().with_context(|| format!("understand {NATIVE}")).map_err(Failure::bad_input)?;
    let result = change(&mut document);
    let changed = document.to_string();
    if changed != text {
        replace(&path, changed.as_bytes())?;
    }
    Ok(result)
}

fn put(document: &mut DocumentMut, id: &str, grant: &Grant) {
    let implicit = || {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    };
    let plugins = document.entry("plugins").or_insert_with(implicit);
    if !plugins.is_table_like() {
        *plugins = implicit();
    }
    let Some(plugins) = plugins.as_table_like_mut() else { return };
    let grants = plugins.entry("grants").or_insert_with(implicit);
    if !grants.is_table_like() {
        *grants = implicit();
    }
    if let Some(grants) = grants.as_table_like_mut() {
        grants.insert(id, Item::Table(table_of(grant)));
    }
}

fn table_of(grant: &Grant) -> Table {
    let mut table = Table::new();
    let list = |names: &[String]| value(names.iter().map(String::as_str).collect::<Array>());
    if let Some(digest) = &grant.digest {
        table.insert("digest", value(digest));
    }
    if !grant.process.is_empty() {
        table.insert("process", list(&grant.process));
    }
    if let Some(WorkspaceGrant::Read) = grant.workspace {
        table.insert("workspace", value("read"));
    }
    if !grant.http.is_empty() {
        table.insert("http", list(&grant.http));
    }
    for (key, is_granted) in [("state", grant.state), ("clock", grant.clock)] {
        if is_granted {
            table.insert(key, value(true));
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant() -> Grant {
        Grant {
            digest: Some(format!("sha256:{}", "0".repeat(64))),
            process: vec!["terraform".to_owned()],
            workspace: Some(WorkspaceGrant::Read),
            state: true,
            ..Grant::default()
        }
    }

    #[test]
    fn what_is_written_is_what_the_pipeline_reads() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(NATIVE);
        let text = "# ours\n[[stage]]\nname = \"a\"   # kept\nrun = \"true\"\n\n[plugins]\ndir = \"ci/plugins\"\n";
        std::fs::write(&path, text).expect("write it");
        let read = || {
            let text = std::fs::read_to_string(&path).expect("read it");
            let parsed = pipeline::definition::parse(&text, NATIVE).expect("it is valid");
            assert!(text.starts_with("# ours\n[[stage]]\nname = \"a\"   # kept\n"), "{text}");
            parsed.pipeline.plugins
        };
        set(folder.path(), "acme/x", &grant()).expect("it is written");
        assert_eq!(read().grants.get("acme/x"), Some(&grant()));
        assert_eq!(read().dir.as_deref(), Some("ci/plugins"));
        let narrower = Grant { state: false, process: Vec::new(), ..grant() };
        set(folder.path(), "acme/x", &narrower).expect("it is written");
        assert_eq!(read().grants.get("acme/x"), Some(&narrower));
        assert!(remove(folder.path(), "acme/x").expect("it is removed"));
        assert!(!remove(folder.path(), "acme/x").expect("there is none"));
        assert!(read().grants.is_empty());
    }

    #[test]
    fn the_lines_for_a_person_are_a_table_of_their_own() {
        let zeros = "0".repeat(64);
        let expected = format!(
            "[plugins.grants.\"acme/x\"]\ndigest = \"sha256:{zeros}\"\nprocess = [\"terraform\"]\nworkspace = \"read\"\nstate = true"
        );
        assert_eq!(lines("acme/x", &grant()), expected);
    }
}
