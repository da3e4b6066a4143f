//! Finding the programs of a shell script: as little of a shell as putting another program in needs.

/// What may stand before a program.
const OPERATORS: [char; 5] = ['&', '|', ';', '(', '\n'];

/// The script with a program replaced wherever it is called; `None` where it is not called at all.
pub fn with_program(script: &str, old: &str, new: &str) -> Option<String> {
    let mut replaced = String::new();
    let mut copied = 0;
    for at in places(script, old) {
        replaced.push_str(&script[copied..at]);
        replaced.push_str(new);
        copied = at + old.len();
    }
    (copied > 0).then(|| replaced + &script[copied..])
}

/// The script with words put behind a program, unless it is called more than once.
pub fn with_words_behind(script: &str, program: &str, words: &str) -> Option<String> {
    let places = places(script, program);
    let [at] = places[..] else { return None };
    let end = at + program.len();
    Some(format!("{} {words}{}", &script[..end], &script[end..]))
}

fn places(script: &str, program: &str) -> Vec<usize> {
    let is_called = |at: usize| {
        let behind = script[at + program.len()..].chars().next();
        let is_whole = behind.is_none_or(|c| c.is_whitespace() || OPERATORS.contains(&c) || c == ')');
        let before = script[..at].trim_end_matches([' ', '\t']);
        let line = before.rsplit(OPERATORS).next().unwrap_or_default();
        // Only assignments may stand between an operator and the program.
        let is_first = line.split_whitespace().all(|word| word.contains('=') && !word.starts_with('-'));
        let is_glued = script[..at].chars().next_back().is_some_and(|c| !c.is_whitespace() && !OPERATORS.contains(&c));
        is_whole && is_first && !is_glued
    };
    script.match_indices(program).map(|(at, _)| at).filter(|at| is_called(*at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_called_programs_are_replaced() {
        for (script, expected) in [
            ("python a.py", Some("python3 a.py")),
            ("cd x && python a.py; python b.py", Some("cd x && python3 a.py; python3 b.py")),
            ("A=1 python a.py", Some("A=1 python3 a.py")),
            ("(python a.py)", Some("(python3 a.py)")),
            ("echo python", None),
            ("pythonic a.py", None),
            ("/usr/bin/python a.py", None),
        ] {
            assert_eq!(with_program(script, "python", "python3").as_deref(), expected, "{script}");
        }
    }
}
