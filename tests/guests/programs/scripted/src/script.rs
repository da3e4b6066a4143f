//! Remedies from the configuration. An action is an object with one key:
//!
//! | key | value |
//! |---|---|
//! | `set-env` | `[name, value]` |
//! | `write` | `[path, content]` |
//! | `edit` | `[path, find, replacement]` |
//! | `append` | `[path, text]` |
//! | `remove`, `clear` | a path |
//! | `run` | a program and its arguments |
//! | `script` | a shell script in place of the stage's command |
//! | `wait` | milliseconds |

use plugin_sdk::json::{Map, Value};
use plugin_sdk::prelude::*;

/// The remedies whose turn it is.
///
/// # Errors
/// `invalid-config` when the configuration is not as described above.
pub fn remedies(config: &Map<String, Value>, incident: &Incident) -> Result<Vec<Remedy>, PluginError> {
    let Some(listed) = config.get("remedies").and_then(Value::as_array) else {
        return Ok(Vec::new());
    };
    let mut remedies = Vec::new();
    for one in listed {
        let title = one["title"].as_str().ok_or_else(|| wrong("a remedy needs a title"))?;
        if incident.was_tried(title) && one["again"] != true {
            continue;
        }
        let strategy = one["strategy"].as_str().unwrap_or("config");
        let mut remedy = remedy(strategy, title)
            .because("the scenario says so")
            .confidence(one["confidence"].as_f64().unwrap_or(0.9));
        for step in one["actions"].as_array().ok_or_else(|| wrong("a remedy needs actions"))? {
            remedy = remedy.action(action_of(step)?);
        }
        remedies.push(remedy);
    }
    Ok(remedies)
}

fn action_of(step: &Value) -> Result<Action, PluginError> {
    let (kind, value) =
        step.as_object().and_then(|fields| fields.iter().next()).ok_or_else(|| wrong("an action has one key"))?;
    let words: Vec<&str> = match value {
        Value::String(word) => vec![word],
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    Ok(match (kind.as_str(), &words[..]) {
        ("set-env", [name, value]) => action::set_env(*name, *value),
        ("write", [path, content]) => action::write_file(*path, *content),
        ("edit", [path, find, replacement]) => action::edit_file(*path, *find, *replacement),
        ("append", [path, text]) => action::append_to_file(*path, *text),
        ("remove", [path]) => action::remove_file(*path),
        ("clear", [path]) => action::clear_path(*path),
        ("run", [_, ..]) => action::run_command(words).into(),
        ("script", [script]) => action::replace_script(*script),
        ("wait", []) => {
            let time = Duration::from_millis(value.as_u64().ok_or_else(|| wrong("wait takes milliseconds"))?);
            action::wait(time, time).into()
        }
        _ => return Err(wrong("this action is not in the list")),
    })
}

fn wrong(message: &str) -> PluginError {
    PluginError::invalid_config("remedies", "not-a-script", message)
}
