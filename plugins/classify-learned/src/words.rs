//! The words of a log line, with everything masked that changes from project to project.
//!
//! Numbers, hashes, versions, paths, addresses and quoted names become placeholders; what remains is the tool's own wording.
//! Status and exit codes that mean something stay, and so do a tool's error codes (`E0308`, `TS2322`) and a file's extension.

/// Longest part of a line that is read, in bytes: causes are named early, and very long lines are data.
const MAX_LINE_BYTES: usize = 400;
/// Longest quoted name that is masked, in characters.
const MAX_QUOTED: usize = 120;
/// Longest word that is kept whole.
const MAX_WORD_BYTES: usize = 48;

/// Numbers that mean the same everywhere: HTTP statuses, exit codes of shells and signals.
const TELLING_NUMBERS: &[&str] = &[
    "0", "1", "2", "22", "101", "124", "126", "127", "128", "130", "134", "135", "137", "139", "143", "400", "401",
    "403", "404", "407", "408", "409", "413", "418", "422", "423", "425", "429", "500", "501", "502", "503", "504",
    "507", "520", "521", "522", "524",
];

/// A word as the model sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Lower-case text or a placeholder such as `<path>`.
    pub text: String,
    /// Whether it is only a piece of the word before it, e.g. `module` of `ModuleNotFoundError`.
    pub is_piece: bool,
}

/// Returns the words of a line.
pub fn words(line: &str) -> Vec<Word> {
    let mut words = Words::default();
    let mut rest = cut(line, MAX_LINE_BYTES);
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        if first.is_whitespace() || is_bracket(first) {
            rest = &rest[first.len_utf8()..];
        } else if let Some(after) = quoted(rest, before) {
            words.whole("<name>");
            rest = after;
        } else if is_quote(first) {
            rest = &rest[first.len_utf8()..];
        } else {
            let end = chunk_end(rest);
            words.chunk(&rest[..end]);
            before = rest[..end].chars().next_back().unwrap_or(' ');
            rest = &rest[end..];
            continue;
        }
        before = first;
    }
    words.0
}

fn cut(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}

fn is_bracket(c: char) -> bool {
    matches!(c, '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | ',' | ';' | '|' | '=' | '│' | '─')
}

fn is_quote(c: char) -> bool {
    matches!(c, '\'' | '"' | '`' | '‘' | '’' | '“' | '”')
}

/// What follows a quoted name at the start of the text; `None` where no name is quoted. An apostrophe within a word and
/// quotes around whole sentences are no names.
fn quoted(text: &str, before: char) -> Option<&str> {
    let open = text.chars().next().filter(|c| is_quote(*c))?;
    if open == '\'' && before.is_alphanumeric() {
        return None;
    }
    let close = match open {
        '‘' => '’',
        '“' => '”',
        other => other,
    };
    let inside = &text[open.len_utf8()..];
    let (end, _) = inside.char_indices().take(MAX_QUOTED).find(|(_, c)| *c == close || c.is_whitespace())?;
    let is_closed = inside[end..].starts_with(close) || (open == '`' && inside[end..].starts_with('\''));
    (is_closed && end > 0).then(|| &inside[end + close.len_utf8()..])
}

fn chunk_end(text: &str) -> usize {
    let is_end = |(at, c): &(usize, char)| {
        c.is_whitespace() || is_bracket(*c) || (is_quote(*c) && !is_apostrophe(&text[*at..], &text[..*at]))
    };
    text.char_indices().find(is_end).map_or(text.len(), |(at, _)| at)
}

fn is_apostrophe(from: &str, before: &str) -> bool {
    from.starts_with('\'')
        && before.ends_with(char::is_alphanumeric)
        && from[1..].starts_with(|c: char| c.is_ascii_lowercase())
}

#[derive(Default)]
struct Words(Vec<Word>);

impl Words {
    fn whole(&mut self, text: &str) {
        self.0.push(Word { text: cut(text, MAX_WORD_BYTES).to_owned(), is_piece: false });
    }

    fn piece(&mut self, text: &str) {
        self.0.push(Word { text: cut(text, MAX_WORD_BYTES).to_owned(), is_piece: true });
    }

    /// Text without white space, brackets and quotes.
    fn chunk(&mut self, chunk: &str) {
        let trimmed = chunk.trim_end_matches([':', '.', '!', '?']);
        let ends_in_colon = chunk[trimmed.len()..].contains(':');
        if trimmed.contains("://") {
            self.whole("<url>");
        } else if trimmed.chars().filter(|c| matches!(c, '/' | '\\')).count() > 0 {
            self.path(trimmed);
        } else if let Some(mask) = masked_number(trimmed) {
            self.whole(&mask);
        } else if trimmed.chars().any(char::is_alphanumeric) {
            self.word(trimmed);
        } else if trimmed.chars().count() >= 2 {
            // Marks such as `***`, `##` or `--`; their length does not matter.
            self.whole(&trimmed.chars().take(2).collect::<String>());
        }
        if ends_in_colon {
            self.whole(":");
        }
    }

    /// Something with slashes: a path, a scoped package, or `n/a`.
    fn path(&mut self, text: &str) {
        let (bare, position) = match text.split_once(':') {
            Some((bare, rest)) if rest.starts_with(|c: char| c.is_ascii_digit()) => (bare, true),
            _ => (text, false),
        };
        self.whole(if bare.starts_with('@') { "<package>" } else { "<path>" });
        let name = bare.rsplit(['/', '\\']).next().unwrap_or_default();
        if let Some((stem, extension)) = name.rsplit_once('.')
            && !stem.is_empty()
            && (1..=5).contains(&extension.len())
            && extension.chars().all(|c| c.is_ascii_alphabetic())
        {
            self.piece(&format!("<.{}>", extension.to_ascii_lowercase()));
        }
        if !name.is_empty() && name.len() <= 24 && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'.') {
            self.piece(&format!("/{}", name.to_ascii_lowercase()));
        }
        if position {
            self.piece("<position>");
        }
    }

    fn word(&mut self, text: &str) {
        let (bare, version) = match text.rsplit_once('@') {
            Some((name, version)) if !name.is_empty() && version.starts_with(|c: char| c.is_ascii_digit()) => {
                (name, Some("<version>"))
            }
            _ => (text, None),
        };
        let bare = bare.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_' | '#' | '$' | '%'));
        self.whole(&without_numbers(&bare.to_lowercase()));
        let pieces = pieces(bare);
        if pieces.len() > 1 {
            for piece in pieces {
                self.piece(&without_numbers(&piece));
            }
        }
        if let Some(version) = version {
            self.whole(version);
        }
    }
}

