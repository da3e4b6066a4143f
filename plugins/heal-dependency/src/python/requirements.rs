//! What a Python project declares, and where exactly it says so.

use plugin_sdk::prelude::*;

use crate::edit;
use crate::version::Version;

/// How a requirement is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A whole requirement: a line of a requirements file, or a string of `pyproject.toml`.
    Requirement,
    /// Only the version, as in a table of Poetry.
    PoetryVersion,
}

/// One declared requirement.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The file.
    pub path: String,
    /// The name as it is compared.
    pub name: String,
    /// The name as written, with extras.
    pub written: String,
    /// Version specifiers, without blanks; empty for any version.
    pub specifiers: String,
    /// The environment marker without its semicolon; empty for none.
    pub marker: String,
    /// How it is written.
    pub form: Form,
    start: usize,
    end: usize,
}

impl Declared {
    /// The requirement as a line of a requirements file.
    pub fn line(&self) -> String {
        self.line_with(&self.specifiers)
    }

    /// The same with other specifiers.
    pub fn line_with(&self, specifiers: &str) -> String {
        let specifiers = if self.form == Form::PoetryVersion { plain(specifiers) } else { specifiers.to_owned() };
        let marker = if self.marker.is_empty() { String::new() } else { format!("; {}", self.marker) };
        format!("{}{specifiers}{marker}", self.written)
    }
}

/// Poetry's specifiers as pip writes them: `1.2` is `==1.2`, `^1.2` is `>=1.2,<2`.
fn plain(specifiers: &str) -> String {
    match specifiers.strip_prefix(['^', '~']) {
        _ if specifiers == "*" || specifiers.is_empty() => String::new(),
        Some(from) => {
            let next = Version::parse(from).map_or(0, |version| version.major() + 1);
            format!(">={from},<{next}")
        }
        None if specifiers.starts_with(|c: char| c.is_ascii_digit()) => format!("=={specifiers}"),
        None => specifiers.to_owned(),
    }
}

/// All manifests of a project, those that the command names first.
#[derive(Debug, Default)]
pub struct Manifests {
    files: Vec<(String, String)>,
    /// What they declare.
    pub declared: Vec<Declared>,
}

/// Sections of `pyproject.toml` whose arrays hold requirements.
const ARRAY_SECTIONS: &[&str] = &["project", "project.optional-dependencies", "dependency-groups"];

impl Manifests {
    /// Reads the manifests of a stage: what `-r` names, then the usual names in its directory.
    pub fn read(directory: &str, command: &str) -> Self {
        let mut paths = named_by(command).into_iter().map(|name| path::below(directory, &name)).collect::<Vec<_>>();
        let usual = host::workspace::entries(directory).unwrap_or_default().into_iter().map(|entry| entry.path);
        paths.extend(usual.filter(|path| is_requirements(path)));
        paths.extend(
            host::workspace::glob(&path::below(directory, "requirements/*.txt"), 20)
                .unwrap_or_default()
                .into_iter()
                .map(|e| e.path),
        );
        paths.push(path::below(directory, "pyproject.toml"));
        let mut manifests = Self::default();
        for path in paths {
            manifests.add(path);
        }
        manifests
    }

