//! What is wrong with a pipeline file, where, and what would be right.

use std::fmt;

use super::tree::Span;
use super::when::WhenError;
use crate::glob::PatternError;

/// Characters of a source line that are shown at most; a longer line is cut around the mistake.
const EXCERPT_WIDTH: usize = 100;

/// Everything that is wrong with a file, in the order of the file; never empty.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}", render(problems))]
pub struct DefinitionErrors {
    /// The mistakes.
    pub problems: Vec<Problem>,
}

/// One mistake, or one thing that deserves a warning. Displays as a line with the place, then the source line with the
/// mistake underlined; without a full stop or a line break at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Name of the file, as given to the parser.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Whether the file can be used in spite of it.
    pub severity: Severity,
    /// What it is.
    pub kind: ProblemKind,
    excerpt: Excerpt,
}

/// Whether a file with a problem can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It cannot.
    Error,
    /// It can, but something in it does not do what one may think.
    Warning,
}

/// The part of the source line that is shown.
#[derive(Clone, Debug, PartialEq)]
struct Excerpt {
    text: String,
    /// Characters before the underlined part.
    indent: usize,
    /// Underlined characters, at least 1.
    width: usize,
}

/// What a problem is about.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The text is not TOML or YAML at all.
    #[error("{message}")]
    Syntax { message: String },
    /// A key that nobody reads.
    #[error("unknown key `{key}` in {table}; {advice}")]
    UnknownKey { key: String, table: String, advice: String },
    /// A value of another type.
    #[error("`{key}` wants {expected}, found {found}{advice}")]
    WrongType { key: String, expected: &'static str, found: String, advice: String },
    /// Something else where a table of keys belongs.
    #[error("{table} has to be a table of keys and values, found {found}")]
    NotTable { table: String, found: String },
    /// A number outside its range.
    #[error("`{key}` has to lie between {min} and {max}, found {found}{advice}")]
    OutOfRange { key: String, min: String, max: String, found: String, advice: String },
    /// A word that is not one of the known ones.
    #[error("`{key}` is one of {known}, found {found:?}{advice}")]
    UnknownWord { key: String, known: String, found: String, advice: String },
    /// A key that has to be there.
    #[error("{table} has no `{key}`; add one, such as `{example}`")]
    MissingKey { key: &'static str, table: String, example: &'static str },
    /// A value that may not be empty.
    #[error("`{key}` is empty; write {example}, or leave the key out")]
    Empty { key: String, example: &'static str },
    /// A stage that would do nothing.
    #[error("`run` of stage `{stage}` is empty; write the command, such as `run = \"make test\"`")]
    EmptyCommand { stage: String },
    /// A character that no operating system takes in a command, path or variable.
    #[error("`{key}` holds a NUL character; remove it")]
    Nul { key: String },
    /// A file without stages.
    #[error("there is no stage; write `[[stage]]` and under it `name = \"test\"` and `run = \"make test\"`")]
    NoStage,
    /// `[stage]` instead of `[[stage]]`.
    #[error("stages are a list; write `[[stage]]` above each of them")]
    StageNotList,
    /// A name that cannot be shown or typed well.
    #[error("stage name {name:?} {problem}; write 1 to 100 characters without control characters and outer blanks")]
    BadStageName { name: String, problem: &'static str },
    /// Two stages of one name.
    #[error("stage `{name}` is already defined on line {first_line}; give one of them another name")]
    DuplicateStage { name: String, first_line: usize },
    /// A need that is no stage.
    #[error("stage `{stage}` needs `{need}`, which is no stage of this pipeline{advice}")]
    UnknownNeed { stage: String, need: String, advice: String },
    /// A need that is listed twice.
    #[error("stage `{stage}` needs `{need}` twice; once is enough")]
    RepeatedNeed { stage: String, need: String },
    /// Stages that wait for each other.
    #[error("stages wait for each other in a circle: {circle}; take one of these needs away")]
    Circle { circle: String },
    /// A path that does not lie in the workspace.
    #[error("`{key}` has to lie inside the workspace, found {path:?}; write a relative path without `..`")]
    OutsideWorkspace { key: String, path: String },
    /// A name that cannot be that of an environment variable.
    #[error("{name:?} cannot be the name of an environment variable; write letters, digits and `_`, not a digit first")]
    BadVariable { name: String },
    /// A condition that cannot be read.
    #[error("condition `when`: {0}")]
    BadCondition(#[from] WhenError),
    /// An axis of a matrix without values.
    #[error("axis `{axis}` of `matrix` has no values; list at least one, such as `{axis} = [\"a\", \"b\"]`")]
    EmptyAxis { axis: String },
    /// The same value twice in an axis.
    #[error("axis `{axis}` of `matrix` has the value {value:?} twice; remove one")]
    RepeatedAxisValue { axis: String, value: String },
    /// A matrix that makes too many stages.
    #[error("`matrix` makes {stages} stages of `{stage}`; at most {max} are possible")]
    MatrixTooLarge { stage: String, stages: usize, max: usize },
    /// A variable that two axes, or an axis and `env`, would set.
    #[error("`matrix` sets the variable `{variable}` for axis `{axis}`, but {other} sets it too; rename one")]
    MatrixVariableTaken { variable: String, axis: String, other: String },
    /// A digest that is none.
    #[error("`digest` is `sha256:` and 64 hexadecimal digits, found {found:?}; `selfheal plugin inspect` prints it")]
    BadDigest { found: String },
    /// A configuration that the plugin contract does not carry.
    #[error("configuration of plugin `{plugin}` takes {bytes} bytes as JSON; at most {max} are possible")]
    ConfigTooLarge { plugin: String, bytes: usize, max: usize },
    /// A number that JSON does not have.
    #[error("`{key}` is {found}, which JSON cannot express; write a finite number of at most 64 bits or a text")]
    NotJson { key: String, found: String },
    /// A pattern of `inputs` or `outputs` that is none.
    #[error("{pattern:?} of `{key}` is no pattern of paths in the workspace: {problem}")]
    BadPattern { key: String, pattern: String, problem: PatternError },
    /// Outputs that could be anything.
    #[error(
        "{pattern:?} of `outputs` begins with a wildcard; begin with the folder that the stage fills, such as \"dist\""
    )]
    WideOutput { pattern: String },
    /// More services than make sense.
    #[error("stage `{stage}` has {services} services; at most {max} are possible")]
    TooManyServices { stage: String, services: usize, max: usize },
    /// Two services of one name in a stage.
    #[error("stage `{stage}` has two services `{name}`; give one of them another name")]
    DuplicateService { name: String, stage: String },
    /// A name that makes no name of a file.
    #[error("{name:?} cannot be the name of a service; write up to 60 letters, digits, `-`, `_` and `.`")]
    BadServiceName { name: String },
    /// No sign of readiness, or several.
    #[error("`ready` takes exactly one of `port`, `http`, `command` and `log`, found {found}")]
    NotOneReadiness { found: usize },
    /// A readiness address that is not one of this machine.
    #[error("`http` is an address of this machine, such as \"http://127.0.0.1:8080/health\", found {found:?}")]
    NotLocalHttp { found: String },
    /// A quarantine of a stage that is none.
    #[error("`stage` is {stage:?}, which is no stage of this pipeline{advice}")]
    UnknownStage { stage: String, advice: String },
    /// A text that is no signature.
    #[error("`signature` is a code, `:` and a hash, as the report of the failure prints it, found {found:?}")]
    BadSignature { found: String },
    /// A quarantine of everything.
    #[error(
        "{signature:?} stands for whatever has no known cause; only a failure whose cause is known can be quarantined"
    )]
    UnknownCause { signature: String },
    /// A person that is none yet.
    #[error("`{key}` is still the placeholder {found:?}; write {example}")]
    Placeholder { key: String, found: String, example: &'static str },
    /// A day that is none.
    #[error("`{key}` is a day such as \"2026-12-31\", found {found}")]
    BadDay { key: String, found: String },
    /// Two entries for one failure.
    #[error("this failure of stage `{stage}` is already quarantined on line {first_line}; remove one of the entries")]
    DuplicateQuarantine { stage: String, first_line: usize },
    /// A key whose stage would break without it.
    #[error("`{key}` is not supported by this version: {reason}")]
    Unsupported { key: String, reason: &'static str },

    /// A key that is read, but has no effect.
    #[error("`{key}` has no effect in this version: {reason}")]
    NoEffect { key: String, reason: &'static str },
    /// A key whose effect another key takes away.
    #[error("`{key}` has no effect: {reason}")]
    Idle { key: String, reason: &'static str },
    /// A quality gate without a runner.
    #[error(
        "gate `{gate}` is not measured in this version: nothing fails because of it, and a green run says nothing about it"
    )]
    NotMeasured { gate: String },
    /// A grant that holds for any bytes.
    #[error("the grant for `{plugin}` has no `digest`: a plugin that is a file gets nothing by it")]
    GrantWithoutDigest { plugin: String },
    /// A key that does more than its name says.
    #[error("`{key}` {effect}")]
    Effect { key: String, effect: &'static str },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Error => "",
            Severity::Warning => "warning: ",
        };
        writeln!(f, "{}:{}:{}: {word}{}", self.file, self.line, self.column, self.kind)?;
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        let Excerpt { text, indent, width } = &self.excerpt;
        writeln!(f, "{gutter} |")?;
        writeln!(f, "{}", format!("{number} | {text}").trim_end())?;
        write!(f, "{gutter} | {}{}", " ".repeat(*indent), "^".repeat(*width))
    }
}

