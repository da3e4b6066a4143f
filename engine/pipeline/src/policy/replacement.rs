//! Comparing a stage's command with the one that shall replace it.
//!
//! Everything of the original has to be there, in order. Only words of `ALLOWED_ADDITIONS` may be put between, only their
//! numbers may change, and only the program may be called by another of its names. So a replacement cannot do anything
//! that the tables do not list; the search for what exactly is wrong only serves the message.

use crate::policy::commands;
use crate::policy::lines;
use crate::policy::paths::normal_path;
use crate::policy::pattern::matches;
use crate::policy::refusal::{Refusal, rule};
use crate::policy::script::{Script, is_assignment};
use crate::policy::tables::commands::NO_OPS;
use crate::policy::tables::replacements as table;
use crate::remedy::CommandLine;

/// Checks that a replacement checks at least what the original checks.
pub(super) fn check_replacement(original: &CommandLine, replacement: &CommandLine) -> Result<(), Refusal> {
    let (old, new) = (Script::of(original), Script::of(replacement));
    if old == new {
        return Err(Refusal::new(rule::UNKNOWN_REPLACEMENT, "the replacement is the original"));
    }
    let is_readable = old.is_shell == new.is_shell || (old.is_plain() && new.is_plain());
    if is_readable
        && (is_allowed(&old, &new) || without_activation(&new).is_some_and(|new| is_allowed(&old, &new) || old == new))
    {
        return Ok(());
    }
    Err(diagnose(&old, &new, replacement))
}

fn is_allowed(old: &Script, new: &Script) -> bool {
    old.operators == new.operators
        && old.segments.len() == new.segments.len()
        && old.segments.iter().zip(&new.segments).all(|(old, new)| old == new || is_allowed_segment(old, new))
}

/// The script behind `. VENV/bin/activate &&`, if it starts like that.
fn without_activation(script: &Script) -> Option<Script> {
    let (first, operator) = (script.segments.first()?, script.operators.first()?);
    let [dot, path] = first.as_slice() else { return None };
    let environment = path.strip_prefix("./").unwrap_or(path).strip_suffix("/bin/activate")?;
    let is_activation = script.is_shell && dot == "." && operator == "&&" && table::ENVIRONMENTS.contains(&environment);
    is_activation.then(|| Script {
        segments: script.segments[1..].to_vec(),
        operators: script.operators[1..].to_vec(),
        is_shell: true,
    })
}

fn is_allowed_segment(old: &[String], new: &[String]) -> bool {
    let is_before_program = |word: &&String| is_assignment(word) || table::KEYWORDS.contains(&word.as_str());
    let start = old.iter().take_while(is_before_program).count();
    if new.len() < start || old[..start] != new[..start] {
        return false;
    }
    let (Some(was), Some(is)) = (Head::of(&old[start..]), Head::of(&new[start..])) else { return false };
    was.name == is.name && is_allowed_rest(&was.program, &old[start + was.words..], &new[start + is.words..])
}

/// The program of a command, seen through the ways to call it.
struct Head {
    /// What has to stay the same.
    name: String,
    /// The program whose additions are allowed.
    program: String,
    /// Number of words it takes.
    words: usize,
}

impl Head {
    fn of(words: &[String]) -> Option<Self> {
        let first = words.first()?;
        let word = |at: usize| words.get(at).map_or("", String::as_str);
        for runner in table::RUNNERS {
            if runner.iter().enumerate().all(|(at, part)| word(at) == *part) && words.len() > runner.len() {
                let inner = Self::of(&words[runner.len()..])?;
                let name = format!("{} {}", runner.join(" "), inner.name);
                return Some(Self { name, program: inner.program, words: runner.len() + inner.words });
            }
        }
        let head = |name: &str, words: usize| Some(Self { name: name.to_owned(), program: name.to_owned(), words });
        let name = canonical(first);
        if name == "python" && word(1) == "-m" && table::PYTHON_MODULES.contains(&word(2)) {
            return head(word(2), 3);
        }
        if name == "corepack" && table::COREPACK.contains(&word(1)) {
            return head(word(1), 2);
        }
        if name == "npx" && ["--no-install", "--no"].contains(&word(1)) && table::NODE_PROGRAMS.contains(&word(2)) {
            return head(word(2), 3);
        }
        if name == "docker" && word(1) == "compose" {
            return head("docker-compose", 2);
        }
        // `sh ./x.sh` is `./x.sh`, whose name says which interpreters may read it.
        for (ending, interpreters) in table::INTERPRETERS {
            let is_script = |path: &str| path.contains('/') && path.ends_with(ending) && normal_path(path).is_ok();
            if interpreters.contains(&first.as_str()) && is_script(word(1)) {
                return head(word(1), 2);
            }
        }
        head(&name, 1)
    }
}

/// The canonical name of a program called by name or from an environment inside the workspace; any other word stays as it
/// is.
fn canonical(word: &str) -> String {
    let local = word.strip_prefix("./").unwrap_or(word);
    let in_environment = local.split_once("/bin/").filter(|(directory, _)| table::ENVIRONMENTS.contains(directory));
    let in_modules = local.strip_prefix("node_modules/.bin/").filter(|name| table::NODE_PROGRAMS.contains(name));
    let name = match (in_environment, in_modules) {
        (Some((_, name)), _) => name,
        (None, Some(name)) => name,
        (None, None) => word,
    };
    let same = table::SAME_PROGRAM.iter().find(|names| names.iter().any(|pattern| matches(pattern, name)));
    same.map_or(name, |names| names[0]).to_owned()
}