    fn add(&mut self, path: String) {
        if self.files.iter().any(|(known, _)| *known == path) {
            return;
        }
        let Ok(text) = host::workspace::read_text(&path) else { return };
        let found = if path.ends_with(".toml") { in_pyproject(&path, &text) } else { in_requirements(&path, &text) };
        self.declared.extend(found);
        let parent = path.rsplit_once('/').map_or(".", |(parent, _)| parent).to_owned();
        let included: Vec<String> = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("-r "))
            .map(|name| path::below(&parent, name.trim()))
            .collect();
        self.files.push((path, text));
        for path in included.into_iter().filter(|path| !path.contains("..")) {
            self.add(path);
        }
    }

    /// The requirement with a name, whatever its spelling.
    pub fn find(&self, name: &str) -> Option<&Declared> {
        let name = normal(name);
        self.declared.iter().find(|declared| declared.name == name)
    }

    /// The requirements file that installers are given, if the project has one.
    pub fn requirements_file(&self) -> Option<&str> {
        self.files.iter().map(|(path, _)| path.as_str()).find(|path| !path.ends_with(".toml"))
    }

    fn text_of(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|(known, _)| known == path).map(|(_, text)| text.as_str())
    }

    /// The step that gives a declared requirement another name, specifiers or marker. `None` when nothing changes, or when
    /// the line holds hashes, which nobody can make up.
    pub fn change(&self, declared: &Declared, written: &str, specifiers: &str, marker: &str) -> Option<Action> {
        let text = self.text_of(&declared.path)?;
        if text.contains("--hash=") {
            return None;
        }
        let replacement = match declared.form {
            Form::PoetryVersion if written != declared.written || !marker.is_empty() => return None,
            Form::PoetryVersion if specifiers.is_empty() => "*".to_owned(),
            Form::PoetryVersion => specifiers.to_owned(),
            Form::Requirement if marker.is_empty() => format!("{written}{specifiers}"),
            Form::Requirement => format!("{written}{specifiers}; {marker}"),
        };
        edit::replace(&declared.path, text, declared.start, declared.end, &replacement)
    }

    /// The step that declares a further requirement, and the file it is put into.
    pub fn append(&self, requirement: &str) -> Option<(String, Action)> {
        if let Some(path) = self.requirements_file() {
            let text = self.text_of(path)?;
            if text.contains("--hash=") {
                return None;
            }
            let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            return Some((path.to_owned(), action::append_to_file(path, format!("{gap}{requirement}\n"))));
        }
        let (path, text) = self.files.first()?;
        let start = dependencies_array(text)?;
        let is_multiline = text[start..].starts_with('\n');
        let inserted = match (is_multiline, text[start..].trim_start().starts_with(']')) {
            (true, _) => format!("\n    \"{requirement}\","),
            (false, true) => format!("\"{requirement}\""),
            (false, false) => format!("\"{requirement}\", "),
        };
        edit::replace(path, text, start, start, &inserted).map(|action| (path.clone(), action))
    }
}

/// Names compare without case, and `_`, `.` and `-` are the same (PEP 503).
pub fn normal(name: &str) -> String {
    name.split('[').next().unwrap_or_default().trim().to_ascii_lowercase().replace(['_', '.'], "-")
}

/// New specifiers with those of the old ones that still hold beside them: an upper bound keeps a lower one that lies below it.
pub fn narrowed(old: &str, new: &str) -> String {
    let Some(bound) = new.strip_prefix('<').filter(|bound| !bound.starts_with('=')).and_then(Version::parse) else {
        return new.to_owned();
    };
    let is_below = |part: &&str| {
        let lower = part.strip_prefix(">=").or_else(|| part.strip_prefix('>'));
        lower.and_then(Version::parse).is_some_and(|lower| lower.order(&bound).is_lt())
    };
    let kept = old.split(',').filter(is_below);
    kept.chain(std::iter::once(new)).collect::<Vec<_>>().join(",")
}

/// Name with extras, specifiers without blanks, and marker of a requirement.
pub fn parse(requirement: &str) -> Option<(String, String, String)> {
    let requirement = requirement.trim();
    let (main, marker) = requirement.split_once(';').unwrap_or((requirement, ""));
    if main.contains('@') || !main.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let end = main.find(|c: char| "=<>!~ (".contains(c)).unwrap_or(main.len());
    let specifiers: String = main[end..].chars().filter(|c| !c.is_whitespace() && !"()".contains(*c)).collect();
    let is_specifier = specifiers.is_empty() || specifiers.starts_with(['=', '<', '>', '!', '~']);
    is_specifier.then(|| (main[..end].trim().to_owned(), specifiers, marker.trim().to_owned()))
}

fn is_requirements(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with(".txt") && (name.starts_with("requirements") || name.ends_with("requirements.txt"))
}

