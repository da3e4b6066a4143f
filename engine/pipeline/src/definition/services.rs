//! `services` of a stage.

use core::net::IpAddr;
use std::collections::BTreeMap;

use super::model::{Ready, Service};
use super::native::MAX_DURATION_MS;
use super::problem::{ProblemKind, Report};
use super::reader::{Misplaced, Table};
use super::stages::{is_variable, read_command, read_env};
use super::tree::{Entry, Node, Value};

/// Services of one stage; more is no stage but a data centre.
const MAX_SERVICES: usize = 16;

/// Reads the list; what is no service is reported and left out.
pub(super) fn read(entry: &Entry, stage: &str, report: &mut Report<'_>) -> Vec<Service> {
    let Value::List(nodes) = &entry.node.value else {
        return entry.wrong_type("a list of tables", "", report).unwrap_or_default();
    };
    if nodes.len() > MAX_SERVICES {
        let (stage, services) = (stage.to_owned(), nodes.len());
        report.error(&entry.key_span, ProblemKind::TooManyServices { stage, services, max: MAX_SERVICES });
    }
    let mut services: Vec<Service> = Vec::new();
    for node in nodes {
        let Some(service) = read_service(node, stage, report) else { continue };
        if services.iter().any(|other| other.name == service.name) {
            report.error(&node.span, ProblemKind::DuplicateService { name: service.name, stage: stage.to_owned() });
        } else {
            services.push(service);
        }
    }
    services
}

fn read_service(node: &Node, stage: &str, report: &mut Report<'_>) -> Option<Service> {
    const KEYS: &[&str] = &["name", "run", "ready", "timeout", "env", "image"];
    const MISPLACED: Misplaced = &[
        ("command", "did you mean `run`?"),
        ("cmd", "did you mean `run`?"),
        ("script", "did you mean `run`?"),
        ("port", "it belongs in `ready`: ready = { port = … }"),
        ("ports", "write the port that shows that it is ready: ready = { port = … }"),
        ("healthcheck", "did you mean `ready`?"),
        ("environment", "did you mean `env`?"),
    ];
    let table = Table::open(node, "a service", KEYS, MISPLACED, report)?;
    if let Some(entry) = table.get("image") {
        let reason = "there is no container runtime here; give the program to start as `run`";
        report.error(&entry.key_span, ProblemKind::Unsupported { key: entry.key.clone(), reason });
        return None;
    }
    let missing =
        |key, example| ProblemKind::MissingKey { key, table: format!("a service of stage `{stage}`"), example };
    let Some(name) = table.get("name") else {
        report.error(&node.span, missing("name", "name = \"db\""));
        return None;
    };
    let name = name.filled_text("a name such as \"db\"", report)?;
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) || name.len() > 60 {
        report.error(&node.span, ProblemKind::BadServiceName { name: name.to_owned() });
    }
    let label = format!("{stage}/{name}");
    let command = read_command(table.get("run"), &label, &node.span, report);
    let ready = match table.get("ready") {
        Some(entry) => read_ready(entry, &label, report),
        None => {
            report.error(&node.span, missing("ready", "ready = { port = 5432 }"));
            None
        }
    };
    let mut service = Service::new(name, command?, ready?);
    if let Some(ms) = table.get("timeout").and_then(|it| it.duration_ms(1..=MAX_DURATION_MS, report)) {
        service.timeout_ms = ms;
    }
    service.env = table.get("env").map_or_else(BTreeMap::new, |it| read_env(it, report));
    Some(service)
}

fn read_ready(entry: &Entry, label: &str, report: &mut Report<'_>) -> Option<Ready> {
    const KEYS: &[&str] = &["port", "http", "command", "log"];
    let table = Table::open(&entry.node, "ready", KEYS, &[("tcp", "did you mean `port`?")], report)?;
    let given: Vec<&Entry> = KEYS.iter().filter_map(|key| table.get(key)).collect();
    let [one] = given.as_slice() else {
        report.error(&entry.node.span, ProblemKind::NotOneReadiness { found: given.len() });
        return None;
    };
    match one.key.as_str() {
        "port" if matches!(&one.node.value, Value::Text(text) if text.starts_with('$')) => {
            let variable = one.text(report)?.trim_start_matches('$');
            if !is_variable(variable) {
                report.error(&one.node.span, ProblemKind::BadVariable { name: variable.to_owned() });
            }
            Some(Ready::PortOf { variable: variable.to_owned() })
        }
        "port" => {
            let port = one.integer(1..=u64::from(u16::MAX), report)?;
            Some(Ready::Port { port: u16::try_from(port).unwrap_or(u16::MAX) })
        }
        "http" => {
            let url = one.filled_text("an address such as \"http://127.0.0.1:8080/health\"", report)?;
            if local_address(url).is_none() {
                report.error(&one.node.span, ProblemKind::NotLocalHttp { found: url.to_owned() });
            }
            Some(Ready::Http { url: url.to_owned() })
        }
        "command" => {
            let command = read_command(Some(one), label, &one.node.span, report)?;
            Some(Ready::Command { command })
        }
        _ => {
            let text = one.filled_text("a text that its output holds, such as \"ready\"", report)?;
            Some(Ready::Log { text: text.to_owned() })
        }
    }
}

/// Host, port and path of an `http` address of this machine; `None` for any other text.
pub fn local_address(url: &str) -> Option<(String, u16, String)> {
    let rest = url.strip_prefix("http://")?;
    if rest.chars().any(|c| c.is_control() || c == ' ' || c == '@' || c == '#') {
        return None;
    }
    let (authority, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    let (host, port) = match authority.rsplit_once(':') {
        // An IPv6 address without a port ends with its bracket.
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
        _ => (authority, 80),
    };
    let ip = host.trim_start_matches('[').trim_end_matches(']');
    let is_local = host == "localhost" || ip.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    is_local.then(|| (host.to_owned(), port, path.to_owned()))
}
