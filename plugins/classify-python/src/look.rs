//! What a traceback says about an exception whose own line leaves open whose fault it is.

use plugin_sdk::prelude::*;

use crate::rules::{checks, imports, pip, runtime, testing};

/// Lines of a traceback that are looked at, upwards from the exception.
const REACH: u32 = 60;

/// Lines below a traceback in which the end of its suite is looked for.
const SUITE_REACH: u32 = 400;

/// Methods that widely used packages have removed from their classes: class, attribute.
const REMOVED: &[(&str, &[&str])] = &[
    ("Engine", &["execute", "table_names", "has_table", "run_callable", "scalar", "transaction"]),
    ("OptionEngine", &["execute"]),
    ("DataFrame", &["append", "iteritems", "ix", "lookup", "mad", "as_matrix", "get_value"]),
    ("Series", &["append", "iteritems", "ix", "mad", "as_matrix", "get_value"]),
    ("Index", &["is_mixed", "is_monotonic", "to_native_types"]),
    ("EntryPoints", &["get"]),
    ("SelectableGroups", &["get"]),
    ("FreeTypeFont", &["getsize", "getoffset"]),
    ("ImageDraw", &["textsize", "multiline_textsize"]),
    ("ImageFont", &["getsize"]),
    ("Flask", &["before_first_request", "json_encoder", "json_decoder", "_got_first_request"]),
    ("Request", &["is_xhr"]),
    ("str", &["decode"]),
    ("Thread", &["isAlive"]),
    ("ElementTree", &["getiterator"]),
    ("xml.etree.ElementTree.Element", &["getchildren", "getiterator"]),
    ("Element", &["getchildren", "getiterator"]),
    ("CountVectorizer", &["get_feature_names"]),
    ("TfidfVectorizer", &["get_feature_names"]),
    ("OneHotEncoder", &["get_feature_names"]),
    (
        "WebDriver",
        &[
            "find_element_by_id",
            "find_element_by_xpath",
            "find_element_by_name",
            "find_element_by_css_selector",
            "find_element_by_class_name",
            "find_elements_by_xpath",
            "find_elements_by_class_name",
        ],
    ),
];

/// The findings that a candidate is: one that stays, one that is told otherwise, or none.
pub fn findings(candidate: &Candidate, rule: &Rule, log: &dyn Log) -> Vec<Finding> {
    let mut finding = candidate.to_finding(rule);
    let above = above(candidate.line.line, log);
    let begins = above.first().filter(|line| line.text.contains("Traceback (most recent call last)"));
    if begins.is_some_and(|line| is_ignored_by_python(line.line, log)) {
        return Vec::new();
    }
    match candidate.code.as_str() {
        runtime::MISSING_ENV => {
            // A key that is written like a variable is one only when the code that asked for it says so.
            let is_key = candidate.line.text.contains("KeyError: ");
            if is_key && !above.iter().any(|line| asks_environment(&line.text)) {
                escalate(&mut finding, "python.key-error");
            }
            finding.name_capture("variable", |name| ["name", "option"].contains(&name));
        }
        pip::NO_SUCH_VERSION => {
            // pip says the same of an index that has no such package and of one that never answered.
            if candidate.capture("versions") == Some("none") {
                match broken_connection(candidate.line.line, log) {
                    Some(line) => blame_network(&mut finding, line),
                    None if log.find("SSLError", 1, 1).is_empty() => doubt(&mut finding),
                    None => {}
                }
            }
        }
        checks::FILE_ARROW => match log.above(candidate.line.line, 1).pop() {
            Some(line) if is_ruff_remark(&line.text) => finding.cause = line,
            _ => return Vec::new(),
        },
        testing::ANY_EXCEPTION => {
            let is_pytest = candidate.line.text.trim_start().starts_with("E  ");
            let is_logged = begins.is_some_and(|line| is_logged_in_passing_suite(line.line, log));
            if !is_pytest && (begins.is_none() || is_logged) {
                return Vec::new();
            }
        }
        imports::OBJECT_ATTRIBUTE => {
            if candidate.capture("object") == Some("NoneType")
                || !(is_removed(candidate) || last_frame_is_installed(&above))
            {
                escalate(&mut finding, "python.attribute-error");
            }
        }
        runtime::UNEXPECTED_ARGUMENT => {
            if !last_frame_is_installed(&above) && !calls_outside(candidate, &above) {
                escalate(&mut finding, "python.exception");
            }
        }
        imports::MODULE_ATTRIBUTE => {
            // A module of the project that lacks a name is a mistake in the project, and a frame of the project is the
            // last one in both cases: only a dotted name below the file's own package tells them apart.
            if candidate.capture("module").is_some_and(|module| is_of_project(module, &above)) {
                escalate(&mut finding, "python.attribute-error");
            }
        }
        _ => {
            finding.name_capture("replacement", |name| name == "requirement");
            finding.name_capture("package", |name| name == "name");
        }
    }
    vec![finding]
}

/// The lines of the traceback above an exception, in the log's order.
fn above(line: u64, log: &dyn Log) -> Vec<LogLine> {
    let lines = log.above(line, REACH);
    let start = lines.iter().rposition(|line| line.text.contains("Traceback (most recent call last)")).unwrap_or(0);
    lines[start..].to_vec()
}

