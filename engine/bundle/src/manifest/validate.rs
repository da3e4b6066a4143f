//! What a manifest may say. The same checks for the author's file and for what is embedded.

use std::collections::BTreeSet;

use super::{Capability, Limits, MAX_MANIFEST_BYTES, Manifest, SCHEMA_VERSION};
use crate::text::{is_plain_line, plugin_id_problem};

/// Longest description, licence, reason, author or address, in bytes.
const MAX_LINE: usize = 300;
/// Entries of one list.
const MAX_ENTRIES: usize = 64;
/// Longest version: with it, a tag stays below OCI's 128 characters.
const MAX_VERSION: usize = 64;
/// Most that a manifest may ask for: 10 min, 4 GiB. The host's own ceiling is lower and belongs to the user.
const MAX_MS: u32 = 600_000;
const MAX_MEMORY_MB: u32 = 4096;

/// What is wrong: path in the document and message.
pub(super) fn problems(manifest: &Manifest) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut complain = |path: &str, message: Option<String>| {
        found.extend(message.map(|message| (path.to_owned(), message)));
    };
    let schema = manifest.schema;
    complain(
        "schema",
        (schema != SCHEMA_VERSION)
            .then(|| format!("schema {schema} is not known; this version reads {SCHEMA_VERSION}")),
    );
    complain("id", plugin_id_problem(&manifest.id));
    complain("version", version_problem(&manifest.version));
    complain("api", api_problem(&manifest.api));
    complain("roles", list_problem(&manifest.roles));
    complain("description", line_problem(&manifest.description));
    complain("license", license_problem(&manifest.license));
    if let Some(repository) = &manifest.repository {
        let is_address = repository.starts_with("https://") && !repository.contains(char::is_whitespace);
        let problem = (!is_address).then(|| "an address that begins with https:// is wanted".to_owned());
        complain("repository", line_problem(repository).or(problem));
    }
    if manifest.authors.len() > MAX_ENTRIES {
        complain("authors", Some(format!("{} authors; at most {MAX_ENTRIES} are allowed", manifest.authors.len())));
    }
    for (place, author) in manifest.authors.iter().enumerate() {
        complain(&format!("authors.{place}"), line_problem(author));
    }
    limit_problems(&manifest.limits, &mut complain);
    let mut kinds = BTreeSet::new();
    for (place, capability) in manifest.capabilities.iter().enumerate() {
        let path = format!("capability.{place}");
        let kind = capability.interface();
        let twice = !kinds.insert(kind);
        complain(&path, twice.then(|| format!("{kind} is asked for twice; put everything into one [[capability]]")));
        capability_problems(&path, capability, &mut complain);
    }
    if let Some(config) = &manifest.config {
        complain("config.schema", path_problem(&config.schema));
    }
    if found.is_empty() && manifest.canonical().len() > MAX_MANIFEST_BYTES {
        found.push((String::new(), format!("it is larger than {MAX_MANIFEST_BYTES} bytes")));
    }
    found
}

fn version_problem(version: &str) -> Option<String> {
    if version.len() > MAX_VERSION {
        return Some(format!("a version has at most {MAX_VERSION} characters"));
    }
    match semver::Version::parse(version) {
        Err(error) => Some(format!("`{}` is no version such as 1.2.0: {error}", version.escape_debug())),
        Ok(parsed) if !parsed.build.is_empty() => {
            Some("a version without `+` is wanted: it becomes a tag, and tags have no `+`".to_owned())
        }
        Ok(_) => None,
    }
}

fn api_problem(api: &str) -> Option<String> {
    let is_number = |part: &str| {
        !part.is_empty()
            && part.len() <= 5
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    let is_version = api.split_once('.').is_some_and(|(major, minor)| is_number(major) && is_number(minor));
    (!is_version).then(|| "the contract's version is wanted as MAJOR.MINOR, e.g. \"0.1\"".to_owned())
}

/// A list of things of which each may occur once.
fn list_problem<T: Ord>(entries: &[T]) -> Option<String> {
    if entries.is_empty() {
        return Some("at least one entry is wanted".to_owned());
    }
    if entries.len() > MAX_ENTRIES {
        return Some(format!("{} entries; at most {MAX_ENTRIES} are allowed", entries.len()));
    }
    let distinct: BTreeSet<&T> = entries.iter().collect();
    (distinct.len() < entries.len()).then(|| "an entry stands there twice".to_owned())
}

fn line_problem(text: &str) -> Option<String> {
    if text.trim().is_empty() {
        return Some("a text is wanted".to_owned());
    }
    if text.len() > MAX_LINE {
        return Some(format!("{} bytes; at most {MAX_LINE} are allowed", text.len()));
    }
    (!is_plain_line(text)).then(|| "one line without control characters is wanted".to_owned())
}

fn license_problem(license: &str) -> Option<String> {
    let is_expression = |c: char| c.is_ascii_alphanumeric() || " -.+()/:".contains(c);
    let problem =
        (!license.chars().all(is_expression)).then(|| "an SPDX expression such as \"MIT\" is wanted".to_owned());
    line_problem(license).or(problem)
}

fn limit_problems(limits: &Limits, complain: &mut impl FnMut(&str, Option<String>)) {
    let out_of_range = |value: Option<u32>, most: u32| {
        let is_wrong = value.is_some_and(|value| value == 0 || value > most);
        is_wrong.then(|| format!("a number from 1 to {most} is wanted"))
    };
    complain("limits.cpu-ms", out_of_range(limits.cpu_ms, MAX_MS));
    complain("limits.wall-ms", out_of_range(limits.wall_ms, MAX_MS));
    complain("limits.memory-mb", out_of_range(limits.memory_mb, MAX_MEMORY_MB));
}

fn capability_problems(path: &str, capability: &Capability, complain: &mut impl FnMut(&str, Option<String>)) {
    complain(&format!("{path}.reason"), line_problem(capability.reason()));
    match capability {
        Capability::Process { programs, .. } => {
            let list = format!("{path}.programs");
            complain(&list, list_problem(programs));
            for (place, program) in programs.iter().enumerate() {
                complain(&format!("{list}.{place}"), program_problem(program));
            }
        }
        Capability::Http { hosts, .. } => {
            let list = format!("{path}.hosts");
            complain(&list, list_problem(hosts));
            for (place, host) in hosts.iter().enumerate() {
                complain(&format!("{list}.{place}"), host_problem(host));
            }
        }
        Capability::Workspace { .. } | Capability::State { .. } | Capability::Clock { .. } => {}
    }
}

fn program_problem(program: &str) -> Option<String> {
    let is_name = !program.is_empty()
        && program.len() <= 64
        && !program.starts_with(['-', '.'])
        && program.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte));
    (!is_name).then(|| "a program's name without a path is wanted".to_owned())
}

fn host_problem(host: &str) -> Option<String> {
    let (name, port) = host.split_once(':').unwrap_or((host, "443"));
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let is_host = host.len() <= 255 && name.split('.').all(is_label) && port.parse::<u16>().is_ok_and(|port| port > 0);
    (!is_host).then(|| "a host name in lower case is wanted, as HOST or HOST:PORT".to_owned())
}

fn path_problem(path: &str) -> Option<String> {
    let is_inside = path.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
    let problem = (!is_inside || path.contains('\\')).then(|| "a path below plugin.toml's folder is wanted".to_owned());
    line_problem(path).or(problem)
}