/// Files behind `-r` in a command.
fn named_by(command: &str) -> Vec<String> {
    let words: Vec<&str> = command.split(|c: char| c.is_whitespace() || "&|;()".contains(c)).collect();
    let behind =
        words.windows(2).filter(|pair| pair[0] == "-r" || pair[0] == "--requirement").map(|pair| pair[1].to_owned());
    let glued = words
        .iter()
        .filter_map(|word| word.strip_prefix("--requirement=").or(word.strip_prefix("-r")))
        .map(str::to_owned);
    behind.chain(glued).filter(|name| !name.is_empty() && !name.starts_with('/') && !name.contains("..")).collect()
}

fn in_requirements(path: &str, text: &str) -> Vec<Declared> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let code = line.split(" #").next().unwrap_or_default().split(" --").next().unwrap_or_default();
        let code = code.trim_end_matches(['\n', '\r', ' ', '\t', '\\']);
        let indent = code.len() - code.trim_start().len();
        if let Some((written, specifiers, marker)) = parse(code) {
            found.push(Declared {
                path: path.to_owned(),
                name: normal(&written),
                written,
                specifiers,
                marker,
                form: Form::Requirement,
                start: at + indent,
                end: at + code.len(),
            });
        }
        at += line.len();
    }
    found
}

fn in_pyproject(path: &str, text: &str) -> Vec<Declared> {
    let mut found = Vec::new();
    let (mut at, mut section, mut in_array) = (0, String::new(), false);
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if !in_array && trimmed.starts_with('[') && trimmed.ends_with(']') {
            section = trimmed.trim_matches(['[', ']']).trim().to_owned();
        } else if section.starts_with("tool.poetry") && section.ends_with("dependencies") {
            found.extend(poetry_line(path, line, at));
        } else if ARRAY_SECTIONS.contains(&section.as_str()) {
            let is_start = !in_array
                && trimmed.split_once('=').is_some_and(|(key, value)| {
                    value.trim().starts_with('[') && (section != "project" || key.trim() == "dependencies")
                });
            if is_start || in_array {
                found.extend(quoted(line).into_iter().filter_map(|(start, inside)| {
                    let (written, specifiers, marker) = parse(inside)?;
                    let (start, end) = (at + start, at + start + inside.len());
                    let form = Form::Requirement;
                    Some(Declared {
                        path: path.to_owned(),
                        name: normal(&written),
                        written,
                        specifiers,
                        marker,
                        form,
                        start,
                        end,
                    })
                }));
                in_array = !trimmed.ends_with(']');
            }
        }
        at += line.len();
    }
    found
}

fn poetry_line(path: &str, line: &str, at: usize) -> Option<Declared> {
    let (key, value) = line.split_once('=')?;
    let name = key.trim().trim_matches('"');
    let offset = key.len() + 1;
    let (start, inside) = if value.trim_start().starts_with('{') {
        let version = value.find("version")?;
        quoted(&value[version..]).first().map(|(start, inside)| (version + start, *inside))?
    } else {
        quoted(value).first().copied()?
    };
    (name != "python" && !name.is_empty() && !name.starts_with('#')).then(|| Declared {
        path: path.to_owned(),
        name: normal(name),
        written: name.to_owned(),
        specifiers: inside.replace(' ', ""),
        marker: String::new(),
        form: Form::PoetryVersion,
        start: at + offset + start,
        end: at + offset + start + inside.len(),
    })
}

/// The strings of a line with the place where their inside begins.
fn quoted(line: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = line[at..].find(['"', '\'']).map(|place| at + place) {
        if line[at..open].contains('#') {
            break;
        }
        let quote = line[open..].chars().next().expect("a quote was found there");
        let Some(length) = line[open + 1..].find(quote) else { break };
        found.push((open + 1, &line[open + 1..open + 1 + length]));
        at = open + 2 + length;
    }
    found
}

/// Place behind the bracket of `dependencies = [` in the table `project`.
fn dependencies_array(text: &str) -> Option<usize> {
    let table = text.find("[project]")?;
    let key = text[table..].find("\ndependencies").map(|place| table + place + 1)?;
    text[key..].find('[').map(|place| key + place + 1)
}