/// Whether a logger printed a traceback in a suite of unittest that passed: the line above it carries a level, and the suite
/// ends with `OK`.
fn is_logged_in_passing_suite(traceback: u64, log: &dyn Log) -> bool {
    const LEVELS: [&str; 4] = ["ERROR", "WARNING", "CRITICAL", "INFO"];
    let is_logged = log.above(traceback, 1).iter().any(|line| LEVELS.iter().any(|level| line.text.contains(level)));
    let ends = log.below(traceback, SUITE_REACH);
    let end = ends.iter().map(|line| line.text.trim()).find(|text| is_end_of_suite(text));
    is_logged && end.is_some_and(|text| text.starts_with("OK"))
}

fn is_end_of_suite(text: &str) -> bool {
    text == "OK" || text.starts_with("OK (") || text == "FAILED" || text.starts_with("FAILED (")
}

/// Whether the interpreter printed a traceback only to say that it goes on without what raised it: in a finaliser or a hook
/// that must not fail.
fn is_ignored_by_python(traceback: u64, log: &dyn Log) -> bool {
    log.above(traceback, 2).iter().any(|line| line.text.contains("Exception ignored in"))
}

fn asks_environment(text: &str) -> bool {
    ["os.environ", "environ[", "getenv", "in __getitem__", "/os.py\"", "<frozen os>"]
        .iter()
        .any(|word| text.contains(word))
}

/// Whether the innermost frame lies in an installed package.
fn last_frame_is_installed(above: &[LogLine]) -> bool {
    let frame = above.iter().rev().find(|line| is_frame(&line.text));
    frame.is_some_and(|line| line.text.contains("site-packages") || line.text.contains("dist-packages"))
}

/// Whether the innermost frame calls a function by the name of what it stands in (`frame.to_csv(`, not `self.total(` nor
/// `total(`), or makes an object while a script is loaded. Whether a package ever took the argument, the healer finds out.
fn calls_outside(candidate: &Candidate, above: &[LogLine]) -> bool {
    let Some(at) = above.iter().rposition(|line| is_frame(&line.text)) else { return false };
    let called = match (candidate.capture("object"), candidate.capture("name")) {
        (Some(class), Some("__init__")) => class,
        (_, Some(name)) => name,
        _ => return false,
    };
    let Some(code) = above.get(at + 1).map(|line| line.text.trim()) else { return false };
    let is_class = called.starts_with(|c: char| c.is_ascii_uppercase());
    if is_class && above[at].text.contains(", in <module>") && code.contains(&format!("{called}(")) {
        return true;
    }
    code.match_indices(&format!(".{called}(")).any(|(place, _)| {
        let before = code[..place].rsplit(|c: char| !(c.is_alphanumeric() || c == '_' || c == ')')).next();
        before.is_some_and(|before| !before.is_empty() && !["self", "cls", "super()", ")"].contains(&before))
    })
}

fn is_frame(text: &str) -> bool {
    (text.contains("File \"") && text.contains("\", line "))
        || text.contains("site-packages/")
        || text.contains("dist-packages/")
}

fn is_removed(candidate: &Candidate) -> bool {
    let (Some(object), Some(attribute)) = (candidate.capture("object"), candidate.capture("attribute")) else {
        return false;
    };
    REMOVED.iter().any(|(class, attributes)| *class == object && attributes.contains(&attribute))
}

/// Whether a frame outside the installed packages has a module's name in its path.
fn is_of_project(module: &str, above: &[LogLine]) -> bool {
    let path = module.replace('.', "/");
    let names = [format!("/{path}.py\""), format!("/{path}/"), format!("\"{path}.py\"")];
    above.iter().any(|line| {
        let text = &line.text;
        is_frame(text)
            && !text.contains("-packages")
            && !text.contains("/lib/python")
            && names.iter().any(|name| text.contains(name.as_str()))
    })
}

/// The last line above in which pip gave up on a connection. A certificate that does not hold is another failure.
fn broken_connection(line: u64, log: &dyn Log) -> Option<LogLine> {
    let is_broken = |line: &LogLine| line.text.contains("after connection broken by");
    log.above(line, REACH)
        .into_iter()
        .rfind(is_broken)
        .filter(|line| !line.text.contains("SSL") && !line.text.contains("certificate"))
}

fn blame_network(finding: &mut Finding, line: LogLine) {
    finding.code = pip::NETWORK.to_owned();
    finding.category = "network-transient".to_owned();
    finding.cause = line;
    finding.disposition = Disposition::Retry;
    finding.strategies = vec!["retry".to_owned(), "alternative".to_owned()];
}

/// An index that offered nothing may be one that was down, which `dependency` finds out.
fn doubt(finding: &mut Finding) {
    finding.code = pip::NOTHING_OFFERED.to_owned();
    finding.disposition = Disposition::Retry;
}

/// Whether a line starts with the code of a rule: letters, then digits, then what is wrong.
fn is_ruff_remark(text: &str) -> bool {
    let code = text.split_whitespace().next().unwrap_or_default();
    let digits = code.trim_start_matches(|character: char| character.is_ascii_uppercase());
    let is_code = digits.len() < code.len() && digits.len() >= 3 && digits.chars().all(|digit| digit.is_ascii_digit());
    is_code && !text.contains("[*]")
}

/// Makes a finding one that only a person can act on.
fn escalate(finding: &mut Finding, code: &str) {
    finding.code = code.to_owned();
    finding.category = "test-failure".to_owned();
    finding.confidence = 0.7;
    finding.disposition = Disposition::Never;
    finding.strategies = vec!["escalate".to_owned(), "rollback".to_owned()];
}

#[cfg(test)]
mod tests;
