//! Remedies of a healer.

use pipeline::id::{PluginId, Signature};
use pipeline::remedy::{Action, Remedy};

use super::check::{check_argv, check_count, check_env, check_path, check_sized, check_variable};
use super::{check_attrs, check_text, check_unit, command_from_wit, limits_from_wit};
use crate::bindings::healer::exports::selfheal::plugin::healer as wit;

/// Remedies of one answer.
const MAX_REMEDIES: usize = 16;
/// Steps of one remedy.
const MAX_ACTIONS: usize = 32;
/// Content of one file.
const MAX_CONTENT: usize = 1 << 20;
/// One line for people.
const MAX_TITLE: usize = 1 << 10;
/// Names in one list: labels, paths, signatures.
const MAX_NAMES: usize = 256;

/// The strategies that there are; the list is closed for the product.
const STRATEGIES: &[&str] = &["retry", "dependency", "resource", "config", "rollback", "alternative", "escalate"];

/// Checks a healer's answer.
pub(crate) fn remedies_from_wit(plugin: &PluginId, remedies: Vec<wit::Remedy>) -> Result<Vec<Remedy>, String> {
    check_count("remedies", remedies, MAX_REMEDIES)?
        .into_iter()
        .enumerate()
        .map(|(number, remedy)| remedy_from_wit(plugin, remedy).map_err(|why| format!("remedy {}: {why}", number + 1)))
        .collect()
}

fn remedy_from_wit(plugin: &PluginId, remedy: wit::Remedy) -> Result<Remedy, String> {
    check_attrs(remedy.attrs)?;
    if !STRATEGIES.contains(&remedy.strategy.as_str()) {
        return Err(format!("unknown strategy {:?}", super::cut(&remedy.strategy, 100)));
    }
    if remedy.title.trim().is_empty() {
        return Err("it has no title".to_owned());
    }
    if remedy.actions.is_empty() {
        return Err("it has no actions".to_owned());
    }
    let actions = check_count("actions", remedy.actions, MAX_ACTIONS)?;
    let expects = check_names("a signature", remedy.expects)?;
    Ok(Remedy {
        plugin: plugin.clone(),
        strategy: remedy.strategy,
        title: one_line(check_sized("the title", remedy.title, MAX_TITLE)?),
        rationale: check_text("the rationale", remedy.rationale)?,
        confidence: check_unit("its confidence", remedy.confidence)?,
        actions: actions.into_iter().map(action_from_wit).collect::<Result<_, _>>()?,
        reversible: remedy.reversible,
        expects: expects.into_iter().map(Signature::new).collect(),
    })
}

fn action_from_wit(action: wit::Action) -> Result<Action, String> {
    Ok(match action {
        wit::Action::Wait(delay) => {
            Action::Wait { base_ms: delay.base_ms, cap_ms: delay.cap_ms, asked_ms: delay.asked_ms }
        }
        wit::Action::SetEnv(var) => {
            let (name, value) = check_variable(var)?;
            Action::SetEnv { name, value }
        }
        wit::Action::SetLimit(limits) => Action::SetLimit { limits: limits_from_wit(&limits) },
        wit::Action::ReplaceCommand(command) => Action::ReplaceCommand { command: command_from_wit(command)? },
        wit::Action::RunCommand(preparation) => Action::RunCommand {
            argv: check_argv(preparation.argv)?,
            directory: check_path(preparation.directory)?,
            env: check_env(preparation.env)?,
            timeout_ms: preparation.timeout_ms,
        },
        wit::Action::WriteFile(file) => Action::WriteFile {
            path: check_path(file.path)?,
            content: check_sized("a file's content", file.content, MAX_CONTENT)?,
            executable: file.executable,
        },
        wit::Action::EditFile(edit) => Action::EditFile {
            path: check_path(edit.path)?,
            find: check_text("the text to find", edit.find)?,
            replace: check_text("the text in its place", edit.replace)?,
        },
        wit::Action::RemoveFile(path) => Action::RemoveFile { path: check_path(path)? },
        wit::Action::ClearPath(path) => Action::ClearPath { path: check_path(path)? },
        wit::Action::RestoreSnapshot(paths) => Action::RestoreSnapshot {
            paths: check_count("paths", paths, MAX_NAMES)?.into_iter().map(check_path).collect::<Result<_, _>>()?,
        },
        wit::Action::MovePort(port) => {
            let name = wit_variable_name(port.variable)?;
            Action::MovePort { taken: port.taken, variable: name }
        }
        wit::Action::WaitForService(probe) => {
            if !matches!(probe.host.as_str(), "localhost" | "127.0.0.1" | "::1") {
                return Err(format!("the service {:?} is not on this machine", super::cut(&probe.host, 100)));
            }
            Action::WaitForService { host: probe.host, port: probe.port, timeout_ms: probe.timeout_ms }
        }
        wit::Action::Escalate(ticket) => Action::Escalate {
            title: one_line(check_sized("the ticket's title", ticket.title, MAX_TITLE)?),
            body: check_text("the ticket's body", ticket.body)?,
            labels: check_names("a label", ticket.labels)?,
        },
    })
}

fn wit_variable_name(name: String) -> Result<String, String> {
    use crate::bindings::capabilities::selfheal::plugin::types::EnvVar;
    check_variable(EnvVar { name, value: String::new() }).map(|(name, _)| name)
}

fn check_names(what: &str, names: Vec<String>) -> Result<Vec<String>, String> {
    check_count("names", names, MAX_NAMES)?.into_iter().map(|name| check_sized(what, name, 512)).collect()
}

/// A title in one line.
fn one_line(title: String) -> String {
    if title.contains(char::is_control) { crate::host::log::escaped(title.trim()) } else { title }
}
