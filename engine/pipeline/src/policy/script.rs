//! Reading a command as far as comparing two of them needs.
//!
//! This is no shell. It splits a script into words and operators and keeps quotes, expansions and comments as the text they
//! are; two scripts are compared token by token, so what is not understood has to be the same in both.

use crate::remedy::CommandLine;

/// A piece of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A word with its quotes as written.
    Word(String),
    /// `&&`, `;`, `2>`, a line break, …
    Operator(String),
}

/// Words between two operators.
pub(super) type Segment = Vec<String>;

/// A command as words with the operators between them; one more segment than operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Script {
    /// The words, segment by segment; a segment may be empty.
    pub segments: Vec<Segment>,
    /// The operators between them.
    pub operators: Vec<String>,
    /// Whether a shell reads it.
    pub is_shell: bool,
}

impl Script {
    /// Reads a command line.
    pub(super) fn of(command: &CommandLine) -> Self {
        match command {
            CommandLine::Argv(argv) => Self { segments: vec![argv.clone()], operators: Vec::new(), is_shell: false },
            CommandLine::Shell(text) => {
                let mut script = Self { segments: vec![Vec::new()], operators: Vec::new(), is_shell: true };
                for token in tokens(text) {
                    match token {
                        Token::Word(word) => {
                            script.segments.last_mut().expect("there is always a segment").push(word);
                        }
                        Token::Operator(operator) => {
                            script.operators.push(operator);
                            script.segments.push(Vec::new());
                        }
                    }
                }
                script
            }
        }
    }

    /// Whether a shell and `execve` read it the same way: one command of plain words without assignments.
    pub(super) fn is_plain(&self) -> bool {
        let words = &self.segments[0];
        self.operators.is_empty()
            && !is_assignment(words.first().map_or("", String::as_str))
            && words.iter().all(|word| is_plain(word))
    }
}

/// Whether a word means itself to any shell.
pub(super) fn is_plain(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "_-./=:,@%+".contains(c))
}

/// Whether a word in front of a command is an assignment.
pub(super) fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// Splits a script. Quotes keep blanks and operators inside a word; a backslash keeps the next character.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.trim().chars().collect();
    let mut tokens = Vec::new();
    let mut word = String::new();
    let mut quote: Option<char> = None;
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        if let Some(open) = quote {
            word.push(c);
            if c == '\\' && open == '"' && at + 1 < chars.len() {
                at += 1;
                word.push(chars[at]);
            } else if c == open {
                quote = None;
            }
        } else if c == '\\' && at + 1 < chars.len() {
            word.push(c);
            at += 1;
            word.push(chars[at]);
        } else if c == '\'' || c == '"' {
            quote = Some(c);
            word.push(c);
        } else if "&|;<>()`\n".contains(c) {
            let is_redirection = c == '<' || c == '>';
            // `2>` is one operator; `2 >` is the word 2 before one.
            let number = if is_redirection && !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()) {
                std::mem::take(&mut word)
            } else {
                String::new()
            };
            flush(&mut word, &mut tokens);
            let mut operator = number;
            operator.push(c);
            while c != '\n' && c != '`' && at + 1 < chars.len() && "&|;<>".contains(chars[at + 1]) && !"()".contains(c)
            {
                at += 1;
                operator.push(chars[at]);
            }
            // `$(a)b` is one word and `$(a) b` are two.
            let is_glued = chars.get(at + 1).is_some_and(|next| !next.is_whitespace() && !"&|;<>()".contains(*next));
            if ")`".contains(c) && is_glued {
                operator.push('+');
            }
            tokens.push(Token::Operator(operator));
        } else if c.is_whitespace() {
            flush(&mut word, &mut tokens);
        } else {
            word.push(c);
        }
        at += 1;
    }
    flush(&mut word, &mut tokens);
    tokens
}

fn flush(word: &mut String, tokens: &mut Vec<Token>) {
    if !word.is_empty() {
        tokens.push(Token::Word(std::mem::take(word)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let pieces: Vec<String> = tokens(text)
            .into_iter()
            .map(|token| match token {
                Token::Word(word) => format!("[{word}]"),
                Token::Operator(operator) => operator.replace('\n', "⏎"),
            })
            .collect();
        pieces.join(" ")
    }

    #[test]
    fn a_script_falls_into_words_and_operators() {
        assert_eq!(read("a b&&c"), "[a] [b] && [c]");
        assert_eq!(read("a 2>&1 | tee 'x y'"), "[a] 2>& [1] | [tee] ['x y']");
        assert_eq!(read("a 2 > x"), "[a] [2] > [x]");
        assert_eq!(read("a \"b \\\" && c\" d\\ e"), "[a] [\"b \\\" && c\"] [d\\ e]");
        assert_eq!(read("a\nb;c"), "[a] ⏎ [b] ; [c]");
        assert_eq!(read("$(a b)"), "[$] ( [a] [b] )");
        assert_eq!(read("$(a)b"), "[$] ( [a] )+ [b]");
        assert_eq!(read(""), "");
    }
}
