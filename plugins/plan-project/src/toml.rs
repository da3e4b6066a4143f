//! Tables of a TOML file, as far as their headers and the names in them count. No values are interpreted.

/// Whether a file has a table of this name, or one below it.
pub fn has_table(text: &str, table: &str) -> bool {
    headers(text).any(|(_, name)| name == table || name.strip_prefix(table).is_some_and(|rest| rest.starts_with('.')))
}

/// The lines of a table up to the next header.
pub fn table<'a>(text: &'a str, table: &str) -> Vec<&'a str> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        match header(line) {
            Some(name) => inside = name == table,
            None if inside => lines.push(line),
            None => {}
        }
    }
    lines
}

/// Whether a table has a key.
pub fn has_key(text: &str, name: &str, key: &str) -> bool {
    table(text, name)
        .iter()
        .any(|line| line.split_once('=').is_some_and(|(found, _)| found.trim().trim_matches('"') == key))
}

fn headers(text: &str) -> impl Iterator<Item = (usize, String)> {
    text.lines().enumerate().filter_map(|(number, line)| Some((number + 1, header(line)?)))
}

fn header(line: &str) -> Option<String> {
    let line = line.split('#').next().unwrap_or_default().trim();
    let inside = line.strip_prefix('[')?.strip_suffix(']')?;
    let inside = inside.strip_prefix('[').and_then(|inside| inside.strip_suffix(']')).unwrap_or(inside).trim();
    // A line of an array of strings is no header.
    (!inside.contains(['"', ',', '[']) && !inside.is_empty()).then(|| inside.replace(' ', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_known_by_their_headers() {
        let text = "[project]\nname = \"a\"\ndependencies = [\n  \"x\",\n]\n[tool.ruff.lint] # why\nselect = []\n[[bin]]\nname = \"b\"\n";
        assert!(has_table(text, "project") && has_table(text, "tool.ruff") && has_table(text, "bin"));
        assert!(!has_table(text, "tool.ru") && !has_table(text, "tool.black"));
        assert!(has_key(text, "project", "dependencies") && !has_key(text, "project", "select"));
    }
}
