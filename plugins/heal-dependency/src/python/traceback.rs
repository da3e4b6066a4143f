//! The frames above a cause, as the interpreter and pytest print them.

use plugin_sdk::prelude::*;

use super::Project;
use super::installed::Owner;

/// Lines above the cause in which its frames are looked for.
const REACH: u32 = 80;

/// A place in the code that led to the failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The file, as printed.
    pub file: String,
    /// The line of code, where it is shown.
    pub code: String,
}

impl Frame {
    /// The distribution whose file it is; `None` for the project's own and for Python's.
    pub fn owner(&self, project: &Project) -> Option<Owner> {
        let inside = self.file.split("/site-packages/").nth(1)?;
        let module = inside.trim_end_matches(".py").trim_end_matches("/__init__").replace('/', ".");
        project.environment.owner_of(&module)
    }

    /// Whether it is in Python's own library.
    fn is_of_python(&self) -> bool {
        let is_library = self.file.contains("/lib/python3") && !self.file.contains("/site-packages/");
        self.file.starts_with("<frozen") || is_library
    }
}

/// The frames above the root cause, innermost first, without those of Python itself.
pub fn frames(root: &Finding, log: &dyn Log) -> Vec<Frame> {
    let mut lines = log.above(root.cause.line, REACH);
    if lines.is_empty() {
        lines = root.context.iter().filter(|line| line.line < root.cause.line).cloned().collect();
    }
    let begin = lines.iter().rposition(|line| line.text.contains("Traceback (most recent call last)")).unwrap_or(0);
    let lines = &lines[begin..];
    let code_below = |at: usize| {
        let below = lines.get(at + 1).map(|line| line.text.trim().trim_start_matches("E ").trim().to_owned());
        below.filter(|code| !code.starts_with("File \"")).unwrap_or_default()
    };
    let parsed = lines.iter().enumerate().filter_map(|(at, line)| {
        let file = file_in(line.text.trim())?;
        Some(Frame { file, code: code_below(at) })
    });
    let mut frames: Vec<Frame> = parsed.filter(|frame| !frame.is_of_python()).collect();
    frames.reverse();
    frames
}

/// `File "PATH", line 3, in f`, or `PATH:3: in f` of pytest.
fn file_in(text: &str) -> Option<String> {
    if let Some(rest) = text.strip_prefix("File \"") {
        return rest.split('"').next().map(str::to_owned);
    }
    let (file, rest) = text.split_once(".py:")?;
    let is_place = rest.split_once(": in ").is_some_and(|(number, _)| number.parse::<u32>().is_ok());
    (is_place && !file.contains(' ')).then(|| format!("{file}.py"))
}

/// The modules that a line of code imports, most precise first: `from a.b import c` may mean `a.b.c`.
pub fn imported(code: &str) -> Vec<String> {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    let names = |list: &str| -> Vec<String> {
        let first = |part: &str| part.split_whitespace().next().unwrap_or_default().to_owned();
        list.split(['#', ';']).next().unwrap_or_default().split(',').map(first).filter(|name| is_name(name)).collect()
    };
    let code = code.trim();
    if let Some((module, list)) = code.strip_prefix("from ").and_then(|rest| rest.split_once(" import ")) {
        let module = module.trim();
        let inside = names(list.trim_start_matches(['(', ' '])).into_iter().map(|name| format!("{module}.{name}"));
        return inside.chain(std::iter::once(module.to_owned())).filter(|name| !name.starts_with('.')).collect();
    }
    code.strip_prefix("import ").map(names).unwrap_or_default()
}
