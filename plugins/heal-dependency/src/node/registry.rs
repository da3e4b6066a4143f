//! What the registry says about the versions of a package, asked through `npm view` as an errand (`process`): the registry, its
//! certificates and its access are those that npm is configured with.

use plugin_sdk::json::{self, Value};
use plugin_sdk::prelude::*;

/// Most of an answer that is read, in bytes.
const MAX_ANSWER_BYTES: u32 = 1 << 20;
/// Longest time for one question, in milliseconds; a call asks at most two and has 60 seconds.
const TIMEOUT_MS: u64 = 25_000;

/// A published version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// Its number.
    pub version: String,
    /// What it wants beside it: package and range.
    pub peers: Vec<(String, String)>,
    /// The range of versions of Node.js that it runs on; empty for any.
    pub node: String,
    /// Whether it can only be imported, not required: by its type, and by what it exports where that was asked.
    pub is_module: bool,
    /// Whether every path inside of it can be required: it lists no `exports`, as far as these were asked for.
    pub is_open: bool,
}

/// The final versions of a package, in no order; the error says why nobody knows.
pub fn published(package: &str) -> Result<Vec<Published>, String> {
    viewed(package, &[])
}

/// The same with what each version exports, which takes three times as much to read.
pub fn published_with_exports(package: &str) -> Result<Vec<Published>, String> {
    viewed(package, &["exports"])
}

fn viewed(package: &str, more: &[&str]) -> Result<Vec<Published>, String> {
    let wanted = format!("{package}@>=0.0.0");
    // With a field that every version has beside its number: npm leaves out what the first version does not have otherwise.
    let argv = ["npm", "view", &wanted, "name", "version", "peerDependencies", "engines.node", "type"];
    let argv = argv.iter().chain(more).copied().chain(["--json"]);
    let limits = Limits { timeout_ms: Some(TIMEOUT_MS), ..Limits::default() };
    let request = host::process::ProcessRequest::new(argv).limits(limits).capture(MAX_ANSWER_BYTES);
    let result = host::process::run(&request).map_err(|error| format!("npm could not be run: {error:?}"))?;
    if !result.is_success() {
        return Err("the registry could not be asked".to_owned());
    }
    let reply: Value = json::from_str(&result.stdout()).map_err(|_| "the registry's answer is too long".to_owned())?;
    let versions = match reply {
        Value::Array(versions) => versions,
        // A single version is not wrapped.
        single => vec![single],
    };
    Ok(versions.iter().map(read).collect())
}

/// Whether the registry has a version behind a tag; `false` also when it could not be asked.
pub fn has_tag(package: &str, tag: &str) -> bool {
    let limits = Limits { timeout_ms: Some(TIMEOUT_MS), ..Limits::default() };
    let argv = ["npm", "view", &format!("{package}@{tag}"), "version"];
    let request = host::process::ProcessRequest::new(argv).limits(limits).capture(1024);
    host::process::run(&request).is_ok_and(|result| result.is_success() && !result.stdout().trim().is_empty())
}

fn read(version: &Value) -> Published {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let peers = version.get("peerDependencies").and_then(Value::as_object);
    let peers = peers.into_iter().flatten().map(|(name, range)| (name.clone(), text(Some(range))));
    Published {
        version: text(version.get("version")),
        peers: peers.collect(),
        node: text(version.get("engines.node")),
        is_module: version.get("type").and_then(Value::as_str) == Some("module")
            && !version.get("exports").is_some_and(|exports| exports.to_string().contains("\"require\":")),
        is_open: version.get("exports").is_none(),
    }
}
