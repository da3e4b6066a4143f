//! `[plugins]` → [`PluginSettings`].

use super::model::{Grant, PluginSettings, WorkspaceGrant};
use super::problem::{ProblemKind, Report};
use super::reader::{Misplaced, Table, entries_of};
use super::tree::{Entry, Node, Value};

/// Bytes of a plugin's configuration that the contract carries (`wit/v0/host.wit`, `config.get`).
const MAX_CONFIG: usize = 64 * 1024;

/// Reads the section.
pub(super) fn read(entry: Option<&Entry>, settings: &mut PluginSettings, report: &mut Report<'_>) {
    const KEYS: &[&str] = &["dir", "disabled", "grants", "config"];
    const MISPLACED: Misplaced = &[
        ("directory", "did you mean `dir`?"),
        ("path", "did you mean `dir`?"),
        ("disable", "did you mean `disabled`?"),
    ];
    let Some(table) = entry.and_then(|it| Table::open(&it.node, "[plugins]", KEYS, MISPLACED, report)) else {
        return;
    };
    settings.dir =
        table.get("dir").and_then(|it| it.filled_text("a directory such as \"ci/plugins\"", report)).map(str::to_owned);
    let disabled = table.get("disabled").and_then(|it| it.texts(report)).unwrap_or_default();
    settings.disabled = disabled.into_iter().map(|(id, _)| id.to_owned()).collect();
    if let Some(grants) = table.get("grants") {
        for grant in entries_of(&grants.node, "[plugins.grants]", report).unwrap_or_default() {
            if let Some(granted) = read_grant(grant, report) {
                settings.grants.insert(grant.key.clone(), granted);
            }
        }
    }
    if let Some(config) = table.get("config") {
        for plugin in entries_of(&config.node, "[plugins.config]", report).unwrap_or_default() {
            if let Some(json) = read_config(plugin, report) {
                settings.config.insert(plugin.key.clone(), json);
            }
        }
    }
}

fn read_grant(entry: &Entry, report: &mut Report<'_>) -> Option<Grant> {
    const KEYS: &[&str] = &["digest", "process", "workspace", "http", "state", "clock"];
    const MISPLACED: Misplaced = &[
        ("programs", "did you mean `process`?"),
        ("commands", "did you mean `process`?"),
        ("network", "did you mean `http`?"),
        ("hosts", "did you mean `http`?"),
        ("files", "did you mean `workspace`?"),
    ];
    let label = format!("[plugins.grants.{:?}]", entry.key);
    let table = Table::open(&entry.node, &label, KEYS, MISPLACED, report)?;
    let texts = |key: &str, report: &mut Report<'_>| -> Vec<String> {
        let texts = table.get(key).and_then(|it| it.texts(report)).unwrap_or_default();
        texts.into_iter().map(|(text, _)| text.to_owned()).collect()
    };
    let digest = table.get("digest").and_then(|it| it.text(report).map(|digest| (it, digest)));
    if let Some((entry, digest)) = digest
        && !is_digest(digest)
    {
        report.error(&entry.node.span, ProblemKind::BadDigest { found: digest.to_owned() });
    }
    if table.get("digest").is_none() {
        report.warn(&entry.key_span, ProblemKind::GrantWithoutDigest { plugin: entry.key.clone() });
    }
    Some(Grant {
        digest: digest.map(|(_, digest)| digest.to_owned()),
        process: texts("process", report),
        workspace: table.get("workspace").and_then(|it| it.word(&[("read", WorkspaceGrant::Read)], report)),
        http: texts("http", report),
        state: table.get("state").and_then(|it| it.flag(report)).unwrap_or(false),
        clock: table.get("clock").and_then(|it| it.flag(report)).unwrap_or(false),
    })
}

fn is_digest(text: &str) -> bool {
    let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    text.strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64 && hex.chars().all(is_hex))
}

fn read_config(entry: &Entry, report: &mut Report<'_>) -> Option<String> {
    let label = format!("[plugins.config.{:?}]", entry.key);
    entries_of(&entry.node, &label, report)?;
    let json = to_json(&entry.key, &entry.node, report)?.to_string();
    if json.len() > MAX_CONFIG {
        let (plugin, bytes, max) = (entry.key.clone(), json.len(), MAX_CONFIG);
        report.error(&entry.key_span, ProblemKind::ConfigTooLarge { plugin, bytes, max });
    }
    Some(json)
}

/// The same data as JSON; dates become texts.
fn to_json(key: &str, node: &Node, report: &mut Report<'_>) -> Option<serde_json::Value> {
    let number = match &node.value {
        Value::Nothing => return Some(serde_json::Value::Null),
        Value::Text(text) | Value::Moment(text) => return Some(text.as_str().into()),
        Value::Flag(flag) => return Some((*flag).into()),
        Value::List(nodes) => {
            let values = nodes.iter().map(|node| to_json(key, node, report)).collect::<Option<Vec<_>>>()?;
            return Some(values.into());
        }
        Value::Table(entries) => {
            let pair = |entry: &Entry| Some((entry.key.clone(), to_json(&entry.key, &entry.node, report)?));
            return Some(serde_json::Value::Object(entries.iter().map(pair).collect::<Option<_>>()?));
        }
        Value::Integer(number) => serde_json::Number::from_i128(*number),
        Value::Float(number) => serde_json::Number::from_f64(*number),
    };
    if number.is_none() {
        report.error(&node.span, ProblemKind::NotJson { key: key.to_owned(), found: node.value.describe() });
    }
    number.map(serde_json::Value::Number)
}