fn render(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n\n")
}

/// Collects the problems of one file.
#[derive(Debug)]
pub(crate) struct Report<'t> {
    text: &'t str,
    file: &'t str,
    /// Where each line starts, so that a place is found in a long file at once.
    line_starts: Vec<usize>,
    found: Vec<(usize, Problem)>,
}

impl<'t> Report<'t> {
    pub(crate) fn new(text: &'t str, file: &'t str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        Self { text, file, line_starts, found: Vec::new() }
    }

    /// The text of the file.
    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// Notes something that makes the file unusable.
    pub(crate) fn error(&mut self, span: &Span, kind: ProblemKind) {
        self.add(span, Severity::Error, kind);
    }

    /// Notes something that the author should know.
    pub(crate) fn warn(&mut self, span: &Span, kind: ProblemKind) {
        self.add(span, Severity::Warning, kind);
    }

    /// Whether an error was noted.
    pub(crate) fn has_errors(&self) -> bool {
        self.found.iter().any(|(_, problem)| problem.severity == Severity::Error)
    }

    /// The warnings, or the errors if there is one.
    pub(crate) fn finish(self) -> Result<Vec<Problem>, DefinitionErrors> {
        if self.has_errors() { Err(self.into_errors()) } else { Ok(self.sorted(Severity::Warning)) }
    }