/// Whether the words behind the program differ only by additions and numbers.
fn is_allowed_rest(program: &str, old: &[String], new: &[String]) -> bool {
    let mut at = 0;
    for place in 0..=old.len() {
        let is_same = |at: usize| {
            place < old.len()
                && new
                    .get(at)
                    .is_some_and(|new| is_same_word(program, old, place, new) || is_stricter(program, old, place, new))
        };
        // Behind the program, behind a subcommand, and at the end no flag of the original waits for its value.
        let may_add = place == 0 || place == old.len() || (place == 1 && !old[0].starts_with('-'));
        let mut is_behind_dashes = old.iter().any(|word| word == "--");
        while !is_same(at) && may_add && at < new.len() {
            let is_first_dashes = new[at] == "--" && place == old.len() && !is_behind_dashes;
            let taken = if is_first_dashes {
                usize::from(addition_at(program, &new[at + 1..]) > 0)
            } else {
                addition_at(program, &new[at..])
            };
            if taken == 0 {
                return false;
            }
            is_behind_dashes |= is_first_dashes;
            at += taken;
        }
        if place < old.len() {
            if !is_same(at) {
                return false;
            }
            at += 1;
        }
    }
    at == new.len()
}

/// Number of words that an allowed addition takes at the start of `words`; 0 when none stands there.
fn addition_at(program: &str, words: &[String]) -> usize {
    let fits = |pattern: &&str| {
        let parts: Vec<&str> = pattern.split(' ').collect();
        let all = parts.len() <= words.len() && parts.iter().zip(words).all(|(part, word)| fits_number(part, word));
        all.then_some(parts.len())
    };
    additions_of(program).find_map(|pattern| fits(&pattern)).unwrap_or(0)
}

fn additions_of(program: &str) -> impl Iterator<Item = &'static str> {
    let rows = table::ALLOWED_ADDITIONS.iter().filter(move |row| row.programs.contains(&program));
    rows.flat_map(|row| row.words.iter().copied())
}

/// `#` stands for a whole number of at most four digits.
fn fits_number(pattern: &str, word: &str) -> bool {
    let Some((before, after)) = pattern.split_once('#') else { return pattern == word };
    let number = word.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    number.is_some_and(|number| (1..=7).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a word is the original's at this place, or has another number where numbers may change.
fn is_same_word(program: &str, old: &[String], place: usize, new: &str) -> bool {
    let was = &old[place];
    if was == new {
        return true;
    }
    // What may stand where a number stands.
    let is_amount = |text: &str| {
        ["", "auto", "logical", "max"].contains(&text) || text.trim_end_matches('%').bytes().all(|b| b.is_ascii_digit())
    };
    additions_of(program).any(|pattern| match pattern.split_once(' ') {
        Some((flag, "#")) => place > 0 && old[place - 1] == flag && is_amount(was) && fits_number("#", new),
        Some(_) => false,
        None => pattern
            .strip_suffix('#')
            .is_some_and(|before| was.strip_prefix(before).is_some_and(is_amount) && fits_number(pattern, new)),
    })
}

/// `npm install` without packages may become `npm ci`.
fn is_stricter(program: &str, old: &[String], place: usize, new: &str) -> bool {
    let names_no_package = old.iter().skip(1).all(|word| word.starts_with("--"));
    place == 0
        && names_no_package
        && table::STRICTER.iter().any(|(of, from, to)| *of == program && from.contains(&old[0].as_str()) && *to == new)
}

/// Finds the rule that says best what is wrong with a replacement that is not allowed.
fn diagnose(old: &Script, new: &Script, replacement: &CommandLine) -> Refusal {
    let text = replacement.to_string();
    let refuse = |rule: &'static str, what: &str| Refusal::new(rule, format!("the replacement {text:?} {what}"));
    let words = |script: &Script| -> Vec<String> { script.segments.concat() };
    let (was, is) = (words(old), words(new));
    if is.is_empty()
        || new.segments.iter().all(|segment| segment.first().is_none_or(|word| NO_OPS.contains(&word.as_str())))
    {
        return refuse(rule::NO_OP_COMMAND, "does nothing");
    }
    let added: Vec<&str> = is.iter().filter(|word| !was.contains(word)).map(String::as_str).collect();
    let lost: Vec<&str> = was.iter().filter(|word| !is.contains(word)).map(String::as_str).collect();
    if lost.iter().any(|word| table::LOCK_FLAGS.contains(word)) {
        return refuse(rule::DROPS_LOCK_FLAG, &format!("lacks {}", lost.join(" ")));
    }
    if let Err(refusal) = lines::check_text(&text) {
        return refuse(refusal.rule, "turns a failure into a success");
    }
    // The program's own rows apply only behind its name.
    let program = is.first().map_or("", String::as_str);
    let behind: Vec<&str> =
        std::iter::once(program).chain(added.iter().copied().filter(|word| *word != program)).collect();
    if let Err(refusal) = commands::check_flags(&behind) {
        return refuse(refusal.rule, &format!("adds what no remedy may add: {}", refusal.message));
    }
    let runs_shell = !new.is_shell && ["sh", "bash", "dash", "zsh", "env"].contains(&program);
    if runs_shell && !was.iter().any(|word| word == program) {
        return refuse(rule::RUNS_SHELL, "runs a shell");
    }
    let difference = match (added.is_empty(), lost.is_empty()) {
        (true, true) => "has another order or shape than the original".to_owned(),
        (true, false) => format!("lacks {}", lost.join(" ")),
        (false, true) => format!("adds {}", added.join(" ")),
        (false, false) => format!("lacks {} and adds {}", lost.join(" "), added.join(" ")),
    };
    refuse(rule::UNKNOWN_REPLACEMENT, &difference)
}