/// The placeholder of a number, hash, version, time or size; `None` for other text.
fn masked_number(text: &str) -> Option<String> {
    let body = text.trim_start_matches(['v', 'V', '-', '+', '~', '^', '#', '=', '>', '<', '$']).trim_end_matches('%');
    if body.is_empty() || !body.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let is_hex = body.len() >= 7 && body.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let has_hex_letter = body.bytes().any(|byte| byte.is_ascii_alphabetic());
    if (is_hex && has_hex_letter)
        || body.starts_with("sha256:")
        || body.starts_with("sha512-")
        || body.starts_with("0x")
    {
        return Some("<hash>".to_owned());
    }
    if !body.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if TELLING_NUMBERS.contains(&body) {
        return Some(body.to_owned());
    }
    let digits = body.bytes().filter(u8::is_ascii_digit).count();
    let points = body.bytes().filter(|byte| *byte == b'.').count();
    let colons = body.bytes().filter(|byte| *byte == b':').count();
    let letters = body.len() - digits - points - colons;
    if colons > 0 && letters <= 3 {
        return Some("<time>".to_owned());
    }
    if points > 1 || (points == 1 && text.starts_with(['v', 'V', '^', '~'])) {
        return Some("<version>".to_owned());
    }
    if letters == 0 {
        return Some("<n>".to_owned());
    }
    let unit = body.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ',' || c == '_');
    let is_unit = unit.len() <= 3 && unit.chars().all(|c| c.is_ascii_alphabetic());
    if is_unit { Some(format!("<n>{}", unit.to_ascii_lowercase())) } else { Some("<version>".to_owned()) }
}

/// Digits in names become `0`, except in short codes of letters followed by digits, which say what is wrong.
fn without_numbers(text: &str) -> String {
    let letters = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_code = text.len() <= 10
        && !letters.is_empty()
        && letters.len() <= 7
        && letters.bytes().all(|b| b.is_ascii_alphabetic());
    if is_code {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if !c.is_ascii_digit() {
            out.push(c);
        } else if !out.ends_with('0') {
            out.push('0');
        }
    }
    out
}

/// The words that a compound is made of: `ModuleNotFoundError`, `ERR_CONNECTION_REFUSED`, `java.lang.Error`.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut piece = String::new();
    let mut previous = ' ';
    for c in text.chars() {
        let starts_piece = c.is_uppercase() && previous.is_lowercase();
        if (!c.is_alphanumeric() || starts_piece) && !piece.is_empty() {
            pieces.push(std::mem::take(&mut piece));
        }
        if c.is_alphanumeric() {
            piece.extend(c.to_lowercase());
        }
        previous = c;
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &str) {
        let shown: Vec<String> = words(line).into_iter().filter(|word| !word.is_piece).map(|word| word.text).collect();
        assert_eq!(shown.join(" "), expected, "{line}");
    }

    #[test]
    fn what_changes_between_projects_is_masked() {
        check("ModuleNotFoundError: No module named 'PIL'", "modulenotfounderror : no module named <name>");
        check("src/app.py:12:3: E501 line too long (93 > 88)", "<path> : e501 line too long <n> <n>");
        check("GET https://mirror.example/x 503 in 12.5s", "get <url> 503 in <n>s");
        check("fatal: couldn't find remote ref v1.2.3", "fatal : couldn't find remote ref <version>");
        check("commit 9fceb02d0ae5 at 12:03:44.123", "commit <hash> at <time>");
        check("npm ERR! peer react@18.2.0 from @x/y@1.0.0", "npm err peer react <version> from <package>");
        check("error TS2322: Type \"a\" is wrong", "error ts2322 : type <name> is wrong");
        check("make: *** [all] Error 137", "make : ** all error 137");
    }

    #[test]
    fn compounds_share_their_pieces() {
        let pieces: Vec<String> = words("java.lang.OutOfMemoryError")
            .into_iter()
            .filter(|word| word.is_piece)
            .map(|word| word.text)
            .collect();
        assert_eq!(pieces, ["java", "lang", "out", "of", "memory", "error"]);
    }

    #[test]
    fn nothing_and_nonsense_are_read_without_a_panic() {
        for line in
            ["", "   ", "'", "'''", "\u{fffd}\u{fffd}", "::", "@", "a'b'c", "`x'", "\\\\", "0x", "日本語のエラー"]
        {
            let _ = words(line);
        }
        assert!(words(&"x y ".repeat(100_000)).len() <= MAX_LINE_BYTES);
    }
}