    /// The errors.
    pub(crate) fn into_errors(self) -> DefinitionErrors {
        DefinitionErrors { problems: self.sorted(Severity::Error) }
    }

    /// The problems of one severity, in the order of the file.
    fn sorted(mut self, severity: Severity) -> Vec<Problem> {
        self.found.sort_by_key(|(start, _)| *start);
        let problems = self.found.into_iter().map(|(_, problem)| problem);
        problems.filter(|problem| problem.severity == severity).collect()
    }

    /// Line of a byte offset, from 1.
    pub(crate) fn line_of(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|&start| start <= offset)
    }

    fn add(&mut self, span: &Span, severity: Severity, kind: ProblemKind) {
        let mut start = span.start.min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let line = self.line_of(start);
        let line_start = self.line_starts[line - 1];
        let rest = &self.text[line_start..];
        let source = rest.lines().next().unwrap_or_default();
        let before = start - line_start;
        let column = source.char_indices().take_while(|(at, _)| *at < before).count() + 1;
        let excerpt = Excerpt::cut(source, column - 1, span.len());
        let file = self.file.to_owned();
        self.found.push((start, Problem { file, line, column, severity, kind, excerpt }));
    }
}

impl Excerpt {
    /// `before` is in characters, `bytes` the length of the underlined part as far as it lies in this line.
    fn cut(source: &str, before: usize, bytes: usize) -> Self {
        let characters: Vec<char> = source.chars().collect();
        let mut width = 0;
        let mut underlined = 0;
        for c in characters.iter().skip(before) {
            if underlined >= bytes {
                break;
            }
            underlined += c.len_utf8();
            width += 1;
        }
        let first = (before + width.min(EXCERPT_WIDTH)).saturating_sub(EXCERPT_WIDTH).min(before);
        let shown = characters.iter().skip(first).take(EXCERPT_WIDTH);
        // A tab or an escape sequence would move the caret away from what it points at.
        let text = shown.map(|&c| if c.is_control() { ' ' } else { c }).collect();
        let width = width.clamp(1, EXCERPT_WIDTH);
        Self { text, indent: before - first, width }
    }
}
